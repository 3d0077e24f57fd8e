"""What the other readers of the name map make of a line, where that isn't what `ip` makes of it.

nft (rt_symbol_table_init, nftables src/datatype.c) uses the grammar of `ip`, but stores an unsigned id and takes the
first entry of an id or a name, not the last. pyroute2 (netlink/rt_files.py) splits text at Unicode white space,
wants exactly two words, and gives up on the whole file otherwise.
"""

from tui.model.text import plural


class UnreadableError(ValueError):
    """pyroute2 raises an exception at this line and reads no name at all; says why."""


def pyroute2_entries(raw: bytes) -> list[tuple[int, bytes]]:
    """Return the (id, name) that pyroute2's GroupFile reads in one line. Raises UnreadableError."""
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise UnreadableError("it isn't UTF-8") from error
    # Text files: a lone CR ends a line too.
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [_entry(line) for line in map(str.strip, lines) if line and line[0] != "#"]


def _entry(line: str) -> tuple[int, bytes]:
    words = line.split()
    if len(words) != 2:
        raise UnreadableError(f"it has {plural(len(words), 'word')}, not two")
    try:
        if words[0].startswith("0x"):
            return int(words[0][2:], 16), words[1].encode()
        if ":" in words[0]:
            major, minor = (int(half or "0", 16) for half in words[0].split(":"))
            return major << 16 | minor, words[1].encode()
        return int(words[0]), words[1].encode()
    except ValueError as error:
        raise UnreadableError("its first word is no number") from error
