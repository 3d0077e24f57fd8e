"""How an alias and a master are typed."""

from dataclasses import dataclass

from tui.model.change.attribute import Links, quoted
from tui.model.text import did_you_mean, visible

_LONGEST_ALIAS = 255  # bytes: IFALIASZ - 1
_NO_MASTER = "none"
_MASTERS = frozenset({b"bridge", b"bond", b"team", b"vrf", b"hsr", b"batadv", b"openvswitch"})


@dataclass(frozen=True, slots=True)
class AliasEntry:
    """Free text; empty: no alias."""

    wants: str = "text; empty: none"

    def choices(self, links: Links) -> list[str]:
        """Return nothing: it is free text."""
        return []

    def parse(self, text: str, links: Links = None) -> bytes:
        """Read what was typed. Raises ValueError with one sentence."""
        if not text.isprintable():
            raise ValueError("An alias is printable text: this holds a control character.")
        raw = text.encode("utf-8", "surrogateescape")
        if len(raw) > _LONGEST_ALIAS:
            raise ValueError(f"An alias has at most {_LONGEST_ALIAS} bytes; this has {len(raw)}.")
        return raw


@dataclass(frozen=True, slots=True)
class MasterEntry:
    """The name of a bridge, bond or VRF; its value is the ifindex, 0: none."""

    wants: str = "a bridge, bond or VRF by name, or none"

    def choices(self, links: Links) -> list[str]:
        """Return who can be a master; safe to show."""
        able = [visible(link.name) for link in (links or {}).values() if link.kind in _MASTERS]
        return [*sorted(able), _NO_MASTER]

    def parse(self, text: str, links: Links = None) -> int:
        """Read what was typed. Raises ValueError with one sentence; of a name only if ``links`` are known."""
        name = text.strip()
        if not name:
            raise ValueError(f"Give {self.wants}.")
        if links is None:
            return 0
        found = [link for link in links.values() if visible(link.name) == name]
        if found:
            return found[0].ifindex
        if name == _NO_MASTER:
            return 0
        near = did_you_mean(name, self.choices(links))
        raise ValueError(f"There is no interface {quoted(name)} to be the master. {near}".rstrip())
