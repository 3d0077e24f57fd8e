"""Keys that arrive in one packet mean what they would mean one by one.

Textual hands each key to whatever has the focus when it arrives, and runs commands later: a key sends messages, those
send others, and the last of them moves the focus. Over a slow line `/dmz` comes at once: the `d` would still go to the
table, and take the chosen group down. So a key waits until nothing is left of what the one before set off.
"""

import asyncio
import contextlib
import time
from collections import deque
from typing import Any

from textual import events
from textual.app import App, ScreenStackError
from textual.dom import DOMNode

_ROUNDS = 200  # through all that takes messages, before a key goes on all the same: nothing may make us deaf for good
_AT_ONCE = 10  # rounds without a pause between them
_PAUSE = 0.01  # seconds between later ones
_STUCK = 0.05  # seconds after which a round goes on without who didn't answer, such as a window that closed meanwhile


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
        return bool(self._keys) or self._settling is not None

    async def _next(self) -> None:
        """Deliver the next key if the one before is done with."""
        if self._keys and self._settling is None:
            self._settling = asyncio.create_task(self._settle())
            await super().on_event(self._keys.popleft())

    async def _settle(self) -> None:
        """Wait until the key under way has had its whole effect, then have the next one delivered."""
        try:
            calm = 0
            for number in range(_ROUNDS):
                await self._go_round()
                # A message that is being handled isn't counted, but holds the next round up: hence two in a row.
                calm = calm + 1 if self._is_calm() else 0
                if calm == 2:
                    break
                if number > _AT_ONCE:
                    await asyncio.sleep(_PAUSE)
        except ScreenStackError:
            pass  # the console is ending
        finally:
            self._settling = None
            self.call_later(self._next)

    async def _go_round(self) -> None:
        """Wait until everyone has handled the messages that it has now."""
        answers: list[asyncio.Event] = []
        for node in self._hearers():
            answer = asyncio.Event()
            if node.post_message(events.Callback(callback=answer.set)):
                answers.append(answer)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_STUCK):
                for answer in answers:
                    await answer.wait()

    def _hearers(self) -> list[DOMNode]:
        return [node for node in (self, *self._registry) if node.is_running]

    def _is_calm(self) -> bool:
        """Whether no message waits, no window is about to open, and nothing is being looked up for this one."""
        screen = self.screen
        return (
            screen.is_mounted
            and (screen.focused is not None or not screen.focus_chain)
            and not any(node.message_queue_size for node in self._hearers())
            and all(worker.is_finished or worker.node.screen is not screen for worker in self.workers)
        )
