"""An editing session of the name map, without a screen."""

from pathlib import Path

import pytest

from tui.files.names.writer import Conflict, NameFileError, Version, target
from tui.files.names.writer import save as really_save
from tui.model.names.document import NameDocument
from tui.session import name_editor
from tui.session.name_editor import NameEditor

TEXT = b"1\tone\n2\ttwo\n3\tthree\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "group"
    path.write_bytes(TEXT)
    return path


@pytest.fixture
def editor(path: Path) -> NameEditor:
    return NameEditor(path)


def test_an_edit_and_its_opposite_leave_nothing_to_save(editor: NameEditor) -> None:
    editor.edit(editor.document.rename(2, "zwei"))
    assert editor.edited
    assert editor.diff()[-3:] == ["-2    two", "+2    zwei", " 3    three"]
    editor.edit(editor.document.rename(2, "two"))
    assert not editor.edited
    assert editor.diff() == []


def test_findings_follow_the_edits(editor: NameEditor) -> None:
    assert editor.findings == {}
    editor.edit(NameDocument.parse(TEXT + b"1 again\n"))
    assert [finding.rule for finding in editor.findings[1]] == ["duplicate-id"]
    assert [line.number for line in editor.lines()] == [1, 2, 3, 4]


def test_a_group_d_is_told_for_the_whole_file(path: Path) -> None:
    (path.parent / "group.d").mkdir()
    (path.parent / "group.d" / "x.conf").touch()
    assert [finding.rule for finding in NameEditor(path).findings[0]] == ["group-d"]


def test_a_file_that_is_not_there_is_made(tmp_path: Path) -> None:
    editor = NameEditor(tmp_path / "new")
    assert editor.lines() == []
    assert not editor.stale()
    editor.edit(editor.document.add(5, "five"))
    editor.save()
    assert (tmp_path / "new").read_bytes() == b"5\tfive\n"


def test_the_vendors_file_is_copied_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own, vendor = tmp_path / "etc" / "group", tmp_path / "vendor"
    vendor.write_bytes(TEXT)
    monkeypatch.setattr(name_editor, "target", lambda explicit: target((own, vendor), explicit))
    editor = NameEditor(None)
    assert editor.force() == f"{vendor}, since {own} doesn't exist; saving copies it there, which then hides it"
    editor.edit(editor.document.rename(2, "zwei"))
    editor.save()
    assert own.read_bytes() == TEXT.replace(b"two", b"zwei")
    assert vendor.read_bytes() == TEXT
    assert not editor.stale()
    editor.take_back()
    assert editor.document.data == TEXT


def test_somebody_elses_change_is_noticed_and_merged(editor: NameEditor, path: Path) -> None:
    editor.edit(editor.document.rename(1, "eins"))
    path.write_bytes(TEXT.replace(b"three", b"drei"))
    assert editor.stale()
    with pytest.raises(Conflict) as caught:
        editor.save()
    assert path.read_bytes() == TEXT.replace(b"three", b"drei")
    merged = editor.merge(caught.value).data
    assert merged is not None
    editor.adopt(caught.value, merged)
    assert not editor.stale()
    editor.save()
    assert path.read_bytes() == b"1\teins\n2\ttwo\n3\tdrei\n"
    assert not editor.edited


def test_what_is_edited_during_a_save_is_not_taken_for_saved(
    editor: NameEditor, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(path: Path, data: bytes, expected: Version, *, in_place: bool) -> Version:
        version = really_save(path, data, expected, in_place=in_place)
        editor.edit(editor.document.rename(2, "zwei"))
        return version

    monkeypatch.setattr(name_editor, "save", slow)
    editor.edit(editor.document.rename(1, "eins"))
    editor.save()
    assert path.read_bytes() == TEXT.replace(b"one", b"eins")
    assert editor.edited


def test_taking_back_undoes_the_save_and_nothing_else(editor: NameEditor, path: Path) -> None:
    assert not editor.take_back()
    editor.edit(editor.document.rename(1, "eins"))
    editor.save()
    path.write_bytes(path.read_bytes() + b"4\ttheirs\n")
    editor.reload()
    editor.edit(editor.document.rename(3, "drei"))
    assert editor.take_back()
    assert editor.document.data == b"1\tone\n2\ttwo\n3\tdrei\n4\ttheirs\n"
    editor.save()
    assert editor.take_back()  # the taking back, taken back
    assert editor.document.data == b"1\teins\n2\ttwo\n3\tthree\n4\ttheirs\n"


def test_taking_back_wins_over_later_edits_of_the_same_line(editor: NameEditor) -> None:
    editor.edit(editor.document.rename(1, "eins"))
    editor.save()
    editor.edit(editor.document.rename(1, "uno"))
    assert editor.take_back()
    assert editor.document.data == TEXT


def test_what_ip_would_lose_names_by_is_not_saved(editor: NameEditor, path: Path) -> None:
    editor.edit(NameDocument.parse(b"nonsense\n" + TEXT))
    with pytest.raises(NameFileError, match="line 1 is malformed"):
        editor.save()
    assert path.read_bytes() == TEXT
    assert editor.edited
