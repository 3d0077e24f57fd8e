"""A group of interfaces: the figures that the kernel doesn't keep, counted from its members."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias, TypeVar

from tui.model.link import IFF_UP, Link

Form: TypeAlias = tuple[Any, ...]
_K = TypeVar("_K", int, bytes, Form)

NO_ID = -1
"""In place of an id, where figures are of several groups together."""
DEFAULT_GROUP = 0
"""Every interface that nobody tagged, ``lo`` included, bears this tag."""
MAX_IP_GROUP = 0x7FFFFFFF
"""`ip` takes no larger group number (get_integer, iproute2 lib/utils.c)."""
FORM = ("flags", "kind", "mtu", "min_mtu", "max_mtu", "txqlen", "addrgenmode", "disable_ipv6")
"""The fields of a Link by which members are counted: those that a plan for a whole group goes by."""

COUNTED = frozenset({"group", *FORM})
"""The fields of which a group's figures tell."""
_form: Callable[[Link], Form] = itemgetter(*map(Link._fields.index, FORM))
BLANK = Link(
    0, b"", 0, 0, 0, mtu=0, min_mtu=0, max_mtu=0, txqlen=0, kind=b"", master=0, lower=0, lower_netnsid=None,
    address=b"", broadcast=b"", alias=b"", altnames=(), arptype=0,
)  # fmt: skip


"""A link of which nothing is known."""


class Group(NamedTuple):
    """What the members of one group have in common, and how many deviate."""

    group_id: int
    members: int
    up: int
    """Members that are administratively up."""
    mtus: tuple[tuple[int, int], ...]
    """(MTU in bytes, members that have it), the commonest first."""
    kinds: tuple[tuple[bytes, int], ...]
    """(kind, members of it), the commonest first; empty kind: hardware."""
    forms: tuple[tuple[Form, int], ...] = ()
    """(the values of FORM, members that have all of them), the commonest first: see `likenesses`."""

    @property
    def down(self) -> int:
        """Members that are administratively down."""
        return self.members - self.up

    @property
    def mtu(self) -> int | None:
        """The commonest MTU in bytes; None without members."""
        return self.mtus[0][0] if self.mtus else None

    @property
    def mtu_range(self) -> tuple[int, int]:
        """The least and the greatest MTU in bytes; (0, 0) without members."""
        values = [mtu for mtu, _ in self.mtus]
        return min(values, default=0), max(values, default=0)

    @property
    def deviating(self) -> int:
        """Members whose MTU is not the commonest."""
        return self.members - self.mtus[0][1] if self.mtus else 0

    def likenesses(self) -> Iterator[tuple[Link, int]]:
        """Yield how members are, and how many are so: links of which only the group and the FORM mean anything."""
        for form, number in self.forms:
            yield BLANK._replace(group=self.group_id, **dict(zip(FORM, form, strict=True))), number


def empty_group(group_id: int) -> Group:
    """Return a group that has a name but no members."""
    return Group(group_id, 0, 0, (), ())


def summed(groups: Iterable[Group]) -> Group:
    """Return the figures of several groups together."""
    members = up = 0
    mtus: dict[int, int] = {}
    kinds: dict[bytes, int] = {}
    forms: dict[Form, int] = {}
    for group in groups:
        members += group.members
        up += group.up
        for mtu, number in group.mtus:
            mtus[mtu] = mtus.get(mtu, 0) + number
        for kind, number in group.kinds:
            kinds[kind] = kinds.get(kind, 0) + number
        for form, number in group.forms:
            forms[form] = forms.get(form, 0) + number
    return Group(NO_ID, members, up, ranked(mtus), ranked(kinds), ranked(forms))


class Tally:
    """Counts one group's members as they come, change and go, at a constant cost each."""

    __slots__ = ("forms", "members")

    def __init__(self) -> None:
        """Start without members."""
        self.members = 0
        self.forms: dict[Form, int] = {}

    def add(self, link: Link) -> None:
        """Count ``link`` in."""
        self.members += 1
        form = _form(link)
        self.forms[form] = self.forms.get(form, 0) + 1

    def remove(self, link: Link) -> None:
        """Count ``link`` out; it was counted in as it is here."""
        self.members -= 1
        self._count_out(_form(link))

    def _count_out(self, form: Form) -> None:
        if self.forms[form] == 1:
            del self.forms[form]
        else:
            self.forms[form] -= 1

    def change(self, old: Link, now: Link) -> None:
        """Count a member that was counted in as ``old`` as it is ``now``."""
        before, after = _form(old), _form(now)
        if before != after:
            self._count_out(before)
            self.forms[after] = self.forms.get(after, 0) + 1

    def group(self, group_id: int) -> Group:
        """Return the figures as they stand."""
        up = 0
        mtus: dict[int, int] = {}
        kinds: dict[bytes, int] = {}
        for form, number in self.forms.items():
            flags, kind, mtu = form[:3]
            up += number if flags & IFF_UP else 0
            kinds[kind] = kinds.get(kind, 0) + number
            mtus[mtu] = mtus.get(mtu, 0) + number
        return Group(group_id, self.members, up, ranked(mtus), ranked(kinds), ranked(self.forms))


def ranked(counts: Mapping[_K, int]) -> tuple[tuple[_K, int], ...]:
    """Return what was counted, the commonest first; of two that are equally common the smaller."""
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
