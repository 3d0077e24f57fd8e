"""What every screen and dialog does alike: its keys are those of its commands."""

from typing import Any, ClassVar

from textual.binding import Binding
from textual.screen import Screen, ScreenResultType

from tui.present.commands import Commands


class BoundScreen(Screen[ScreenResultType]):
    """A screen with commands. One with the id ID is done by the method `action_ID`."""

    commands: ClassVar[type[Commands]]

    def __init_subclass__(cls, commands: type[Commands] | None = None, **options: Any) -> None:
        """Bind the keys of ``commands``, beside those that the class inherits; ``options`` are Textual's."""
        if commands is not None:
            cls.commands = commands
            cls.BINDINGS = [
                Binding(command.keys, f"do('{command.id}')", command.label, show=False, priority=command.priority)
                for command in commands.all
                if command.keys and not command.heard_by_focus
            ]
        super().__init_subclass__(**options)

    def action_do(self, command: str) -> None:
        """Do what a command does, by its id."""
        getattr(self, f"action_{command}")()
