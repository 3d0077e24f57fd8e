"""What we write into the name map: only what every reader reads alike, and no name that hides a number."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from tui.model.group import DEFAULT_GROUP, MAX_IP_GROUP
from tui.model.names.tree import MAX_DEPTH
from tui.model.text import visible

DEFAULT_NAME = "default"
"""The name of group 0, built into `ip`."""
MAX_PART = 32
"""Characters in a part of a name that we write: in all of it, if it has no “/”."""
MAX_NAME = 64
"""Characters in a name that we write, its parents' included."""

_ODD = re.compile(r"[^A-Za-z0-9_./-]")
# What strtoul(…, 0) takes, or nearly takes, for a number: `ip` would never get to the number behind it.
_NUMBER = re.compile(rb"[+-]?(?:[0-9]+|0[xX].*)", re.DOTALL)
_DECIMAL = re.compile(r"0|[1-9][0-9]*")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_NONE: Mapping[bytes, int] = MappingProxyType({})


class NameRuleError(ValueError):
    """An edit of the name map that we refuse; its text is one sentence that says which rule, safe to show."""


def number_like(name: bytes) -> bool:
    """Whether a name is digits only or hex-like. Names are looked up first, so it would hide that number."""
    return bool(_NUMBER.fullmatch(name))


def check_name(name: str, group_id: int | None = None, taken: Mapping[bytes, int] = _NONE) -> str:
    """Return why ``name`` can't be written, one sentence, or "" if it can; fit to be called at every keystroke.

    ``group_id``: whose name it is to be, if that is known. ``taken``: the line that holds each other name, 0 for a
    name that is built in.
    """
    if not name:
        return "Give a name."
    if group_id == DEFAULT_GROUP and name != DEFAULT_NAME:
        return f"Group {DEFAULT_GROUP} keeps its name, {DEFAULT_NAME}: scripts and firewalls everywhere rely on it."
    if odd := _ODD.search(name):
        return f"A name is made of letters, digits, “_”, “.”, “-”, and “/” after a parent, not {_quoted(odd[0])}."
    if problem := check_path(name):
        return problem
    for part in name.split("/"):
        if not part[0].isalnum():
            return f"A name begins with a letter or a digit, not {_quoted(part[0])}."
        if len(part) > MAX_PART:
            return f"A name has at most {MAX_PART} characters; this has {len(part)}."
    if len(name) > MAX_NAME:
        return f"A name and its parents have at most {MAX_NAME} characters; these have {len(name)}."
    if number_like(name.encode()):
        return f"A name of digits only, or that begins with 0x, hides the group of that number: not {_quoted(name)}."
    if name == DEFAULT_NAME and group_id not in (None, DEFAULT_GROUP):
        return f"A name is unique: {DEFAULT_NAME} is group {DEFAULT_GROUP}."
    if (line := taken.get(name.encode())) is not None:
        return f"A name is unique: {name} is taken {_where(line)}."
    return ""


def check_path(name: str) -> str:
    """Return why ``name`` has no place in the tree of names, one sentence, or "" if it has.

    A first part that begins with a digit is a number to nft and iptables, and what follows the “/” its mask: nft 1.0.6
    takes ``9a/b`` for a syntax error, iptables 1.8.9 ``10/24`` for the groups with these bits.
    """
    first, slash, _ = name.partition("/")
    if "" in name.split("/"):
        return "A “/” stands between a parent and its child: give both a name."
    if slash and first[0].isdigit():
        return f"A parent begins with a letter: nft or iptables takes {_quoted(name)} for a number and its mask."
    if name.count("/") >= MAX_DEPTH:
        return f"A name has at most {MAX_DEPTH} parts; this has {name.count('/') + 1}."
    if slash and first == DEFAULT_NAME:
        return f"Nothing is below {DEFAULT_NAME}: group {DEFAULT_GROUP} is in no tree."
    return ""


def check_id(text: str, taken: Mapping[int, int] = MappingProxyType({})) -> str:
    """Return why ``text`` is no id that can be written, one sentence, or "" if it is; fit for every keystroke.

    ``taken``: the line that names each other id, 0 for a name that is built in.
    """
    if not text:
        return f"Give a group number, 0 to {MAX_IP_GROUP}."
    if not _DECIMAL.fullmatch(text) and not _HEX.fullmatch(text):
        if text.isascii() and text.isdigit():
            return (
                "A group number has no leading zero: the file reads it as decimal, `ip` on its command line as octal."
            )
        return f"A group number is decimal, or hex such as 0x1f, not {_quoted(text)}."
    # Twenty characters hold every number that is in range, and keep int() from working on a pasted novel.
    if len(text) > 20 or int(text, 0) > MAX_IP_GROUP:
        return f"A group number is 0 to {MAX_IP_GROUP}: `ip` takes no larger one."
    if (line := taken.get(int(text, 0))) is not None:
        return f"A group has one name: {int(text, 0)} is named {_where(line)}; rename that."
    return ""


def read_id(text: str) -> int:
    """Return the id that ``text`` spells. Raises NameRuleError where `check_id` objects."""
    if problem := check_id(text):
        raise NameRuleError(problem)
    return int(text, 0)


def _quoted(text: str) -> str:
    shown = visible(text[: MAX_NAME + 1])
    return f"“{shown}…”" if len(text) > MAX_NAME + 1 else f"“{shown}”"


def _where(line: int) -> str:
    return f"on line {line}" if line else "already, without a line in the file"
