"""Keys that arrive in one packet mean what they would mean one by one.

Textual hands each key to whatever has the focus when it arrives, and runs commands later: a key sends messages, those
send others, and the last of them moves the focus. Over a slow line `/dmz` comes at once: the `d` would still go to the
table, and take the chosen group down. So a key waits until nothing is left of what the one before set off.
"""

import asyncio
import time
from collections import deque
from typing import Any

from textual import events
from textual.app import App, ScreenStackError
from textual.dom import DOMNode

_LOOKS = 300  # at all that takes messages, before a key goes on all the same: nothing may make us deaf for good
_AT_ONCE = 100  # looks without a pause between them
_PAUSE = 0.01  # seconds between later ones


class KeyByKeyApp(App[int]):
    """Delivers keys and pastes in turn."""

    def __init__(self, **options: Any) -> None:
        """Start with no key under way. ``options`` are App's."""
        super().__init__(**options)
        self._keys: deque[events.Event] = deque()
        self._settling: asyncio.Task[None] | None = None
        self._last = 0.0

    async def on_event(self, event: events.Event) -> None:
        """Let a key wait for its turn; all else goes its way."""
        if not isinstance(event, (events.Key, events.Paste)) or event.is_forwarded:
            await super().on_event(event)
            return
        self._keys.append(event)
        self._last = time.monotonic()
        await self._next()

    @property
    def idle(self) -> float:
        """Seconds since the last key."""
        return time.monotonic() - self._last

    @property
    def keys_pending(self) -> bool:
        """Whether a key waits for its turn, or has still to take effect."""
        return bool(self._keys) or self._settling is not None or not self._is_calm()

    async def _next(self) -> None:
        """Deliver the next key if the one before is done with."""
        if not self._keys or self._settling is not None:
            return
        if self._is_calm(but=self):
            await super().on_event(self._keys.popleft())
        if self._keys:
            self._settling = asyncio.create_task(self._settle())

    async def _settle(self) -> None:
        """Wait until the key under way has had its whole effect, then have the next one delivered."""
        try:
            for number in range(_LOOKS):
                await asyncio.sleep(0 if number < _AT_ONCE else _PAUSE)
                if self._is_calm():
                    break
            await super().on_event(self._keys.popleft())
        except ScreenStackError:
            pass  # the console is ending
        finally:
            self._settling = None
            self.call_later(self._next)

    def _is_calm(self, but: DOMNode | None = None) -> bool:
        """Whether nobody has or handles a message, no window is about to open, and nothing is being looked up for one.

        ``but``: who is handling the very message that brought the key.
        """
        try:
            screen = self.screen
        except ScreenStackError:
            return False  # the console is beginning, or ending
        return (
            screen.is_mounted
            and (screen.focused is not None or not screen.focus_chain)
            and not self.message_queue_size
            and all(_rests(node) for node in (self, *self._registry) if node.is_running and node is not but)
            and all(worker.is_finished or worker.node.screen is not screen for worker in self.workers)
        )


def _rests(node: DOMNode) -> bool:
    """Whether a node waits for its next message: nobody else waits for its queue's event (textual/_queue.py)."""
    return not node.message_queue_size and bool(node._message_queue.ready_event._waiters)
