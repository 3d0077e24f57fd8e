"""What a Pilot waits for after each key: that the event loop has nothing to do, where Textual's waits for a time.

Textual's `wait_for_idle` sleeps 20 ms at least, three times a key, and up to a second while another thread works.
"""

import asyncio
from typing import Any

_SOON = 0.05
"""Seconds: a timer that ends by then belongs to what a key set off, such as the next painting: two turns of 1/60 s."""


def _soonest(loop: Any) -> float | None:
    """Return when the next timer ends, if that is soon."""
    # asyncio has no public way to ask what it is about to do; this is the one place that asks its base class.
    soon = loop.time() + _SOON
    return min(
        (timer.when() for timer in loop._scheduled if timer.when() < soon and not timer.cancelled()), default=None
    )


async def idle(min_sleep: float = 0, max_sleep: float = 1) -> None:
    """Wait until nobody on this loop is ready to run and no timer is about to end, ``max_sleep`` seconds at most.

    Who waits for another thread or the kernel isn't waited for: `Hands.until` is for that. ``min_sleep`` is Textual's.
    """
    loop: Any = asyncio.get_running_loop()
    end, calm = loop.time() + max_sleep, 0
    # Twice: what has come from outside by the first look is ready by the second.
    while calm < 2 and loop.time() < end:
        await asyncio.sleep(0)
        if loop._ready:
            calm = 0
        elif (soonest := _soonest(loop)) is not None:
            calm = 0
            await asyncio.sleep(soonest - loop.time())
        else:
            calm += 1
