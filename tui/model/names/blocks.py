"""Blocks of ids: a parent whose id is aligned, such as 0x100, has the ids up to 0x1ff for what is below it.

One prefix in a firewall then matches them all, also those that come later. The kernel knows nothing of it.
"""

from bisect import bisect_left
from collections.abc import Collection
from typing import NamedTuple

from tui.model.names.document import NameDocument
from tui.model.names.subtree import lineage
from tui.model.names.tree import tree_of
from tui.model.text import visible

_BYTE = 256


class Offer(NamedTuple):
    """Ids that a new name may take."""

    parent: bytes
    """Whose block it is: the nearest above the name whose id is aligned."""
    block: range
    free: int | None
    """The first that is free, for a name with nothing below it; None: all are taken."""
    aligned: range | None
    """The first free block in the block, for a name that is to be a parent; None: there is none."""


def block_of(group_id: int) -> range | None:
    """Return the block of which an id is the first: 0x100 to 0x1ff, 0x10000 to 0x1ffff; None: its last byte isn't 0."""
    if not group_id or group_id % _BYTE:
        return None
    size = _BYTE
    while group_id % (size * _BYTE) == 0:
        size *= _BYTE
    return range(group_id, group_id + size)


def span(block: range) -> str:
    """Return 0x100-0x1ff, as nft takes it too."""
    return f"{block.start:#x}-{block.stop - 1:#x}"


def offer(document: NameDocument, name: bytes, used: Collection[int] = ()) -> Offer | None:
    """Return the ids for a new name below a parent; None: nothing above it has a block.

    ``used``: ids that interfaces bear, named or not.
    """
    tree = tree_of(document.names())
    for above in lineage(name)[1:]:
        for group_id in tree.own(above):
            if block := block_of(group_id):
                named = document.taken_ids().keys()
                taken = {*named, *used}
                return Offer(above, block, _free(block, named, taken), _aligned(block, taken))
    return None


def whose(found: Offer) -> str:
    """Return the block by its parent, such as dc1's block, 0x100-0x1ff; safe to show."""
    return f"{visible(found.parent)}'s block, {span(found.block)}"


def offered(found: Offer) -> str:
    """Return what an offer comes to, safe to show."""
    parent = f" For a parent: {found.aligned.start:#x}." if found.aligned else ""
    return (f"{found.free:#x} is free" if found.free else "All is taken") + f" in {whose(found)}.{parent}"


def _free(block: range, named: Collection[int], taken: Collection[int]) -> int | None:
    at = block.start + 1
    while at < block.stop:
        inner = block_of(at)
        if inner and at in named:
            at = inner.stop  # what is in there is another parent's
        elif inner or at in taken:
            at += 1
        else:
            return at
    return None


def _aligned(block: range, taken: Collection[int]) -> range | None:
    size = len(block) // _BYTE
    if size < _BYTE:
        return None
    known = [*sorted(group_id for group_id in taken if group_id in block), block.stop]
    for first in range(block.start + size, block.stop, size):
        if known[bisect_left(known, first)] >= first + size:
            return range(first, first + size)
    return None
