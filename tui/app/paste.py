"""What is pasted stays text, whatever it holds: bracketed paste, made safe before the toolkit reads it.

Textual takes an ESC inside a paste for the beginning of a key, and what follows it for keys: a paste could press any of
them. Terminals mostly drop ESC from what they paste; tmux (paste-buffer -p) doesn't.
"""

_BEGIN, _END = "\x1b[200~", "\x1b[201~"  # xterm's ctlseqs, "Bracketed Paste Mode"


class PasteFilter:
    """Goes along with a terminal's input and drops every ESC of a paste but the one that ends it."""

    def __init__(self) -> None:
        """Start outside of a paste."""
        self._inside = False
        self._seen = ""
        """Outside: the end of what was passed on. Inside: the begin of what may become the paste's end."""

    def filtered(self, text: str) -> str:
        """Return what may be passed on of the next piece of input."""
        passed = []
        while text:
            take = self._inner if self._inside else self._outer
            now, text = take(text)
            passed.append(now)
        return "".join(passed)

    def _outer(self, text: str) -> tuple[str, str]:
        """Pass on all up to a paste's beginning; also if that came in pieces. Return that, and the rest."""
        seen = self._seen + text
        at = seen.find(_BEGIN)
        if at < 0:
            self._seen = seen[1 - len(_BEGIN) :]
            return text, ""
        end = at + len(_BEGIN) - len(self._seen)
        self._inside, self._seen = True, ""
        return text[:end], text[end:]

    def _inner(self, text: str) -> tuple[str, str]:
        """Pass on all up to a paste's end, without its other ESCs. Return that, and the rest."""
        seen = self._seen + text
        at = seen.find(_END)
        if at >= 0:
            self._inside, self._seen = False, ""
            return _plain(seen[:at]) + _END, seen[at + len(_END) :]
        held = next((size for size in range(len(_END) - 1, 0, -1) if seen.endswith(_END[:size])), 0)
        self._seen = seen[len(seen) - held :]
        return _plain(seen[: len(seen) - held]), ""


def _plain(text: str) -> str:
    return text.replace("\x1b", "")
