"""How a value is typed, and what may be: a number, one of a few words, an alias, a master.

Each has `wants` (what may be typed, with an example), `choices` (all that may be typed, where that is a list; safe to
show) and `parse`, which raises ValueError with one sentence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from tui.model.link import Link
from tui.model.text import did_you_mean, visible

Value: TypeAlias = Any
"""A number; of a `Bit` a bool; of a `Text` bytes."""
Links: TypeAlias = Mapping[int, Link] | None
"""All interfaces by ifindex; None: they aren't known yet."""

_LONGEST = 20  # characters of what was typed that an error repeats
_LONGEST_ALIAS = 255  # bytes: IFALIASZ - 1
_NO_MASTER = "none"
_MASTERS = frozenset({b"bridge", b"bond", b"team", b"vrf", b"hsr", b"batadv", b"openvswitch", b"rmnet"})


def quoted(text: str) -> str:
    """Return the beginning of what was typed, as an error repeats it."""
    shown = text.strip()
    return f"“{visible(shown if len(shown) <= _LONGEST else f'{shown[:_LONGEST]}…')}”"


@dataclass(frozen=True, slots=True)
class Typed:
    """A number that an operator types."""

    noun: str
    """With its article: "an MTU"."""
    unit: str
    least: int
    most: int
    examples: str

    @property
    def wants(self) -> str:
        """What may be typed, with an example."""
        return f"{self.unit}, such as {self.examples}"

    def choices(self, links: Links) -> list[str]:
        """Return nothing: there are too many."""
        return []

    def parse(self, text: str, links: Links = None) -> int:
        """Read what was typed. Raises ValueError with one sentence."""
        cleaned = text.strip().replace(",", "").replace("_", "")
        name = self.noun.partition(" ")[2]
        if not (cleaned.isascii() and cleaned.isdigit()):
            raise ValueError(
                f"{quoted(text)} is no {name}: give {self.unit}, such as {self.examples}."
                if cleaned
                else f"Give {self.noun} in {self.unit}."
            )
        value = int(cleaned) if len(cleaned) < 12 else self.most + 1
        if not self.least <= value <= self.most:
            raise ValueError(f"{self.noun[0].upper()}{self.noun[1:]} is {self.least} to {self.most} {self.unit}.")
        return value


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words, each with its value."""

    words: Mapping[str, Value]

    @property
    def wants(self) -> str:
        """What may be typed."""
        *first, last = self.words
        return f"{', '.join(first)} or {last}"

    def choices(self, links: Links) -> list[str]:
        """Return the words."""
        return [*self.words]

    def parse(self, text: str, links: Links = None) -> Value:
        """Read what was typed. Raises ValueError with one sentence."""
        word = text.strip().lower()
        if word not in self.words:
            wrong = f"{quoted(text)} is none of them: give" if word else "Give"
            raise ValueError(f"{wrong} {self.wants}. {did_you_mean(word, self.words)}".rstrip())
        return self.words[word]


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
        return [*sorted({*able} - {_NO_MASTER}), _NO_MASTER]

    def parse(self, text: str, links: Links = None) -> int:
        """Read what was typed. Raises ValueError with one sentence; of a name only if ``links`` are known."""
        name = text.strip()
        if not name:
            raise ValueError(f"Give {self.wants}.")
        if links is None:
            return 0
        found = next((link for link in links.values() if visible(link.name) == name), None)
        if found is not None:
            if found.kind not in _MASTERS:
                kind = visible(found.kind) or ("loopback" if found.is_loopback else "hardware")
                raise ValueError(f"{quoted(name)} can't be a master, it is {kind}: give {self.wants}.")
            return found.ifindex
        if name == _NO_MASTER:
            return 0
        near = did_you_mean(name, self.choices(links))
        raise ValueError(f"There is no interface {quoted(name)} to be the master. {near}".rstrip())


Entry: TypeAlias = Typed | Choice | AliasEntry | MasterEntry
"""How a value is typed."""
