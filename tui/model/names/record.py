"""What goes on record of a save of the name map: one flat record, ready for JSON; and its words."""

import os
from collections.abc import Sequence
from pathlib import Path

from tui.model.text import plural, visible


def save_words(path: Path | str, changes: Sequence[str], problem: str) -> tuple[str, str, str]:
    """Return what was saved, what it came to, and what happened, safe to show.

    ``changes``: the diff; ``problem``: why it failed, one sentence, or "".
    """
    body = changes[2:]  # without the diff's head
    added = sum(line.startswith("+") for line in body)
    removed = sum(line.startswith("-") for line in body)
    what = f"name map {visible(os.fsencode(path))}"
    return what, f"{plural(added, 'line')} added, {removed} removed", problem or "saved"


def save_record(what: str, outcome: str, changes: Sequence[str]) -> dict[str, object]:
    """Return the record of an attempted save; see `save_words`."""
    return {"event": "save", "what": what, "outcome": outcome, "diff": [*changes]}
