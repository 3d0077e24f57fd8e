"""What is pasted is text, and Esc is a key, however the input is cut into pieces and whatever it holds."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual._xterm_parser import XTermParser

from tests.links import fuzz
from tui.app.escapes import ESC, EscapeSplitter
from tui.app.paste import PasteFilter

BEGIN, END = "\x1b[200~", "\x1b[201~"
HOSTILE = st.text(st.sampled_from("duq\x1b[]?1;20~O\nM "), max_size=40).filter(lambda text: END not in text + "\x1b")


def heard(pieces: list[str]) -> list[events.Event]:
    """Return the keys and pastes that a terminal's input, cut in pieces, leads to."""
    parser, paste = XTermParser(), PasteFilter()
    texts = filter(None, map(paste.filtered, pieces))  # an empty text is the input's end to the parser
    found = [event for text in texts for event in parser.feed(text)]
    return [event for event in found if isinstance(event, events.Key | events.Paste)]


def cut(text: str, places: list[int]) -> list[str]:
    """Cut ``text`` at some places; a piece is never empty: that would be the input's end."""
    marks = sorted({0, len(text), *(place % len(text) for place in places)})
    return [text[begin:end] for begin, end in pairwise(marks)]


@fuzz
@given(HOSTILE, st.lists(st.integers(0, 1000), max_size=8))
def test_a_paste_presses_no_key(pasted: str, places: list[int]) -> None:
    found = heard(cut(f"a{BEGIN}{pasted}{END}b", places))
    assert [event.key for event in found if isinstance(event, events.Key)] == ["a", "b"]
    assert [event.text for event in found if isinstance(event, events.Paste)] == [pasted.replace("\x1b", "")]


def test_keys_pass_as_they_are() -> None:
    paste = PasteFilter()
    keys = ["d", "\x1b", "[A", "\x1b[2", "~u\x1b[<0;1;1M", "\x1b"]
    assert [paste.filtered(text) for text in keys] == keys


def split(*texts: str) -> list[str]:
    """Return the pieces of the input, and what is held at its end."""
    splitter = EscapeSplitter()
    return [*(piece for text in texts for piece in splitter.pieces(text)), *splitter.rest()]


def test_esc_and_a_key_are_two_keys() -> None:
    assert split("m14\x1b\r*") == ["m14", ESC, "\r*"]
    assert split("a\x1b\x1b/dmz") == ["a", ESC, ESC, "/dmz"]
    assert split("\x1b", "d") == [ESC, "d"]
    assert split("d", "\x1b") == ["d", ESC]
    assert split("") == []


def test_sequences_stay_whole() -> None:
    for sequence in ("\x1b[A", "\x1bOP", "\x1b[<0;1;1M", "\x1b[100;3u", f"{BEGIN}d u{END}"):
        assert split(f"j{sequence}k") == [f"j{sequence}k"]
        assert split("\x1b", sequence[1:]) == [sequence]
    assert split("\x1b\x1b[A") == [ESC, "\x1b[A"]
