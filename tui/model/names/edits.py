"""Edits of the name map as a script asks for them, by name or number; each has been made already, or says why not."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from tui.model.group import DEFAULT_GROUP
from tui.model.names.blocks import offer, offered, whose
from tui.model.names.document import NameDocument, NameLine
from tui.model.names.match import Match, match
from tui.model.names.rules import DEFAULT_NAME, NameRuleError, check_id, check_name
from tui.model.names.subtree import Subtree, find_subtree, lineage, subtree
from tui.model.names.usage import GivenUp, NameChange
from tui.model.text import did_you_mean, plural, visible


@dataclass(frozen=True, slots=True)
class Edit:
    """What an edit comes to. All its text is safe to show."""

    document: NameDocument
    """The map afterwards; the same one where it is so already."""
    told: str
    """What is so afterwards, one sentence."""
    group_id: int | None = None
    """Whose name it is about; None: nobody's."""
    name: str = ""
    """That group's name afterwards; empty: none."""
    given_up: tuple[GivenUp, ...] = ()
    """The names that are looked up in vain afterwards, or mean another group, in file order."""
    change: NameChange | None = None
    """What is done to these; None: it only adds."""
    beyond: str = ""
    """What it comes to that may not have been meant, one sentence; empty: nothing."""


class UnknownNameError(ValueError):
    """There is no such name; the text is one sentence."""


def read_pair(first: str, second: str) -> tuple[str, int]:
    """Return (name, number) of two words in either order, which is never in doubt: no name that may be written is a
    number. Raises NameRuleError, one sentence."""
    name, number = (second, first) if not check_id(first) and check_id(second) else (first, second)
    if problem := check_id(number):
        raise NameRuleError(problem)
    group_id = int(number, 0)
    if problem := check_name(name, group_id):
        raise NameRuleError(problem)
    return name, group_id


def set_name(document: NameDocument, name: str, group_id: int) -> Edit:
    """Name a group, whatever it or the name was before. Raises NameRuleError."""
    names, raw = document.names(), name.encode()
    if names.by_id.get(group_id) == raw and names.by_name.get(raw) == group_id:
        return Edit(document, f"Group {group_id} is named {name} already.", group_id, name)
    _whole(document)
    held = [line for line in document.lines if any(i == group_id or found == raw for i, found in line.entries())]
    if not held:
        return Edit(document.add(group_id, name), f"Group {group_id} is named {name} now.", group_id, name)
    line = _single(held, f"Group {group_id} and the name {name} are")
    former, was = line.name, line.group_id
    told, shown = f"Group {group_id} is named {name} now, ", visible(former)
    if was == group_id:
        edited = document.rename(line.number, name)
        told, why = f"{told}no longer {shown}.", f"Group {group_id} is named {shown} on line {line.number}."
        return Edit(edited, told, group_id, name, (GivenUp(former, was, name),), "rename", why)
    edited = document.renumber(line.number, group_id)
    told, why = f"{told}group {was} no longer.", f"The name {name} is group {was}'s on line {line.number}."
    return Edit(edited, told, group_id, name, (GivenUp(former, was or 0),), "renumber", why)


def set_below(document: NameDocument, name: str, used: Callable[[], Collection[int]]) -> Edit:
    """Name a group by the first free id of its parent's block, if the name isn't there already.

    ``used`` tells the ids that interfaces bear. Raises ValueError if it has no parent, NameRuleError.
    """
    if (group_id := document.names().by_name.get(name.encode())) is not None:
        return Edit(document, f"Group {group_id} is named {name} already.", group_id, name)
    if problem := check_name(name):
        raise NameRuleError(problem)
    if "/" not in name:
        raise ValueError(f"Give a number too: only a name below a parent, such as dc1/{name}, can do without one.")
    found = offer(document, name.encode(), used())
    if found is None:
        parent = name.rpartition("/")[0]
        raise NameRuleError(
            f"Give a number too: neither {parent} nor what is above it has one such as 0x100, whose"
            " block, here 0x101-0x1ff, would offer some."
        )
    if found.free is None:
        raise NameRuleError(f"Give a number too: {offered(found)}")
    edit = set_name(document, name, found.free)
    return replace(edit, told=f"{edit.told.removesuffix('.')}, the first that was free in {whose(found)}.")


def rename(document: NameDocument, old: str, new: str) -> Edit:
    """Give what is called ``old`` another name: a parent with all that is below it, or one entry.

    A “/” at its end means the parent; so does its bare name where no entry bears it. Where one does, and others are
    below it, the bare name is in doubt, and refused. Raises NameRuleError, UnknownNameError.
    """
    if tree := _parent(document, old):
        if own := tree.own:
            _refuse_bare(old, tree, "renames", f" too, {own.group_id} renames it alone")
        if tree.path != new.encode():
            _whole(document)
        return rename_tree(tree, new)
    line = _find(document, old)
    if line is None:
        return _renamed_already(document, old, new)
    shown, group_id = visible(line.name), line.group_id
    if line.name == new.encode():
        return Edit(document, f"Group {group_id} is named {new} already.", group_id, new)
    _whole(document)
    edited = document.rename(line.number, new)
    told = f"Group {group_id} is named {new} now, no longer {shown}.{_stay(document, line)}"
    return Edit(edited, told, group_id, new, (GivenUp(line.name, line.group_id or 0, new),), "rename")


def rename_tree(tree: Subtree, new: str) -> Edit:
    """Give a parent, which needs no entry of its own, and all that is below it another name. Raises NameRuleError."""
    document, shown = tree.document, visible(tree.path)
    own = tree.own.group_id if tree.own else None
    if tree.path == new.encode():
        return Edit(document, f"{new} and the {_names(tree.below)} below it are named so already.", own, new)
    if problem := tree.error(new):
        raise NameRuleError(problem)
    edited, rest = tree.renamed(new), len(tree.path)
    given_up = tuple(GivenUp(line.name, line.group_id or 0, new + visible(line.name[rest:])) for line in tree.lines)
    told = f"{shown} is {new} now, with {_names(tree.below)} below it: {plural(len(tree.lines), 'line')} renamed."
    return Edit(edited, told, own, new, given_up, "rename", tree.joins(new))


def _renamed_already(document: NameDocument, old: str, new: str) -> Edit:
    """Return that ``new`` is there and ``old`` isn't. Raises UnknownNameError if that isn't there either."""
    group_id = document.names().by_name.get(new.encode())
    if group_id is None and not subtree(document, new.encode()).lines:
        raise UnknownNameError(_unknown(document, old))
    there = f"names are below {new}" if group_id is None else f"group {group_id} is named {new}"
    told = f"There is no group “{visible(old)}” in the name map, and {there} already."
    return Edit(document, told, group_id, new)


def remove(document: NameDocument, word: str) -> Edit:
    """Take the name of a group away, given by that or by its number; with a “/” at its end, a parent's and all below.

    The bare name of what has others below it is in doubt, and refused. Raises NameRuleError.
    """
    if tree := _parent(document, word):
        own = tree.own
        _refuse_bare(word, tree, "removes", "" if own is None else f" too, {own.group_id} removes it alone")
        return _remove_tree(tree)
    line = _find(document, word)
    if line is None:
        if word == DEFAULT_NAME or (not check_id(word) and int(word, 0) == DEFAULT_GROUP):
            raise NameRuleError(f"Group {DEFAULT_GROUP} keeps its name, {DEFAULT_NAME}: it is built into `ip`.")
        return Edit(document, _unknown(document, word))
    _whole(document)
    told = f"Group {line.group_id} has no name now, no longer {visible(line.name)}.{_stay(document, line)}"
    given_up = (GivenUp(line.name, line.group_id or 0),)
    return Edit(document.delete(line.number), told, line.group_id, "", given_up, "delete")


def _parent(document: NameDocument, word: str) -> Subtree | None:
    """Return what has names below it and is called ``word``, with or without a “/” at its end; None: nothing.

    Raises NameRuleError for a “/” where nothing is below.
    """
    tree = find_subtree(document, word)
    if tree.below:
        return tree
    if tree.lines and _slashed(word, tree):
        group_id, name = tree.lines[0].group_id, visible(tree.path)
        raise NameRuleError(f"Nothing is below “{visible(word)}”; without the slash it is group {name} ({group_id}).")
    return None


def _slashed(word: str, tree: Subtree) -> bool:
    """Whether ``word`` says by its end that all below is meant; a name that ends so itself says nothing."""
    return word.endswith("/") and not tree.path.endswith(b"/")


def _refuse_bare(word: str, tree: Subtree, deed: str, rest: str) -> None:
    """Refuse a word that could mean a parent's own entry alone as well as all below it."""
    if _slashed(word, tree):
        return
    shown, are = visible(tree.path), "is" if tree.below == 1 else "are"
    it = "it" if tree.below == 1 else "them"
    raise NameRuleError(f"{_names(tree.below)} {are} below {shown}: “{shown}/” {deed} {it}{rest}.")


def _remove_tree(tree: Subtree) -> Edit:
    _whole(tree.document)
    for line in tree.lines:
        _single([line], "")
    edited = tree.document.delete_all({line.number for line in tree.lines})
    given_up = tuple(GivenUp(line.name, line.group_id or 0) for line in tree.lines)
    has = "has" if len(given_up) == 1 else "have"
    told = f"{plural(len(given_up), 'group')} {has} no name now: {visible(tree.path)} and all below it is removed."
    return Edit(edited, told, None, "", given_up, "delete")


def _stay(document: NameDocument, line: NameLine) -> str:
    """Return what is told of the names below an entry that was edited alone; empty: there are none."""
    below = subtree(document, line.name).below
    return f" The {_names(below)} below {visible(line.name)} {'stays' if below == 1 else 'stay'}." if below else ""


def _names(number: int) -> str:
    return plural(number, "name")


def find_match(document: NameDocument, word: str) -> Match:
    """Return what a name, that of a parent or of a group, or a number comes to.

    Raises UnknownNameError, NameRuleError for group 0.
    """
    names = document.names()
    raw = word.encode(errors="surrogateescape")
    choices = [raw, raw.rstrip(b"/"), find_subtree(document, word).path]
    if not check_id(word):
        choices.append(names.by_id.get(int(word, 0), raw))
    if word == DEFAULT_NAME or (not check_id(word) and int(word, 0) == DEFAULT_GROUP):
        raise NameRuleError(f"Group {DEFAULT_GROUP} is in no tree: every interface without a tag is in it.")
    if (found := next(filter(None, (match(names, path) for path in choices)), None)) is None:
        raise UnknownNameError(_unknown(document, word))
    return found


def _find(document: NameDocument, word: str) -> NameLine | None:
    """Return the line of a name or a number; None: there is none. Raises NameRuleError if there are several.

    A name may be given as it is, or as it is shown.
    """
    raw = word.encode(errors="surrogateescape")
    lines = [line for line in document.lines if line.found]
    found = [line for line in lines if any(name == raw or visible(name) == word for _, name in line.entries())]
    if not check_id(word):
        number = int(word, 0)
        found += [line for line in lines if line not in found and any(i == number for i, _ in line.entries())]
    return _single(found, f"“{visible(word)}” is") if found else None


def _single(lines: list[NameLine], subject: str) -> NameLine:
    """Return the one line with its one entry. Raises NameRuleError, whose sentence begins with ``subject``."""
    if len(lines) > 1:
        said = ", ".join(f"{line.number} ({line.group_id} {visible(line.name)})" for line in lines[:5])
        more = " and others" if len(lines) > 5 else ""
        raise NameRuleError(f"{subject} on lines {said}{more}: remove all but one first, by name or number.")
    if len(lines[0].entries()) > 1:
        raise NameRuleError(f"`ip` takes line {lines[0].number}, which is too long, for several: shorten it first.")
    return lines[0]


def _whole(document: NameDocument) -> None:
    if line := document.names().corrupt_line:
        raise NameRuleError(f"Line {line} is malformed, and `ip` loses every name after it: mend that line first.")


def _unknown(document: NameDocument, word: str) -> str:
    """Return that there is no such name or number, and what is alike."""
    known = [visible(path) for line in document.lines for _, name in line.entries() for path in lineage(name)]
    return f"There is no group “{visible(word)}” in the name map. {did_you_mean(visible(word), known)}".rstrip()
