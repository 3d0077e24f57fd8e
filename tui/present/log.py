"""The command log in words and cells."""

from typing import TYPE_CHECKING

from tui.model.change.log import LogEntry, LogVerdict
from tui.model.change.shell import shortened
from tui.model.names.map import NameMap
from tui.model.names.record import save_words
from tui.model.text import plural, visible
from tui.present.change import asked, effort, transition
from tui.present.column import Column, Head
from tui.present.words import Field, count, milliseconds
from tui.session.change_runner import Result
from tui.session.session import Words

if TYPE_CHECKING:
    from tui.guard.ending import Ending

_TONES: dict[LogVerdict, str] = {
    "done": "good",
    "saved": "good",
    "nothing": "warn",
    "reverted": "warn",
    "partly": "bad",
    "failed": "bad",
    "refused": "bad",
    "unknown": "bad",
}


def _outcome(entry: LogEntry) -> Field:
    if entry.undone_by is not None:
        return Field(f"undone by {entry.undone_by}: {entry.outcome}", "muted")
    return Field(entry.outcome, _TONES[entry.verdict])


def _time(entry: LogEntry) -> Field:
    return Field(f"{entry.time.astimezone():{'%m-%d %H:%M' if entry.by else '%H:%M:%S'}}", "muted")


LOG_COLUMNS: tuple[Column[LogEntry], ...] = (
    Column(
        Head("number", "#", 3, limit=6, align="right", rank=2, whole=6),
        lambda entry: Field("past" if entry.by else str(entry.number), "muted"),
    ),
    Column(Head("time", "TIME", 8, limit=11, whole=11), _time),
    Column(Head("what", "WHAT", 10, limit=30), lambda entry: Field(entry.what)),
    Column(Head("outcome", "OUTCOME", 10, limit=120), _outcome),
    Column(
        Head("messages", "MSGS", 5, limit=7, align="right", rank=3),
        lambda entry: Field(count(entry.messages)),
    ),
    Column(
        Head("ms", "MS", 7, limit=9, align="right", rank=1),
        lambda entry: Field(f"{entry.waited * 1000:.1f}" if entry.messages else ""),
    ),
)
"""The columns of the command log, from left to right."""


def in_full(entry: LogEntry, room: int) -> list[str]:
    """Return all of a change as lines; those for the shell are shortened to ``room`` characters."""
    marks: list[str] = [entry.verdict]
    if entry.undoes is not None:
        marks.append(f"undoes {entry.undoes}")
    if entry.undone_by is not None:
        marks.append(f"undone by {entry.undone_by}")
    cost = f"{plural(entry.messages, 'message')}, {plural(entry.size, 'byte')}"
    answered = f", answer after {milliseconds(entry.waited)}" if entry.messages else ""
    whom = f" by {entry.by}" if entry.by else ""
    return [
        f"{'past' if entry.by else entry.number}  {entry.what}  ({', '.join(marks)})",
        f"outcome: {entry.outcome}",
        *([f"planned: {entry.plan}"] if entry.plan else []),
        f"sent: {cost}{answered}",
        f"at {entry.time.astimezone():%Y-%m-%d %H:%M:%S %Z}{whom}{f' in {entry.netns}' if entry.netns else ''}",
        *(shortened(line, room) for line in entry.lines),
    ]


def change_words(result: Result, told: str, names: NameMap) -> Words:
    """Return what the log says of a change. ``told``: its outcome, as `outcome_line` tells it."""
    what, preview = asked(result.outcome.intent, names), result.plan.preview
    return Words(what, f"{transition(preview, names)}, {effort(preview)}", told.removeprefix(f"{what}: "))


def reverted_words(ending: "Ending", told: str) -> Words:
    """Return what the log says of a change that was taken back unasked. ``told``: as `ending_line` tells it."""
    return Words(f"taken back: {ending.what}", "", told.removeprefix(f"{visible(ending.what)}: "))


def names_words(path: str, changes: list[str], problem: str) -> Words:
    """Return what the log says of a save of the name map. ``problem``: why it failed, a sentence, or ""."""
    return Words(*save_words(path, changes, problem))
