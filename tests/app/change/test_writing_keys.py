"""The keys that change something: exactly what was shown, exactly once, and what became of it."""

import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pytest

from tests.driven import State, driven, eager, states
from tests.links import PATIENCE, Ip, add, cheap_kind, many
from tui.files.audit import Audit
from tui.model.link import Link
from tui.model.members import Members
from tui.netlink.dump import NoAnswerError
from tui.netlink.monitor import Monitor
from tui.session.services import Services

Sent = list[dict[int, bytes]]
held = partial(driven, held=60.0)
"""A held key is one for as long as the test takes."""


@pytest.fixture
def kind(ip: Ip) -> str:
    """Three links in group 7 and one in group 8, all down, of the kind returned."""
    kind = cheap_kind(ip)
    many(kind, 3, 7, up=False, prefix="a")
    many(kind, 1, 8, up=False, prefix="b")
    return kind


def expected(ip: Ip, change: Callable[[State], State]) -> dict[str, State]:
    """Return what `ip` must say once the members of group 7, and nobody else, were changed."""
    return {name: change(state) if state.group == "7" else state for name, state in states(ip).items()}


@pytest.mark.parametrize(
    ("key", "plan", "change", "says"),
    [
        ("u", "3 of 3: down → up", lambda state: state._replace(up=True), "group 7 up: all 3 changed · 1 message"),
        ("d", "all 3 already are", lambda state: state._replace(up=False), "group 7 down: 3 already were · 1 message"),
        ("M", "3 of 3: 1500 → 9000", lambda state: state._replace(mtu=9000), "group 7 MTU 9000: all 3 changed · 1"),
    ],
)
async def test_one_key_changes_exactly_the_members_by_one_message(
    ip: Ip, kind: str, sent: Sent, key: str, plan: str, change: Callable[[State], State], says: str
) -> None:
    after = expected(ip, change)
    async with held() as hands:
        await hands.choose(7)
        assert f"{key}  " in hands.line("pane")
        await hands.sees(plan, "ip link set group 7 up", "ip link set group 7 mtu 9000")
        await hands.press(key)
        await hands.hears(says)
        assert "ACK after" in hands.message
        assert states(ip) == after
        await hands.until(
            lambda: all(hands.row(name)[4] == str(after[name].mtu) for name in ("a0", "a1", "a2")), "rows"
        )
    assert [len(batch) for batch in sent] == [1]


async def test_a_held_key_sends_once(ip: Ip, kind: str, sent: Sent) -> None:
    async with held() as hands:
        await hands.choose(7)
        await hands.press("u", "u", "u", "u", "u")
        await hands.hears("group 7 up: all 3 changed")
        await hands.press("u", "u", "M", "M", "M")
        await hands.hears("group 7 MTU 9000: all 3 changed")
    assert len(sent) == 2


async def test_another_group_is_another_press_however_fast(ip: Ip, kind: str, sent: Sent) -> None:
    """Walking down the groups: u j u j u."""
    async with held() as hands:
        await hands.choose(7)
        await hands.press("u")
        await hands.hears("group 7 up: all 3 changed")
        await hands.press("j", "u")
        await hands.hears("group 8 up: 1 changed")
    assert len(sent) == 2


async def test_nothing_is_sent_while_a_change_is_under_way(
    ip: Ip, kind: str, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(Services, "change", lambda self, plan, *rest: asked.append(plan))
    async with held() as hands:
        await hands.choose(7)
        await hands.press("u")
        await hands.hears("sent, waiting for the kernel")
        await hands.press("d")
        await hands.hears("group 7 up is still under way; nothing more was sent.")
    assert len(asked) == 1


async def test_the_mtu_dialog_refuses_what_is_no_mtu(ip: Ip, kind: str, sent: Sent) -> None:
    async with held() as hands:
        await hands.choose(7)
        await hands.press("m")
        await hands.sees("MTU for group 7, in bytes:", "3 of 3: 1500 → 9000")
        await hands.press("backspace")  # the preset is selected
        await hands.sees("Give an MTU in bytes.")
        refused = {"0": "An MTU is 1 to", "99999999999": "An MTU is 1 to"}
        refused |= {text: f"“{text}” is no MTU: give bytes" for text in ("abc", "-1", "0x10", "1e3", "15 00", "٩٩")}
        for typed, says in refused.items():
            await hands.press("ctrl+u")
            await hands.type(typed)
            await hands.press("enter")
            await hands.sees(f"│ {typed} ", says, "Enter: do it")
        await hands.press("ctrl+u")
        await hands.type("9" * 60)
        await hands.sees("An MTU is 1 to")
        await hands.type("x")
        await hands.sees("999…” is no MTU")
        await hands.press("escape")
        await hands.hears("Left as it is; nothing was sent.")
    assert sent == []


async def test_the_mtu_dialog_sets_what_is_typed_and_makes_it_the_preset(ip: Ip, kind: str, sent: Sent) -> None:
    after = expected(ip, lambda state: state._replace(mtu=1400))
    async with held() as hands:
        await hands.choose(7)
        await hands.press("m")
        await hands.sees("in bytes:")
        await hands.type("1_400")
        await hands.sees("3 of 3: 1500 → 1400", "ip link set group 7 mtu 1400")
        await hands.press("enter")
        await hands.hears("group 7 MTU 1400: all 3 changed")
        await hands.sees("M MTU 1400")
        await hands.choose(8)
        await hands.press("M")
        await hands.hears("group 8 MTU 1400: 1 changed")
    after["b0"] = after["b0"]._replace(mtu=1400)
    assert states(ip) == after
    assert len(sent) == 2


@pytest.mark.parametrize("key", ["u", "d", "M"])
async def test_nobody_goes_through_the_members_between_a_key_and_its_message(
    ip: Ip, kind: str, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    walked: list[Members] = []
    at_send: list[int] = []
    walk = Members._all

    def walking(members: Members) -> dict[int, Link]:
        walked.append(members)
        return walk(members)

    monkeypatch.setattr(Members, "_all", walking)
    async with held() as hands:
        hands.writer.before = lambda: at_send.append(len(walked))
        await hands.choose(7)
        walked.clear()
        await hands.press(key)
        await hands.hears("ACK after")
    assert at_send == [0]
    assert walked  # afterwards somebody does


async def test_the_end_waits_until_what_was_told_is_on_record(
    ip: Ip, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit, leaving = tmp_path / "audit.jsonl", threading.Event()
    stop, write = Monitor.stop, Audit.write

    def leave(monitor: Monitor) -> None:
        leaving.set()
        stop(monitor)

    def write_late(log: Audit, record: Mapping[str, object]) -> str:
        leaving.wait(PATIENCE)
        time.sleep(0.3)  # long after an end that doesn't wait
        return write(log, record)

    monkeypatch.setattr(Monitor, "stop", leave)
    monkeypatch.setattr(Audit, "write", write_late)
    async with held(audit=audit) as hands:
        await hands.choose(7)
        await hands.press("u")
        await hands.hears("all 3 changed")
        assert not audit.exists()
    assert audit.read_text().count('"outcome":"done"') == 1


async def test_a_change_that_is_not_on_record_is_told(ip: Ip, kind: str, tmp_path: Path) -> None:
    audit = tmp_path / "audit.jsonl"
    audit.mkdir()
    async with held(audit=audit) as hands:
        await hands.choose(7)
        await hands.press("u")
        await hands.hears("all 3 changed")
        await hands.until(lambda: "not on record" in hands.text, "the complaint")


async def test_an_empty_group_is_told_and_nothing_is_sent(netns: None, tmp_path: Path, sent: Sent) -> None:
    names = tmp_path / "group"
    names.write_text("99 later\n")
    async with held(names) as hands:
        await hands.choose(99)
        await hands.press("u")
        await hands.hears("group later (99) up: no members, nothing done.")
    assert sent == []


@pytest.mark.parametrize("key", ["u", "d", "M", "m"])
async def test_without_a_mark_and_on_all_groups_the_keys_refuse(ip: Ip, kind: str, sent: Sent, key: str) -> None:
    before = states(ip)
    async with held() as hands:
        await hands.press(key)
        await hands.hears("Choose one group first")
        await hands.choose(7)
        hands.main.changes.held = 0.0
        await hands.press("enter", key)
        await hands.hears("Mark some with Space (all that are shown: *), or press Tab for the group.")
        assert hands.app.screen is hands.main
    assert sent == []
    assert states(ip) == before


async def test_a_partial_outcome_names_who_refused_and_who_was_not_reached(ip: Ip, kind: str, sent: Sent) -> None:
    """A macvlan takes no more than its lower link has, and doesn't announce it."""
    add(ip, "veth", "low0")
    add(ip, "macvlan", "stubborn", "link", "low0")
    ip("link", "set", "stubborn", "group", 7)
    many(kind, 2, 7, up=False, prefix="late")
    async with held() as hands:
        await hands.choose(7)
        await hands.until(lambda: len(hands.shown) == 6, "six members")
        await hands.press("M")
        await hands.sees("Outcome  (Esc: back)", "3 changed:", "a0", "refused: stubborn: ", "2 not reached:", "late0")
        await hands.sees("asked      group 7 MTU 9000, 6 members", "equals     ip link set group 7 mtu 9000")
        await hands.press("escape")
        await hands.hears("group 7 MTU 9000: 3 changed; 1 refused (stubborn); 2 not reached", "the kernel: ")
        await hands.press("o")
        await hands.sees("Outcome  (Esc: back)")
    found = {name: state.mtu for name, state in states(ip).items() if state.group == "7"}
    assert found == {"a0": 9000, "a1": 9000, "a2": 9000, "stubborn": 1500, "late0": 1500, "late1": 1500}
    assert len(sent) == 2  # the group's message, and the question why, for one member alone


async def test_the_kernels_silence_is_unknown_not_done(ip: Ip, kind: str, sent: Sent) -> None:
    def lost() -> None:
        raise NoAnswerError(110, "timed out")

    async with held() as hands:
        hands.writer.before = lost
        await hands.choose(7)
        await hands.press("u")
        await hands.sees("Outcome  (Esc: back)", "3 not reached")
        assert "all 3 changed" not in hands.text


async def test_when_the_row_under_the_cursor_vanishes_the_keys_refuse_for_a_moment(
    ip: Ip, kind: str, sent: Sent
) -> None:
    add(ip, kind, "lonely")
    ip("link", "set", "lonely", "group", 9)
    async with held() as hands:
        hands.main.changes.displaced = 60.0
        await hands.choose(9)
        ip("link", "del", "lonely")
        await hands.until(lambda: 9 not in hands.main.group_table.keys, "group 9's end")
        assert hands.main.group_table.cursor_key == 8
        await hands.press("u")
        await hands.hears("The row under the cursor has just gone; look, and press again.")
        assert sent == []
        hands.main.changes.displaced = 0.0
        hands.main.changes.held = 0.0
        await hands.press("u")
        await hands.hears("group 8 up: 1 changed")
    assert len(sent) == 1


async def test_an_mtu_that_was_given_up_is_not_the_preset(ip: Ip, way_out: str, kind: str, sent: Sent) -> None:
    """Neither at its prompt nor at the question after it."""
    async with eager() as hands:
        await hands.choose(5)
        for keys in (("escape",), ("enter", "escape")):
            await hands.press("m")
            await hands.sees("in bytes:")
            await hands.type("1300")
            for key in keys:
                await hands.press(key)
                await hands.settled()
            await hands.hears("Left as it is; nothing was sent.")
            await hands.sees("M MTU 9000")
        await hands.choose(7)
        await hands.press("M")
        await hands.hears("group 7 MTU 9000: all 3 changed")
    assert {states(ip)[name].mtu for name in ("a0", "a1", "a2")} == {9000}
    assert len(sent) == 1


async def test_what_is_prefilled_is_replaced_by_the_first_digit(ip: Ip, kind: str, sent: Sent) -> None:
    async with eager() as hands:
        await hands.choose(7)
        await hands.press("m")
        await hands.sees("│ 9000 ")
        await hands.type("14")
        await hands.sees("│ 14 ")
        await hands.press("escape", "m")
        await hands.sees("│ 9000 ")
        await hands.press("end")
        await hands.type("1")
        await hands.sees("│ 90001 ")
    assert sent == []


@pytest.mark.parametrize("size", [(80, 16), (60, 15), (30, 24)])
async def test_where_the_plan_has_no_room_each_key_shows_it_and_asks(
    ip: Ip, kind: str, sent: Sent, size: tuple[int, int]
) -> None:
    before = states(ip)
    async with eager(size=size) as hands:
        await hands.choose(7)
        for key, says in (("u", "3 of 3: down → up"), ("d", "all 3 already are"), ("M", "3 of 3: 1500 → 9000")):
            await hands.press(key)
            await hands.sees(says, "ip link set group 7", "y: do it")
            await hands.press("escape")
            await hands.hears("Left as it is")
        assert sent == []
        assert states(ip) == before
        await hands.press("tab", "asterisk", "u")
        await hands.sees("3 of 3: down → up", "y: do it")
        await hands.press("y")
        await hands.hears("all 3 changed")
    assert len(sent) == 1


async def test_a_larger_terminal_lets_the_keys_act_at_once_again(ip: Ip, kind: str, sent: Sent) -> None:
    async with held(size=(80, 16)) as hands:
        await hands.choose(7)
        await hands.pilot.resize_terminal(80, 24)
        await hands.sees("3 of 3: down → up")
        await hands.press("u")
        await hands.hears("group 7 up: all 3 changed")
    assert len(sent) == 1


@pytest.mark.parametrize("command", ["up (u)", "down (d)", "MTU 9000 (M)"])
async def test_what_is_chosen_by_name_shows_its_plan_and_asks(ip: Ip, kind: str, sent: Sent, command: str) -> None:
    before = states(ip)
    async with held() as hands:
        await hands.choose(7)
        await hands.press("ctrl+p")
        await hands.type(command)
        await hands.sees(command)
        await hands.press("enter")
        await hands.sees("ip link set group 7", "y: do it")
        await hands.press("enter", "escape")
        await hands.hears("Left as it is")
    assert sent == []
    assert states(ip) == before


async def test_the_palette_begins_with_nothing_that_writes(ip: Ip, kind: str, sent: Sent) -> None:
    async with held() as hands:
        await hands.choose(7)
        await hands.press("ctrl+p")
        await hands.sees("help (?)")
        await hands.press("enter")
        await hands.sees("Keys  (Esc: back)")
    assert sent == []
