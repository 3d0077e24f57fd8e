"""The terms of the filter language: what one word of a filter can ask."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from tui.model.change.attribute import Attribute
from tui.model.change.entries import Choice, Typed
from tui.model.link import OPERSTATES, Link, kind_word, link_name
from tui.model.names.map import NameMap
from tui.model.names.tree import tree_of
from tui.model.store import Snapshot
from tui.model.text import did_you_mean, visible
from tui.model.view.pattern import finder, glob, is_glob, quoted, regex
from tui.model.view.words import Words

_OPER = tuple(word.lower() for word in OPERSTATES)
_NUMBER = re.compile(r"(>=|<=|>|<|=)?([0-9]{1,10})|([0-9]{1,10})\.\.([0-9]{1,10})")
_MOST = 1 << 32  # no MTU and no ifindex is greater
_GROUP_NUMBER = re.compile(r"0|[1-9][0-9]{0,9}|0x[0-9a-f]{1,8}")


class Scene(NamedTuple):
    """What a selection looks at."""

    snapshot: Snapshot
    names: NameMap
    words: Words
    until: float
    """When it has taken too long, by the monotonic clock."""


Test = Callable[[Link], object]
"""Whether an interface is meant; true or false."""
Match = Callable[[str], object]
"""Whether a visible text is meant, in whatever case; true or false."""


@dataclass(frozen=True, slots=True)
class Term:
    """What one word of a filter asks for."""

    test: Callable[[Scene], Test]
    """Make the test for one selection: what many interfaces share is looked up once."""
    hint: Callable[[Snapshot, NameMap], str] = lambda snapshot, names: ""
    """Say what is odd about the term though it is no error; empty: nothing."""


Make = Callable[[str], Term | None]
"""Returns the term for a value; None: the value means nothing. Raises FilterError if there is more to say."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """What a term can name, such as a column."""

    make: Make
    wants: str
    """What the value may be, with an example."""
    listed: bool = True
    """Whether an error lists it among what a term can name: what few look for isn't."""


def _part(value: str) -> Match:
    """Match a glob, or any part of the text."""
    if is_glob(value):
        return glob(value).match
    wanted = value.lower()
    return lambda text: wanted in text.lower()


def _whole(value: str) -> Match:
    """Match a glob, or the whole text."""
    if is_glob(value):
        return glob(value).match
    wanted = value.lower()
    return lambda text: wanted == text.lower()


def plain(value: str) -> Term:
    """Find ``value`` in any part: name, altnames, alias, kind, MAC, group name, or in those of the master."""
    wanted = value.lower()

    def test(scene: Scene) -> Test:
        found = scene.words.containing(wanted, scene.snapshot)
        groups = {group_id for group_id in scene.snapshot.groups if wanted in scene.names.name(group_id).lower()}
        return lambda link: link.ifindex in found or link.group in groups or link.master in found

    return Term(test)


def _re(value: str) -> Term:
    made = regex(value)

    def test(scene: Scene) -> Test:
        found = finder(made, scene.until)
        return lambda link: found(link.name)

    return Term(test)


RE = Criterion(_re, "a regular expression, such as re:^eth[0-9]+$")
"""Is searched in the name."""


def text(of: Callable[[Link], str]) -> Make:
    """Return what finds a glob, or any part, in a visible text."""

    def make(value: str) -> Term:
        match = _part(value)
        return Term(lambda scene: lambda link: match(of(link)))

    return make


def number(of: Callable[[Link], int]) -> Make:
    """Return what finds a number, or a range of numbers."""

    def make(value: str) -> Term | None:
        if (admitted := _range(value)) is None:
            return None
        low, high = admitted
        return Term(lambda scene: lambda link: low <= of(link) <= high)

    return make


def settable(attribute: Attribute) -> Criterion | None:
    """Return what asks for the value of what can be set; None: it isn't typed as a number or as one of a few words."""
    read, name = attribute.read, attribute.id
    match attribute.typed:
        case Typed():
            return Criterion(number(read), f"a number, such as {name}:>1000", listed=False)
        case Choice(words=words):

            def word(value: str) -> Term | None:
                wanted = words.get(value.lower())
                return None if wanted is None else Term(lambda scene: lambda link: read(link) == wanted)

            return Criterion(word, attribute.typed.wants, listed=False)
    return None


def group(value: str) -> Term:
    """A name first, as `ip` looks it up, else a number; a glob looks through the names that are shown."""
    wanted = value.lower()
    number = int(wanted, 0) if _GROUP_NUMBER.fullmatch(wanted) else None

    def named(names: NameMap) -> set[int]:
        pairs = ((name, group_id) for group_id, name in names.by_id.items())
        return {group_id for name, group_id in (*pairs, *names.by_name.items()) if visible(name).lower() == wanted}

    def chosen(snapshot: Snapshot, names: NameMap) -> Iterable[int]:
        if is_glob(value):
            match = glob(value).match
            return {group_id for group_id in snapshot.groups if match(names.name(group_id))}
        return named(names) or (set() if number is None else {number})

    def test(scene: Scene) -> Test:
        groups = chosen(scene.snapshot, scene.names)
        return lambda link: link.group in groups

    def hint(snapshot: Snapshot, names: NameMap) -> str:
        return "" if chosen(snapshot, names) else f"There is no group {quoted(value)}."

    return Term(test, hint)


def _under(value: str) -> Term:
    """Find a place of the name map's tree, whatever case it is in, a last slash or none; a glob looks through all."""

    def paths(names: NameMap) -> list[bytes]:
        tree = tree_of(names)
        for wanted in dict.fromkeys((value, value.removesuffix("/"))):
            match = _whole(wanted)
            if found := [path for path in tree if match(visible(path))]:
                return found
        return []

    def test(scene: Scene) -> Test:
        tree = tree_of(scene.names)
        branches = [branch for path in paths(scene.names) if (branch := tree.branch(path))]
        groups = {group_id for branch in branches for group_id in branch.group_ids}
        return lambda link: link.group in groups

    def hint(snapshot: Snapshot, names: NameMap) -> str:
        if paths(names):
            return ""
        known = [visible(path) for path in tree_of(names)]
        # What is typed half-way begins like what is meant.
        begun = [path for path in known if path.lower().startswith(value.lower())]
        near = "" if is_glob(value) else f"Did you mean {begun[0]}?" if begun else did_you_mean(value, known)
        return f"No group is called {quoted(value)}, and none is below it. {near}".rstrip()

    return Term(test, hint)


UNDER = Criterion(_under, "a name, such as under:dc1, or a glob", listed=False)
"""Finds what is in a group, or in a group below it by its name."""


def state(value: str) -> Term | None:
    """`up` or `down` by the administrator's will, any other word by what the kernel finds, or both: `up/dormant`."""
    first, slash, second = value.lower().partition("/")
    is_up = first == "up"
    if first not in ("up", "down"):
        first, second = "", first + slash
    if second and second not in _OPER:
        return None
    if not second:
        return None if slash else Term(lambda scene: lambda link: link.is_up == is_up)
    operstate = _OPER.index(second)
    if not first:
        return Term(lambda scene: lambda link: link.operstate == operstate)
    return Term(lambda scene: lambda link: link.is_up == is_up and link.operstate == operstate)


def _range(value: str) -> tuple[int, int] | None:
    """Return the least and the greatest number that ``value`` admits; None: it is no number."""
    if (found := _NUMBER.fullmatch(value)) is None:
        return None
    sign, number, low, high = found.groups()
    if low is not None:
        return int(low), int(high)
    wanted = int(number)
    ranges = {">": (wanted + 1, _MOST), ">=": (wanted, _MOST), "<": (0, wanted - 1), "<=": (0, wanted)}
    return ranges.get(sign, (wanted, wanted))


def kind(value: str) -> Term:
    """The whole kind, or a glob."""
    match = _whole(value)

    def test(scene: Scene) -> Test:
        kinds = {kind for group in scene.snapshot.groups.values() for kind, _ in group.kinds}
        wanted = {kind for kind in kinds if match(kind_word(kind))}
        return lambda link: link.kind in wanted

    return Term(test)


def master(value: str) -> Term:
    """The whole name of the master, or a glob; `none`, `any`."""
    if value.lower() in ("none", "any"):
        has = value.lower() == "any"
        return Term(lambda scene: lambda link: bool(link.master) == has)
    match = _whole(value)

    def test(scene: Scene) -> Test:
        links = scene.snapshot.links
        masters = {link.master for link in links.values()} - {0}
        called = {index: link_name(index, links) for index in masters}
        wanted = {index for index, name in called.items() if match(name)}
        return lambda link: link.master in wanted

    return Term(test)
