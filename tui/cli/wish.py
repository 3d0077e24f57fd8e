"""What a writing verb was asked, word by word: what is to be set, and on whom. Nothing here looks at the kernel."""

import errno
import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

from tui.cli.output import remark
from tui.model.change.entries import Links
from tui.model.change.settings import Settings
from tui.model.change.typed import settings_of
from tui.model.names.map import NameMap, group_title
from tui.model.names.tree import SEPARATOR, Branch, tree_of
from tui.model.text import did_you_mean, plural, visible
from tui.model.view.candidates import typed_number

STDIN = "-"
"""In place of a group or a filter: the names come from standard input."""
_BELOW = os.fsdecode(SEPARATOR)  # at the end of a word: all that is below is meant


class Wish(NamedTuple):
    """What was asked; of group, filter and names one is set."""

    settings: Settings
    """What is to be set, as far as it is known without a look at the kernel: see `settings_in`."""
    group: str | None = None
    """A group, by its name or number, or a parent in the tree of names, as it was typed."""
    filter: str | None = None
    """The filter language."""
    names: Sequence[bytes] | None = None
    """Interfaces by name."""
    words: Sequence[str] = ()
    """What is to be set, as it was typed; empty: it wasn't typed."""

    def settings_in(self, links: Links) -> Settings:
        """Return what is to be set where ``links`` are all interfaces. Raises ValueError for one that isn't there."""
        return settings_of(self.words, links) if self.words else self.settings


def group_of(word: str, names: NameMap) -> int:
    """Return the group that ``word`` means: a name first, as `ip` looks it up, else a number.

    Raises FileNotFoundError, one sentence, for a name that the map doesn't hold.
    """
    if (known := _known(word, names)) is not None:
        return known
    if (number := typed_number(word)) is not None:
        return number
    if (branch := _branch_of(word.removesuffix(_BELOW), names)) is not None:
        first = names.name(branch.group_ids[0])
        if parent_of(word, names) is None:
            title = group_title(branch.group_ids[0], names)
            raise FileNotFoundError(errno.ENOENT, f"Nothing is below “{word}”; without the slash it is {title}.")
        why = f"“{word}” is no group: it stands above others, so name one of them, such as {first}."
        raise FileNotFoundError(errno.ENOENT, why)
    near = did_you_mean(word, map(os.fsdecode, names.by_name))
    why = f"There is no group “{word}”: the name map doesn't hold it, and it is no number. {near}"
    raise FileNotFoundError(errno.ENOENT, why.rstrip())


def _known(word: str, names: NameMap) -> int | None:
    """Return the group that bears this name; None: none does."""
    if (known := names.by_name.get(os.fsencode(word))) is not None:
        return known
    return next((group_id for group_id, name in names.by_id.items() if visible(name) == word), None)


class Parent(NamedTuple):
    """A parent in the tree of names, by the word that was typed for it."""

    branch: Branch
    below: int
    """How many groups are below it, more than none."""
    by_own_name: bool
    """Whether the word is the name of a group at the parent itself, and so means that alone, as it does for `ip`."""


def parent_of(word: str, names: NameMap) -> Parent | None:
    """Return the parent that ``word`` names, with a slash at its end or without; None: nothing is below it."""
    if (branch := _branch_of(word.removesuffix(_BELOW), names)) is None:
        return None
    below = len(branch.group_ids) - len(tree_of(names).own(branch.path))
    known = _known(word, names) is not None
    return Parent(branch, below, known) if below and not (known and word.endswith(_BELOW)) else None


def whom_of(word: str, names: NameMap) -> int | Branch:
    """Return what ``word`` means: a group, or a parent in the tree of names with all groups below it.

    The name of a group is that group alone, as it is for `ip`, even if others are below it; with a slash at its end it
    is the parent. A parent without an id is meant by its name alone too. Raises FileNotFoundError, one sentence.
    """
    parent = parent_of(word, names)
    if parent and not parent.by_own_name:
        return parent.branch
    group_id = group_of(word, names)
    if parent:
        more = f"{word}{_BELOW} means the {plural(parent.below, 'group')} below it too"
        remark(f"{group_title(group_id, names)} alone is meant; {more}.")
    return group_id


def _branch_of(word: str, names: NameMap) -> Branch | None:
    """Return what ``word`` means in the tree of names; None: nothing."""
    tree = tree_of(names)
    raw = os.fsencode(word)
    return tree.branch(raw) or next((tree.branch(path) for path in tree if visible(path) == word), None)


def names_from_stdin(nul: bool) -> list[bytes]:
    """Return the names on standard input, one a line; ``nul``: each ends with a NUL byte instead."""
    if sys.stdin.isatty():
        remark("reading names from the terminal; Ctrl+D ends them.")
    data = sys.stdin.buffer.read()
    return [name for name in (data.split(b"\0") if nul else data.splitlines()) if name]
