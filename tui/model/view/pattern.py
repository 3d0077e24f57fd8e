"""Patterns that people type: globs, and regular expressions that can't hold the console up.

Python's matcher goes back and tries again, without end for some patterns even on the 15 bytes of a name, and holds
the interpreter's lock meanwhile. So the tries that a pattern can take on one name are counted before it is used; that
leaves a moment for each name, between which a deadline can be looked at.
"""

import fnmatch
import re
import time
import warnings
from collections.abc import Callable, Sequence
from re import _parser  # type: ignore[attr-defined]  # the pattern's tree, which no public module gives
from typing import Any, NamedTuple

from tui.model.text import visible

PATIENCE = 0.5
"""Seconds that regular expressions may take over all names."""
WIDTH = 15
"""Characters in a device name at most (IFNAMSIZ - 1, include/uapi/linux/if.h)."""
_TRIES = 10_000_000  # on one name: 50 ms or so
_TURNS = 100  # of a part that may be empty, one after the other
_SHOWN = 12  # characters of what was typed that are shown in an error: it is one line of 80
_REASON = 50  # characters of the reason why a regular expression is none

_Counts = list[float]  # by the characters read so far, 0 to WIDTH

_EMPTY: _Counts = [1.0, *[0.0] * WIDTH]
_ONE: _Counts = [0.0, 1.0, *[0.0] * (WIDTH - 1)]
_NEVER: _Counts = [0.0] * (WIDTH + 1)
_ANY: _Counts = [1.0] * (WIDTH + 1)
_ENDLESS: _Counts = [float("inf"), *[0.0] * WIDTH]


class FilterError(ValueError):
    """Something typed that can't be used; its text is one sentence, safe to show, that says what would do."""


def quoted(text: str) -> str:
    """Return the beginning of what was typed, safe to show within a sentence."""
    return f"“{visible(text[:_SHOWN])}{'…' if len(text) > _SHOWN else ''}”"


def is_glob(text: str) -> bool:
    """Whether ``text`` has a character that means something to `glob`."""
    return any(char in text for char in "*?[")


def glob(text: str) -> re.Pattern[str]:
    """Return what matches a whole visible text by ``*``, ``?``, ``[a-z]`` and ``[!a-z]``, without regard to case."""
    return re.compile(fnmatch.translate(text), re.IGNORECASE)


def regex(text: str) -> re.Pattern[str]:
    """Return ``text`` as a regular expression to search in a device name, without regard to case.

    Raises FilterError if it is none, or if it could take too long on one name.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # "[[a]" may mean something else one day
            made = re.compile(text, re.IGNORECASE)
            tries = _tries(_parser.parse(text, re.IGNORECASE))
    except re.error as error:
        where = "" if error.pos is None else f"at character {error.pos + 1}: "
        raise FilterError(f"re: {where}{visible(error.msg[:_REASON])}.") from None
    except (OverflowError, RecursionError):
        raise FilterError("re: has a pattern with too many repeats or brackets; simplify it.") from None
    if tries > _TRIES:
        raise FilterError("re: could take too long: simplify what repeats inside a repeat.")
    return made


def finder(made: re.Pattern[str], until: float) -> Callable[[bytes], bool]:
    """Return whether ``made`` finds something in a device name as it is, so that ``\\x1b`` finds an ESC.

    What is returned raises FilterError from ``until`` on, a time of the monotonic clock.
    """
    search, now = made.search, time.monotonic

    def found(name: bytes) -> bool:
        if now() > until:
            raise FilterError("re: takes too long on these names: simplify what repeats inside a repeat.")
        return search(name.decode("utf-8", "surrogateescape")) is not None

    return found


class _Cost(NamedTuple):
    """How a part of a pattern may fare from one place on, were every character right for it."""

    ways: _Counts
    """In how many ways it can have read so many characters when it is through."""
    tries: _Counts
    """How many characters and places it looks at after so many characters."""


def _tries(tree: Any) -> float:
    """Return how often a search may look at a character of one name before it gives up, at most."""
    tries = _sequence(tree).tries
    return sum(tried * (WIDTH + 1 - read) for read, tried in enumerate(tries))


def _sequence(items: Any) -> _Cost:
    ways, tries = _EMPTY, _NEVER
    for operation, argument in items:
        cost = _part(operation.name, argument)
        tries = _sum(tries, _product(ways, cost.tries))
        ways = _product(ways, cost.ways)
    return _Cost(ways, tries)


def _part(operation: str, argument: Any) -> _Cost:
    match operation:
        case "LITERAL" | "NOT_LITERAL" | "ANY" | "IN":
            return _Cost(_ONE, _EMPTY)
        case "AT":
            return _Cost(_EMPTY, _EMPTY)
        case "GROUPREF":
            return _Cost(_ANY, _EMPTY)
        case "SUBPATTERN":
            return _sequence(argument[3])
        case "ATOMIC_GROUP":
            return _sequence(argument)
        case "BRANCH":
            return _either([_sequence(items) for items in argument[1]])
        case "GROUPREF_EXISTS":
            return _either([_sequence(items) for items in argument[1:] if items is not None])
        case "ASSERT" | "ASSERT_NOT":
            return _Cost(_EMPTY, [1 + sum(_sequence(argument[1]).tries), *[0.0] * WIDTH])
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, most, items = argument
            return _repeat(_sequence(items), int(least), int(most))
        case "FAILURE":
            return _Cost(_NEVER, _EMPTY)
        case _:
            return _Cost(_ANY, _ENDLESS)  # not known to us: better refused than waited for


def _either(costs: Sequence[_Cost]) -> _Cost:
    ways, tries = _NEVER, _EMPTY
    for cost in costs:
        ways, tries = _sum(ways, cost.ways), _sum(tries, cost.tries)
    return _Cost(ways, tries)


def _repeat(turn: _Cost, least: int, most: int) -> _Cost:
    """The turns that must be may each be empty; of those that may be, the matcher takes one empty turn at most."""
    empty, starts = turn.ways[0], _NEVER
    if empty and least > _TURNS:
        return _Cost(_ANY, _ENDLESS)
    ways = _EMPTY
    for _ in range(min(least, _TURNS)):
        starts = _sum(starts, ways)
        ways = _product(ways, turn.ways)
    more, longer = ways, [0.0, *turn.ways[1:]]
    for _ in range(min(most - least, WIDTH)):
        more = _product(more, longer)
        ways = _sum(ways, more)
    starts = _sum(starts, ways)
    ways = [number * (1 + empty) for number in ways]
    return _Cost(ways, _sum(ways, _product(starts, turn.tries)))


def _sum(one: _Counts, other: _Counts) -> _Counts:
    return [a + b for a, b in zip(one, other, strict=True)]


def _product(one: _Counts, other: _Counts) -> _Counts:
    """Return the counts of one part followed by another."""
    found = [0.0] * (WIDTH + 1)
    for read, number in enumerate(one):
        if number:
            for more in range(WIDTH + 1 - read):
                found[read + more] += number * other[more]
    return found
