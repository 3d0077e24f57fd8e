"""The way back by keys: undo, the command log, the lines that are copied, and the audit file behind them."""

import base64
import json
import stat
import subprocess
from pathlib import Path
from typing import Any

from tests.changes import setting
from tests.driven import Driven, eager, requests, states
from tests.hostile import NAMES, controls, make_hostile
from tests.links import Ip, add, index_of
from tests.terminal import terminal
from tui.model.text import visible
from tui.screens.dialogs.choice import ChoiceScreen
from tui.screens.dialogs.confirm import ConfirmScreen
from tui.screens.dialogs.report import ReportScreen
from tui.screens.log import LogScreen
from widgets.keyed_table.table import KeyedTable

Sent = list[dict[int, bytes]]
NEWLINK, SETLINK = 16, 19  # linux/rtnetlink.h


def records(path: Path) -> list[dict[str, Any]]:
    data = path.read_bytes()
    assert data.isascii()
    assert data.endswith(b"\n")
    return [json.loads(line) for line in data.splitlines()]


def logged(hands: Driven) -> list[str]:
    """What the log says of each change, the oldest first."""
    return [f"{entry.number} {entry.what}: {entry.verdict}" for entry in hands.session.log.entries]


async def open_log(hands: Driven) -> KeyedTable:
    await hands.press("l")
    await hands.until(lambda: isinstance(hands.app.screen, LogScreen), "the log")
    return hands.app.screen.query_one(KeyedTable)


async def test_there_is_nothing_to_undo_at_first(ip: Ip, kind: str, sent: Sent) -> None:
    async with eager() as hands:
        await hands.press("z")
        await hands.hears("There is nothing to undo: no change of this session that still stands.")
        await open_log(hands)
        await hands.sees("nothing was changed yet")
        await hands.press("z")
        await hands.sees("There is nothing to undo.")
        await hands.press("escape")
    assert sent == []


async def test_a_uniform_mtu_goes_back_by_one_message_to_the_group(ip: Ip, kind: str, sent: Sent) -> None:
    before = states(ip)
    async with eager() as hands:
        await hands.choose(7)
        await hands.press("M")
        await hands.hears("group 7 MTU 9000: all 3 changed")
        await hands.press("z", "y")
        await hands.hears("undo 1: group 7 MTU 1500: all 3 changed · 1 message")
        assert states(ip) == before
        await hands.press("z")
        await hands.hears("There is nothing to undo")
        assert logged(hands) == ["1 group 7 MTU 9000: done", "2 undo 1: group 7 MTU 1500: done"]
    assert requests(sent) == [[(NEWLINK, 0)], [(NEWLINK, 0)]]


async def test_what_somebody_else_changed_since_is_named_and_left_alone(ip: Ip, kind: str, sent: Sent) -> None:
    async with eager() as hands:
        await hands.choose(7)
        await hands.press("M")
        await hands.hears("group 7 MTU 9000: all 3 changed")
        ip("link", "set", "a1", "mtu", 1400)
        ip("link", "del", "a2")
        await hands.until(lambda: hands.shown == ["a0", "a1"], "the news")
        await hands.press("z")
        await hands.sees(
            "undo 1: interface a0 MTU 1500",
            "Left alone, since somebody else changed them meanwhile: a1.",
            "Gone, or called otherwise now: a2.",
            "ip link set dev a0 mtu 1500",
            "y: do it",
        )
        await hands.press("enter", "escape")
        await hands.hears("Left as it is; nothing was sent.")
        assert len(sent) == 1
        await hands.press("z")
        await hands.sees("y: do it")
        await hands.press("y")
        await hands.hears("undo 1: interface a0 MTU 1500: 1 changed · 1 message")
    found = states(ip)
    assert (found["a0"].mtu, found["a1"].mtu) == (1500, 1400)


async def test_when_others_changed_all_of_it_the_undo_is_refused(ip: Ip, kind: str, sent: Sent) -> None:
    async with eager() as hands:
        await hands.choose(8)
        await hands.press("M")
        await hands.hears("group 8 MTU 9000: all 2 changed")
        for name in ("b0", "b1"):
            ip("link", "set", name, "mtu", 1400)
        await hands.until(lambda: hands.row("b1")[4] == "1400", "the news")
        await hands.press("z")
        await hands.hears("Nothing of change 1 can be undone: Left alone, since somebody else changed them", "b0, b1")
    assert len(sent) == 1
    assert {state.mtu for name, state in states(ip).items() if name.startswith("b")} == {1400}


async def test_the_undo_of_a_down_says_what_does_not_come_back(ip: Ip, kind: str, sent: Sent) -> None:
    for name in ("a0", "a1", "a2"):
        ip("link", "set", name, "up")
    async with eager() as hands:
        await hands.choose(7)
        await hands.press("d")
        await hands.hears("group 7 down: all 3 changed")
        await hands.press("z")
        await hands.sees(
            "undo 1: group 7 up", "Routes and IPv6 addresses that went when they went down don't come back"
        )
        await hands.press("y")
        await hands.hears("undo 1: group 7 up: all 3 changed · 1 message")
    assert all(state.up for name, state in states(ip).items() if name.startswith("a"))


async def test_the_log_shows_each_change_and_undoes_any_of_them_an_undo_too(ip: Ip, kind: str, sent: Sent) -> None:
    async with eager() as hands:
        await hands.choose(7)
        await hands.press("M")
        await hands.hears("group 7 MTU 9000: all 3 changed")
        await hands.choose(8)
        await hands.press("u")
        await hands.hears("group 8 up: all 2 changed")
        table = await open_log(hands)
        assert table.keys == [2, 1]
        await hands.sees("group 7 MTU 9000", "group 8 up", "all 2 changed", "ip link set group 8 up")
        await hands.sees(
            "planned: 2 of 2: down → up, one message", "sent: 1 message, 40 bytes, answer after", "in test"
        )
        await hands.press("j", "z", "y")  # the older one
        await hands.hears("undo 1: group 7 MTU 1500: all 3 changed")
        assert hands.app.screen is hands.main
        assert {state.mtu for name, state in states(ip).items() if name.startswith("a")} == {1500}
        await open_log(hands)
        await hands.sees("undone by 3")
        await hands.press("G", "z")
        await hands.sees("Change 3 has undone it already.")
        await hands.press("g", "z", "y")  # the undo itself
        await hands.hears("undo 3: group 7 MTU 9000: all 3 changed")
        assert {state.mtu for name, state in states(ip).items() if name.startswith("a")} == {9000}
        await hands.press("z", "y")  # 1 is in force again, and older than 2
        await hands.hears("undo 2: group 8 down: all 2 changed")
    assert logged(hands)[2:] == [
        "3 undo 1: group 7 MTU 1500: done",
        "4 undo 3: group 7 MTU 9000: done",
        "5 undo 2: group 8 down: done",
    ]


async def test_a_change_that_failed_is_logged_and_cant_be_undone(ip: Ip, kind: str, sent: Sent) -> None:
    add(ip, "veth", "narrow")
    ip("link", "set", "narrow", "group", 8)
    async with eager() as hands:
        await hands.mark("narrow")
        await hands.press("m")
        await hands.type("70000")
        await hands.press("enter")
        await hands.sees("y: do it")
        await hands.press("y")
        await hands.sees("Outcome  (Esc: back)", "refused: narrow")
        await hands.press("escape", "z")
        await hands.hears("There is nothing to undo")
        assert logged(hands) == ["1 interface narrow MTU 70000: failed"]
        await open_log(hands)
        await hands.press("z")
        await hands.sees("It changed no interface: there is nothing to undo.")
        await hands.press("escape")


async def test_y_asks_whose_lines_copies_them_and_shows_them(ip: Ip, kind: str, sent: Sent) -> None:
    async with eager() as hands:
        await hands.press("y")
        await hands.hears("Choose one group first")
        await hands.choose(7)
        await hands.press("y")
        await hands.until(lambda: isinstance(hands.app.screen, ChoiceScreen), "the question")
        await hands.sees("ip link set group 7 up", "ip link set group 7 mtu 9000")
        await hands.press("enter")
        assert isinstance(hands.app.screen, ChoiceScreen)
        await hands.press("M")
        await hands.until(lambda: isinstance(hands.app.screen, ReportScreen), "what was copied")
        assert hands.app.clipboard == "ip link set group 7 mtu 9000"
        await hands.sees("28 bytes: copied if your terminal allows it (OSC 52)", "ip link set group 7 mtu 9000")
        await hands.press("escape")
        await hands.show_all()
        await hands.mark("a0", "b0")
        await hands.press("d")
        await hands.hears("2 interfaces down: 2 already were")
        await hands.press("y", "l")
        await hands.until(lambda: isinstance(hands.app.screen, ReportScreen), "what was copied")
        assert hands.app.clipboard == 'for dev in a0 b0; do ip link set dev "$dev" down; done'
    assert len(sent) == 1


async def test_hostile_names_do_no_harm_in_questions_log_and_lines(ip: Ip, tmp_path: Path, sent: Sent) -> None:
    names = make_hostile(ip, tmp_path)
    async with eager(names, size=(120, 40)) as hands:
        await hands.choose(7)
        await hands.press("tab", "asterisk", "tab", "j")
        await hands.press("tab", "asterisk", "r")
        await hands.type("4000000")
        await hands.until(lambda: "→ 4000000" in hands.text, "the plan")
        assert not controls(hands.text)
        await hands.press("enter")
        await hands.sees("not shown")
        assert not controls(hands.text)
        await hands.press("y")
        await hands.hears("interfaces to group 4000000: all ")
        await open_log(hands)
        assert not controls(hands.text)
        await hands.press("enter")
        assert not controls(hands.text)
        await hands.press("escape", "y")
        copied = hands.app.clipboard
        assert copied.isascii()
        assert copied.isprintable()
        await hands.press("escape", "escape", "z", "y")
        await hands.hears("undo 1: ", "back as they were: all ")
        assert not controls(hands.text)
    groups = {index: state.group for index, state in states(ip).items()}
    subprocess.run(["sh", "-c", copied], check=True)
    moved = {name for name, state in states(ip).items() if state.group == "4000000"}
    assert len(moved) == 8
    assert {visible(name.encode(errors="surrogateescape")) for name in moved} <= set(NAMES.values())
    assert {groups[name] for name in moved} == {"7", "8"}


def test_a_real_terminal_gets_what_is_copied_by_osc_52(ip: Ip, kind: str) -> None:
    with terminal("-m", "tui", env={"SSH_CONNECTION": ""}) as made:
        made.press("jj")
        made.shows("ip link set group 7 mtu 9000")
        made.press("y")
        made.shows("Copy the `ip` lines of")
        made.press("M")
        made.shows("copied if your terminal allows it")
        wanted = b"\x1b]52;c;" + base64.b64encode(b"ip link set group 7 mtu 9000") + b"\x07"
        made.until(lambda: wanted in made.output, "OSC 52")


async def test_every_attempted_change_is_one_line_of_the_audit_file(
    ip: Ip, kind: str, sent: Sent, tmp_path: Path
) -> None:
    add(ip, "veth", "narrow")
    ip("link", "set", "narrow", "group", 8)
    audit = tmp_path / "audit.jsonl"
    async with eager(audit=audit) as hands:
        await hands.choose(7)
        await hands.press("M")
        await hands.hears("group 7 MTU 9000: all 3 changed")
        await hands.press("z", "y")
        await hands.hears("undo 1: group 7 MTU 1500: all 3 changed")
        await hands.show_all()
        await hands.mark("narrow", "b0")
        await hands.press("m")
        await hands.type("70000")
        await hands.press("enter")
        await hands.sees("y: do it")
        await hands.press("y")
        await hands.sees("Outcome  (Esc: back)")
        await hands.press("escape")
        plan = hands.plan(setting(up=False), hands.main.view.marks.indexes)
        ip("link", "set", "b0", "up")
        ip("address", "add", "192.0.2.2/24", "dev", "b0")
        ip("route", "add", "default", "via", "192.0.2.1")
        hands.main.changes.send(plan)
        await hands.hears("nothing sent: by now it carries the way to this machine")
        assert isinstance(hands.app.screen, type(hands.main))
    assert stat.S_IMODE(audit.stat().st_mode) == 0o600
    first, second, third, fourth = records(audit)
    assert (first["what"], first["outcome"], first["messages"], first["group_id"]) == ("group 7 MTU 9000", "done", 1, 7)
    assert first["members"] == [
        {
            "ifindex": index_of(ip, name),
            "ifname": name,
            "became": "changed",
            "before": {"mtu": 1500},
            "after": {"mtu": 9000},
        }
        for name in ("a0", "a1", "a2")
    ]
    assert (second["what"], second["undoes"]) == ("undo 1: group 7 MTU 1500", 1)
    assert (third["outcome"], third["messages"]) == ("partly", 2)
    assert {row["ifname"]: row["became"] for row in third["members"]} == {"b0": "changed", "narrow": "refused"}
    (refused,) = (row for row in third["members"] if row["became"] == "refused")
    assert refused["reason"]
    assert refused["before"] == refused["after"] == {"mtu": 1500}
    assert (fourth["outcome"], fourth["messages"]) == ("refused", 0)
    assert {row["became"] for row in fourth["members"]} == {"not sent"}


async def test_what_cant_be_put_on_record_is_told(ip: Ip, kind: str, sent: Sent, tmp_path: Path) -> None:
    audit = tmp_path / "audit.jsonl"
    audit.mkdir()
    async with eager(audit=audit) as hands:
        await hands.choose(7)
        await hands.press("M")
        await hands.hears("group 7 MTU 9000: all 3 changed")
        await hands.sees("The change is not on record:")
    assert {state.mtu for name, state in states(ip).items() if name.startswith("a")} == {9000}


async def test_the_question_is_answered_by_its_keys_alone(ip: Ip, kind: str, sent: Sent) -> None:
    """Enter agrees to no undo."""
    for name in ("b0", "b1"):
        ip("link", "set", name, "up")
    async with eager() as hands:
        await hands.choose(8)
        await hands.press("d")
        await hands.hears("group 8 down: all 2 changed")
        await hands.press("z")
        await hands.until(lambda: isinstance(hands.app.screen, ConfirmScreen), "the question")
        await hands.press("enter", "z", "q", "space")
        assert isinstance(hands.app.screen, ConfirmScreen)
        await hands.press("escape")
    assert len(sent) == 1
