"""The columns of the tables: what is known of each stands in one record.

Table, sorting, filter and `ifgroup list` are made from these. A new column of the interfaces is one more record here.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from tui.model.change.attributes import ATTRIBUTES, TXQUEUELEN
from tui.model.change.protect import RISKS, risk
from tui.model.group import Group
from tui.model.link import HARDWARE, Link, kind_word, link_name
from tui.model.names.tree import Branch, Place, last_part
from tui.model.natural import natural
from tui.model.text import visible
from tui.model.view import terms
from tui.model.view.order import LinkView, SortKey
from tui.model.view.outline import Fold, Outline, Spot
from tui.model.view.shown import Shown
from tui.model.view.terms import Criterion
from tui.present.column import Column, Head, cells
from tui.present.words import Field, count, state_field


@dataclass(frozen=True, slots=True)
class GroupColumn(Column[Place, Shown]):
    """A column of the groups, and of the branches where their names make a tree."""

    sort_key: SortKey[Place] | None = None
    """By what they are ordered; None: by their ids."""
    total: Callable[[Sequence[Group]], str] = lambda groups: ""
    """What it says of all groups that have members together."""


@dataclass(frozen=True, slots=True)
class LinkColumn(Column[Link, Shown]):
    """A column of the interfaces."""

    sort_key: SortKey[Link] | None = None
    """By what the interfaces are ordered; None: by their indexes."""
    criterion: Criterion | None = None
    """What a term of the filter can ask of it; None: the filter doesn't know it."""


def total_cells(groups: Iterable[Group]) -> list[Field]:
    """Return the cells of the row that stands for every group together."""
    present = [group for group in groups if group.members]
    return [Field(column.total(present)) for column in GROUP_COLUMNS]


def outline_cells(place: Place, spot: Spot, shown: Shown) -> list[Field]:
    """Return the cells of a row of the groups where names make a tree."""
    return [
        _outlined(field, place, spot, shown) if column.key == "group" else field
        for column, field in zip(GROUP_COLUMNS, cells(GROUP_COLUMNS, place, shown), strict=True)
    ]


def _outlined(name: Field, place: Place, spot: Spot, shown: Shown) -> Field:
    """Return a name as deep as it stands, without what the rows above it say already."""
    path = place.path if isinstance(place, Branch) else shown.tree.path_of(place)
    text = ITSELF if spot.itself else name.text if path is None else visible(last_part(path))
    return Field(f"{'  ' * spot.depth}{_FOLDS[spot.fold]} {text}", name.tone)


def outline() -> Outline:
    """Return the rows of the groups, to be ordered by their columns."""
    return Outline({column.key: column.sort_key for column in GROUP_COLUMNS})


def link_view() -> LinkView:
    """Return a view of all interfaces, to be ordered and filtered by their columns."""
    return LinkView({column.key: column.sort_key for column in LINK_COLUMNS}, CRITERIA)


def _muted(place: Place, shown: Shown, text: str) -> Field:
    return Field(text, "" if shown.figures(place).members else "muted")


def _group_name(place: Place, shown: Shown) -> str:
    """The name; empty: it has none."""
    if isinstance(place, Branch):
        return visible(place.path)
    return shown.names.name(place) if place in shown.names.by_id else ""


def _called(place: Place, shown: Shown) -> Field:
    name = _group_name(place, shown)
    return _muted(place, shown, name) if name else Field("(no name)", "muted")


def _mtus(place: Place, shown: Shown) -> Field:
    """One value, or the spread and how many deviate from the commonest."""
    group = shown.figures(place)
    if not group.deviating:
        return Field("" if group.mtu is None else str(group.mtu))
    low, high = group.mtu_range
    return Field(f"{low}…{high}, {count(group.deviating)} differ", "warn")


def _mtu_key(shown: Shown) -> Callable[[Place], object]:
    def key(place: Place) -> object:
        group = shown.figures(place)
        return not group.mtus, *group.mtu_range, group.deviating

    return key


def _kinds(place: Place, shown: Shown) -> str:
    """The kinds, the commonest first."""
    return " ".join(kind_word(kind) for kind, _ in shown.figures(place).kinds)


def _figure(name: str) -> SortKey[Place]:
    """Return what orders by one of the figures of a group."""
    of = attrgetter(name)
    return lambda shown: lambda place: of(shown.figures(place))


def _group_risk(place: Place, shown: Shown) -> str:
    return risk(shown.reasons_of(place), None if isinstance(place, Branch) else place)


def _link_risk(link: Link, shown: Shown) -> str:
    return risk((shown.protected[link.ifindex],) if link.ifindex in shown.protected else ())


def _risk_field(word: str) -> Field:
    """A glyph and the word for what makes a change dangerous; empty: nothing known."""
    return Field(f"! {word}" if word else "", "warn")


def _name(link: Link) -> str:
    return visible(link.name)


def _alias(link: Link) -> str:
    return visible(link.alias)


def _mac(link: Link) -> str:
    return link.address.hex(":")


ITSELF = "(itself)"
"""In place of a name, where the row above tells of all that is below it, and this one of the group of that name."""
_FOLDS: dict[Fold, str] = {"": " ", "folded": "▸", "unfolded": "▾"}

GROUP_COLUMNS = (
    GroupColumn(
        Head("id", "ID", 5, limit=10, align="right", whole=10),
        lambda place, shown: _muted(place, shown, "*" if isinstance(place, Branch) else str(place)),
        total=lambda groups: "*",
    ),
    GroupColumn(
        Head("group", "GROUP", 12, limit=32, quotes=True),
        _called,
        sort_key=lambda shown: lambda place: natural(_group_name(place, shown)),
        total=lambda groups: "(all groups)",
    ),
    GroupColumn(
        Head("members", "MEMBERS", 8, align="right"),
        lambda place, shown: _muted(place, shown, count(shown.figures(place).members)),
        sort_key=_figure("members"),
        total=lambda groups: count(sum(group.members for group in groups)),
    ),
    GroupColumn(
        Head("up", "UP", 6, align="right"),
        lambda place, shown: Field(count(up := shown.figures(place).up), "good" if up else "muted"),
        sort_key=_figure("up"),
        total=lambda groups: count(sum(group.up for group in groups)),
    ),
    GroupColumn(
        Head("down", "DOWN", 6, align="right"),
        lambda place, shown: Field(count(down := shown.figures(place).down), "" if down else "muted"),
        sort_key=_figure("down"),
        total=lambda groups: count(sum(group.down for group in groups)),
    ),
    GroupColumn(
        Head("mtu", "MTU", 19, limit=24),
        _mtus,
        sort_key=_mtu_key,
    ),
    GroupColumn(
        Head("risk", "RISK", 9, rank=1),
        lambda place, shown: _risk_field(_group_risk(place, shown)),
        sort_key=lambda shown: lambda place: RISKS.index(_group_risk(place, shown)),
    ),
    GroupColumn(
        Head("kinds", "KINDS", 6, limit=30, rank=2, quotes=True),
        lambda place, shown: Field(_kinds(place, shown), "muted"),
        sort_key=lambda shown: lambda place: natural(_kinds(place, shown)),
    ),
)
"""The columns of the groups, from left to right."""

LINK_COLUMNS = (
    LinkColumn(
        Head("name", "NAME", 10, limit=24, quotes=True),
        lambda link, shown: Field(_name(link)),
        sort_key=lambda shown: lambda link: natural(visible(link.name)),
        criterion=Criterion(terms.text(_name), "a part of a name, or a glob such as name:eth*"),
    ),
    LinkColumn(
        Head("index", "INDEX", 6, limit=10, align="right", rank=2, whole=10),
        lambda link, shown: Field(str(link.ifindex), "muted"),
        criterion=Criterion(terms.number(attrgetter("ifindex")), "a number, such as index:7 or index:10..19"),
    ),
    LinkColumn(
        Head("group", "GROUP", 9, limit=24, whole=10, quotes=True),
        lambda link, shown: Field(shown.names.name(link.group)),
        sort_key=lambda shown: lambda link: natural(shown.names.name(link.group)),
        criterion=Criterion(terms.group, "a name, a number or a glob, such as group:dmz"),
    ),
    LinkColumn(
        Head("state", "STATE", 10, limit=19),
        lambda link, shown: state_field(link),
        sort_key=lambda shown: attrgetter("state"),
        criterion=Criterion(terms.state, "up, down, unknown, notpresent, lowerlayerdown, testing or dormant"),
    ),
    LinkColumn(
        Head("mtu", "MTU", 5, limit=10, align="right", whole=10),
        lambda link, shown: Field(str(link.mtu)),
        sort_key=lambda shown: attrgetter("mtu"),
        criterion=Criterion(terms.number(attrgetter("mtu")), "a number, such as mtu:>1500 or mtu:1280..1500"),
    ),
    LinkColumn(
        Head("risk", "RISK", 7, rank=3),
        lambda link, shown: _risk_field(_link_risk(link, shown)),
        sort_key=lambda shown: lambda link: RISKS.index(_link_risk(link, shown)),
    ),
    LinkColumn(
        Head("kind", "KIND", 6, limit=12, rank=1, quotes=True),
        lambda link, shown: Field(kind_word(link.kind), "muted"),
        sort_key=lambda shown: lambda link: natural(kind_word(link.kind)),
        criterion=Criterion(terms.kind, f"a kind, such as kind:veth or kind:{HARDWARE}"),
    ),
    LinkColumn(
        Head("master", "MASTER", 7, limit=16, rank=4, quotes=True),
        lambda link, shown: Field(link_name(link.master, shown.snapshot.links)),
        sort_key=lambda shown: lambda link: natural(link_name(link.master, shown.snapshot.links)),
        criterion=Criterion(terms.master, "a name or a glob, such as master:br0, or none, or any"),
    ),
    LinkColumn(
        Head("mac", "MAC", 17, limit=59, rank=5),
        lambda link, shown: Field(_mac(link), "muted"),
        sort_key=lambda shown: lambda link: (not link.address, link.address),
        criterion=Criterion(terms.text(_mac), "a part of an address, such as mac:52:54"),
    ),
    LinkColumn(
        Head("alias", "ALIAS", 8, limit=60, rank=6, quotes=True),
        lambda link, shown: Field(_alias(link)),
        sort_key=lambda shown: lambda link: natural(visible(link.alias)),
        criterion=Criterion(terms.text(_alias), "a part of an alias, or a glob such as alias:?*"),
    ),
)
"""The columns of the interfaces, from left to right."""

_SETTABLE = {attribute.id: terms.settable(attribute) for attribute in ATTRIBUTES} | {
    "txqlen": terms.settable(TXQUEUELEN)  # as `list --json` and `ip -j` call it
}
_LISTED = {column.key: column.criterion for column in LINK_COLUMNS if column.criterion is not None} | {"re": terms.RE}
CRITERIA = {
    **_LISTED,
    "under": terms.UNDER,
    **{name: criterion for name, criterion in _SETTABLE.items() if criterion is not None and name not in _LISTED},
}
"""What a term of the filter can name, in the order in which an error lists it."""
