"""The command log: numbered, bounded, and what can be undone."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.changes import setting
from tests.links import a_link
from tui.model.change.log import LIMIT, WHOLE, Log, LogEntry
from tui.model.change.reversal import Step
from tui.model.change.shell import device_lines
from tui.model.names.map import parse

STEPS = (Step(a_link(1), setting(mtu=9000)),)


def change(what: str = "group 7 MTU 9000", **fields: Any) -> LogEntry:
    made: dict[str, Any] = {
        "time": datetime(2025, 1, 2, tzinfo=UTC),
        "netns": "",
        "plan": "1 of 1: 1500 → 9000",
        "outcome": "all 1 changed",
        "verdict": "done",
        "steps": STEPS,
    }
    return LogEntry(what=what, **made | fields)


def test_changes_are_numbered_from_1_in_their_order() -> None:
    log = Log()
    assert [log.add(change(f"{n}")).number for n in range(3)] == [1, 2, 3]
    assert [(entry.number, entry.what) for entry in log.entries] == [(1, "0"), (2, "1"), (3, "2")]
    assert len(log) == 3
    assert log.get(2) is log.entries[1]
    assert log.get(0) is log.get(4) is log.get(-1) is None


def test_the_oldest_fall_out_and_numbers_stay() -> None:
    log = Log()
    for n in range(LIMIT + 5):
        log.add(change(f"{n + 1}"))
    assert len(log) == LIMIT
    assert log.get(5) is None
    assert all(entry.what == str(entry.number) for entry in log.entries)
    for number in (6, LIMIT, LIMIT + 5):
        found = log.get(number)
        assert found is not None
        assert found.number == number
    assert log.get(LIMIT + 6) is None


def test_only_the_latest_keep_their_steps_and_long_lines() -> None:
    members = {index: a_link(index) for index in range(1, 1000)}
    long = device_lines(members, setting(up=True), parse(b""))
    log = Log()
    for _ in range(WHOLE + 1):
        log.add(change(lines=(*long, "ip link set group 7 up")))
    first, second = log.entries[:2]
    assert first.aged
    assert first.steps == ()
    assert first.obstacle == "It is too long ago to undo."
    assert first.lines[0].startswith("# not kept whole: for dev in v1 v2 ")
    assert " more; do ip link set" in first.lines[0]
    assert len(first.lines[0]) < 250
    assert first.lines[1] == "ip link set group 7 up"
    assert not second.aged
    assert second.steps == STEPS
    assert second.lines[0] == long[0]


def test_what_has_nothing_to_lose_does_not_age() -> None:
    log = Log()
    for _ in range(WHOLE + 1):
        log.add(change(steps=(), lines=("ip link set group 7 up",)))
    assert not log.entries[0].aged
    assert log.entries[0].obstacle == "It changed no interface: there is nothing to undo."


def test_one_undo_after_the_other_steps_back_through_the_changes() -> None:
    log = Log()
    log.add(change("first"))
    log.add(change("nothing", steps=(), verdict="failed"))
    log.add(change("second"))
    for expected in ("second", "first"):
        found = log.last_undoable()
        assert found is not None
        assert found.what == expected
        undo = log.add(change("undo", undoes=found.number))
        log.mark_undone(found.number, undo.number)
        undone = log.get(found.number)
        assert undone is not None
        assert undone.undone_by == undo.number
        assert undone.obstacle == f"Change {undo.number} has undone it already."
    assert log.last_undoable() is None


def test_what_is_done_again_can_be_undone_again() -> None:
    log = Log()
    log.add(change("first"))
    log.add(change("undo", undoes=1))
    log.mark_undone(1, by=2)
    log.add(change("redo", undoes=2))
    log.mark_undone(2, by=3)
    found = log.last_undoable()
    assert found is not None
    assert found.number == 1
    assert [entry.undone_by for entry in log.entries] == [None, 3, None]
    log.add(change("undo again", undoes=3))
    log.mark_undone(3, by=4)
    assert [entry.undone_by for entry in log.entries] == [2, None, 4, None]
    assert log.last_undoable() is None


def test_every_change_of_the_log_can_be_noticed() -> None:
    log = Log()
    seen = [log.revision]
    log.add(change())
    seen.append(log.revision)
    log.mark_undone(1, by=2)
    seen.append(log.revision)
    log.mark_undone(77, by=2)
    assert seen == sorted(set(seen))
    assert log.revision == seen[-1]


def test_marking_what_fell_out_is_harmless() -> None:
    log = Log()
    for _ in range(LIMIT + 1):
        log.add(change())
    log.mark_undone(1, by=LIMIT + 1)
    assert all(entry.undone_by is None for entry in log.entries)


@pytest.mark.parametrize("verdict", ["reverted", "saved"])
def test_what_has_no_steps_is_never_proposed(verdict: str) -> None:
    log = Log()
    log.add(change(steps=(), verdict=verdict))
    assert log.last_undoable() is None
