"""What the lint finds, what it says, and that each mend mends without doing harm."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyroute2.netlink.rt_files import GroupFile

from tests.kernel.names.test_names import FILES
from tests.links import fuzz
from tui.model.names.document import NameDocument
from tui.model.names.lint import Finding, lint
from tui.model.names.lint_line import WORST_FIRST
from tui.model.names.readers import UnreadableError, pyroute2_entries

GOOD = b"# device group names\n0\tdefault\n\n# the dmz\n10\tdmz\n0xb  lab.2\n  12 x-y_z\n"
ODD = [
    b"0 default\n",
    b"0 none\n",
    b"0 default # c\n",
    b"0 a#b\n",
    b"256 default\n",
    b"7 default\n",
    b"10 a\n",
    b"10 a\n",
    b"10 b\n",
    b"266 a\n",
    b"11 a\n",
    b"11 a-11\n",
    b"010 x\n",
    b"10 77\n",
    b"9 0x5\n",
    b"9 -5\n",
    b"9 group-0x5\n",
    b"12 name#c\n",
    b"12 #c\n",
    b"13 name#c # d\n",
    b"14 two words\n",
    b"15 w # c\n",
    b"-5 neg\n",
    b"4294967296 zero\n",
    b"4294967301 x\n",
    b"2147483648 y\n",
    b"0X0a h\n",
    b"0x-1 n\n",
    b"16 a\xc2\xa0b\n",
    b"17 \xff\n",
    b"18 \x1b[2J\n",
    b"18 dc1/rack2\n",
    b"18 dc1//rack2/\n",
    b"18 9a/b\n",
    b"18 default/x\n",
    b"18 dc1/\xff/" + b"p" * 80 + b"\n",
    "19 ü\n".encode(),
    b"20 a\0b\n",
    b"21 a\r22 b\n",
    b"# \xff\n",
    b"# a\r10 b\n",
    b"#" + b"x" * 600 + b"\n",
    b" " * 600 + b"23 far\n",
    b"24 a" + b" " * 600 + b"# c\n",
    b"25 " + b"p" * 509 + b"\n",
    b"25 " + b"p" * 509 + b"8 q\n",
    b"25 " + b"p" * 520 + b"\n",
    b"2147483647 " + b"p" * 500 + b" t\n",
    b"\r\n",
    b"\v\n",
    b"dmz 26\n",
    b"a 10\n",
    b"27\n",
    b"28:1 x\n",
    b"\0junk\n",
    b"",
    b"29 last",
]
MAPS = st.one_of(FILES, st.lists(st.sampled_from(ODD), max_size=8).map(b"".join))


def found(data: bytes) -> list[Finding]:
    return lint(NameDocument.parse(data))


@pytest.mark.parametrize("data", [b"", GOOD, GOOD.replace(b"\n\n", b"\n").replace(b"\n", b"\r\n"), GOOD[:-1], b"\n \n"])
def test_nothing_is_wrong_with_a_good_file(data: bytes) -> None:
    assert found(data) == []


@pytest.mark.parametrize(
    ("data", "expected", "mended"),
    [
        (b"dmz 10\n", [(1, "malformed")], b"10\tdmz\n"),
        (b"10\n", [(1, "malformed")], b"#10\n"),
        (b"1 a\r\n\r\n2 b\r\n", [(2, "malformed")], b"1 a\r\n#\r\n2 b\r\n"),
        (b"\v\n", [(1, "malformed")], b"\n"),
        (b"10 a\na 10\n", [(2, "malformed")], b"10 a\n#a 10\n"),
        (b"10 a\nb 10\n", [(2, "malformed")], b"10 a\n#b 10\n"),
        (b"4294967301 x" + b" " * 600, [(1, "long-line"), (1, "id-range")], b"#4294967301 x"),
        (b"10 a\n10 b\n", [(1, "duplicate-id")], b"#10 a\n10 b\n"),
        (b"10 a\n10 a\n", [(1, "duplicate-id")], b"#10 a\n10 a\n"),
        (b"266 same\n11 same\n", [(2, "duplicate-name")], b"266 same\n11\tsame-11\n"),
        (b"256 default\n", [(1, "duplicate-name")], b"256\tdefault-256\n"),
        (b"10 a//b/\n", [(1, "odd-name")], b"10\ta/b\n"),
        (b"10 /\n", [(1, "odd-name")], b"10\tgroup-10\n"),
        (b"10 9a/b\n", [(1, "odd-name")], b"10\t9a-b\n"),
        (b"10 default/x\n", [(1, "odd-name")], b"10\tdefault-x\n"),
        (b"10 dc1/\xc3\xbc/x\n", [(1, "odd-name")], b"10\tdc1/x\n"),
        (b"266 dc1/a\n11 dc1/a\n", [(2, "duplicate-name")], b"266 dc1/a\n11\tdc1/a-11\n"),
        (b"10 77\n", [(1, "number-name")], b"10\tgroup-77\n"),
        (b"10 0x5\n10 x\n", [(1, "duplicate-id"), (1, "number-name")], b"#10 0x5\n10 x\n"),
        (b"10 n#c\n", [(1, "hash-name")], b"# c\n10\tn\n"),
        (b"10 n#c\n11 n\n", [(1, "hash-name")], b"# c\n10\tn-10\n11 n\n"),
        (b"10 two words\n", [(1, "two-words")], b"# words\n10\ttwo\n"),
        (b"10 a # why\n", [(1, "trailing-comment")], b"# why\n10\ta\n"),
        (b"-5 x\n", [(1, "negative")], b"#-5 x\n"),
        (b"2147483648 x\n", [(1, "id-range")], b"#2147483648 x\n"),
        (b"4294967301 x\n", [(1, "id-range")], b"#4294967301 x\n"),
        (b"0 none\n", [(1, "zero-renamed")], b"0\tdefault\n"),
        (b"010 a\n", [(1, "leading-zero")], b"10\ta\n"),
        ("10 dü\n".encode(), [(1, "odd-name")], b"10\td\n"),
        (b"10 \xff\n", [(1, "readers"), (1, "odd-name")], b"10\tgroup-10\n"),
        (b"10 a\0b\n", [(1, "readers")], b"# b\n10\ta\n"),
        (b"10a\n", [(1, "readers")], b"10\ta\n"),
        (b"# \xe9\n", [(1, "readers")], "# é\n".encode()),
        (b"# a\r10 b\n", [(1, "readers")], b"# a 10 b\n"),
        (b" " * 600 + b"10 a\n", [(1, "long-line")], b"10 a\n"),
        (b"10 a" + b" " * 600 + b"# c", [(1, "long-line")], b"# c\n10\ta"),
        (b"7 " + b"p" * 509 + b"8 q\n", [(1, "long-line")], b"# 7 " + b"p" * 505 + b"\n# pppp8 q\n"),
    ],
)
def test_each_rule_and_its_mend(data: bytes, expected: list[tuple[int, str]], mended: bytes) -> None:
    document = NameDocument.parse(data)
    findings = lint(document)
    assert [(finding.line, finding.rule) for finding in findings] == expected
    assert findings[0].mended(document).data == mended


def test_what_ip_loses_is_named() -> None:
    first, second = (
        found(b"1 a\nname 10\n2 \x1b\n-9 n\n# c\n3 c\nname 11\n4 d\n5 e\n6 f\n7 g\n")[:1] + found(b"x\ny\n")[1:]
    )
    assert (
        first.why == r"`ip` calls the file corrupt, stops here and loses 6 names after it: \x1b, c, d, e, f and 1 more."
    )
    assert "were it not for line 1" in second.why


def test_a_group_d_is_for_pyroute2_alone() -> None:
    (finding,) = lint(NameDocument.parse(GOOD), group_d=["/etc/iproute2/group.d/\x1b.conf"])
    assert (finding.line, finding.rule, finding.mend) == (0, "group-d", "")
    assert r"/etc/iproute2/group.d/\x1b.conf" in finding.what
    assert finding.mended(NameDocument.parse(GOOD)).data == GOOD


@fuzz
@given(MAPS)
@example(b"0 none\n7 default\n")
@example(b"256 default\n0 none\n")
@example(b"10 same\n11 same\n11 same\n10 b\n")
@example(b"0 a\n266 name#c\n266 name#c\n10 name#c\n266 name#c\n")
def test_a_mend_mends_and_brings_up_nothing_worse(data: bytes) -> None:
    document = NameDocument.parse(data)
    findings = lint(document)
    before = Counter(finding.rule for finding in findings)
    for finding in findings:
        assert finding.mend
        after = Counter(each.rule for each in lint(finding.mended(document)))
        worse = WORST_FIRST[: WORST_FIRST.index(finding.rule)]
        assert after[finding.rule] < before[finding.rule], (finding, after)
        assert [rule for rule in worse if after[rule] > before[rule]] == [], (finding, after)


@fuzz
@given(MAPS)
def test_a_mend_touches_one_line_and_all_mends_come_to_an_end(data: bytes) -> None:
    document = NameDocument.parse(data)
    for _ in range(100):
        findings = lint(document)
        if not findings:
            break
        mended = findings[0].mended(document)
        number = findings[0].line
        raws, now = [line.raw for line in document.lines], [line.raw for line in mended.lines]
        assert now[: number - 1] == raws[: number - 1]
        assert now[len(now) - len(raws) + number :] == raws[number:]
        document = mended
    assert lint(document) == []


@fuzz
@given(MAPS)
def test_what_is_said_is_safe_to_show(data: bytes) -> None:
    for finding in found(data):
        assert finding.rule in WORST_FIRST
        assert all(text.isprintable() for text in (finding.what, finding.why, finding.mend))
        assert finding.what.endswith(".")
        assert finding.why.endswith(".")


def through_pyroute2(data: bytes, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[int, bytes] | None:
    """Return what the real pyroute2 reads; None: it raises."""
    (folder / "group").write_bytes(data)
    monkeypatch.setattr(GroupFile, "DIRECTORIES", (folder,))
    try:
        return {int(group): str(name).encode() for group, name in GroupFile()}
    except ValueError:
        return None


@fuzz
@given(MAPS)
def test_pyroute2_is_read_as_it_reads(data: bytes) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        real = through_pyroute2(data, Path(folder), patch)
    ours: dict[int, bytes] | None = {}
    try:
        for line in NameDocument.parse(data).lines:
            for group, name in pyroute2_entries(line.raw):
                assert ours is not None
                ours.setdefault(group, name)
    except UnreadableError:
        ours = None
    assert ours == real


@fuzz
@given(MAPS)
def test_after_all_mends_every_reader_reads_alike(data: bytes) -> None:
    document = NameDocument.parse(data)
    while findings := lint(document):
        document = findings[0].mended(document)
    names: dict[int, bytes] = {0: b"default"}
    for line in document.lines:
        names.update(pyroute2_entries(line.raw))
    assert names == document.names().by_id
    assert document.names().corrupt_line == 0
