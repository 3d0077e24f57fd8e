"""The writer of the name map killed and failed at each of its system calls, and raced by other writers."""

import collections
import errno
import multiprocessing
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from tests.links import PATIENCE
from tests.name_faults import Faults
from tui.files.names.writer import ABSENT, Conflict, NameFileError, read_version, save
from tui.model.names.map import parse
from tui.netlink import namespace

OLD = b"1 old\n"
NEW = b"1 new\n2 more\n"
TEMPORARY = re.compile(r"\.group\.ifgroup-[0-9a-f]{16}")
OTHER = {"brk", "mmap", "munmap", "mremap", "madvise", "rt_sigtimedwait", "write", "exit_group"}
"""Calls that are no step of a save: memory, the wait for the tracer, the report of what came of it."""
NO_EXCHANGE = ["-e", "inject=renameat2:error=EINVAL"]
"""What a file system without RENAME_EXCHANGE (NFS, 9p) says."""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty tmpfs."""
    path = tmp_path_factory.mktemp("room")
    try:
        namespace.mount("none", str(path), "tmpfs", 0, "mode=0755")
    except OSError as error:
        pytest.skip(f"no tmpfs of our own: {error.strerror}")
    yield path
    subprocess.run(["umount", "-l", path], check=True)


@pytest.fixture(scope="module")
def two_writers() -> Iterator[list[Faults]]:
    writers = [Faults(), Faults()]
    yield writers
    for writer in writers:
        writer.close()


class Sweep:
    """One save repeated, each time with another of its system calls tampered with."""

    def __init__(self, room: Path, writers: list[Faults], old: bytes | None, **order: bool) -> None:
        if shutil.which("strace") is None:
            pytest.skip("strace is not installed")
        self.room, self.writers, self.old, self.order = room, writers, old, order

    def place(self, which: str) -> Path:
        path = self.room / which / "group"
        shutil.rmtree(path.parent, ignore_errors=True)
        path.parent.mkdir()
        if self.old is not None:
            path.write_bytes(self.old)
            path.with_name("group-").write_bytes(b"8 older\n")
        return path

    def calls(self, *options: str) -> list[tuple[str, int]]:
        """Return the save's system calls, each with how many of its name came before it, itself included."""
        log = self.room / "log"
        try:
            found = self.writers[0].traced(self.place("plain"), NEW, ["-o", str(log), *options], **self.order)
        except RuntimeError as error:
            pytest.skip(f"strace can't trace here: {error}")
        assert found["result"] == "saved", found
        count: collections.Counter[str] = collections.Counter()
        made = []
        for line in log.read_text().splitlines():
            if (match := re.match(r"(\w+)\(", line)) and (name := match[1]) not in OTHER:
                count[name] += 1
                made.append((name, count[name]))
        return made

    def over(self, how: str, check: Callable[[Path, str, dict[str, object]], None], *options: str) -> int:
        """Tamper with each call in turn, on both processors; return how many there were."""
        calls = self.calls(*options)

        def run(lane: int) -> None:
            for name, number in calls[lane :: len(self.writers)]:
                path = self.place(f"lane{lane}")
                strace = ["-o", os.devnull, *options, "-e", f"inject={name}:{how}:when={number}"]
                check(path, f"{name} {number}", self.writers[lane].traced(path, NEW, strace, **self.order))

        with ThreadPoolExecutor(len(self.writers)) as pool:
            list(pool.map(run, range(len(self.writers))))
        return len(calls)


def content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


@pytest.mark.parametrize("old", [OLD, None], ids=["replaced", "created"])
@pytest.mark.parametrize("options", [[], NO_EXCHANGE], ids=["exchange", "no exchange"])
def test_killed_at_each_call_the_file_is_whole(
    room: Path, two_writers: list[Faults], old: bytes | None, options: list[str]
) -> None:
    seen: collections.Counter[tuple[str, bytes | None]] = collections.Counter()

    def check(path: Path, at: str, found: dict[str, object]) -> None:
        now = content(path)
        seen[str(found["result"]), now] += 1
        assert now in (old, NEW), at
        if old is not None:
            backup = path.with_name("group-").read_bytes()
            assert backup in (b"8 older\n", old), at
            assert now == old or backup == old, at
        save(path, b"3 third\n", read_version(path)[1])
        assert path.read_bytes() == b"3 third\n", at
        left = set(os.listdir(path.parent))
        assert left <= {"group", "group-"}, at
        assert content(path.with_name("group-")) == now, at

    assert Sweep(room, two_writers, old).over("signal=KILL", check, *options) > 30
    assert {("died", old), ("died", NEW)} <= seen.keys()


@pytest.mark.parametrize("old", [OLD, None], ids=["replaced", "created"])
@pytest.mark.parametrize(
    ("number", "options"),
    [("EIO", []), ("ENOSPC", []), ("EPERM", []), ("EIO", NO_EXCHANGE)],
    ids=["EIO", "ENOSPC", "EPERM", "no exchange"],
)
def test_failed_at_each_call_the_file_is_as_it_was(
    room: Path, two_writers: list[Faults], old: bytes | None, number: str, options: list[str]
) -> None:
    results: collections.Counter[object] = collections.Counter()

    def check(path: Path, at: str, found: dict[str, object]) -> None:
        results[found["result"]] += 1
        assert content(path) == (NEW if found["result"] == "saved" else old), (at, found)
        left = {name for name in os.listdir(path.parent) if name not in ("group", "group-")}
        assert not left or at.startswith("unlinkat"), (at, left, found)
        assert found["result"] == "saved" or re.fullmatch(r"The name map /[^\n]+[;:] [^\n]+\.", str(found["text"])), at
        if left:
            save(path, b"3 third\n", read_version(path)[1])
            assert {name for name in os.listdir(path.parent) if TEMPORARY.match(name)} == set(), at

    assert Sweep(room, two_writers, old).over(f"error={number}", check, *options) > 30
    assert results["saved"] > 0
    assert results["refused"] + results["needs in place"] > 10
    assert results["died"] == results["conflict"] == 0


def test_failed_at_each_call_in_place_the_old_content_comes_back(room: Path, two_writers: list[Faults]) -> None:
    def check(path: Path, at: str, found: dict[str, object]) -> None:
        assert content(path) == (NEW if found["result"] == "saved" else OLD), (at, found)
        left = {name for name in os.listdir(path.parent) if name not in ("group", "group-")}
        assert not left or at.startswith("unlinkat"), (at, left)

    assert Sweep(room, two_writers, OLD, in_place=True).over("error=EIO", check) > 30


def test_killed_at_each_call_in_place_the_file_or_its_backup_is_whole(room: Path, two_writers: list[Faults]) -> None:
    def check(path: Path, at: str, found: dict[str, object]) -> None:
        assert content(path) in (OLD, NEW) or content(path.with_name("group-")) == OLD, at

    assert Sweep(room, two_writers, OLD, in_place=True).over("signal=KILL", check) > 30


def test_in_place_beyond_repair_the_sentence_names_the_backup(room: Path, two_writers: list[Faults]) -> None:
    sweep = Sweep(room, two_writers, OLD, in_place=True)
    sweep.calls()
    path = sweep.place("damaged")
    # The first is the backup's; from the second on no content can be written.
    strace = ["-o", os.devnull, "-e", "inject=ftruncate:error=EIO:when=2+"]
    found = two_writers[0].traced(path, NEW, strace, in_place=True)
    assert found["result"] == "refused"
    assert "is damaged" in found["text"]
    assert f"whole in {path}-: copy it over the map." in found["text"]
    assert path.with_name("group-").read_bytes() == OLD


def test_ebusy_told_by_the_rename_itself(room: Path, two_writers: list[Faults]) -> None:
    sweep = Sweep(room, two_writers, OLD)
    sweep.calls()
    path = sweep.place("busy")
    found = two_writers[0].traced(path, NEW, ["-o", os.devnull, "-e", "inject=renameat2:error=EBUSY"])
    assert (found["result"], found["errno"]) == ("needs in place", errno.EBUSY)
    assert (path.read_bytes(), set(os.listdir(path.parent))) == (OLD, {"group", "group-"})


SAVES = 1000


def count_up(path: Path, line: int, saves: int) -> None:
    """Add one to the number that ``line`` names, ``saves`` times, as a second console would."""
    end = time.monotonic() + PATIENCE
    while saves and time.monotonic() < end:
        try:
            data, version = read_version(path)
            lines = data.splitlines()
            lines[line] = b"%d n%d" % (line, int(lines[line].split(b"n")[1]) + 1)
            save(path, b"\n".join(lines) + b"\n", version)
        except Conflict:
            continue
        except NameFileError as error:
            if error.errno != errno.EAGAIN:
                raise
            time.sleep(0.0003)
            continue
        saves -= 1
    assert not saves


def keep_reading(path: Path, stop: Event) -> None:
    """Read as `ip` does, with nothing but an open: never half a file, never none."""
    while not stop.wait(0.0003):
        data = path.read_bytes()
        assert re.fullmatch(rb"0 n\d+\n1 n\d+\n", data), data
        assert not parse(data).corrupt_line


def replace_blindly(path: Path, stop: Event, saves: int) -> None:
    """Change line 1 as an editor does that knows no lock: by a rename. Then insist that it stays changed."""
    for number in range(1, saves + 1):
        other = path.with_name("editors")
        other.write_bytes(b"%s\n1 n%d\n" % (path.read_bytes().split(b"\n")[0], number))
        other.rename(path)
        # A writer that looked too early may show its own for an instant, but has to take that back.
        end = time.monotonic() + 5
        while b"\n1 n%d\n" % number not in path.read_bytes():
            assert time.monotonic() < end, f"the change {number} was lost"
        time.sleep(0.0005)
    stop.set()


def together(path: Path, *jobs: tuple[Callable[..., None], tuple[object, ...]], stop: Event) -> None:
    """Run each job in a process of its own; the reader too, until all are done."""
    spawn = multiprocessing.get_context("spawn")
    reader = spawn.Process(target=keep_reading, args=(path, stop))
    workers = [spawn.Process(target=job, args=words) for job, words in jobs]
    for process in (reader, *workers):
        process.start()
    for worker in workers:
        worker.join(PATIENCE)
    stop.set()
    reader.join(PATIENCE)
    assert [process.exitcode for process in (reader, *workers)] == [0] * (len(workers) + 1)


def test_two_consoles_lose_no_update(room: Path) -> None:
    path = room / "consoles" / "group"
    path.parent.mkdir()
    path.write_bytes(b"0 n0\n1 n0\n")
    stop = multiprocessing.get_context("spawn").Event()
    together(path, (count_up, (path, 0, SAVES)), (count_up, (path, 0, SAVES)), stop=stop)
    assert path.read_bytes() == b"0 n%d\n1 n0\n" % (2 * SAVES)
    assert set(os.listdir(path.parent)) == {"group", "group-"}


def save_until(path: Path, stop: Event) -> None:
    """Save over and over, changing nothing but line 0."""
    while not stop.is_set():
        count_up(path, 0, 1)


def test_an_editor_without_a_lock_loses_no_update(room: Path) -> None:
    path = room / "editor" / "group"
    path.parent.mkdir()
    path.write_bytes(b"0 n0\n1 n0\n")
    stop = multiprocessing.get_context("spawn").Event()
    together(path, (save_until, (path, stop)), (replace_blindly, (path, stop, SAVES)), stop=stop)
    assert path.read_bytes().splitlines()[1] == b"1 n%d" % SAVES
    assert set(os.listdir(path.parent)) == {"group", "group-"}


def test_two_that_create_it_make_one(room: Path) -> None:
    path = room / "first" / "group"
    save(path, OLD, ABSENT)
    with pytest.raises(Conflict) as caught:
        save(path, NEW, ABSENT)
    assert caught.value.theirs == OLD
