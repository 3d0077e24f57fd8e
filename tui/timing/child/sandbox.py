"""The sandbox: real interfaces in a private namespace that vanishes with the measuring process."""

import contextlib
import errno
from collections.abc import Callable
from pathlib import Path

from tui.model.change.attributes import MTU, UP
from tui.model.change.settings import Settings
from tui.model.text import visible
from tui.netlink.dump import read_links
from tui.netlink.namespace import enter_private, mount
from tui.netlink.wire import link_change
from tui.timing.child.kinds import CHEAP, LOWER, apportion, creation, deletion, needs_lower
from tui.timing.events import SandboxFacts
from tui.timing.order import AUTO, BenchOrder
from tui.timing.ways.ack_socket import AckSocket
from tui.timing.ways.change import Member
from tui.timing.ways.ways import NAME

GROUP = 7
"""The group that all measured interfaces are in; peers and lower interfaces stay out of it."""
_BATCH = 64  # messages a send: even if all fail, their answers fit the receive buffer
_WIDE = 65535  # bytes; a macvlan takes no more than its lower interface has


class SandboxError(OSError):
    """The sandbox can't be made; one sentence."""


class Sandbox:
    """The interfaces, made as the sizes grow."""

    def __init__(self, order: BenchOrder) -> None:
        """Enter the namespace, before any thread exists. Raises NamespaceError, SandboxError, OSError."""
        enter_private()
        self._order = order
        self._notes: list[str] = []
        self._ipv6_off()
        self._sysfs = self._mount_sysfs(order.sysfs)
        self._acks = AckSocket()
        self._lower = 0
        self._made: dict[str, int] = {}
        self._count = 0
        self._kinds = self._possible(dict(order.kinds))

    def grow(self, size: int, progress: Callable[[int], None]) -> list[Member]:
        """Have ``size`` interfaces in all, down, and return them; ``progress(made)`` is called now and then.

        Raises SandboxError, OSError.
        """
        for kind, wanted in apportion(self._kinds, size).items():
            while (missing := min(wanted - self._made.get(kind, 0), size - self._count)) > 0:
                self._make(kind, min(missing, _BATCH))
                progress(self._count)
        found = sorted(link for link in read_links().values() if link.group == GROUP)
        if len(found) != size:
            raise SandboxError(errno.EIO, f"{size} interfaces were made, but {len(found)} are there.")
        return [Member(link.ifindex, link.name.decode()) for link in found]

    def put(self, members: list[Member]) -> None:
        """Bring every member into the order's state before its first run. Raises OSError."""
        share = {"down": 0.0, "up": 1.0, "mixed": self._order.up_share}[self._order.state]
        self.change_all(Settings({UP: False}), members)
        # Spread evenly, so that a prefix of the members is mixed alike.
        ups = [m for n, m in enumerate(members) if int((n + 1) * share + 1e-9) > int(n * share + 1e-9)]
        self.change_all(Settings({UP: True}), ups)

    def change_all(self, settings: Settings, members: list[Member]) -> None:
        """Set the same on each by itself, past those that refuse; nobody times it. Raises OSError."""
        for first in range(0, len(members), _BATCH):
            part = members[first : first + _BATCH]
            data, last = [], 0
            for member in part:
                last = self._acks.next_seq()
                data.append(link_change(last, member.ifindex, settings, ack=member is part[-1]))
            self._acks.send(b"".join(data), last)

    def facts(self) -> SandboxFacts:
        """Return what it is made of, for the report."""
        return SandboxFacts(dict(self._made), sysfs=self._sysfs, notes=tuple(self._notes))

    def _ipv6_off(self) -> None:
        for which in ("default", "all"):
            with contextlib.suppress(OSError):
                Path(f"/proc/sys/net/ipv6/conf/{which}/disable_ipv6").write_text("1")
        self._notes.append("IPv6 is off in the sandbox: its multicast joins would drown what is measured.")

    def _mount_sysfs(self, wanted: bool) -> bool:
        """Mount the sysfs of our network namespace, or cover the one that is there; return whether there is one."""
        # Covered and not unmounted: a user namespace may not take away what was mounted before it.
        kind = "sysfs" if wanted else "tmpfs"
        try:
            mount(kind, "/sys", kind)
        except OSError as error:
            self._notes.append(f"/sys shows the outside, not the sandbox: {kind} can't be mounted ({error.strerror}).")
            return False
        return wanted

    def _possible(self, kinds: dict[str, int]) -> dict[str, int]:
        """Replace the kinds that can't be made here by the cheapest that can."""
        cheapest = self._cheapest(CHEAP)
        possible: dict[str, int] = {}
        for kind, count in kinds.items():
            stand_in = cheapest if kind == AUTO else self._tried(kind, cheapest)
            possible[stand_in] = possible.get(stand_in, 0) + count
        return possible

    def _cheapest(self, kinds: tuple[str, ...]) -> str:
        for kind in kinds:
            if not self._refusal(kind):
                return kind
        raise SandboxError(errno.EOPNOTSUPP, f"This kernel makes no interfaces of kind {' or '.join(kinds)}.")

    def _tried(self, kind: str, cheapest: str) -> str:
        if needs_lower(kind) and not self._lower:
            self._lower = self._make_lower(cheapest)
        if why := self._refusal(kind) if kind else "hardware":
            self._notes.append(
                f"{visible(kind) or 'A real device'} can't be made here ({visible(why)}); {cheapest} stands in."
            )
            return cheapest
        return kind

    def _refusal(self, kind: str) -> str:
        """Try to make one interface of ``kind``; return why that fails, and if it doesn't, keep nothing of it."""
        seq = self._acks.next_seq()
        ack = self._acks.send(creation(seq, 0, NAME % 0, kind, 0, self._lower), seq)
        if ack.errno:
            return ack.words
        self._delete(NAME % 0)
        return ""

    def _delete(self, name: str) -> None:
        index = next(link.ifindex for link in read_links().values() if link.name == name.encode())
        seq = self._acks.next_seq()
        self._acks.send(deletion(seq, index), seq)

    def _make_lower(self, kind: str) -> int:
        """Make the interface that others stand on: up, and as wide as it can be."""
        seq = self._acks.next_seq()
        self._acks.send_all([(seq, creation(seq, 0, LOWER, kind, 0, 0))])
        index = next(link.ifindex for link in read_links().values() if link.name == LOWER.encode())
        lower = [Member(index, LOWER)]
        self.change_all(Settings({MTU: _WIDE}), lower)
        self.change_all(Settings({UP: True}), lower)
        return index

    def _make(self, kind: str, count: int) -> None:
        """Make some more of ``kind``. Raises SandboxError."""
        batch, last = [], 0
        for number in range(self._count, self._count + count):
            last = self._acks.next_seq()
            batch.append(creation(last, number, NAME % number, kind, GROUP, self._lower))
        ack = self._acks.send(b"".join(batch), last)
        if ack.errno:
            raise SandboxError(ack.errno, f"Interfaces of kind {kind} can't be made: {ack.words}.")
        self._made[kind] = self._made.get(kind, 0) + count
        self._count += count
