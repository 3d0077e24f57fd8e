"""Keys that arrive in one packet mean what they would mean one by one.

Textual hands each key to whatever has the focus when it arrives, and runs commands later. Over a slow line `/dmz`
comes at once: the `d` would still go to the table, and take the chosen group down. So a key waits until the one
before has had its effect: its command ran, its window opened, its input has the focus.
"""

import time
from collections import deque
from typing import Any

from textual import events
from textual.app import App
from textual.dom import DOMNode

_PATIENCE = 1.0  # seconds after which a key goes on though no one has told that the one before was handled
_AGAIN = 0.01  # seconds between looks whether a new window is ready for keys


class KeyByKeyApp(App[int]):
    """Delivers keys and pastes in turn."""

    def __init__(self, **options: Any) -> None:
        """Start with no key under way. ``options`` are App's."""
        super().__init__(**options)
        self._keys: deque[events.Event] = deque()
        self._under_way: float | None = None

    async def on_event(self, event: events.Event) -> None:
        """Let a key wait for its turn; all else goes its way."""
        if not isinstance(event, (events.Key, events.Paste)) or event.is_forwarded:
            await super().on_event(event)
            return
        self._keys.append(event)
        await self._next()

    async def _next(self) -> None:
        """Deliver the next key if the one before is done with."""
        if not self._keys or (self._under_way is not None and time.monotonic() - self._under_way < _PATIENCE):
            return
        begun = self._under_way = time.monotonic()
        await super().on_event(self._keys.popleft())
        self._follow(self.focused or self.screen, begun)

    def _follow(self, pump: DOMNode | None, begun: float) -> None:
        """Go the way that an unhandled key takes, up to the app; queues keep order, so it has arrived there before."""
        if self._under_way != begun:
            return
        passed_on = (
            pump is not None
            and pump is not self
            and pump.post_message(events.Callback(callback=lambda: self._follow(pump.parent, begun)))
        )
        if not passed_on:
            self.call_later(self._settle, begun)

    async def _settle(self, begun: float) -> None:
        """Wait for a window that the key opened to take keys, then deliver the next one."""
        if self._under_way != begun:
            return
        screen = self.screen
        ready = screen.is_mounted and (screen.focused is not None or not screen.focus_chain)
        if not ready and time.monotonic() - begun < _PATIENCE:
            self.set_timer(_AGAIN, lambda: self._settle(begun))
            return
        self._under_way = None
        await self._next()
