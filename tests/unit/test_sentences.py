"""Counts agree with their nouns, whatever the count."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.changes import setting
from tests.links import a_link
from tui.model.change.intent import Intent
from tui.model.change.outcome import Reply
from tui.model.change.plan import make_plan
from tui.model.health import Health
from tui.model.names.map import NameMap
from tui.model.text import plural
from tui.present.change import messages, target, transition
from tui.present.words import members, status_fields

NAMES = NameMap()


@pytest.mark.parametrize(("number", "words"), [(0, "0 messages"), (1, "1 message"), (2, "2 messages")])
def test_the_helper_itself(number: int, words: str) -> None:
    assert plural(number, "message") == words
    assert members(number) == words.replace("message", "member")


def test_a_plural_of_its_own_and_thousands() -> None:
    assert [plural(number, "entry", "entries") for number in (0, 1, 2)] == ["0 entries", "1 entry", "2 entries"]
    assert plural(16384, "byte") == "16,384 bytes"


def intent(number: int, group_id: int | None) -> Intent:
    return Intent(setting(up=False), group_id, {index: a_link(index) for index in range(1, number + 1)}, 0)


def test_plans_that_change_nothing() -> None:
    plans = [make_plan(intent(number, 7), {}, NAMES).preview for number in (0, 1, 2)]
    assert [transition(plan, NAMES) for plan in plans] == ["no members", "it already is", "all 2 already are"]


def test_who_is_asked() -> None:
    assert [target(intent(number, None), NAMES) for number in (0, 1, 2)] == [
        "0 interfaces",
        "interface v1",
        "2 interfaces",
    ]


def test_what_was_sent() -> None:
    reply = Reply(0, "", 1, 1, 0.0)
    assert [messages(replace(reply, messages=number), intent(2, None)) for number in (0, 1, 2)] == [
        "0 messages, 1 byte",
        "1 message, 1 byte",
        "2 messages, 1 byte",
    ]


def test_the_status_line() -> None:
    said = [" ".join(field.text for field in status_fields(Health(overruns=number), number)) for number in (0, 1, 2)]
    for words, (events, overruns) in zip(
        said, [("0 events/s", "0 overruns"), ("1 event/s", "1 overrun"), ("2 events/s", "2 overruns")], strict=True
    ):
        assert events in words
        assert overruns in words.split(" event")[1]


ROOT = Path(__file__).parents[2]
_INVERTED = re.compile(
    r"(?:^|[.:;] )((?:Are|Is|Was|Were|Had|Has|Should|Did|Does) "
    r"(?:the|it|they|an?|there|this|that|somebody|others)\b[^.?]*[.,])"
)


_TYPED_IN = re.compile(
    r"\b(?:Enter|Esc|Space|PgUp|PgDn)\b"
    r"|(?:^|[ (;])[b-zB-HJ-Z](?:: |[,.;)]? (?:it|does|writes|adds|saves|mends|takes|leaves)\b)"
    r"|\b(?:press|then) [A-Za-z?](?!\w)"
)


def texts() -> Iterator[tuple[Path, str]]:
    """Yield every text of the product: the literals of its sources, and the README."""
    for folder in ("tui", "widgets"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield path, node.value
    yield ROOT / "README.md", (ROOT / "README.md").read_text()


def test_no_sentence_is_inverted() -> None:
    found = [(path.name, match[1]) for path, text in texts() for match in _INVERTED.finditer(" ".join(text.split()))]
    assert not found


@pytest.mark.parametrize("text", ["Are the marks exactly one group, one message does it.", "So. Were it 0, all go."])
def test_that_an_inversion_would_be_found(text: str) -> None:
    assert _INVERTED.search(text)


def test_no_sentence_names_a_key_by_a_letter_that_is_typed_in() -> None:
    """Keys come from their commands. What looks like one is found, by words around it: not every letter can be."""
    found = []
    for folder in ("tui", "widgets"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            tree = ast.parse(path.read_text())
            docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
            for node in ast.walk(tree):
                text = node.value if isinstance(node, ast.Constant) and id(node) not in docstrings else None
                if isinstance(text, str) and " " in text and _TYPED_IN.search(text):
                    found.append((path.relative_to(ROOT).as_posix(), text))
    assert found == [("tui/present/commands/tables.py", "PgUp PgDn")]  # of the tables: these keys are Textual's own


@pytest.mark.parametrize(
    "text", ["y: do it    leave it", "Esc: back", "as m does an MTU", "meanwhile R takes it back", ", then x, throws"]
)
def test_that_a_key_that_is_typed_in_would_be_found(text: str) -> None:
    assert _TYPED_IN.search(text)


def test_nobody_makes_a_plural_by_hand() -> None:
    by_hand = re.compile(r"""['"]{2} if [^\n]*== 1 else ['"]s['"]""")
    found = [path.name for path in sorted((ROOT / "tui").rglob("*.py")) if by_hand.search(path.read_text())]
    assert not found
