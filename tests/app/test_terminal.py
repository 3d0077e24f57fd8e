"""On a real pseudo-terminal: whatever ends the console, the terminal is as before, and nothing is left over."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.links import until
from tests.terminal import PATIENCE, READY, ROOT, Terminal, holders, session_of, stat_fields, terminal
from tui.netlink import namespace

LAB = ("-m", "tui", "lab", "--links", "16", "--groups", "3")
# Raises in the screen's timer as soon as the name map says so.
BROKEN = """
import sys
from tui.cli.main import main
from tui.screens.main.screen import MainScreen
look = MainScreen._look
def broken(self):
    look(self)
    if self.session.services.names.by_id.get(5) == b"bang":
        raise ZeroDivisionError("[b]bang \\x1b[7z")
MainScreen._look = broken
main(sys.argv[1:])
"""


@pytest.fixture
def lab(netns: None) -> Iterator[Terminal]:
    """A small lab on an 80×24 terminal."""
    with terminal(*LAB) as made:
        yield made


def netns_of(pid: int) -> str:
    return os.readlink(f"/proc/{pid}/ns/net")


def nothing_is_left(pid: int, netns: str) -> None:
    """The lab's namespace and every process of the terminal's session are gone."""
    until(lambda: not session_of(pid), "the last process of the session")
    until(lambda: not holders(netns), "the lab's namespace to lose its last process")
    assert netns not in Path("/proc/self/mountinfo").read_text()


def is_as_before(lab: Terminal) -> None:
    """The terminal shows the main screen, with its own modes, and no traceback."""
    assert lab.modes() == lab.attributes
    assert not lab.screen.alternate
    assert lab.output.rindex(b"\x1b[?1049l") > lab.output.rindex(b"\x1b[?1049h")
    assert b"\x1b[?25h" in lab.output[lab.output.rindex(b"\x1b[?1049l") - 200 :]
    for mode in (b"1000", b"1003", b"1006", b"2004"):
        assert lab.output.rindex(b"\x1b[?" + mode + b"l") > lab.output.rindex(b"\x1b[?" + mode + b"h")
    assert b"Traceback" not in lab.output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT])
def test_a_signal_ends_it_and_leaves_nothing(lab: Terminal, number: signal.Signals) -> None:
    netns = netns_of(lab.pid)
    assert netns != namespace.identity()
    lab.process.send_signal(number)
    assert lab.ended() == 128 + number
    is_as_before(lab)
    nothing_is_left(lab.pid, netns)


@pytest.mark.parametrize(
    "steps",
    [
        [("q", "")],
        [("\x03", "")],
        [("?", "Keys  (Esc: back)"), ("\x1b", READY), ("q", "")],
        [("?", "Keys  (Esc: back)"), ("\x03", "")],
        [("/", "text to find"), ("q", "filter: q"), ("\x1b", "0 overruns"), ("q", "")],
        [("/", "text to find"), ("\x03", "")],
    ],
    ids=["q", "ctrl-c", "help", "ctrl-c in the help", "filter", "ctrl-c in the filter"],
)
def test_the_operator_leaves(lab: Terminal, steps: list[tuple[str, str]]) -> None:
    netns = netns_of(lab.pid)
    for keys, shown in steps:
        lab.press(keys)
        if shown:
            lab.shows(shown)
        if keys == "\x1b":
            lab.hides("filter: ")
            lab.hides("Esc: back")
    assert lab.ended(PATIENCE) == 0
    is_as_before(lab)
    nothing_is_left(lab.pid, netns)


def test_a_closed_terminal_ends_it_without_a_busy_loop(lab: Terminal) -> None:
    netns = netns_of(lab.pid)
    lab.hang_up()
    _, status, used = os.wait4(lab.pid, 0)
    lab.process.returncode = os.waitstatus_to_exitcode(status)
    assert lab.process.returncode == 128 + signal.SIGHUP
    assert used.ru_utime + used.ru_stime < 4.0
    nothing_is_left(lab.pid, netns)


def test_a_terminal_closed_while_it_is_stopped_ends_it_too(lab: Terminal) -> None:
    lab.process.send_signal(signal.SIGSTOP)
    until(lambda: stat_fields(lab.pid)[0] == "T", "the stop")
    lab.hang_up()
    lab.process.send_signal(signal.SIGCONT)
    lab.process.wait(PATIENCE)


def test_sigkill_leaves_no_namespace(lab: Terminal) -> None:
    netns = netns_of(lab.pid)
    lab.process.kill()
    lab.process.wait()
    nothing_is_left(lab.pid, netns)


def test_a_defect_is_told_in_one_sentence_and_kept_in_a_file(netns: None, tmp_path: Path) -> None:
    names, script = tmp_path / "group", tmp_path / "broken.py"
    names.write_text("5 fine\n")
    script.write_text(BROKEN)
    env = {"XDG_STATE_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    with terminal(str(script), "--names", str(names), env=env) as console:
        names.write_text("5 bang\n")
        assert console.ended(PATIENCE) == 1
        is_as_before(console)
        said = console.output[console.output.rindex(b"\x1b[?1049l") :].decode()
        assert "ifgroup: stopped by a defect of its own (ZeroDivisionError)" in said
        assert "please report" in " ".join(said.split())
        assert "bang" not in said
        assert console.screen.foreign == []
        nothing_is_left(console.pid, "none")
    kept = tmp_path / "ifgroup" / "crash.log"
    assert "ZeroDivisionError" in kept.read_text()
    assert "in broken" in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_defect_where_no_file_can_be_written(netns: None, tmp_path: Path) -> None:
    names, script = tmp_path / "group", tmp_path / "broken.py"
    names.write_text("5 bang\n")
    script.write_text(BROKEN)
    env = {"XDG_STATE_HOME": "/dev/null/x", "PYTHONPATH": str(ROOT)}
    with terminal(str(script), "--names", str(names), env=env, ready="") as console:
        assert console.ended(PATIENCE) == 1
        said = console.output[console.output.rindex(b"\x1b[?1049l") :].decode()
        assert "stopped by a defect of its own (ZeroDivisionError). Nothing more was sent." in " ".join(said.split())


@pytest.mark.parametrize("number", [signal.SIGTSTP, signal.SIGSTOP])
def test_stopped_and_continued_it_redraws_and_hears_keys(lab: Terminal, number: signal.Signals) -> None:
    raw = lab.modes()
    assert raw != lab.attributes
    for _ in range(2):
        lab.process.send_signal(number)
        lab.until(lambda: stat_fields(lab.pid)[0] == "T", "the stop")
        while lab.pump(0.05):
            pass
        if number == signal.SIGTSTP:
            assert lab.modes() == lab.attributes
            assert not lab.screen.alternate
        lab.screen.resize(80, 24)
        lab.process.send_signal(signal.SIGCONT)
        lab.shows("ifgroup", "MEMBERS", "interfaces of all groups", "checked", "q quit")
        assert lab.modes() == raw
        lab.answers()
    lab.press("q")
    assert lab.ended() == 0
    is_as_before(lab)


def test_no_stop_is_lost_however_many_come(lab: Terminal) -> None:
    for round_ in range(100):
        lab.press("jk\tsS\t"[: round_ % 7])
        time.sleep(round_ % 10 / 200)  # to meet it at work, at rest, and in between
        lab.process.send_signal(signal.SIGTSTP)
        lab.until(lambda: stat_fields(lab.pid)[0] == "T", "the stop")
        assert lab.modes() == lab.attributes
        lab.process.send_signal(signal.SIGCONT)
        if round_ % 3:
            lab.pump(0.05)
    lab.shows(READY)
    lab.answers()


def test_bytes_that_are_no_utf8_are_dropped(lab: Terminal) -> None:
    for garbage in (b"\xff\xfe", b"\xe4", b"\xc3", b"\x80" * 300, b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\x00"):
        lab.press(garbage)
        lab.pump(0.1)
    lab.answers()
    lab.press("q")
    assert lab.ended() == 0
    is_as_before(lab)


def test_every_size_is_survived(lab: Terminal) -> None:
    for columns, lines in ((40, 12), (20, 10), (10, 5), (3, 3), (1, 1), (1, 24), (80, 1), (2, 2)):
        lab.resize(columns, lines)
        for key in b"jkGg\t\t?qss":
            lab.press(bytes([key]))
            # After Esc a terminal's program waits whether a longer sequence follows.
            time.sleep(0.3 if key == 0x1B else 0.02)
            lab.pump()
    for columns, lines in ((200, 60), (80, 24)):
        lab.resize(columns, lines)
        lab.shows("ifgroup   private lab", "MEMBERS", "interfaces of all groups", "checked", "q quit", "customers")
        assert max(map(len, lab.screen.lines)) <= columns
    lab.answers()
    assert lab.screen.foreign == []


def test_no_terminal_is_one_sentence(netns: None) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "ifgroup: The console needs a terminal; `ifgroup list` prints the same once.\n"
