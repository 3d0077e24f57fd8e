"""One screen in an application of its own, and the hands on it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any, ClassVar, Generic, TypeVar

from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen

from tests.terminal import PATIENCE, ROOT
from tui.app.keys import KeyByKeyApp

OPEN = object()
"""The answer of a screen that wasn't left yet."""

AppType = TypeVar("AppType", bound=App[Any])


def cells_of(app: App[Any]) -> list[str]:
    """Return every line that the terminal would show, as wide as it is."""
    # Textual has no public way to ask what is on the screen; this is the one place that asks its compositor.
    return ["".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips()]


class Hands(Generic[AppType]):
    """Hands on an application, and eyes."""

    def __init__(self, app: AppType, pilot: Pilot[Any]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def lines(self) -> list[str]:
        """What is on the screen."""
        return [line.rstrip() for line in cells_of(self.app)]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def words(self) -> str:
        """What is on the screen, on one line, without frames."""
        return " ".join(self.text.replace("│", " ").replace("|", " ").split())

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, true: Callable[[], object], what: str) -> None:
        end = monotonic() + PATIENCE
        while not true():
            assert monotonic() < end, f"waited {PATIENCE:g} s in vain for {what}; seen:\n{self.text}"
            await self.pilot.pause(0.01)

    async def sees(self, *texts: str) -> None:
        await self.until(lambda: all(text in self.words for text in texts), repr(texts))


class Host(KeyByKeyApp):
    """An application that has one screen only."""

    CSS_PATH: ClassVar[Any] = ROOT / "tui" / "app" / "app.tcss"

    def __init__(self, shown: Screen[Any], ascii: bool = False) -> None:
        super().__init__()
        self.set_class(ascii, "-ascii")
        self.shown = shown
        self.answer: object = OPEN
        """What the screen was left with."""
        self.copied: list[str] = []

    def on_mount(self) -> None:
        self.show()

    def show(self) -> None:
        self.push_screen(self.shown, self.answered)

    def answered(self, answer: object) -> None:
        self.answer = answer

    def copy_to_clipboard(self, text: str) -> None:
        self.copied.append(text)


HostType = TypeVar("HostType", bound=Host)


@asynccontextmanager
async def hosted(app: HostType, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Hands[HostType]]:
    """Run an application."""
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Hands(app, pilot)
