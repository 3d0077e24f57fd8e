"""Counts down until the lock-out guard takes a change back; only a key of its own keeps it."""

import math
import time
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.present import Spelling
from tui.screens.dialogs import plain

_PERIOD = 0.2  # seconds


class CountdownScreen(ModalScreen[bool | None]):
    """Answers whether to keep the change; None: it is over. It lies over the foot, so that the tables stay in sight."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("K", "dismiss(True)", "Keep", show=False),
        Binding("R", "dismiss(False)", "Take back", show=False),
    ]

    def __init__(self, title: str, deadline: float, spell: Spelling) -> None:
        """``deadline``: when the guard acts (`time.monotonic`)."""
        super().__init__()
        self._title = title
        self._deadline = deadline
        self._spell = spell

    def compose(self) -> ComposeResult:
        """Lay it out."""
        with Vertical(classes="dialog -risk"):
            yield plain(self._spell(self._title), "head")
            yield plain("", "risk")
            yield plain("K: keep the change    R: take it back now")

    def on_mount(self) -> None:
        """Begin to count."""
        self.set_interval(_PERIOD, self._show)
        self._show()

    def _show(self) -> None:
        left = max(0, math.ceil(self._deadline - time.monotonic()))
        text = (
            f"It is taken back in {left} s, also if this console or its connection dies, unless you press K."
            if left
            else "The time is over: the guard takes it back…"
        )
        self.query_one(".risk", Static).update(Content(self._spell(text)))
