"""GroupApp: wires the services to the screens, and leaves the terminal as it was."""

from collections.abc import Iterable
from typing import ClassVar

from textual.app import App, SystemCommand
from textual.screen import Screen

from tui.commands import COMMANDS
from tui.files.names import NameFile
from tui.screens.main import MainScreen
from tui.services import Services


class GroupApp(App[int]):
    """The console."""

    TITLE = "ifgroup"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS: ClassVar = []

    def __init__(self, services: Services, where: str, *, ascii: bool = False) -> None:
        """Show ``services``; ``where``: the place that we look at."""
        super().__init__()
        self._services = services
        self._main = MainScreen(services, where, ascii=ascii)

    def get_default_screen(self) -> Screen[None]:
        """Return the main screen."""
        return self._main

    def on_mount(self) -> None:
        """Start to follow the kernel."""
        self._services.start()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer our own commands in the palette, and none of the toolkit's."""
        if screen is self._main:
            for command in COMMANDS:
                action = getattr(self._main, f"action_{command.id}")
                yield SystemCommand(f"{command.label} ({command.shown})", command.help, action)


def run(where: str, names: NameFile, *, read_only: bool, mouse: bool) -> int:
    """Run the console until it is left; return the exit status. Raises OSError where there is no netlink."""
    services = Services(names, read_only)
    try:
        app = GroupApp(services, where)
        result = app.run(mouse=mouse)
    finally:
        services.stop()
    return result or 0
