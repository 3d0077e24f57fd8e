"""Changes that wait, decided by a process that didn't make them, whatever becomes of the guard."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.changes import setting
from tests.guards import FOREVER, SOON, all_are, arm, doors, files, guards, killed, set_mtu, steps_of
from tests.kernel.guard.conftest import Start
from tests.links import Ip, until
from tui.files.audit import Audit
from tui.guard.client import Guard
from tui.guard.door import address
from tui.guard.ending import Ending, GuardedChange
from tui.guard.errors import GuardError
from tui.guard.pending import Pending, decide, pending
from tui.guard.visit import DoorClosedError, Visit
from tui.model.gate import OPEN, Gate

SMALLER = setting(mtu=1400)
NOWHERE = Audit(None)


def changed(ip: Ip, timeout: float = FOREVER) -> Guard:
    """Make a guarded change of m0, m1 and m2."""
    guard = arm(steps_of("m", SMALLER), timeout)
    set_mtu(ip, "m", 1400)
    guard.sent()
    return guard


def keep(change: Pending, audit: Audit = NOWHERE, patience: float = 60.0) -> Ending:
    return decide(change, keep=True, audit=audit, gate=OPEN, patience=patience)


def revert(change: Pending, audit: Audit = NOWHERE, patience: float = 60.0) -> Ending:
    return decide(change, keep=False, audit=audit, gate=OPEN, patience=patience)


def the_one() -> Pending:
    (found,) = pending()
    return found


def test_who_looks_sees_what_waits_by_whom_and_for_how_long(three: None, ip: Ip) -> None:
    assert pending() == []
    guard = changed(ip, 45.0)
    found = the_one()
    assert (found.id, found.record.what, found.guarded) == (guard.path.stem, "a test", True)
    assert found.record.pid == guard.pid
    assert found.record.who.endswith(f"pid {os.getpid()}")
    assert 30 < found.left <= 45
    guard.keep()
    assert pending() == []


def test_kept_from_a_second_process_it_stands(three: None, ip: Ip, start: Start, tmp_path: Path) -> None:
    console = start("m", FOREVER, FOREVER, "gone", tmp_path / "guard")
    found = console.hear("left")["id"]
    console.process.wait(60)
    change = the_one()
    assert change.id == found
    assert keep(change, Audit(tmp_path / "audit", ())) == Ending("a test", None, kept=True)
    until(lambda: not guards(), "the guard's end")
    assert (all_are(ip, 1400), pending(), doors()) == (True, [], [])
    record = json.loads((tmp_path / "audit").read_text())
    assert (record["event"], record["what"], record["id"]) == ("keep", "a test", found)
    assert not (tmp_path / "guard").exists()


def test_taken_back_from_a_second_process_it_is_as_before(three: None, ip: Ip, start: Start, tmp_path: Path) -> None:
    console = start("m", FOREVER, FOREVER, "gone", tmp_path / "guard")
    console.hear("left")
    console.process.wait(60)
    ending = revert(the_one())
    assert ending.reverted is not None
    assert (ending.by, len(ending.reverted.back), ending.reverted.complete) == ("", 3, True)
    assert (all_are(ip, 1500), pending()) == (True, [])
    record = json.loads((tmp_path / "guard").read_text())
    assert record["event"] == "revert"
    assert record["why"].endswith(f"pid {os.getpid()} asked for it")


@pytest.mark.parametrize("kept", [True, False])
def test_who_counts_down_hears_that_it_was_decided_elsewhere(three: None, ip: Ip, kept: bool) -> None:
    guard = changed(ip)
    (keep if kept else revert)(the_one())
    ended = guard.wait(60)
    assert ended is not None
    assert ended.kept is kept
    assert ended.by.endswith(f"pid {os.getpid()}")
    with pytest.raises(GuardError, match="already"):
        guard.sent()


@pytest.mark.parametrize("how", [None, keep, revert])
def test_only_a_keep_of_its_own_is_a_consoles_to_put_on_record(three: None, ip: Ip, how: Callable[..., Ending]) -> None:
    console = GuardedChange(changed(ip), 1)
    if how is not None:
        how(the_one())
        console.guard.wait(60)
    console.answer(keep=True)
    assert console.kept_here is (how is None)


def test_of_two_who_decide_at_once_one_is_told_that_the_other_did(three: None, ip: Ip) -> None:
    for _ in range(5):
        guard = changed(ip)
        change = the_one()
        with ThreadPoolExecutor(2) as pool:
            asked = [pool.submit(_or_error, how, change) for how in (keep, revert)]
        endings = [one.result() for one in asked]
        told = [one for one in endings if isinstance(one, Ending)]
        assert told, endings
        stands = all_are(ip, 1400)
        for ending in told:
            assert ending.kept is stands
            assert (ending.reverted is None) is stands
        for problem in endings:
            if isinstance(problem, str):
                assert "was decided right before this" in problem
        guard.wait(60)
        set_mtu(ip, "m", 1500)


def _or_error(how: object, change: Pending) -> Ending | str:
    try:
        return how(change)  # type: ignore[operator, no-any-return]
    except GuardError as error:
        return str(error)


def test_who_comes_while_it_is_taken_back_hears_how_that_ended(three: None, ip: Ip) -> None:
    guard = changed(ip)
    os.kill(guard.pid, signal.SIGSTOP)
    visit = Visit(guard.path)
    os.kill(guard.pid, signal.SIGTERM)
    os.kill(guard.pid, signal.SIGCONT)
    ended, heeded = visit.decide(True, "somebody", 60.0)
    visit.close()
    assert (ended.kept, heeded, ended.by) == (False, False, "")
    assert ended.reverted is not None
    assert (ended.reverted.why, all_are(ip, 1500)) == ("told to end", True)


def test_whoever_comes_too_late_is_told_so(three: None, ip: Ip) -> None:
    guard = changed(ip)
    change = the_one()
    guard.keep()
    for how in (keep, revert):
        with pytest.raises(GuardError, match=f"{change.id} was decided right before this"):
            how(change)
    assert all_are(ip, 1400)


def test_a_stopped_guard_is_told_of_and_what_was_asked_of_it_is_withdrawn(three: None, ip: Ip) -> None:
    guard = changed(ip)
    os.kill(guard.pid, signal.SIGSTOP)
    with pytest.raises(GuardError, match=rf"did not answer .*pid {guard.pid}.*stopped.*undecided as before"):
        keep(the_one(), patience=SOON)
    os.kill(guard.pid, signal.SIGCONT)
    with contextlib.closing(Visit(guard.path)) as visit:
        until(visit.news, "the guard to go on")
    assert (guard.ended, the_one().guarded) == (None, True)
    revert(the_one())
    assert all_are(ip, 1500)


def test_who_was_let_in_can_withdraw_too(three: None, ip: Ip) -> None:
    guard = changed(ip)
    with contextlib.closing(Visit(guard.path)) as visit:
        until(visit.news, "the guard to let us in")
        os.kill(guard.pid, signal.SIGSTOP)
        with pytest.raises(GuardError, match="did not answer within"):
            visit.decide(True, "somebody", SOON)
    os.kill(guard.pid, signal.SIGCONT)
    with contextlib.closing(Visit(guard.path)) as visit:
        until(visit.news, "the guard to go on")
    assert (guard.ended, the_one().guarded) == (None, True)
    guard.revert()
    assert all_are(ip, 1500)


@pytest.mark.parametrize("kept", [True, False])
def test_what_a_killed_guard_left_is_decided_all_the_same(
    three: None, ip: Ip, start: Start, tmp_path: Path, kept: bool
) -> None:
    console = start("m", FOREVER, FOREVER, "gone")
    pid = console.hear("armed")["guard"]
    console.hear("left")
    seen = the_one()
    killed(pid)
    until(lambda: not the_one().guarded, "the end of its lock")
    audit = Audit(tmp_path / "audit", ())
    ending = (keep if kept else revert)(seen, audit)
    assert ending.kept is kept
    assert all_are(ip, 1400 if kept else 1500)
    assert (pending(), doors()) == ([], [])
    assert json.loads((tmp_path / "audit").read_text())["event"] == ("keep" if kept else "revert")


def test_a_process_that_bears_the_pid_of_a_dead_guard_is_never_touched(three: None, ip: Ip, start: Start) -> None:
    console = start("m", FOREVER, FOREVER, "gone")
    pid = console.hear("armed")["guard"]
    console.hear("left")
    killed(pid)
    until(lambda: not the_one().guarded, "the end of its lock")
    with subprocess.Popen(["sleep", "600"]) as foreign:
        (path,) = files()
        path.write_bytes(path.read_bytes().replace(f'"pid": {pid}'.encode(), f'"pid": {foreign.pid}'.encode()))
        change = the_one()
        assert (change.record.pid, change.guarded) == (foreign.pid, False)
        revert(change)
        assert (foreign.poll(), all_are(ip, 1500)) == (None, True)
        foreign.kill()


def test_nothing_is_decided_by_who_may_change_nothing(three: None, ip: Ip) -> None:
    guard = changed(ip)
    for kept, words in ((True, "kept"), (False, "taken back")):
        with pytest.raises(GuardError, match=f"Nothing was {words}: ifgroup was started with --read-only"):
            decide(the_one(), keep=kept, audit=NOWHERE, gate=Gate(True))
    assert (guard.ended, all_are(ip, 1400)) == (None, True)
    guard.revert()


def test_whatever_is_said_at_the_door_the_guard_stands(three: None, ip: Ip) -> None:
    guard = changed(ip)
    nonsense = (
        b"\n", b"[]\n", b"{}\n", b"\xff\n", b'{"do": "sent"}\n', b'{"do": "ended", "by": "", "token": ""}\n',
        b'{"do": "keep", "by": 1, "token": ""}\n', b"[" * 9999 + b"\n", b"x" * (1 << 18), b"",
    )  # fmt: skip
    for words in nonsense:
        with socket.socket(socket.AF_UNIX) as sock, address(doors()[0]) as name:
            sock.connect(name)
            with contextlib.suppress(OSError):
                sock.sendall(words)
                sock.shutdown(socket.SHUT_WR)
                while sock.recv(1 << 16):
                    pass
    assert (guard.ended, all_are(ip, 1400)) == (None, True)
    assert keep(the_one()).kept


def test_visitors_who_never_read_hold_nothing_up(three: None, ip: Ip) -> None:
    guard = changed(ip)
    visits = [Visit(guard.path) for _ in range(20)]
    assert keep(the_one()).kept
    for visit in visits:
        assert [words["say"] for words in visit.news()][:1] == ["guards"]
        with pytest.raises(DoorClosedError):
            visit.news()
        visit.close()


def test_the_coming_and_going_at_the_door_puts_no_deadline_off(three: None, ip: Ip) -> None:
    guard = changed(ip, SOON)
    over = threading.Event()

    def knock() -> None:
        while not over.is_set():
            with contextlib.suppress(GuardError):
                Visit(guard.path).close()

    thread = threading.Thread(target=knock)
    thread.start()
    try:
        ended = guard.wait(60)
    finally:
        over.set()
        thread.join()
    assert ended is not None
    assert ended.reverted is not None
    assert (ended.reverted.why, all_are(ip, 1500)) == ("timeout", True)


def test_what_waits_in_another_netns_is_none_of_ours(three: None, ip: Ip) -> None:
    guard = changed(ip)
    code = "from tui.guard.pending import pending; print(len(pending()))"
    line = ["unshare", "--net", sys.executable, "-c", code]
    assert subprocess.run(line, capture_output=True, text=True, check=True).stdout == "0\n"
    guard.revert()
