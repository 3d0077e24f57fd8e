"""When the interpreter looks for garbage: in a pause, not between a key and its effect.

A full collection goes through everything that is known of 16,384 interfaces, 0.1 s long (measured), and by itself the
interpreter makes one just when much has changed. What is young is still looked through as it comes: that is cheap.
"""

import gc

_YOUNG = 10_000  # objects, after which the young ones are looked through: two milliseconds
_ROUNDS = 10  # of those, after which the older young ones are, too
_NEVER = 1_000_000  # rounds of those, after which all are
_DUE = 10  # rounds of those, after which a full collection is worth its time
_OVERDUE = 200  # rounds, after which it can't wait for a pause
PAUSE = 3.0
"""Seconds without a key that count as a pause."""


def begin() -> None:
    """Take the timing of full collections from the interpreter; what is loaded by now stays for good.

    Python 3.14 collects in small steps by itself, and takes no notice of the last threshold.
    """
    gc.freeze()
    gc.set_threshold(_YOUNG, _ROUNDS, _NEVER)


def collect(idle: float) -> bool:
    """Make a full collection if it is due; return whether one was made. ``idle``: seconds since the last key."""
    rounds = gc.get_count()[2]
    if rounds < _DUE or (idle < PAUSE and rounds < _OVERDUE):
        return False
    gc.collect()
    return True
