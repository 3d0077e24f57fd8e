"""Edits of the name map that are about the tree of names: a child under a parent, a parent with all below it."""

from collections.abc import Callable
from typing import Protocol

from tui.model.names.blocks import offer, offered
from tui.model.names.document import NameDocument
from tui.model.names.edits import rename_tree
from tui.model.names.rules import read_id
from tui.model.names.subtree import Subtree
from tui.model.text import plural, visible
from tui.model.view.shown import Shown
from tui.screens.names.asking import Asking


class Edit(Protocol):
    """Makes an edit, says so, and moves the cursor to the line that holds ``go_to``, or to that line."""

    def __call__(self, change: Callable[[], NameDocument], said: str, go_to: int | bytes | None = None) -> None:
        """Do it."""


class TreeEdits:
    """Asks what is to be where in the tree, and edits it."""

    def __init__(self, asking: Asking, shown: Callable[[], Shown], edit: Edit) -> None:
        """Ask by ``asking``; ``shown`` tells the groups that interfaces are in by now."""
        self._asking = asking
        self._shown = shown
        self._edit = edit

    async def add_below(self, document: NameDocument, path: bytes) -> None:
        """Add a child, by a free id of its parent's block if that has one."""
        used = self._shown().snapshot.groups.keys()
        found = offer(document, path + b"/x", used)
        hint = offered(found) if found else "Nothing above it has a number such as 0x100, whose block would offer some."
        parent = visible(path)
        name = await self._asking.text(
            f"New name below {parent}", document.name_error, f"{parent}/", lambda _: hint, begun=True
        )
        if name is None:
            return
        found = offer(document, name.encode(), used)
        free = f"{found.free:#x}" if found and found.free else ""
        hint = offered(found) if found else ""
        number = await self._asking.text(f"Number of {name}", document.id_error, free, lambda _: hint)
        if number is not None:
            group_id = read_id(number)
            self._edit(lambda: document.add(group_id, name), f"Added {name} for group {number}.", name.encode())

    async def rename(self, tree: Subtree) -> None:
        """Rename a parent and all that is below it."""
        shown = visible(tree.path)
        what = f"{shown} and {plural(tree.below, 'name')} below it"
        new = await self._asking.text(f"New name of {what}", tree.error, shown, tree.joins)
        if new is None or new == shown:
            return
        edit = rename_tree(tree, new)
        if await self._asking.accepted(edit.given_up, "rename", f"Rename {what} to {new}", edit.beyond):
            self._edit(lambda: edit.document, edit.told, new.encode())
