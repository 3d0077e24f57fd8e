"""A change of the name map from ask to record: refused, done anew, in place, or failed."""

import errno
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tui.files.names.version import NameFileError, NeedsInPlace, Version
from tui.files.names.writer import save as really_save
from tui.model.gate import Gate
from tui.model.names.document import NameDocument
from tui.model.names.edits import Edit, rename, set_name
from tui.model.names.rules import NameRuleError
from tui.session import name_change, name_editor
from tui.session.name_change import NameOutcome, change_names
from tui.session.name_editor import NameEditor

TEXT = b"10 dmz\n20 web\n"
Save = Callable[[Path, bytes, Version, bool], Version]


class Desk:
    """A map, what is on record, and a save that can be disturbed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.write_bytes(TEXT)
        self.records: list[Mapping[str, object]] = []

    def change(
        self,
        wanted: Callable[[NameDocument], Edit] = lambda document: set_name(document, "lab", 30),
        *,
        granted: bool = False,
        dry_run: bool = False,
        members: int = 0,
        gate: Gate | None = None,
    ) -> NameOutcome:
        def put(record: Mapping[str, object]) -> str:
            self.records.append(record)
            return ""

        editor = NameEditor(self.path, gate or Gate(False))
        return change_names(editor, wanted, granted=granted, dry_run=dry_run, members=lambda group_id: members, put=put)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "group")


def disturb(monkeypatch: pytest.MonkeyPatch, *troubles: Callable[[], object]) -> None:
    """Have each of the first saves begin with one of ``troubles``."""
    left = list(troubles)

    def save(path: Path, data: bytes, expected: Version, *, in_place: bool) -> Version:
        if left:
            left.pop(0)()
        return really_save(path, data, expected, in_place=in_place)

    monkeypatch.setattr(name_editor, "save", save)


def fail(error: OSError) -> Callable[[], object]:
    def trouble() -> None:
        raise error

    return trouble


def test_what_cant_be_replaced_is_written_in_place_only_if_that_is_granted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble = fail(NeedsInPlace(errno.EBUSY, "It can't be replaced."))
    disturb(monkeypatch, trouble, trouble)
    inode = desk.path.stat().st_ino
    outcome = desk.change()
    assert (outcome.result, outcome.missing, desk.records) == ("refused", ("It can't be replaced.",), [])
    assert desk.path.read_bytes() == TEXT
    outcome = desk.change(granted=True)
    assert (outcome.result, outcome.edit.told) == ("done", "Group 30 is named lab now.")
    assert desk.path.read_bytes() == TEXT + b"30 lab\n"
    assert desk.path.stat().st_ino == inode
    assert [record["outcome"] for record in desk.records] == ["saved"]


def test_on_top_of_what_somebody_else_wrote_it_is_decided_anew(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    disturb(monkeypatch, lambda: desk.path.write_bytes(b"# theirs\n" + TEXT))
    assert desk.change().result == "done"
    assert desk.path.read_bytes() == b"# theirs\n" + TEXT + b"30 lab\n"
    disturb(monkeypatch, lambda: desk.path.write_bytes(TEXT + b"40 attic\n"))
    outcome = desk.change(lambda document: set_name(document, "attic", 40))
    assert (outcome.result, outcome.diff) == ("unchanged", ())
    disturb(monkeypatch, lambda: desk.path.write_bytes(TEXT.replace(b"10 dmz", b"10 lab")))
    outcome = desk.change()
    assert (outcome.result, outcome.missing) == ("refused", ("The name lab is group 10's on line 1.",))


def test_a_subtree_is_renamed_on_top_of_what_came_below_it_meanwhile(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = b"1 dc1/a\n2 dc1/b\n"
    desk.path.write_bytes(text)
    disturb(monkeypatch, lambda: desk.path.write_bytes(text + b"3 dc1/new\n"))
    outcome = desk.change(lambda document: rename(document, "dc1", "dc2"))
    assert outcome.edit.told == "dc1 is dc2 now, with 3 names below it: 3 lines renamed."
    assert desk.path.read_bytes() == b"1 dc2/a\n2 dc2/b\n3 dc2/new\n"
    disturb(monkeypatch, lambda: desk.path.write_bytes(b"1 dc2/a\n9 dc3/a\n"))
    with pytest.raises(NameRuleError, match="dc3/a is taken on line 2"):
        desk.change(lambda document: rename(document, "dc2", "dc3"), granted=True)
    assert desk.path.read_bytes() == b"1 dc2/a\n9 dc3/a\n"
    asked = desk.change(lambda document: rename(document, "dc2", "dc4"), members=2)
    assert asked.missing[0].startswith("2 interfaces bear the tag 1. After this, whatever looks up dc2/a will")


def test_while_another_holds_the_lock_it_is_tried_again_and_not_for_ever(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = fail(NameFileError(errno.EAGAIN, "Another one is saving."))
    disturb(monkeypatch, busy, busy)
    assert desk.change().result == "done"
    monkeypatch.setattr(name_change, "_PATIENCE", -1.0)
    disturb(monkeypatch, busy)
    with pytest.raises(NameFileError, match="Another one is saving"):
        desk.change(lambda document: set_name(document, "attic", 40))
    assert [record["outcome"] for record in desk.records] == ["saved", "Another one is saving."]


def test_a_disk_that_fails_is_on_record_and_nothing_was_written(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    disturb(monkeypatch, fail(NameFileError(errno.ENOSPC, "The disk is full.")))
    with pytest.raises(NameFileError, match="The disk is full"):
        desk.change()
    assert desk.path.read_bytes() == TEXT
    assert [record["outcome"] for record in desk.records] == ["The disk is full."]


def test_members_are_asked_about_only_where_a_name_is_given_up(desk: Desk) -> None:
    asked = desk.change(lambda document: rename(document, "dmz", "edge"), members=3, dry_run=True)
    assert (asked.result, len(asked.diff) > 0) == ("refused", True)
    assert asked.missing == ("3 interfaces bear the tag 10. After this, whatever looks up dmz will no longer know it.",)
    assert desk.change(members=3).result == "done"
    assert desk.change(lambda document: rename(document, "dmz", "edge"), members=3, granted=True).result == "done"


def test_read_only_saves_nothing_and_looks_at_all(desk: Desk) -> None:
    gate = Gate(True)
    assert desk.change(dry_run=True, gate=gate).result == "done"
    assert desk.change(lambda document: set_name(document, "dmz", 10), gate=gate).result == "unchanged"
    with pytest.raises(NameFileError, match="Nothing can be saved: ifgroup was started with --read-only"):
        desk.change(gate=gate)
    assert (desk.path.read_bytes(), desk.records) == (TEXT, [])


def test_other_names_of_the_file_are_told(desk: Desk) -> None:
    os.link(desk.path, desk.path.with_name("second"))
    assert "has another name (a hard link), which keeps the old content" in desk.change().remark
