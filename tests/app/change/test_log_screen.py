"""The command log's screen: what it shows, copies and gives back, on small terminals too."""

import json
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Any

import pytest
from rich.cells import cell_len

from tests.changes import setting
from tests.hosted import OPEN, Hands, Host, hosted
from tests.hostile import NAMES, controls
from tests.links import a_link
from tui.model.change.log import Log, LogEntry
from tui.model.change.past import Netns, past_of
from tui.model.change.reversal import Step
from tui.model.change.shell import device_lines
from tui.model.names.map import parse
from tui.model.text import visible
from tui.present.commands import OnLog
from tui.present.past import past_entries
from tui.screens.dialogs.report import ReportScreen
from tui.screens.log import LogScreen
from widgets.keyed_table.table import KeyedTable

STEPS = (Step(a_link(1), setting(mtu=9000)),)


def shown(log: Log, size: tuple[int, int] = (80, 24), ascii: bool = False) -> AbstractAsyncContextManager[Hands[Host]]:
    return hosted(Host(LogScreen(log, ascii), ascii), size)


def change(what: str = "group dmz (10) MTU 9000", **fields: Any) -> LogEntry:
    made: dict[str, Any] = {
        "time": datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC),
        "netns": "net:[4026531840]",
        "plan": "93 of 128: 1500 → 9000",
        "outcome": "all 93 changed",
        "verdict": "done",
        "messages": 1,
        "size": 48,
        "waited": 0.0123,
        "lines": ("ip link set group dmz mtu 9000",),
        "steps": STEPS,
    }
    return LogEntry(what=what, **made | fields)


def log_of(*entries: LogEntry) -> Log:
    log = Log()
    for entry in entries:
        log.add(entry)
    return log


@pytest.fixture(autouse=True)
def zone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Times are shown as the operator's clock shows them; here it shows UTC."""
    import time

    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


async def test_changes_are_listed_newest_first_and_the_chosen_one_in_full() -> None:
    log = log_of(change(), change("3 interfaces to group web (20)", outcome="2 changed; 1 refused", verdict="partly"))
    async with shown(log) as hands:
        first, second = hands.lines[2:4]
        assert "2 03:04:05 3 interfaces to group web (20) 2 changed; 1 refused" in " ".join(first.split())
        assert "1 03:04:05 group dmz (10) MTU 9000" in " ".join(second.split())
        assert first.endswith("12.3")
        assert "log: 2 changes, newest first" in hands.text
        for text in ("2025-01-02 03:04:05 UTC", "net:[4026531840]", "partly", "planned: 93 of 128: 1500 → 9000"):
            assert text in hands.text
        assert "sent: 1 message, 48 bytes, answer after 12.3 ms" in hands.text
        assert "ip link set group dmz mtu 9000" in hands.text
        await hands.press("j")
        assert "outcome: all 93 changed" in hands.text
        await hands.press("enter")
        assert isinstance(hands.app.screen, ReportScreen)
        assert "Change 1" in hands.text
        assert "ip link set group dmz mtu 9000" in hands.text
        await hands.press("q")
        assert hands.app.screen_stack[-1] is hands.app.shown


async def test_an_empty_log_says_so_and_no_key_breaks_it() -> None:
    async with shown(Log()) as hands:
        assert "nothing was changed yet" in hands.text
        await hands.press("j", "k", "g", "G", "enter", "y")
        assert "There are no `ip` lines to copy here." in hands.text
        await hands.press("z")
        assert "There is nothing to undo." in hands.text
        assert hands.app.answer is OPEN
        assert hands.app.copied == []


async def test_z_gives_the_number_back() -> None:
    async with shown(log_of(change(), change(), change())) as hands:
        await hands.press("j", "z")
        assert hands.app.answer == 2


async def test_z_says_why_a_change_cant_be_undone() -> None:
    log = log_of(change(), change(undoes=1), change(steps=(), verdict="failed"))
    log.mark_undone(1, 2)
    async with shown(log) as hands:
        await hands.press("z")
        assert "It changed no interface: there is nothing to undo." in hands.text
        await hands.press("G")
        assert "nothing to undo" not in hands.text
        assert "undone by 2: all 93 changed" in hands.text
        assert "done, undone by 2" in hands.text
        await hands.press("z")
        assert "Change 2 has undone it already." in hands.text
        assert hands.app.answer is OPEN
        await hands.press("k")
        assert "done, undoes 1" in hands.text


@pytest.mark.parametrize("key", ["escape", "q", "l"])
async def test_leaving_undoes_nothing(key: str) -> None:
    async with shown(log_of(change())) as hands:
        await hands.press(key)
        assert hands.app.answer is None


async def test_y_copies_the_lines_and_shows_them() -> None:
    lines = ("ip link set dev a up", 'for dev in b c; do ip link set dev "$dev" group 5; done')
    async with shown(log_of(change(lines=lines))) as hands:
        await hands.press("y")
        assert hands.app.copied == ["\n".join(lines)]
        assert "copied if your terminal allows it (OSC 52); else select it here" in hands.words
        assert all(line in hands.text for line in lines)


async def test_the_copy_really_is_osc_52(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(Host, "copy_to_clipboard")
    async with shown(log_of(change())) as hands:
        sent: list[str] = []
        assert hands.app._driver is not None
        monkeypatch.setattr(hands.app._driver, "write", sent.append)
        await hands.press("y")
        assert "\x1b]52;c;aXAgbGluayBzZXQgZ3JvdXAgZG16IG10dSA5MDAw\a" in "".join(sent)


async def test_16384_members_are_copied_whole_and_shown_in_short() -> None:
    members = {index: a_link(index, name=f"customers-{index}".encode()) for index in range(1, 16_385)}
    [line] = device_lines(members, setting(group=5), parse(b""))
    async with shown(log_of(change(lines=(line,)))) as hands:
        assert "more; do ip link set dev" in hands.words
        await hands.press("y")
        assert hands.app.copied == [line]
        assert "Shown here in short; what was copied is whole." in hands.words
        await hands.press("escape", "enter")
        assert isinstance(hands.app.screen, ReportScreen)


@pytest.mark.parametrize("ascii", [False, True])
@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
async def test_hostile_names_reach_neither_screen_nor_clipboard(size: tuple[int, int], ascii: bool) -> None:
    members = {index: a_link(index, name=name) for index, name in enumerate(NAMES, 1)}
    [loop] = device_lines(members, setting(up=True), parse(b""))
    log = log_of(
        *(
            change(
                f"interface {visible(link.name)} up",
                lines=(*device_lines({index: link}, setting(up=True), parse(b"")), loop),
            )
            for index, link in members.items()
        )
    )
    async with shown(log, size, ascii) as hands:
        for _ in members:
            assert not controls(hands.text)
            assert hands.text.isascii() or not ascii
            await hands.press("j")
        for key in ("y", "enter"):
            await hands.press(key)
            assert isinstance(hands.app.screen, ReportScreen)
            assert not controls(hands.text)
            assert hands.text.isascii() or not ascii
            await hands.press("escape")
        [text] = hands.app.copied
        assert all(line.isascii() and line.isprintable() for line in text.split("\n"))
        assert "$(printf 'esc\\033\\1337z')" in text


@pytest.mark.parametrize("ascii", [False, True])
@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
async def test_1000_changes_fit(size: tuple[int, int], ascii: bool) -> None:
    log = Log()
    for number in range(1, 1001):
        log.add(change(f"group g{number} ({number}) MTU 9000", outcome="x" * 200, plan="y" * 200))
    async with shown(log, size, ascii) as hands:
        assert len(hands.lines) == size[1]
        assert all(cell_len(line) <= size[0] for line in hands.lines)
        assert "1,000 changes" in hands.text
        assert "group g1000" in hands.text
        assert "Enter shows it in full" in hands.text
        await hands.press("G")
        assert "03:04:05 group g1" in " ".join(hands.text.split())
        await hands.press("z")
        assert "It is too long ago to undo." in hands.text
        await hands.press("g")
        assert "group g1000" in hands.text


async def test_what_happens_meanwhile_is_taken_in_and_the_cursor_stays() -> None:
    log = log_of(change("one"), change("two"))
    async with shown(log) as hands:
        await hands.press("G")
        log.add(change("three"))
        for _ in range(500):
            await hands.pilot.pause(0.02)
            if "3 changes" in hands.text:
                break
        assert "three" in hands.lines[2]
        assert hands.app.shown.query_one(KeyedTable).cursor_key == 1
        await hands.press("z")
        assert hands.app.answer == 1


async def test_every_key_is_in_the_help_and_does_something() -> None:
    async with shown(log_of(change())) as hands:
        await hands.press("question_mark")
        for command in OnLog.all:
            assert command.help in hands.words
            assert callable(getattr(hands.app.shown, f"action_{command.id}"))


def past_log(*records: dict[str, Any]) -> list[LogEntry]:
    """Return records, the newest first, as the log lists them."""
    whole = {"time": "2024-12-30T01:02:03Z", "event": "change", "user": "ada", "netns": "net:[1]", "messages": 1}
    found = [past_of(json.dumps({**whole, "outcome": "done", **record}).encode()) for record in records]
    return past_entries((past for past in found if past is not None), parse(b""), Netns("net:[1]", ""))


PAST = (
    {"what": "group 7 MTU 1400", "group_id": 7, "settings": {"mtu": 1400}},
    {"what": "group 8 MTU 1300", "group_id": 8, "settings": {"mtu": 1300}},
    {"what": "group 9 down", "group_id": 9, "settings": {"up": False}, "outcome": "refused", "messages": 0},
)


def shown_with(
    past: Callable[[], list[LogEntry]], log: Log, size: tuple[int, int] = (80, 24)
) -> AbstractAsyncContextManager[Hands[Host]]:
    return hosted(Host(LogScreen(log, False, past)), size)


async def test_e_lists_earlier_sittings_below_and_takes_them_away_again() -> None:
    async with shown_with(lambda: past_log(*PAST), log_of(change())) as hands:
        await hands.press("e")
        await hands.sees("log: 1 change and 3 earlier, newest first")
        rows = [" ".join(line.split()) for line in hands.lines[2:6]]
        assert "1 03:04:05 group dmz (10) MTU 9000" in rows[0]
        assert "past 12-30 01:02 group 7 MTU 1400 done: it had no members" in rows[1]
        assert "past 12-30 01:02 group 9 down refused: nothing was se" in rows[3]
        await hands.press("j")
        assert "at 2024-12-30 01:02:03 UTC by ada in net:[1]" in hands.words
        assert "ip link set group 7 mtu 1400" in hands.text
        await hands.press("z")
        assert "only what this one changed can be undone here" in hands.words
        assert hands.app.answer is OPEN
        await hands.press("enter")
        assert "A change of an earlier sitting" in hands.text
        await hands.press("escape", "y")
        assert hands.app.copied == ["ip link set group 7 mtu 1400"]
        await hands.press("escape", "e")
        assert "log: 1 change, newest first" in hands.text
        assert "group 7" not in hands.text


async def test_capital_y_copies_all_that_is_listed_the_oldest_first() -> None:
    log = log_of(
        change(lines=("ip link set group 1 up",)),
        change(lines=("ip link set group 2 up",), verdict="refused"),
        change(lines=("ip link set group 3 up",)),
        change(lines=(), verdict="reverted", undoes=3),
        change(lines=("ip link set group 4 up",), verdict="partly"),
    )
    async with shown_with(lambda: past_log(*PAST), log) as hands:
        await hands.press("Y")
        here = [
            "ip link set group 1 up",
            "# refused then: ip link set group 2 up",
            "# taken back by the guard: ip link set group 3 up",
            "ip link set group 4 up",
        ]
        assert hands.app.copied == ["\n".join(here)]
        assert "copied if your terminal allows it (OSC 52)" in hands.words
        await hands.press("escape", "e")
        await hands.sees("and 3 earlier")
        await hands.press("Y")
        earlier = [
            "# not done again: nothing was sent",
            "ip link set group 8 mtu 1300",
            "ip link set group 7 mtu 1400",
        ]
        assert hands.app.copied[1] == "\n".join([*earlier, *here])


async def test_too_much_for_a_terminal_is_not_copied() -> None:
    async with shown(log_of(*(change(lines=("# " + "x" * 300_000,)) for _ in range(4)))) as hands:
        await hands.press("Y")
        assert "That is 1,200,008 bytes, more than a terminal takes; `ifgroup log --sh` writes" in hands.words
        assert hands.app.copied == []


async def test_an_audit_file_that_cant_be_read_is_one_sentence() -> None:
    def fail() -> list[LogEntry]:
        raise FileNotFoundError(2, "There is no audit file /x: nothing is on record there.")

    async with shown_with(fail, Log()) as hands:
        await hands.press("e")
        await hands.sees("There is no audit file /x: nothing is on record there.")
        assert "log: 0 changes, newest first" in hands.text
        await hands.press("Y")
        assert "There are no `ip` lines to copy here." in hands.text


async def test_keys_are_heard_while_the_audit_file_is_read() -> None:
    read = threading.Event()

    def slow() -> list[LogEntry]:
        read.wait(60)
        return past_log(*PAST)

    async with shown_with(slow, log_of(change("one"), change("two"))) as hands:
        await hands.press("e", "j")
        assert "2 changes, newest first" in hands.text
        assert hands.app.shown.query_one(KeyedTable).cursor_key == 1
        await hands.press("e")  # it is being read already
        read.set()
        await hands.sees("and 3 earlier")
        assert hands.app.shown.query_one(KeyedTable).cursor_key == 1


async def test_leaving_waits_for_no_disk() -> None:
    read = threading.Event()

    def slow() -> list[LogEntry]:
        read.wait(60)
        return past_log(*PAST)

    async with shown_with(slow, log_of(change())) as hands:
        await hands.press("e", "q")
        assert hands.app.answer is None
        read.set()


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
async def test_1000_earlier_changes_with_hostile_names_fit(size: tuple[int, int]) -> None:
    names = [visible(name) for name in NAMES]
    records = [
        {
            "what": f"interface {names[i % len(names)]} up",
            "settings": {"up": True},
            "members": [{"ifname": names[i % len(names)], "became": "changed"}],
            "user": "a\x1b[7m",
        }
        for i in range(1000)
    ]
    async with shown_with(lambda: past_log(*records), log_of(change()), size) as hands:
        await hands.press("e")
        await hands.sees("and 1,000 earlier")
        for key in ("j", "j", "G", "k", "y", "escape", "Y"):
            await hands.press(key)
            assert not controls(hands.text)
            assert len(hands.lines) <= size[1]
            assert all(cell_len(line) <= size[0] for line in hands.lines)
        assert all(line.isascii() and line.isprintable() for text in hands.app.copied for line in text.split("\n"))
        assert len(hands.app.copied[-1].split("\n")) == 1001
