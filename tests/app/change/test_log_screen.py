"""The command log's screen: what it shows, copies and gives back, on small terminals too."""

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
from tui.model.change.reversal import Step
from tui.model.change.shell import device_lines
from tui.model.names.map import parse
from tui.model.text import visible
from tui.present.commands import OnLog
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
