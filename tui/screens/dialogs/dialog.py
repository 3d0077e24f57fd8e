"""What all dialogs do alike: Esc leaves them, and their words are written as the terminal can show them."""

from textual.content import Content
from textual.screen import ModalScreen, ScreenResultType
from textual.widgets import Static

from tui.present.commands import OnDialog
from tui.present.words import as_ascii
from tui.screens.bound import BoundScreen


def plain(text: str, classes: str = "") -> Static:
    """Return a Static that shows text as it is: no markup is read, as Textual does in a str (textual/visual.py)."""
    return Static(Content(text), markup=False, classes=classes)


# ModalScreen first: of several bases Textual styles by the first alone (DOMNode._css_bases, textual/dom.py).
class Dialog(ModalScreen[ScreenResultType], BoundScreen[ScreenResultType], commands=OnDialog):
    """Asks or tells one thing, over a screen; who leaves it answers None. All that it shows is safe to show."""

    @property
    def ascii(self) -> bool:
        """Whether the terminal shows no other glyphs."""
        return self.app.has_class("-ascii")

    def spell(self, text: str) -> str:
        """Write our own words as this terminal can show them."""
        return as_ascii(text) if self.ascii else text

    def line(self, text: str = "", classes: str = "") -> Static:
        """Return what shows a text."""
        return plain(self.spell(text), classes)

    def tell(self, **texts: str) -> None:
        """Show other texts, by the class of the line that shows each; whoever has left the dialog has left them too."""
        for name, text in texts.items():
            for line in self.query(f".{name}").results(Static):
                line.update(Content(self.spell(text)))

    def action_leave(self) -> None:
        """Answer nothing."""
        self.dismiss(None)
