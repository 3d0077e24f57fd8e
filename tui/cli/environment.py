"""What the environment may decide: how the terminal is written to, and nothing else."""

import locale
import re
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from tui.model.text import visible

_ASCII_TERMINALS = ("vt1", "vt2", "vt5", "ansi", "dumb")
_UTF8 = re.compile(r"\.utf-?8\b", re.IGNORECASE)
_SIZES = {"COLUMNS": 2000, "LINES": 1000}
"""Each variable of a terminal's size, and the most cells that are believed: six 4K screens side by side."""
_COLOURS = ("auto", "standard", "256", "truecolor")
# Read by Textual when it is imported. Its others press keys, write files, load code or open connections.
_LOOKS = frozenset(
    f"TEXTUAL_{name}"
    for name in (
        "ANIMATIONS",
        "COLOR_SYSTEM",
        "DIM_FACTOR",
        "DISABLE_KITTY_KEY",
        "FPS",
        "SMOOTH_SCROLL",
        "THEME",
    )
)


def tame(environ: MutableMapping[str, str]) -> None:
    """Take from the environment what may not decide anything. Call it before Textual is imported.

    That is a terminal's size beyond reason, and all of Textual's variables but those of its looks. Raises ValueError
    for one of those that makes no sense.
    """
    for name, most in _SIZES.items():
        if not 1 <= _digits(environ.get(name, "")) <= most:
            environ.pop(name, None)
    for name in [name for name in environ if name == "TEXTUAL" or name.startswith("TEXTUAL_")]:
        if name not in _LOOKS:
            del environ[name]
    if not (colours := environ.get("TEXTUAL_COLOR_SYSTEM", "")):
        environ.pop("TEXTUAL_COLOR_SYSTEM", None)
        return
    if colours not in _COLOURS:
        raise ValueError(
            f"TEXTUAL_COLOR_SYSTEM is “{visible(colours)}”; set it to {', '.join(_COLOURS[:-1])} or {_COLOURS[-1]}, "
            "or unset it."
        )


def _digits(text: str) -> int:
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else 0


def only_ascii(environ: Mapping[str, str]) -> bool:
    """Whether this terminal or this locale takes ASCII alone.

    Nobody having set a locale says nothing about the terminal, and today's speak UTF-8; a “C” that was set does.
    """
    if environ.get("TERM", "").startswith(_ASCII_TERMINALS):
        return True
    said = next((value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := environ.get(name))), "")
    if not said or _UTF8.search(said):
        return False  # also where that locale isn't installed: it is the terminal's
    return said in ("C", "POSIX") or locale.getencoding().lower() not in ("utf-8", "utf8")


def as_started(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment as it was when the process began, as far as /proc tells.

    Python puts LC_CTYPE=C.UTF-8 into its own where the locale is “C” (PEP 538).
    """
    try:
        raw = Path("/proc/self/environ").read_bytes()
    except OSError:
        return dict(environ)
    pairs = (entry.partition(b"=") for entry in raw.split(b"\0") if entry)
    return {name.decode(errors="surrogateescape"): value.decode(errors="surrogateescape") for name, _, value in pairs}
