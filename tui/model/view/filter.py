"""The filter language: text, `re:`, terms by column, `!`; all terms must hold."""

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tui.model.names.map import NameMap
from tui.model.store import Snapshot
from tui.model.text import did_you_mean
from tui.model.view.pattern import PATIENCE, quoted
from tui.model.view.pattern import FilterError as FilterError
from tui.model.view.terms import Criterion, Scene, Term, plain
from tui.model.view.words import Words

_MOST = 16  # terms: each costs some milliseconds over 16,384 interfaces
# Quotes keep spaces together at the start of a term or of its value; the one that a space or the end follows closes.
_TERM = re.compile(r'(!?)(?:([^\s":]+):)?(?:"(.*?)(?:"(?!\S)|\Z)|(\S+))?', re.DOTALL)
_ADDRESS = re.compile(r"[0-9A-Fa-f]*:[0-9A-Fa-f:]*")


@dataclass(frozen=True, slots=True)
class Filter:
    """What the operator looks for."""

    text: str
    """As it was typed, without the spaces around it; empty: everything."""
    terms: tuple[tuple[Term, bool], ...] = ()
    """Each term, and whether it is inverted."""

    def select(
        self, indexes: Iterable[int], snapshot: Snapshot, names: NameMap, words: Words, patience: float = PATIENCE
    ) -> list[int]:
        """Return those of ``indexes`` that pass, in the order given; ``words`` is kept from one selection to the next.

        Raises FilterError if regular expressions take longer than ``patience``, in seconds.
        """
        scene = Scene(snapshot, names, words, time.monotonic() + patience)
        links = snapshot.links
        found = list(indexes)
        for term, inverted in self.terms:
            test = term.test(scene)
            if inverted:
                found = [index for index in found if not test(links[index])]
            else:
                found = [index for index in found if test(links[index])]
        return found

    def hint(self, snapshot: Snapshot, names: NameMap) -> str:
        """Return what may not be as it was meant, though it is no error: a group that nobody knows; empty: nothing."""
        return next((hint for term, _ in self.terms if (hint := term.hint(snapshot, names))), "")


EVERYTHING = Filter("")
"""No filter at all."""


def parse(text: str, criteria: Mapping[str, Criterion]) -> Filter:
    """Read what was typed; ``criteria``: what a term can name.

    Raises FilterError on what means nothing, or nothing yet.
    """
    terms: dict[str, tuple[Term, bool]] = {}
    for found in _TERM.finditer(text):
        if found[0]:
            terms[found[0]] = (_term(found, criteria), bool(found[1]))
    if len(terms) > _MOST:
        raise FilterError(f"A filter has at most {_MOST} terms; this has {len(terms)}.")
    return Filter(text.strip(), tuple(terms.values()))


def _unknown(column: str, criteria: Mapping[str, Criterion]) -> str:
    if near := did_you_mean(column.lower(), (name for name, known in criteria.items() if not known.listed)):
        return f"No column {quoted(column)}. {near}"
    return f"No column {quoted(column)}: {' '.join(name for name, known in criteria.items() if known.listed)}."


def _term(found: re.Match[str], criteria: Mapping[str, Criterion]) -> Term:
    inversion, column, between, bare = found.groups()
    value = between if between is not None else bare or ""
    whole = found[0][len(inversion) :]
    if _ADDRESS.fullmatch(whole):
        return plain(whole)
    if column is None:
        if value:
            return plain(value)
        raise FilterError("“!” and quotes want something after them, such as !state:up.")
    known = criteria.get(column.lower())
    if known is None:
        raise FilterError(_unknown(column, criteria))
    term = known.make(value) if value else None
    if term is None:
        raise FilterError(f"{column.lower()}: wants {known.wants}.")
    return term
