"""One word of a shell line, whatever bytes it is to hold: printable ASCII that no shell takes for more than a word."""

import re

_SAFE = re.compile(r"[A-Za-z0-9_.,:/@+-]+")


def quote(raw: bytes) -> str:
    """Return a word that a POSIX shell reads as ``raw``: plain, in quotes, or as what printf(1) makes of it.

    Raises ValueError for a NUL, which no argument can hold, and for a newline at the end, which `$(…)` would drop; the
    kernel takes neither in a name.
    """
    if b"\0" in raw or raw.endswith(b"\n"):
        raise ValueError("A NUL, or a newline at the end, can't be written as a word for the shell.")
    text = raw.decode("latin-1")
    if _SAFE.fullmatch(text):
        return text
    if text.isascii() and (text.isprintable() or not text):
        return "'" + text.replace("'", "'\\''") + "'"
    return f"\"$(printf '{''.join(_printf(char, number == 0) for number, char in enumerate(text))}')\""


def _printf(char: str, first: bool) -> str:
    """Return a character of printf's format; a hyphen at its beginning would be taken for an option."""
    if char == "%":
        return "%%"
    if _SAFE.fullmatch(char) and not (first and char == "-"):
        return char
    return f"\\{ord(char):03o}"
