"""The name map as a document: every byte comes back, and an edit touches its own line alone."""

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.kernel.names.test_names import FILES
from tests.links import fuzz
from tui.model.names.document import NameDocument, NameLine
from tui.model.names.map import parse
from tui.model.names.rules import NameRuleError

VENDOR = b"# device group names\n0\tdefault\n"


def document(data: bytes) -> NameDocument:
    return NameDocument.parse(data)


@fuzz
@given(st.one_of(FILES, st.binary(max_size=1200)))
@example(b"")
@example(b"\n")
@example(b"\r\n")
@example(b"1 a")
@example(b"1 a\0b\n\xff\n")
@example(b"7 " + b"p" * 2000 + b"\n")
def test_every_byte_comes_back(data: bytes) -> None:
    parsed = document(data)
    assert parsed.data == data
    assert b"".join(line.raw for line in parsed.lines) == data
    assert b"".join(line.text + line.end for line in parsed.lines) == data
    assert [line.number for line in parsed.lines] == list(range(1, len(parsed.lines) + 1))
    assert all(line.raw.count(b"\n") == line.raw.endswith(b"\n") for line in parsed.lines)


@fuzz
@given(FILES)
def test_lines_say_what_the_one_reader_says(data: bytes) -> None:
    parsed = document(data)
    names = parsed.names()
    assert names == parse(data)
    stop = next((line.number for line in parsed.lines if line.kind == "malformed"), 0)
    assert stop == names.corrupt_line
    read = parsed.lines[:stop] if stop else parsed.lines
    shown = {group: name for line in read for group, name in line.entries() if group >= 0}
    assert {0: b"default", **shown} == names.by_id


@pytest.mark.parametrize(
    ("raw", "kind", "group_id", "name", "pieces"),
    [
        (b"10 dmz\n", "entry", 10, b"dmz", 1),
        (b"\t0x0a\tdmz\r\n", "entry", 10, b"dmz", 1),
        (b"10 two words", "entry", 10, b"two", 1),
        (b"# 10 dmz\n", "comment", None, b"", 1),
        (b"  #\n", "comment", None, b"", 1),
        (b" \t\n", "blank", None, b"", 1),
        (b"\0junk\n", "blank", None, b"", 1),
        (b"\r\n", "malformed", None, b"", 1),
        (b"dmz 10\n", "malformed", None, b"", 1),
        (b"-5 x\n", "negative", -5, b"x", 1),
        (b"2147483648 x\n", "negative", -2147483648, b"x", 1),
        (b"4294967301 x\n", "entry", 5, b"x", 1),
        (b"7 " + b"p" * 509 + b"\n", "entry", 7, b"p" * 509, 1),
        (b"7 " + b"p" * 509 + b"8 q\n", "entry", 7, b"p" * 509, 2),
        (b"7 " + b"p" * 509 + b"q\n", "malformed", 7, b"p" * 509, 2),
        (b"#" * 600 + b"\n", "comment", None, b"", 2),
    ],
)
def test_what_a_line_is(raw: bytes, kind: str, group_id: int | None, name: bytes, pieces: int) -> None:
    (line,) = document(raw).lines
    assert (line.kind, line.group_id, line.name, line.pieces) == (kind, group_id, name, pieces)


def unless_refused(edit: Callable[[], NameDocument]) -> NameDocument | None:
    """Return what came of an edit; None if it was refused, in one sentence that is safe to show."""
    try:
        return edit()
    except NameRuleError as problem:
        said = str(problem)
    assert said.isprintable(), said
    assert said.endswith("."), said
    return None


def edited_alone(before: NameDocument, after: NameDocument, number: int) -> NameLine:
    """Check that only line ``number`` differs, and return it as it is now."""
    assert [x.raw for x in before.lines if x.number != number] == [x.raw for x in after.lines if x.number != number]
    assert after.lines[number - 1].end == before.lines[number - 1].end
    return after.lines[number - 1]


@fuzz
@given(FILES, st.sampled_from(["new", "n-9", "x" * 32]), st.sampled_from([0, 3, 77, 2**31 - 1]), st.data())
def test_an_edit_touches_its_own_line_alone(data: bytes, name: str, group_id: int, draw: st.DataObject) -> None:
    before = document(data)
    number = draw.draw(st.integers(1, max(1, len(before.lines))))
    raws = [line.raw for line in before.lines]
    if renamed := unless_refused(lambda: before.rename(number, name)):
        line = edited_alone(before, renamed, number)
        assert (line.name, line.group_id) == (name.encode(), before.lines[number - 1].group_id)
    if renumbered := unless_refused(lambda: before.renumber(number, group_id)):
        line = edited_alone(before, renumbered, number)
        assert (line.name, line.group_id) == (before.lines[number - 1].name, group_id)
    if deleted := unless_refused(lambda: before.delete(number)):
        assert deleted.data == b"".join(raws[: number - 1] + raws[number:])


@fuzz
@given(FILES, st.sampled_from(["new", "n-9"]), st.sampled_from([3, 77, 2**31 - 1]))
def test_an_added_entry_is_one_line_more_and_ip_reads_it(data: bytes, name: str, group_id: int) -> None:
    before = document(data)
    after = unless_refused(lambda: before.add(group_id, name))
    if after is None:
        assert group_id in before.taken_ids()
        return
    assert after.names().by_id[group_id] == name.encode()
    assert after.names().by_name[name.encode()] == group_id
    (new,) = [line.number for line in after.lines if line.name == name.encode()]
    kept = [line.raw for line in after.lines if line.number != new]
    ended = data.endswith(b"\n") or not data
    # A last line without an end gets one if the new line follows it.
    assert b"".join(kept).rstrip(b"\r\n") == data.rstrip(b"\r\n")
    assert kept == [line.raw for line in before.lines] or (not ended and new == len(after.lines))
    assert after.delete(new).data.removesuffix(b"\n") == data.removesuffix(b"\n") or not ended


@fuzz
@given(FILES, st.sampled_from(["why", "5 servers", "ü", r"C:\x1b\\"]), st.data())
def test_a_comment_comes_above_and_goes_again(data: bytes, text: str, draw: st.DataObject) -> None:
    before = document(data)
    number = draw.draw(st.integers(1, max(1, len(before.lines))))
    after = unless_refused(lambda: before.comment(number, text))
    if after is None:
        return
    now = number + len(after.lines) - len(before.lines)
    assert after.lines[now - 1].raw == before.lines[number - 1].raw
    assert after.comment_of(now) == text
    assert after.lines[now - 2].kind == "comment"
    assert after.names().by_id == before.names().by_id
    assert after.comment(now, text) == after
    gone = after.comment(now, "")
    rest = [line.raw for line in before.lines]
    if now == number:
        del rest[number - 2]
    assert [line.raw for line in gone.lines] == rest


@pytest.mark.parametrize(
    ("data", "after"),
    [
        (b"", b"7\tnew\n"),
        (VENDOR, VENDOR + b"7\tnew\n"),
        (b"0 default", b"0 default\n7 new\n"),
        (b"0 default\r\n", b"0 default\r\n7 new\r\n"),
        (b"  0   default\n\n# end\n", b"  0   default\n  7   new\n\n# end\n"),
        (b"0 default\nname 10\n5 a\n", b"0 default\n7 new\nname 10\n5 a\n"),
        (b"# c\nname 10\n5 a\n", b"# c\n7\tnew\nname 10\n5 a\n"),
        (b"10dmz\n", b"10dmz\n7 new\n"),
        (b"0 default\r\n8 " + b"p" * 509, b"0 default\r\n8 " + b"p" * 509 + b"\n7 new\r\n"),
    ],
)
def test_where_and_how_an_entry_is_added(data: bytes, after: bytes) -> None:
    assert document(data).add(7, "new").data == after


@pytest.mark.parametrize(
    ("data", "after"),
    [
        (b" 10\t dmz # c\r\n", b" 10\t new # c\r\n"),
        (b"10 dmz\0junk", b"10 new\0junk"),
        (b"0x0adm\n", b"0x0ad new\n"),
        (b"10dmz", b"10 new"),
    ],
)
def test_renaming_keeps_the_rest_of_the_line(data: bytes, after: bytes) -> None:
    assert document(data).rename(1, "new").data == after


@pytest.mark.parametrize(
    ("data", "after"),
    [
        (b" 10\t dmz # c\r\n", b" 77\t dmz # c\r\n"),
        (b"0x000a dmz", b"0x004d dmz"),
        (b"-5 dmz\n", b"77 dmz\n"),
        (b"10dmz", b"77 dmz"),
    ],
)
def test_renumbering_keeps_base_and_spacing(data: bytes, after: bytes) -> None:
    assert document(data).renumber(1, 77).data == after


def test_what_is_refused_says_which_rule() -> None:
    held = document(b"0 default\n10 dmz\n# c\nname 11\n12 late\n7 " + b"p" * 600 + b"\n")
    long = document(b"10" + b" " * 480 + b"dmz\n")
    refusals: list[tuple[Callable[[], NameDocument], str]] = [
        (lambda: held.add(10, "new"), "named on line 2"),
        (lambda: held.add(11, "dmz"), "taken on line 2"),
        (lambda: held.add(11, "late"), "taken on line 5"),
        (lambda: held.add(2**31, "new"), "2147483647"),
        (lambda: held.add(11, "default"), "default is group 0"),
        (lambda: held.rename(1, "none"), "keeps its name"),
        (lambda: held.rename(2, "late"), "taken on line 5"),
        (lambda: held.rename(3, "new"), "Line 3 is no entry"),
        (lambda: held.rename(4, "new"), "Line 4 is no entry"),
        (lambda: held.rename(9, "new"), "no line 9"),
        (lambda: held.rename(0, "new"), "no line 0"),
        (lambda: held.renumber(1, 5), "keeps its name"),
        (lambda: held.renumber(2, 0), "named on line 1"),
        (lambda: document(b"5 a\n").renumber(1, 0), "keeps its name"),
        (lambda: held.renumber(2, 12), "named on line 5"),
        (lambda: held.delete(1), "keeps its name"),
        (lambda: held.comment(2, "a\nb"), "one line of printable"),
        (lambda: held.comment(2, "a\x1b"), "one line of printable"),
        (lambda: held.comment(2, "x" * 510), "at most 511 bytes"),
        (lambda: long.rename(1, "x" * 32), "at most 511 bytes"),
        (lambda: document(b"10 a" + b" " * 600).rename(1, "b"), "at most 511 bytes"),
    ]
    for refused, words in refusals:
        with pytest.raises(NameRuleError, match=words):
            refused()


def test_an_entry_may_keep_its_own_id_and_name() -> None:
    held = document(VENDOR + b"0xa dmz\n")
    assert held.rename(3, "dmz") == held.renumber(3, 10) == held.renumber(2, 0) == held.rename(2, "default") == held


def test_a_switched_off_entry_is_no_comment_on_the_next() -> None:
    held = document(b"#9 old\n10 dmz\n")
    assert held.comment_of(2) == ""
    assert held.comment(2, "the dmz").data == b"#9 old\n# the dmz\n10 dmz\n"
    assert document(b"# was\n10 dmz\n").comment(2, "is").data == b"# is\n10 dmz\n"


def test_group_0_may_be_deleted_where_another_line_names_it() -> None:
    assert document(b"0 default\n0 default\n").delete(1).data == b"0 default\n"
    assert document(b"0 none\n").delete(1).data == b""
