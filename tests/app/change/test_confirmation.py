"""What could cut the operator off, or is known to fail, is asked first; Enter alone never agrees."""

from pathlib import Path

import pytest
from textual.app import ComposeResult

from tests.changes import setting
from tests.driven import Driven, eager, states
from tests.guards import guards
from tests.links import Ip, add, cheap_kind, many
from tui.screens.dialogs.confirm import ConfirmScreen
from tui.session.question import Question

Sent = list[dict[int, bytes]]


async def refuses_all_but(hands: Driven, name: str, wrong: str) -> None:
    """Try to get past the question without the name."""
    await hands.press("enter")
    await hands.sees(f"Type {name} first. Nothing was sent.")
    await hands.press("y", "enter")
    await hands.sees(f"That is not {name}. Nothing was sent.")
    await hands.press("ctrl+u", *wrong, "enter")
    await hands.sees(f"That is not {name}. Nothing was sent.")
    await hands.press("ctrl+u")
    assert isinstance(hands.app.screen, ConfirmScreen)


async def test_group_0_asks_for_its_name(ip: Ip, sent: Sent) -> None:
    async with eager() as hands:
        await hands.choose(0)
        await hands.sees("asks for the name", "! default")
        await hands.press("u")
        await hands.sees("Group 0 holds lo", "type the group's name (default)", "ip link set group default up")
        await refuses_all_but(hands, "default", "defaul")
        assert sent == []
        assert not states(ip)["lo"].up
        await hands.press(*"default", "enter")
        await hands.hears("group default (0) up: 1 changed")
    assert states(ip)["lo"].up
    assert len(sent) == 1


class Answered(ConfirmScreen):
    """The kernel answers when the question is laid out, and before it is on the screen."""

    def compose(self) -> ComposeResult:
        yield from super().compose()
        self.weighed("EPERM")


@pytest.mark.parametrize("laid_out", [False, True])
async def test_what_is_lost_is_told_though_the_kernel_answers_before_the_question_is_drawn(
    ip: Ip, way_out: str, sent: Sent, laid_out: bool
) -> None:
    async with eager() as hands:
        await hands.until(lambda: 5 in hands.main.view.shown.groups, "the group")
        question = Question(hands.plan(setting(up=False), 5))
        assert question.weighed
        screen = (Answered if laid_out else ConfirmScreen)(question, hands.main.view.shown.names, "A guard watches.")
        hands.app.push_screen(screen)
        if not laid_out:
            screen.weighed("EPERM")
        await hands.sees("! What this cuts off can't be read (EPERM).", "type the group's name (5)")
        assert "Asking the kernel" not in hands.dialog
    assert sent == []


@pytest.mark.parametrize("right", ["uplink", "5"])
async def test_the_group_of_the_default_route_asks_for_its_name_and_counts_down(
    ip: Ip, room: Path, way_out: str, sent: Sent, tmp_path: Path, right: str
) -> None:
    names = tmp_path / "group"
    names.write_text("5 uplink\n6 other\n")
    async with eager(names) as hands:
        await hands.choose(5)
        await hands.sees("asks for the name (", "! route")
        await hands.press("d")
        await hands.sees("group uplink (5) carries the way to this machine: wan0.", "A guard takes it back after")
        await refuses_all_but(hands, "uplink", "other")
        assert states(ip)["wan0"].up
        assert sent == []
        await hands.press(*right, "enter")
        await hands.hears("group uplink (5) down: 1 changed")
        await hands.sees("It is taken back in ", "unless you press K")
        await hands.press("K")
        await hands.hears("group uplink (5) down: kept.")
    assert guards() == []
    assert not states(ip)["wan0"].up
    assert len(sent) == 1


async def test_escape_leaves_it(ip: Ip, way_out: str, sent: Sent) -> None:
    before = states(ip)
    async with eager() as hands:
        await hands.choose(5)
        for key in ("d", "M"):
            await hands.press(key)
            await hands.sees("type the group's name (5)")
            await hands.press("escape")
            await hands.hears("Left as it is; nothing was sent.")
        await hands.press("m")
        await hands.sees("in bytes:")
        await hands.press("enter")
        await hands.sees("type the group's name (5)")
        await hands.press("enter", "escape")
        await hands.hears("Left as it is; nothing was sent.")
    assert sent == []
    assert states(ip) == before


async def test_a_default_route_that_appeared_at_the_last_moment_is_noticed(ip: Ip, sent: Sent) -> None:
    add(ip, "veth", "wan0")
    ip("link", "set", "wan0", "group", 5, "up")
    ip("address", "add", "192.0.2.2/24", "dev", "wan0")
    async with eager() as hands:
        await hands.choose(5)
        plan = hands.plan(setting(up=False), 5)
        assert not plan.preview.needs_name
        ip("route", "add", "default", "via", "192.0.2.1")
        hands.main.changes.send(plan)  # as if the key had been pressed before the next full check
        await hands.hears("nothing sent: by now it carries the way to this machine")
    assert states(ip)["wan0"].up
    assert sent == []


async def test_members_that_cant_take_the_mtu_are_announced_and_a_yes_is_enough(ip: Ip, sent: Sent) -> None:
    many(cheap_kind(ip), 2, 7, up=False, prefix="a")
    add(ip, "veth", "narrow")
    ip("link", "set", "narrow", "group", 7)
    many(cheap_kind(ip), 2, 7, up=False, prefix="z")
    before = states(ip)
    async with eager() as hands:
        await hands.choose(7)
        await hands.until(lambda: len(hands.shown) == 5, "five members")
        await hands.press("m")
        await hands.type("70000")
        await hands.sees("1 member can't take MTU 70000: narrow (takes 68…65535)")
        await hands.press("enter")
        await hands.sees("y: do it", "narrow (takes 68…65535)", "The kernel stops at the first that refuses")
        await hands.press("enter", "n", "q", "space")
        assert isinstance(hands.app.screen, ConfirmScreen)
        assert sent == []
        assert states(ip) == before
        await hands.press("y")
        await hands.sees("Outcome  (Esc: back)", "2 changed:", "refused: narrow (takes 68…65535)", "2 not reached:")
    found = {name: state.mtu for name, state in states(ip).items() if state.group == "7"}
    assert found == {"a0": 70000, "a1": 70000, "narrow": 1500, "z0": 1500, "z1": 1500}


async def test_losing_ipv6_is_asked_first(ip: Ip, sent: Sent) -> None:
    many(cheap_kind(ip), 2, 7, up=False, prefix="a")
    async with eager() as hands:
        await hands.choose(7)
        await hands.press("m")
        await hands.type("1279")
        await hands.press("enter")
        await hands.sees("Below 1280 bytes IPv6 is taken off an interface", "y: do it")
        await hands.press("escape")
        await hands.hears("Left as it is; nothing was sent.")
    assert sent == []


async def test_when_members_change_behind_the_question_nothing_is_sent(ip: Ip, sent: Sent) -> None:
    many(cheap_kind(ip), 2, 7, up=False, prefix="a")
    async with eager() as hands:
        await hands.choose(7)
        await hands.press("m")
        await hands.type("1000")
        await hands.press("enter")
        await hands.sees("y: do it")
        ip("link", "set", "a0", "group", 8)
        await hands.until(lambda: len(hands.services.snapshot().members(7)) != 2, "the news")
        await hands.press("y")
        await hands.hears("Nothing was sent: while you read, 0 joined the group and 1 left it. Press again.")
    assert sent == []
    assert all(state.mtu > 1000 for state in states(ip).values())


async def test_a_key_before_the_outcome_is_painted_finds_it_on_record(
    ip: Ip, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(cheap_kind(ip), 2, 7, up=False, prefix="a")
    async with eager() as hands:
        # As on a machine too busy to paint: what comes after the paint never does.
        monkeypatch.setattr(hands.main, "set_timer", lambda *_: None)
        await hands.choose(7)
        await hands.press("u")
        await hands.hears("all 2 changed")
        await hands.press("y")
        await hands.sees("l: the last change")
        await hands.press("escape", "d")
        await hands.hears("down: all 2 changed")
        await hands.press("z")
        await hands.sees("y: do it")
    assert [len(message) > 0 for message in sent] == [True, True]
