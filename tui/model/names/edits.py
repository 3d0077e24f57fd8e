"""Edits of the name map as a script asks for them, by name or number; each has been made already, or says why not."""

from dataclasses import dataclass

from tui.model.group import DEFAULT_GROUP
from tui.model.names.document import NameDocument, NameLine
from tui.model.names.rules import DEFAULT_NAME, NameRuleError, check_id, check_name
from tui.model.names.usage import NameChange
from tui.model.text import did_you_mean, visible


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
    former: bytes = b""
    """The name that is looked up in vain afterwards, or means another group; empty: there is none."""
    was: int | None = None
    """The group that ``former`` named."""
    change: NameChange | None = None
    """What is done to ``former``; None: it only adds."""
    replaces: str = ""
    """What it changes although only an addition was asked for, one sentence; empty: nothing."""


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
        return Edit(edited, told, group_id, name, former, was, "rename", why)
    edited = document.renumber(line.number, group_id)
    told, why = f"{told}group {was} no longer.", f"The name {name} is group {was}'s on line {line.number}."
    return Edit(edited, told, group_id, name, former, was, "renumber", why)


def rename(document: NameDocument, old: str, new: str) -> Edit:
    """Give what is called ``old``, a name or a number, another name. Raises NameRuleError, UnknownNameError."""
    line = _find(document, old)
    if line is None:
        if (group_id := document.names().by_name.get(new.encode())) is None:
            raise UnknownNameError(_unknown(document, old))
        told = f"There is no group “{visible(old)}” in the name map, and group {group_id} is named {new} already."
        return Edit(document, told, group_id, new)
    shown, group_id = visible(line.name), line.group_id
    if line.name == new.encode():
        return Edit(document, f"Group {group_id} is named {new} already.", group_id, new)
    _whole(document)
    edited = document.rename(line.number, new)
    told = f"Group {group_id} is named {new} now, no longer {shown}."
    return Edit(edited, told, group_id, new, line.name, group_id, "rename")


def remove(document: NameDocument, word: str) -> Edit:
    """Take the name of a group away, given by that or by its number. Raises NameRuleError."""
    line = _find(document, word)
    if line is None:
        if word == DEFAULT_NAME or (not check_id(word) and int(word, 0) == DEFAULT_GROUP):
            raise NameRuleError(f"Group {DEFAULT_GROUP} keeps its name, {DEFAULT_NAME}: it is built into `ip`.")
        return Edit(document, _unknown(document, word))
    _whole(document)
    told = f"Group {line.group_id} has no name now, no longer {visible(line.name)}."
    return Edit(document.delete(line.number), told, line.group_id, "", line.name, line.group_id, "delete")


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
    known = [visible(name) for line in document.lines for _, name in line.entries()]
    return f"There is no group “{visible(word)}” in the name map. {did_you_mean(visible(word), known)}".rstrip()
