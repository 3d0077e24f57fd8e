"""Numbers as people type them, in ASCII digits alone."""

import re

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{0,18})?")


def whole_number(text: str) -> int:
    """Return "1,024" or "1_024" as 1024. Raises ValueError for all else, digits of other scripts (``٩``) included.

    int() takes those, and they look like no number to who reads the command line.
    """
    cleaned = text.strip(" ").replace(",", "").replace("_", "")
    if not _WHOLE.fullmatch(cleaned):
        raise ValueError("no whole number")
    return int(cleaned)


def decimal_number(text: str) -> float:
    """Return "0.5" as 0.5. Raises ValueError for all else: ``nan``, ``inf``, ``1e3``, digits of other scripts."""
    if not _DECIMAL.fullmatch(text.strip(" ")):
        raise ValueError("no number")
    return float(text)
