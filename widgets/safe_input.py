"""An input that takes only what a terminal shows as it is."""

from textual.widgets import Input


class SafeInput(Input):
    """Drops controls, reordering and invisible characters from what is pasted; Textual would hand them on."""

    def replace(self, text: str, start: int, end: int) -> None:
        """Replace a range by the printable characters of ``text``."""
        super().replace("".join(filter(str.isprintable, text)), start, end)
