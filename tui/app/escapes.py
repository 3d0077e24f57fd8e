"""Esc and the key after it, in one packet, are two keys: terminals send Alt with a key in the same way.

Textual takes them for Alt; then Esc is lost, and Enter after it says yes to what was to be left. Our keys know no Alt.
"""

import re
from collections.abc import Iterator

ESC = "\x1b"
# What follows ESC in sequences of keys, mouse and the terminal's answers: CSI, SS3, DCS, OSC, PM, APC (ECMA-48).
_BEGINS = "[OP]^_"
_ALONE = re.compile(rf"{ESC}(?![{re.escape(_BEGINS)}])")


class EscapeSplitter:
    """Goes along with a terminal's input and takes out every ESC that begins no sequence."""

    def __init__(self) -> None:
        """Start with nothing held."""
        self._held = False

    def pieces(self, text: str) -> Iterator[str]:
        """Return what comes next, piece by piece; a lone `ESC` is the key. One at the end is held: more may follow."""
        text = ESC * self._held + text
        self._held = text.endswith(ESC)
        text = text.removesuffix(ESC) if self._held else text
        at = 0
        for found in _ALONE.finditer(text):
            if piece := text[at : found.start()]:
                yield piece
            yield ESC
            at = found.end()
        if at < len(text):
            yield text[at:]

    def rest(self) -> Iterator[str]:
        """Return the ESC that was held: nothing followed it in time."""
        if self._held:
            self._held = False
            yield ESC
