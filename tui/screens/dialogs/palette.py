"""The palette: every command by name."""

from collections.abc import Callable, Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tui.present.commands import OnMain
from tui.screens.main.screen import MainScreen


class MainCommands(Provider):
    """Offers the main screen's commands, and none of the toolkit's.

    The first is selected when the palette opens: `Ctrl+P Enter` must change nothing.
    """

    async def discover(self) -> Hits:
        """Offer all; help first, and what changes the system last."""
        for name, run, help in self.offers():
            yield DiscoveryHit(name, run, help=help)

    async def search(self, query: str) -> Hits:
        """Offer those that ``query`` could mean, the likeliest first."""
        matcher = self.matcher(query)
        for name, run, help in self.offers():
            if (score := matcher.match(name)) > 0:
                yield Hit(score, matcher.highlight(name), run, help=help)

    def offers(self) -> Iterator[tuple[str, Callable[[], None], str]]:
        """Return the name of each, what runs it, and its help; those last that change the system."""
        main = self.screen
        if isinstance(main, MainScreen):
            for command in sorted(OnMain.all, key=lambda command: (command.changes, command is not OnMain.help)):
                name, help = main.spell(f"{main.label(command)} ({command})"), main.spell(command.help)
                yield name, partial(main.choose, command.id), help
