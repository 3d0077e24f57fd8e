"""By what texts are ordered: numbers in them as numbers, empty ones last."""

import re
from typing import TypeAlias

Natural: TypeAlias = tuple[bool, tuple[tuple[int, int, str], ...]]

_DIGITS = re.compile(r"([0-9]+)")
_SPARE = 8192  # keys remembered beyond two for each interface: of groups, and of names that were

_known: dict[str, Natural] = {}


def natural(text: str) -> Natural:
    """Return a key that sorts eth2 before eth10, and nothing after everything."""
    if (key := _known.get(text)) is None:
        parts = _DIGITS.split(text.lower())
        key = not text, tuple((0, int(part), "") if odd % 2 else (1, 0, part) for odd, part in enumerate(parts))
        _known[text] = key
    return key


def forget(links: int) -> None:
    """Forget the keys once most are of names that are no more; ``links``: how many interfaces there are."""
    if len(_known) > 2 * links + _SPARE:
        _known.clear()
