"""How the interpreter's time is shared: a key and its effect come first.

A full collection goes through everything that is known of 16,384 interfaces, 0.1 s long (measured), and by itself the
interpreter makes one just when much has changed. What is young is still looked through as it comes: that is cheap.

While the monitor decodes thousands of events, the screen's thread gets the interpreter only where the monitor is made
to give it up, by default after 5 ms; and a key takes several such turns.
"""

import gc
import sys

_YOUNG = 10_000  # objects, after which the young ones are looked through: two milliseconds
_ROUNDS = 3  # of those, after which the older young ones are, too: ten milliseconds (at 10 rounds up to 44)
_NEVER = 1_000_000  # rounds of those, after which all are
_DUE = 30  # rounds of those, after which a full collection is worth its time
_OVERDUE = 600  # rounds, after which it can't wait for a pause
_TURN = 0.0005  # seconds that another thread waits for the interpreter
PAUSE = 3.0
"""Seconds without a key that count as a pause."""


def begin() -> None:
    """Shorten the threads' turns, and take the timing of full collections over; what is loaded by now stays for good.

    Python 3.14 collects in small steps by itself, and takes no notice of the last threshold.
    """
    sys.setswitchinterval(_TURN)
    gc.freeze()
    gc.set_threshold(_YOUNG, _ROUNDS, _NEVER)


def collect(idle: float) -> bool:
    """Make a full collection if it is due; return whether one was made. ``idle``: seconds since the last key."""
    rounds = gc.get_count()[2]
    if rounds < _DUE or (idle < PAUSE and rounds < _OVERDUE):
        return False
    gc.collect()
    return True
