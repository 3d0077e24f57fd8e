"""The lint's rules that need one line alone."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tui.model.group import DEFAULT_GROUP, MAX_IP_GROUP
from tui.model.names.document import NameLine
from tui.model.names.map import WIDTH, NameEntry
from tui.model.names.mend import Mender, Texts, off, plain
from tui.model.names.readers import UnreadableError, pyroute2_entries
from tui.model.names.rules import DEFAULT_NAME, check_path, number_like
from tui.model.text import visible

WORST_FIRST = (
    "malformed",
    "long-line",
    "id-range",
    "negative",
    "zero-renamed",
    "duplicate-id",
    "duplicate-name",
    "number-name",
    "hash-name",
    "two-words",
    "trailing-comment",
    "readers",
    "leading-zero",
    "odd-name",
    "group-d",
)
"""Every rule. A mend of one brings up no finding of a worse one."""

_PLAIN = re.compile(rb"[A-Za-z0-9_][A-Za-z0-9_./-]*")
_GIVES_UP = "pyroute2 gives up on the whole file"


class Problem(NamedTuple):
    """A finding in the making."""

    line: int
    rule: str
    what: str
    why: str
    texts: Texts


def line_problems(line: NameLine, mender: Mender) -> Iterator[Problem]:
    """Yield what is wrong with a line by itself, other than that it is malformed."""
    number = line.number
    if line.pieces > 1:
        what = f"The line has {len(line.text)} bytes; `ip` reads at most {WIDTH} at a time."
        why = f"`ip` takes it for {line.pieces} lines{_as(line)}."
        yield Problem(number, "long-line", what, why, mender.shorten(line))
    if line.kind == "malformed":
        return
    if line.found is None:
        if line.pieces == 1:
            yield from _readers(line, mender)
        return
    if line.found.number > MAX_IP_GROUP or line.found.number < 0:
        yield _out_of_range(line, line.found)
        return
    yield from _name(line, line.found, mender)
    if line.pieces == 1:
        tail = list(_tail(line, line.found, mender))
        yield from tail or _readers(line, mender)
    digits = line.text[line.found.id_at].lstrip(b"+")
    if len(digits) > 1 and digits.startswith(b"0") and digits.isdigit():
        what = f"{visible(digits)} is {line.group_id} in this file."
        why = "On the command line `ip` takes a number with a leading zero for octal."
        yield Problem(number, "leading-zero", what, why, mender.keep(line))


def _out_of_range(line: NameLine, found: NameEntry) -> Problem:
    spelled = visible(line.text[found.id_at])
    reads = (
        f"`ip` skips it, nft reads {found.group_id & 0xFFFFFFFF}"
        if found.group_id < 0
        else f"`ip` reads {found.group_id}"
    )
    why = f"{reads} and pyroute2 the number as it stands."
    if found.number < 0:
        return Problem(line.number, "negative", f"The id {spelled} is negative.", why, off(line))
    return Problem(line.number, "id-range", f"The id {spelled} is above {MAX_IP_GROUP}.", why, off(line))


def _name(line: NameLine, found: NameEntry, mender: Mender) -> Iterator[Problem]:
    name, shown = found.name, visible(found.name)
    if found.group_id == DEFAULT_GROUP:
        if name != DEFAULT_NAME.encode():
            what = f"Group {DEFAULT_GROUP} is renamed to {shown}."
            why = f"Every untagged interface is in it, and scripts, firewalls and people know it as {DEFAULT_NAME}."
            yield Problem(line.number, "zero-renamed", what, why, mender.rename(line, DEFAULT_NAME))
    elif number_like(name):
        what = f"The name {shown} looks like a number."
        why = f"`ip` looks names up first: {shown} no longer means the group of that number; nft and pyroute2 differ."
        yield Problem(line.number, "number-name", what, why, mender.rename(line, f"group-{plain(name)}"))
    elif b"#" in name:
        first, _, rest = name.partition(b"#")
        what = f"The name is {shown}, “#” included."
        why = "A “#” begins a comment only at the start of a line."
        yield Problem(line.number, "hash-name", what, why, mender.rename(line, plain(first), rest + b" "))
    elif b"/" in name and _PLAIN.fullmatch(name) and (why := check_path(name.decode())):
        what = f"The name {shown} has no place in the tree of names."
        yield Problem(line.number, "odd-name", what, why, mender.rename(line, plain(name)))
    elif not _PLAIN.fullmatch(name):
        what = f"The name {shown} isn't made of letters, digits, “_”, “.”, “-” and “/” alone."
        why = "Shells and nft take it only in quotes, and some terminals obey it."
        yield Problem(line.number, "odd-name", what, why, mender.rename(line, plain(name)))


def _tail(line: NameLine, found: NameEntry, mender: Mender) -> Iterator[Problem]:
    tail = line.text[found.name_at.stop :].split(b"\0")[0].strip(b" \t\r\v\f")
    if not tail:
        return
    shown = visible(found.name)
    if tail.startswith(b"#"):
        what, rule = f"A comment follows the name {shown} on its line.", "trailing-comment"
        why = f"`ip` and nft ignore it; {_GIVES_UP}."
    else:
        what, rule = f"More words follow the name {shown}.", "two-words"
        why = f"To `ip` and nft the name is {shown}; {_GIVES_UP}."
    yield Problem(line.number, rule, what, why, mender.keep(line))


def _readers(line: NameLine, mender: Mender) -> Iterator[Problem]:
    what = "Readers disagree on this line."
    ours = line.entries()
    try:
        theirs = pyroute2_entries(line.raw)
    except UnreadableError as problem:
        why = f"`ip` reads {_said(ours)}; {_GIVES_UP}: {problem}."
    else:
        if theirs == ours:
            return
        why = f"`ip` reads {_said(ours)}; pyroute2 reads {_said(theirs)}."
    yield Problem(line.number, "readers", what, why, mender.keep(line) if line.found else off(line))


def _said(entries: list[tuple[int, bytes]]) -> str:
    return ", ".join(f"group {group_id} as {visible(name)}" for group_id, name in entries) or "nothing"


def _as(line: NameLine) -> str:
    if not line.rest:
        return ""
    group_id, name = line.rest[-1]
    return f", one of which names group {group_id} {visible(name[:40])}"
