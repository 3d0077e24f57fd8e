"""What is to be set, as people type it: `mtu 9000 promisc on up`."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tui.model.change.attribute import Attribute
from tui.model.change.attributes import ATTRIBUTES, REFUSED
from tui.model.change.entries import Links, Value, quoted
from tui.model.change.settings import Settings
from tui.model.text import did_you_mean

_VALUED = {attribute.id: attribute for attribute in ATTRIBUTES if attribute.typed is not None}
_BARE: dict[str, tuple[Attribute, Value]] = {
    word: (attribute, value) for attribute in ATTRIBUTES for word, value in attribute.bare.items()
}
SETTABLE = ", ".join((*_VALUED, *_BARE))
"""What `settings_of` takes, in words."""


def settings_of(words: Sequence[str], links: Links = None) -> Settings:
    """Read `ATTRIBUTE VALUE…`, `up`, `down`, several in a row. Raises ValueError, one sentence.

    ``links``: all interfaces, for a value that names one; None: they aren't known yet, and such a value isn't looked
    at.
    """
    if not words:
        raise ValueError(f"Say what is to be set: {SETTABLE}.")
    found: dict[Attribute, Value] = {}
    remaining = iter(words)
    for word in remaining:
        if word in _BARE:
            attribute, value = _BARE[word]
        elif (named := _VALUED.get(word)) is not None and named.typed is not None:
            attribute = named
            if (text := next(remaining, None)) is None:
                raise ValueError(f"{word} wants a value: {named.typed.wants}.")
            value = named.typed.parse(text, links)
        else:
            raise ValueError(_cannot(word))
        if attribute in found:
            raise ValueError(f"{attribute.label[0].upper()}{attribute.label[1:]} is given twice; give it once.")
        found[attribute] = value
    return Settings(found)


def _cannot(word: str) -> str:
    """Return why what ``word`` names can't be set."""
    if why := REFUSED.get(word):
        return f"{quoted(word)} can't be set: {why}."
    if near := did_you_mean(word.lower(), (*_VALUED, *_BARE)):
        return f"{quoted(word)} can't be set. {near}"
    return f"{quoted(word)} can't be set; there are {SETTABLE}."


def split(line: str) -> list[str]:
    """Return the words of one line; quotes keep blanks together, as in a shell. Raises ValueError, one sentence."""
    import shlex  # no word of the command line needs it

    try:
        return shlex.split(line)
    except ValueError:
        raise ValueError("A quote is open, or a backslash stands at the end: close it.") from None


class Candidate(NamedTuple):
    """What the word that is being typed can become."""

    word: str
    attribute: Attribute
    """What it names, or is a value of."""
    wants: str
    """What comes after it; empty: nothing."""


def candidates(line: str, links: Links) -> list[Candidate]:
    """Return what the last word of ``line`` can become, those that begin with it first; a blank ends a word."""
    if (typed := _complete_words(line)) is None:
        return []  # within quotes: it is free text
    last = _last_word(line)
    given: set[Attribute] = set()
    words = iter(typed)
    for word in words:
        if word in _BARE:
            given.add(_BARE[word][0])
        elif (attribute := _VALUED.get(word)) is not None:
            given.add(attribute)
            if next(words, None) is None:
                assert attribute.typed is not None
                values = (Candidate(value, attribute, "") for value in attribute.typed.choices(links))
                return _narrowed(values, last)
    named = (Candidate(name, one, one.typed.wants) for name, one in _VALUED.items() if one not in given and one.typed)
    bare = (Candidate(word, one, "") for word, (one, _) in _BARE.items() if one not in given)
    return _narrowed((*named, *bare), last)


def completed(line: str, candidate: Candidate) -> str:
    """Return ``line`` with its last word made ``candidate``, and room for the next."""
    import shlex

    return f"{line.removesuffix(_last_word(line))}{shlex.quote(candidate.word)} "


def _last_word(line: str) -> str:
    return line.rpartition(" ")[2]


def _complete_words(line: str) -> list[str] | None:
    """Return the words that stand before the last; None: a quote is open there."""
    try:
        return split(line.rpartition(" ")[0])
    except ValueError:
        return None


def _narrowed(found: Iterable[Candidate], last: str) -> list[Candidate]:
    wanted = last.lower()
    held = [one for one in found if wanted in one.word.lower()]
    return sorted(held, key=lambda one: not one.word.lower().startswith(wanted))
