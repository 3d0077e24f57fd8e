"""How the lint mends a line of the name map: the texts of the lines that take its place.

A mend may do what the rules of editing forbid, but gives no entry a name that they forbid.
"""

from collections import Counter
from collections.abc import Iterator

from tui.model.group import DEFAULT_GROUP
from tui.model.names.document import NameDocument, NameLine
from tui.model.names.map import WIDTH, entry
from tui.model.names.readers import UnreadableError, pyroute2_entries
from tui.model.names.rules import DEFAULT_NAME, MAX_NAME, MAX_PART, check_id, check_name, check_path

_ROOM = WIDTH - 4
"""Bytes of a comment's text on one line, with room for “# ” and a line end."""

Texts = tuple[bytes, ...]
"""Lines without their ends."""


class Mender:
    """Finds the mend of each line of one document, without looking through all of it every time."""

    def __init__(self, document: NameDocument) -> None:
        """Count what names and ids are taken."""
        entries = [found for line in document.lines for found in line.entries()]
        self._names = Counter(name for _, name in entries)
        self._names[DEFAULT_NAME.encode()] += 1
        self._ids = Counter(group_id for group_id, _ in entries)

    def keep(self, line: NameLine) -> Texts:
        """Write an entry anew, with what follows the name as a comment above; under a plain name if it must be."""
        found = line.found
        if found is None or found.number != found.group_id:
            return off(line)
        text = b"%d\t%b" % (found.group_id, found.name)
        if not _alike(text, found.group_id, found.name):
            return self.rename(line, plain(found.name))
        return (*_note(line.text[found.name_at.stop :]), text)

    def rename(self, line: NameLine, name: str, note: bytes = b"") -> Texts:
        """Write an entry anew as ``name`` or, where that is taken or forbidden, as something like it.

        ``note`` and what follows the name go above as a comment. Becomes a comment if its id can't be written.
        """
        found = line.found
        if found is None or check_id(str(found.group_id)):
            return off(line)
        chosen = next((each for each in _choices(name, found.group_id) if self._free(each, found.group_id)), None)
        if chosen is None:
            return off(line)
        return (*_note(note + line.text[found.name_at.stop :]), f"{found.group_id}\t{chosen}".encode())

    def malformed(self, line: NameLine) -> Texts:
        """Turn round “name id”, empty what is blank to the eye, and make all else a comment."""
        words = line.text.split()
        if not words:
            # To `ip` the CR of an empty line that ends in CRLF is a word.
            return (b"#",) if line.end == b"\r\n" else (b"",)
        if len(words) == 2 and words[1].isdigit():
            name, number = words[0].decode(errors="replace"), words[1].decode()
            if not check_id(number) and not self._ids[int(number)] and self._free(name, int(number)):
                return (f"{number}\t{name}".encode(),)
        return off(line)

    def shorten(self, line: NameLine) -> Texts:
        """Keep the entry of an over-long line if it is whole, without its padding or what follows it."""
        stripped = line.text.strip(b" \t\r\v\f")
        only = line.entries()[0] if len(line.entries()) == 1 else None
        if only and _alike(stripped, *only):
            return (stripped,)
        if line.found and line.found.name_at.stop < WIDTH:
            return self.keep(line)
        return off(line)

    def _free(self, name: str, group_id: int) -> bool:
        built_in = group_id == DEFAULT_GROUP and name == DEFAULT_NAME
        return not check_name(name, group_id) and (built_in or not self._names[name.encode()])


def off(line: NameLine) -> Texts:
    """Make a line a comment that every reader takes for one."""
    texts = comment_lines(line.text)
    # Without the blank, so that it isn't taken for a remark on the next entry.
    return (b"#" + texts[0][2:],) if line.kind != "comment" and len(texts) == 1 else texts


def comment_lines(raw: bytes) -> Texts:
    """Return bytes as comment lines that all read alike: UTF-8, no longer than may be, without a CR or NUL inside."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    text = text.translate({0: " ", 13: " "}).strip(" \t")
    if text.startswith("#"):
        text = text[1:].removeprefix(" ")
    parts = [b""]
    for char in text:
        if len(parts[-1]) + len(char.encode()) > _ROOM:
            parts.append(b"")
        parts[-1] += char.encode()
    return tuple(b"# " + part for part in parts)


def plain(name: bytes) -> str:
    """Return a name with “-” for whatever may not be written."""
    kept = "".join(
        char if char.isascii() and (char.isalnum() or char in "_.-/") else "-" for char in name.decode(errors="replace")
    )
    parts = [part.lstrip("-_.")[:MAX_PART].rstrip("-") for part in kept.split("/")]
    path = "/".join(filter(None, parts))
    return path if len(path) <= MAX_NAME and not check_path(path) else path.replace("/", "-")[:MAX_PART].rstrip("-")


def _note(raw: bytes) -> Texts:
    raw = raw.replace(b"\0", b" ").strip(b" \t\r\v\f")
    return comment_lines(raw) if raw else ()


def _choices(name: str, group_id: int) -> Iterator[str]:
    parent, slash, last = name.rpartition("/")
    other = f"{parent}{slash}{last[: MAX_PART - 11]}-{group_id}"
    yield from (DEFAULT_NAME,) if group_id == DEFAULT_GROUP else (name, other)
    yield f"group-{group_id}"


def _alike(text: bytes, group_id: int, name: bytes) -> bool:
    """Whether ``text`` is one short line in which all readers read this entry alone."""
    found = entry(text)
    try:
        agreed = pyroute2_entries(text) == [(group_id, name)]
    except UnreadableError:
        return False
    return agreed and found is not None and found[:2] == (group_id, name) and len(text) < WIDTH and b"\0" not in text
