"""The audit file's lines from either end: torn, empty, endless; little in memory however large it is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.links import fuzz
from tui.files import audit_lines
from tui.files.audit_lines import newest_first, oldest_first


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit"


@fuzz
@given(
    st.lists(st.binary(max_size=9).map(lambda raw: raw.replace(b"\n", b"")), max_size=9),
    st.booleans(),
    st.integers(1, 7),
)
def test_both_ends_find_the_same_lines(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], ended: bool, block: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "lines"
    path.write_bytes(b"\n".join(lines) + (b"\n" if ended and lines else b""))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit_lines, "_BLOCK", block)
        found = [line for line in newest_first(path, 1000) if line]
    wanted = [line for line in lines if line]
    assert found[::-1] == wanted
    assert [line for line in oldest_first(path) if line] == wanted


def test_of_a_line_without_an_end_no_more_than_so_much_is_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(b"first\n" + b"x" * 500 + b"\nlast\n")
    monkeypatch.setattr(audit_lines, "LONGEST", 100)
    monkeypatch.setattr(audit_lines, "_BLOCK", 30)
    assert [*oldest_first(path)] == [b"first", b"x" * 100, b"last"]
    assert [line for line in newest_first(path, 10_000) if line] == [b"last", b"first"]


def test_from_the_end_no_more_than_so_much_is_read(path: Path) -> None:
    path.write_bytes(b"".join(b"line %d\n" % i for i in range(100)))
    found = [line for line in newest_first(path, 50) if line]
    assert found[:2] == [b"line 99", b"line 98"]
    assert len(found) == 6  # of the one before, only a part was read


def test_what_comes_meanwhile_is_left_out(path: Path) -> None:
    path.write_bytes(b"one\n")
    lines = oldest_first(path)
    assert next(lines) == b"one"
    with path.open("ab") as file:
        file.write(b"two\n")
    assert [*lines] == []


def test_what_is_no_file_is_one_sentence(tmp_path: Path, path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for place, says in (
        (path, f"There is no audit file {path}: nothing is on record there; --audit names another."),
        (tmp_path / "fifo", f"The audit file {tmp_path}/fifo is no regular file; --audit names another."),
        (tmp_path, f"The audit file {tmp_path} is no regular file; --audit names another."),
        (path / "x\x1b", f"The audit file {path}/x\\x1b can't be read: Not a directory."),
    ):
        for read in (oldest_first, lambda place: newest_first(place, 10)):
            if place.name.startswith("x"):
                path.touch()
            with pytest.raises(OSError, match="audit file") as caught:
                [*read(place)]
            assert caught.value.strerror == says
        path.unlink(missing_ok=True)
    path.with_name("audit.1").touch()
    with pytest.raises(FileNotFoundError, match=r"what was rotated away is in .*audit\.1; --audit"):
        [*oldest_first(path)]


def test_a_hundred_megabytes_take_the_memory_of_a_line(path: Path) -> None:
    with path.open("wb") as file:
        record = b'{"time":"2026-01-01T00:00:00.000Z","event":"change","members":[%s]}\n'
        file.write(b"x" * 60_000_000 + b"\n")
        for _ in range(40):
            file.write(record % (b'{"ifname":"a","became":"changed"},' * 30_000)[:-1])
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from tui.files.audit_lines import newest_first, oldest_first\n"
        "path = Path(sys.argv[1]); before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print(sum(1 for _ in oldest_first(path)), sum(1 for _ in newest_first(path, 1 << 30)))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    numbers, kilobytes = done.stdout.splitlines()
    assert numbers == "41 41"
    assert int(kilobytes) < 64 << 10
