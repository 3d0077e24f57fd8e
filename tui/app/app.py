"""GroupApp: wires the session to the screens, and leaves the terminal as it was."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.filter import LineFilter
from textual.screen import ModalScreen, Screen

from tui.app import interpreter
from tui.app.keys import KeyByKeyApp
from tui.app.terminal import Lifeline, TerminalDriver, record
from tui.files.audit import Audit
from tui.files.names.file import NameFile
from tui.model.text import visible
from tui.present.commands import OnCountdown
from tui.present.session import unkept_sentences
from tui.screens.dialogs.choice import ChoiceScreen
from tui.screens.dialogs.palette import MainCommands
from tui.screens.main.screen import MainScreen
from tui.screens.names.screen import NamesScreen
from tui.session.services import Services
from tui.session.session import Decision, Session
from widgets.only_ascii import OnlyAscii


class GroupApp(KeyByKeyApp):
    """The console."""

    TITLE = "ifgroup"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {MainCommands}
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "leave_now", "Quit", show=False, priority=True),
        # On whatever screen, as long as a change counts down: see check_action.
        *(
            Binding(command.keys, f"decide('{command}')", command.label, show=False, priority=True)
            for command in OnCountdown.all
        ),
    ]

    def __init__(self, session: Session, *, ascii: bool = False) -> None:
        """Show ``session``; ``ascii``: use no other glyphs."""
        super().__init__(driver_class=TerminalDriver)
        self._session = session
        self._ascii = ascii
        self._only_ascii = OnlyAscii()
        self.set_class(ascii, "-ascii")
        self.set_class(self.console.color_system in (None, "standard"), "-few-colours")
        self.main = MainScreen(session, ascii=ascii)
        self._loop: asyncio.AbstractEventLoop | None = None

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what changes each line before it is written: where there is ASCII alone, the toolkit's own signs."""
        filters = super().get_line_filters()
        return [*filters, self._only_ascii] if self._ascii else filters

    def get_default_screen(self) -> Screen[None]:
        """Return the main screen."""
        return self.main

    def on_mount(self) -> None:
        """Start to follow the kernel."""
        self._loop = asyncio.get_running_loop()
        self.app_resume_signal.subscribe(self, self._resumed)
        self.set_interval(interpreter.PAUSE, lambda: interpreter.collect(self.idle))
        self._session.start(lambda: self.main.post_message(MainScreen.Changed()), self.main.call_later)

    def _resumed(self, app: App[object]) -> None:
        """Redraw and check anew: while we were stopped, events may have been lost."""
        self._session.services.check()
        self.refresh(layout=True)

    def action_command_palette(self) -> None:
        """Open the palette, but over no window that waits for an answer or for a change to end."""
        if not isinstance(self.screen, ModalScreen):
            super().action_command_palette()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let K and R decide about a change that counts down, but where a window takes them for an answer.

        An input that has the focus gets them as text: Textual drops the bindings of keys that it takes.
        """
        if action != "decide":
            return super().check_action(action, parameters)
        answers = isinstance(self.screen, ChoiceScreen) and self.screen.takes(str(parameters[0]))
        return self._session.counts_down and not answers

    def action_decide(self, key: str) -> None:
        """Keep the change that counts down, or take it back."""
        self.main.guard.decide(Decision.KEEP if key == str(OnCountdown.keep) else Decision.TAKE_BACK)

    def action_leave_now(self) -> None:
        """End, from whatever window, unless something unsaved would be lost.

        Where a change counts down, say once what becomes of it.
        """
        if any(isinstance(screen, NamesScreen) and screen.refuse_to_leave() for screen in self.screen_stack):
            return
        if (unkept := unkept_sentences(self._session)) and not self.main.guard.asks_to_leave:
            self.main.guard.ask_to_leave(unkept)
            return
        self.exit(0)

    def leave(self, status: int) -> None:
        """End with an exit status. For signal handlers and other threads."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(lambda: self.exit(status, return_code=status))

    def _fatal_error(self) -> None:
        """Say in one sentence that there was a defect, instead of Textual's traceback; that goes to a file."""
        error = self._exception
        where = record(error) if error is not None else None
        kind = type(error).__name__
        kept = f"; the details are in {visible(str(where))}, please report them" if where else ""
        self.panic(Text(f"ifgroup: stopped by a defect of its own ({kind}){kept}. Nothing more was sent."))


def run(
    where: str,
    names: NameFile,
    *,
    read_only: bool,
    mouse: bool,
    ascii: bool,
    audit: Audit,
    guard_timeout: float | None,
) -> int:
    """Run the console until it is left; return the exit status. Raises OSError where there is no netlink.

    ``guard_timeout``: seconds until a change that could lock the operator out is taken back; None: no guard.
    """
    services = Services(names, read_only, audit=audit, guard_timeout=guard_timeout)
    try:
        app = GroupApp(Session(services, where), ascii=ascii)
        Lifeline(app.leave).hold()
        interpreter.begin()
        app.run(mouse=mouse)
    finally:
        services.stop()
    return app.return_code or 0
