"""The first words of the status line: how far what is shown can be trusted, and why no further."""

import time

import pytest

from tui.model.health import Health
from tui.present.words import status_fields

NOW = 1000.0


@pytest.mark.parametrize(
    ("health", "words"),
    [
        (Health("live", checked_at=NOW, period=2), "● live"),
        (Health("checking", since=NOW - 0.5, checked_at=NOW - 3, period=2), "◌ checking…"),
        (Health("checking", since=NOW - 6, checked_at=NOW - 9, period=2), "◌ checking… no answer for 6 s"),
        (Health("checking", since=NOW - 60, checked_at=NOW - 63, period=2), "✖ stale: no answer for 60 s"),
        (Health("resyncing", checked_at=NOW - 3, period=2), "◌ resyncing"),
        (Health("stale", "the kernel did not answer within 2 s"), "✖ stale: the kernel did not answer within 2 s"),
        (
            Health("live", doubt="changes interrupt every check", checked_at=NOW - 60, period=2),
            "✖ stale: changes interrupt every check",
        ),
        (Health("live", doubt="changes interrupt every check", checked_at=NOW - 9, period=2), "● live"),
        (Health("live", checked_at=NOW - 60, period=2), "✖ stale: no check has ended"),
    ],
)
def test_the_state_comes_first_and_says_why(health: Health, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "monotonic", lambda: NOW)
    texts = [field.text for field in status_fields(health, 0.0)]
    monkeypatch.undo()
    assert texts[0] == words
    assert len(words) < 60  # so that marked interfaces are counted beside it in 80 cells
