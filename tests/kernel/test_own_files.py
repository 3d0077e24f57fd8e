"""Our own files in a user's home, with root's rights and without: nobody leads us elsewhere, nothing holds us up."""

import errno
import os
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.links import REAL_ROOT, needs_root
from tests.terminal import ROOT
from tui.app.terminal import record
from tui.files import own
from tui.files.names.backup import back_up_anywhere
from tui.timing.events import HostFacts
from tui.timing.order import BenchOrder
from tui.timing.report import history
from tui.timing.report.results import TimingReport

USER, THEIRS = 54321, 54320
REPORT = TimingReport(BenchOrder(), HostFacts(date="2026-01-02T03:04:05+00:00"))


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """End a test that hangs, which is what a FIFO does to a careless reader."""

    def ring(*_: object) -> None:
        raise AssertionError("it hung")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(20)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home; as root that of another user."""
    for variable in ("XDG_STATE_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    if REAL_ROOT:
        os.chown(tmp_path / "home", USER, THEIRS)
    return tmp_path / "home"


def planted(path: Path) -> Path:
    """Return ``path`` with all that is missing above it made by the home's owner."""
    for folder in [*reversed(path.parents)]:
        if not folder.exists():
            folder.mkdir(0o700)
            theirs(folder)
    return path


def theirs(path: Path) -> None:
    if REAL_ROOT:
        os.chown(path, USER, THEIRS, follow_symlinks=False)


def rights() -> tuple[str, ...]:
    wanted = ("Uid:", "Gid:", "CapEff:")
    lines = Path("/proc/thread-self/status").read_text().splitlines()
    return tuple(line for line in lines if line.startswith(wanted))


def crash(home: Path) -> Path:
    return home / ".local/state/ifgroup/crash.log"


@needs_root
def test_what_root_writes_in_a_users_home_is_the_users_and_its_own_rights_come_back(home: Path) -> None:
    before = rights()
    assert record(ValueError("one")) == record(ValueError("two")) == crash(home)
    kept = history.save(REPORT)
    assert history.runs() == [kept]
    assert history.load(kept) == REPORT
    for path in (crash(home), crash(home).parent, home / ".local", kept, kept.parent):
        status = path.stat()
        assert (status.st_uid, stat.S_IMODE(status.st_mode) & 0o077) == (USER, 0), path
    assert crash(home).read_text().count("ValueError") == 2
    assert rights() == before


@needs_root
def test_only_the_thread_that_writes_gives_its_rights_up(home: Path) -> None:
    before, dropped = rights(), threading.Event()
    seen: list[tuple[str, ...]] = []

    def look() -> None:
        dropped.wait()
        seen.append(rights())

    other = threading.Thread(target=look)
    other.start()
    with own.folder(home):
        assert rights() != before
        dropped.set()
        other.join()
    assert seen == [before]
    assert rights() == before


def symbolic_link(path: Path, prey: Path) -> None:
    path.symlink_to(prey)
    theirs(path)


def hard_link(path: Path, prey: Path) -> None:
    path.hardlink_to(prey)


def hard_link_of_theirs(path: Path, prey: Path) -> None:
    theirs(prey)
    path.hardlink_to(prey)


def fifo(path: Path, prey: Path) -> None:
    os.mkfifo(path)
    theirs(path)


def directory(path: Path, prey: Path) -> None:
    path.mkdir()
    theirs(path)


@pytest.mark.parametrize("trap", [symbolic_link, hard_link, hard_link_of_theirs, fifo, directory])
def test_a_trap_in_the_place_of_the_crash_log_is_left_alone(
    home: Path, tmp_path: Path, trap: Callable[[Path, Path], None]
) -> None:
    prey = tmp_path / "prey"
    prey.write_text("root's\n")
    trap(planted(crash(home)), prey)
    assert record(ValueError("x")) is None
    assert prey.read_text() == "root's\n"


@needs_root
@pytest.mark.parametrize("where", [".local", ".local/state", ".local/state/ifgroup"])
def test_root_writes_through_symbolic_link_in_the_place_of_a_directory(home: Path, tmp_path: Path, where: str) -> None:
    prey = tmp_path / "prey"
    prey.mkdir()
    symbolic_link(planted(home / where), prey)
    assert record(ValueError("x")) is None
    assert not list(prey.iterdir())


@needs_root
def test_root_follows_a_link_of_its_own_and_none_in_a_directory_that_others_write(tmp_path: Path) -> None:
    for name, mode, follows in (("own", 0o755, True), ("open", 0o1777, False)):
        folder = tmp_path / name
        (folder / "real").mkdir(parents=True)
        folder.chmod(mode)
        (folder / "link").symlink_to("real")
        if follows:
            own.create(folder / "link/x", b"1")
            assert (folder / "real/x").read_bytes() == b"1"
        else:
            with pytest.raises(OSError, match="a link that others can have made"):
                own.create(folder / "link/x", b"1")


AS_USER = """
import os, sys
sys.path.insert(0, sys.argv[1])
from tui.app.terminal import record
os.setgroups([])
os.setresgid(54320, 54320, 54320)
os.setresuid(54321, 54321, 54321)
print(record(ValueError("x")))
"""


@needs_root
def test_a_user_may_keep_the_directory_elsewhere_by_a_link(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as reachable:
        home = Path(reachable)
        theirs(home)
        symbolic_link(planted(home / ".local/state"), home / "disk")
        (home / "disk").mkdir()
        theirs(home / "disk")
        monkeypatch.setenv("HOME", str(home))
        done = subprocess.run([sys.executable, "-c", AS_USER, str(ROOT)], capture_output=True, text=True, cwd="/")
        assert done.stdout.strip() == str(crash(home)), done.stderr
        assert "ValueError" in (home / "disk/ifgroup/crash.log").read_text()


def huge(path: Path) -> None:
    path.touch()
    os.truncate(path, 1 << 40)


@pytest.mark.parametrize(
    ("plant", "says"),
    [
        (os.mkfifo, "can't be read (it is no regular file)."),
        (huge, "can't be read (it is larger than "),
        (lambda path: path.symlink_to("/etc/passwd"), "can't be read (it is a symbolic link)."),
        (lambda path: path.mkdir(), "can't be read (it is no regular file)."),
        (lambda path: path.symlink_to("/dev/zero"), "can't be read (it is a symbolic link)."),
        (lambda path: path.write_text("[" * 100_000), "holds no measurement."),
        (lambda path: path.write_text('{"host":' * 100_000), "holds no measurement."),
        (lambda path: path.write_text('{"host": {}, "results": [' + "9" * 10_000 + "]}"), "holds no measurement."),
        (lambda path: path.write_bytes(b'{"host": {}, "results": "\xed\xa0\x80"}'), "holds no measurement."),
    ],
)
def test_whatever_lies_among_the_measurements_is_told_in_one_sentence(
    home: Path, plant: Callable[[Path], None], says: str
) -> None:
    good = history.save(REPORT)
    bad = good.with_name("20250101T000000Z-abcd.json")
    plant(bad)
    theirs(bad)
    assert history.runs() == [good, bad]
    with pytest.raises(OSError, match="json") as caught:
        history.load(bad)
    assert says in str(caught.value)
    assert history.load(good) == REPORT


@needs_root
def test_measurements_are_neither_kept_nor_sought_through_a_link(home: Path, tmp_path: Path) -> None:
    prey = tmp_path / "prey"
    prey.mkdir()
    symbolic_link(planted(history.directory()), prey)
    with pytest.raises(OSError, match=r"can't be written \('timing' is no directory, or a link that others can"):
        history.save(REPORT)
    assert not list(prey.iterdir())
    (prey / "20250101T000000Z-abcd.json").write_text("{}")
    assert history.runs() == []


@needs_root
def test_a_backup_in_a_users_home_is_the_users_and_goes_through_symbolic_link(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.files.names.backup.denied", lambda *_: True)
    group = tmp_path / "group"
    group.write_text("10 dmz\n")
    like = os.open(group, os.O_RDONLY)
    here = os.open(tmp_path, os.O_RDONLY)
    try:
        back_up_anywhere(group, here, "group", b"10 dmz\n", like)
        (kept,) = (home / ".local/state/ifgroup").iterdir()
        assert kept.read_bytes() == b"10 dmz\n"
        assert kept.stat().st_uid == USER
        kept.unlink()
        kept.parent.rmdir()
        prey = tmp_path / "prey"
        prey.mkdir()
        symbolic_link(kept.parent, prey)
        with pytest.raises(OSError) as caught:  # noqa: PT011 the errno says it
            back_up_anywhere(group, here, "group", b"10 dmz\n", like)
        assert caught.value.errno in (errno.ENOTDIR, errno.ELOOP)
        assert not list(prey.iterdir())
    finally:
        os.close(like)
        os.close(here)
