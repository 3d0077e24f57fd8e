"""Who is a port of whom: kept as interfaces come and go, so that nobody has to look for ports among all of them."""

from collections.abc import Mapping
from types import MappingProxyType


class Ports:
    """The ports of each master (bridge, bond, VRF), by ifindex; each change costs the same, whoever else there is."""

    def __init__(self) -> None:
        """Start without any."""
        self._ports: dict[int, set[int]] = {}
        self._touched: set[int] = set()
        self._shown: Mapping[int, frozenset[int]] = MappingProxyType({})

    def move(self, index: int, old: int, new: int) -> None:
        """Take note that an interface left the master ``old`` for ``new``; 0: it had, or has, none."""
        if old == new:
            return
        if old:
            self._ports[old].discard(index)
            self._touched.add(old)
        if new:
            self._ports.setdefault(new, set()).add(index)
            self._touched.add(new)

    def shown(self) -> Mapping[int, frozenset[int]]:
        """Return the ports of each master that has any; it never changes afterwards."""
        if self._touched:
            found = dict(self._shown)
            for master in self._touched:
                if ports := self._ports[master]:
                    found[master] = frozenset(ports)
                else:
                    del self._ports[master]
                    found.pop(master, None)
            self._touched.clear()
            self._shown = MappingProxyType(found)
        return self._shown
