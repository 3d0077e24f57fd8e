"""Hostile bytes → visible text: the one sanitiser of everything that is shown, logged, copied or printed.

The kernel takes almost any byte in a device name (``dev_valid_name``, net/core/dev.c: only ``/``, ``:``, white
space, ``.`` and ``..`` are refused) and every byte in an alias. Terminals obey C0, C1, bidirectional and
zero-width characters, so none of them may pass.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

# Categories that a terminal may obey, reorder by or give no cell to: controls, formats, surrogates, private use,
# unassigned, combining marks, line and paragraph separators, and spaces that look like U+0020 but aren't.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me", "Mc", "Zl", "Zp", "Zs"})

# Letters and symbols that are blank, join their neighbours, or whose width terminals disagree on: Hangul fillers
# and conjoining jamo, the Braille blank, emoji modifiers, regional indicators.
_ODD = (
    (0x115F, 0x11FF),
    (0x2800, 0x2800),
    (0x3164, 0x3164),
    (0xD7B0, 0xD7FF),
    (0xFFA0, 0xFFA0),
    (0x1F1E6, 0x1F1FF),
    (0x1F3FB, 0x1F3FF),
)
# What `visible` writes, in the order in which it must be looked for.
_TOKEN = re.compile(r"\\(?P<quoted>\\|<U\+)|\\x(?P<byte>[0-9a-f]{2})|<U\+(?P<point>[0-9A-F]{4,6})>|(?!<U\+)[^\\]")


def _hidden(char: str) -> bool:
    if unicodedata.category(char) in _HIDDEN:
        return char != " "
    return any(first <= ord(char) <= last for first, last in _ODD)


def _escape(char: str) -> str:
    code = ord(char)
    if char == "\\":
        return "\\\\"
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    return f"<U+{code:04X}>"


def visible(raw: bytes | str) -> str:
    r"""Return ``raw`` as printable text in which every character takes one or two cells.

    Bytes are read as UTF-8. Controls and bytes that aren't UTF-8 become ``\x1b``, ``\xff``; characters without a
    width of their own, or that reorder text, become ``<U+202E>``. A backslash becomes ``\\`` and a ``<U+`` that was
    there before ``\<U+``, so that no name can look like another's escape.
    """
    text = raw.decode("utf-8", "surrogateescape") if isinstance(raw, bytes) else raw
    if text.isascii() and text.isprintable() and "\\" not in text and "<U+" not in text:
        # Most names are such; to remember them too would fill the memory where names keep changing.
        return text
    return _escaped(text)


@lru_cache(maxsize=1024)
def _escaped(text: str) -> str:
    return "\\<U+".join(_visible(part) for part in text.split("<U+"))


def harmless(text: str) -> str:
    """Return text that went through `visible` before as it is, and whatever a terminal would still obey in it made
    visible: what others may have written since."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(char) if char != "\\" and _hidden(char) else char for char in text)


def bytes_of(text: str) -> bytes:
    """Return the bytes of which `visible` made ``text``. Raises ValueError for text that it never makes."""
    raw, at = b"", 0
    while at < len(text):
        if (token := _TOKEN.match(text, at)) is None:
            raise ValueError("It isn't text that was made visible.")
        at = token.end()
        match token.lastgroup:
            case "byte":
                raw += bytes([int(token["byte"], 16)])
            case "point":
                raw += chr(int(token["point"], 16)).encode()
            case "quoted":
                raw += token["quoted"].encode()
            case _:
                raw += token[0].encode()
    return raw


def plural(number: int, word: str, words: str = "") -> str:
    """Return "1 message", "1,024 messages"; ``words``: the plural where it isn't made with an s."""
    return f"{number:,} {word if number == 1 else words or f'{word}s'}"


def reason(error: BaseException) -> str:
    """Return why something failed, never empty: the system's words, else the exception's own, else its name."""
    return str(getattr(error, "strerror", None) or error) or type(error).__name__


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return "Did you mean mtu?" for what is near ``word``, else "". Neither is made visible here."""
    from difflib import get_close_matches  # where all is right nobody needs it

    found = get_close_matches(word, list(known), 1)
    return f"Did you mean {found[0]}?" if found else ""


def ascii_text(text: str) -> str:
    """Return visible text in ASCII: every other character as ``<U+00E4>``, so that no two names look alike."""
    return text if text.isascii() else "".join(char if char.isascii() else f"<U+{ord(char):04X}>" for char in text)


def _visible(text: str) -> str:
    return "".join(_escape(char) if char == "\\" or _hidden(char) else char for char in text)
