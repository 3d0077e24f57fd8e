"""What matches a place in the tree of names in a firewall: always by numbers, which every tool takes.

nft takes any set of ids; iptables one value and mask a rule (xt_devgroup.c), and it knows the names of ids up to 255
alone. Measured with packets on Linux 6.18, nft 1.0.6 and iptables 1.8.9.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from tui.model.group import DEFAULT_GROUP
from tui.model.names.blocks import block_of, span
from tui.model.names.map import NameMap
from tui.model.names.tree import tree_of
from tui.model.text import visible

Way = Literal["in", "out"]
"""Whether the interface is the one that a packet comes in by, or goes out by."""

_BITS = 32
_ALL = (1 << _BITS) - 1
_SMALL = 255


class Masked(NamedTuple):
    """The ids of which the bits in ``mask`` are those of ``value``; mask and value as the kernel takes them."""

    value: int
    mask: int


class Match(NamedTuple):
    """What a place comes to."""

    path: bytes
    group_ids: tuple[int, ...]
    """Its own and all below, ascending: those that have a name now."""
    block: range | None
    """The ids that its number reserves, if all of ``group_ids`` are in there and nobody else's; None: no such block."""
    obstacle: str
    """Why its block can't stand for it, one sentence, safe to show; empty: it can, or it has none."""

    @property
    def ranges(self) -> tuple[range, ...]:
        """The ids, as few ranges as may be."""
        return tuple(_ranges(self.group_ids))


def match(names: NameMap, path: bytes) -> Match | None:
    """Return what is at a path and below it; None: there is no such place."""
    tree = tree_of(names)
    branch = tree.branch(path)
    if branch is None:
        return None
    group_ids = tuple(sorted({*branch.group_ids}))
    block = next((block for own in tree.own(path) if (block := block_of(own))), None)
    obstacle = "" if block is None else _obstacle(names, group_ids, block)
    return Match(path, group_ids, None if obstacle else block, obstacle)


def masks(ranges: Iterable[range]) -> tuple[Masked, ...]:
    """Return these ids as few values with a mask as may be."""
    return tuple(masked for ids in ranges for masked in _masks(ids))


def nft(ranges: Sequence[range], way: Way) -> str:
    """Return what nft takes for these ids in a rule: a number, a prefix, a range or a set."""
    key, hexadecimal = {"in": "iifgroup", "out": "oifgroup"}[way], ranges[-1].stop - 1 > _SMALL
    if len(ranges) > 1:
        return f"{key} {{ {', '.join(_span(ids, hexadecimal) for ids in ranges)} }}"
    first, *more = _masks(ranges[0])
    if not more and len(ranges[0]) > 1:
        return f"{key} {_number(first.value, hexadecimal)}/{first.mask.bit_count()}"
    return f"{key} {_span(ranges[0], hexadecimal)}"


def iptables(masked: Masked, way: Way) -> str:
    """Return what iptables takes for these ids in a rule."""
    key = {"in": "--src-group", "out": "--dst-group"}[way]
    value = _number(masked.value, masked.value > _SMALL)
    return f"-m devgroup {key} {value}" + ("" if masked.mask == _ALL else f"/{masked.mask:#x}")


def _obstacle(names: NameMap, group_ids: tuple[int, ...], block: range) -> str:
    outside = [group_id for group_id in group_ids if group_id not in block]
    if outside:
        return f"{names.name(outside[0])} ({outside[0]:#x}) is outside its block, {span(block)}."
    strangers = [
        (i, name) for i, name in names.by_id.items() if i in block and i not in group_ids and i != DEFAULT_GROUP
    ]
    if strangers:
        group_id, name = min(strangers)
        return f"{visible(name)} ({group_id:#x}) is in its block, {span(block)}, and not below it."
    return ""


def _ranges(group_ids: Iterable[int]) -> Iterator[range]:
    found: range | None = None
    for group_id in group_ids:
        if found is not None and group_id == found.stop:
            found = range(found.start, group_id + 1)
            continue
        if found is not None:
            yield found
        found = range(group_id, group_id + 1)
    if found is not None:
        yield found


def _masks(ids: range) -> Iterator[Masked]:
    """Yield a range as aligned powers of two."""
    first = ids.start
    while first < ids.stop:
        size = min(first & -first or 1 << _BITS, 1 << (ids.stop - first).bit_length() - 1)
        yield Masked(first, _ALL & ~(size - 1))
        first += size


def _span(ids: range, hexadecimal: bool) -> str:
    first = _number(ids.start, hexadecimal)
    return first if len(ids) == 1 else f"{first}-{_number(ids.stop - 1, hexadecimal)}"


def _number(group_id: int, hexadecimal: bool) -> str:
    return f"{group_id:#x}" if hexadecimal else str(group_id)
