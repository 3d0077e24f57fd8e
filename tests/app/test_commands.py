"""Every key of the table of commands leads somewhere, once, and everywhere the same."""

from collections import Counter

import pytest
from rich.cells import cell_len
from textual.binding import Binding

from tests.changes import setting
from tests.driven import driven, eager, states
from tests.links import Ip, cheap_kind, many
from tests.writers import record_sends
from tui.model.change.intent import make_intent
from tui.model.change.progress import Progress
from tui.present.change import outcome_line
from tui.present.commands import MOVES, Command, OnMain, OnTable
from tui.screens.base import BaseScreen
from tui.screens.dialogs.palette import MainCommands
from tui.screens.log import LogScreen
from tui.screens.names.screen import NamesScreen
from tui.screens.timing.screen import TimingScreen
from tui.screens.wire.screen import WireScreen
from tui.session.services import Result
from widgets.keyed_table.table import KeyedTable

BOUND = [command for command in OnMain.all if command.keys and not command.heard_by_focus]
KEYS = [(key, command) for command in BOUND for key in command.keys.split(",")]
CHANGING = [command for command in OnMain.all if command.changes]


@pytest.mark.parametrize("command", OnMain.all, ids=[command.id for command in OnMain.all])
def test_each_command_says_what_it_does(command: Command) -> None:
    assert str(command)
    assert command.label
    assert command.help.endswith(".")
    assert "\n" not in command.help


SCREENS = [LogScreen, NamesScreen, TimingScreen, WireScreen]


@pytest.mark.parametrize("screen", SCREENS)
def test_every_screen_does_its_commands_and_hears_each_key_once(screen: type[BaseScreen[object]]) -> None:
    commands = screen.commands.all
    assert [command.id for command in commands if not callable(getattr(screen, f"action_{command.id}", None))] == []
    assert {command.screen for command in commands} == {screen.commands}
    keys = Counter(key for command in commands for key in command.keys.split(","))
    assert [key for key, times in keys.items() if times > 1] == []


def test_the_moves_of_the_tables_are_what_they_hear() -> None:
    heard = {binding.key for binding in Binding.make_bindings(KeyedTable.BINDINGS)}
    assert all(key in heard for command in OnTable.all for key in command.keys.split(","))


def test_no_key_and_no_id_twice() -> None:
    taken = [
        key
        for binding in KeyedTable.BINDINGS
        for key in (binding[0] if isinstance(binding, tuple) else binding.key).split(",")
    ]
    keys = Counter([*(key for key, _ in KEYS), *taken])
    assert [key for key, times in keys.items() if times > 1] == []


def test_keys_are_plain() -> None:
    """Alt, Ctrl+S, Ctrl+B, Ctrl+J and function keys die over SSH, tmux and serial lines."""
    named = {"tab", "shift+tab", "slash", "question_mark", "escape", "ctrl+c", "space", "plus", "minus", "asterisk"}
    named |= {"exclamation_mark", "left", "right"}
    assert [key for key, _ in KEYS if len(key) > 1 and key not in named] == []


async def test_each_key_resolves_to_its_command_in_the_running_console(netns: None) -> None:
    async with driven() as hands:
        found = {key: (active.node, active.binding.action) for key, active in hands.main.active_bindings.items()}
        actions = {key: (hands.main, f"do('{command.id}')") for key, command in KEYS}
        assert {key: found[key] for key, _ in KEYS} == actions
        assert sorted(hands.main.handlers) == sorted(command.id for command in OnMain.all)


async def test_every_command_and_move_is_in_the_help(netns: None) -> None:
    async with driven(size=(100, 50)) as hands:
        await hands.press("question_mark")
        await hands.sees("Keys", *(f"{command!s:<9} {command.help}" for command in OnMain.all))
        await hands.sees(*(f"{keys:<9} {text}" for keys, text in MOVES))
        await hands.press("escape")
        await hands.sees("interfaces of all groups")


async def test_every_command_and_nothing_else_is_in_the_palette(netns: None) -> None:
    async with driven() as hands:
        offered = [name for name, _, _ in MainCommands(hands.main).offers()]
        assert sorted(offered) == sorted(f"{one.label.format(preset=9000)} ({one})" for one in OnMain.all)
        await hands.press("ctrl+p")
        await hands.type("freeze")
        await hands.sees("freeze (f)", OnMain.freeze.help[:50])
        await hands.press("enter")
        await hands.sees("FROZEN")


@pytest.mark.parametrize("preset", [9000, 65535])
async def test_the_footer_names_its_keys_and_fits_80_cells(netns: None, preset: int) -> None:
    async with driven() as hands:
        hands.main.session.preset = preset
        hands.main.show_lines()
        footer = hands.line("keys").rstrip()
        assert cell_len(footer) <= 80
        for command in OnMain.all:
            assert (f"{command} {command.label.format(preset=preset)}" in footer) == command.footer
        await hands.sees(footer)


async def test_read_only_every_changing_key_says_why_it_cant_and_nothing_is_sent(
    ip: Ip, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(cheap_kind(ip), 3, 7, up=False)
    sent = record_sends(monkeypatch)
    before = states(ip)
    async with eager(read_only=True) as hands:
        assert "READ-ONLY: started with --read-only" in hands.line("title")
        for group_id in (0, 7):
            await hands.choose(group_id)
            for command in (one for one in CHANGING if one.keys):
                hands.main.say("")
                await hands.press(command.keys)
                await hands.hears("Nothing can be changed: started with --read-only.")
                assert hands.app.screen is hands.main
        offered = {name: run for name, run, _ in MainCommands(hands.main).offers()}
        for command in CHANGING:
            hands.main.say("")
            offered[f"{command.label.format(preset=9000)} ({command})"]()
            await hands.hears("Nothing can be changed: started with --read-only.")
    assert sent == []
    assert states(ip) == before


async def test_read_only_is_enforced_below_the_keys(ip: Ip) -> None:
    many(cheap_kind(ip), 3, 7, up=False)
    before = states(ip)
    async with driven(read_only=True) as hands:
        await hands.until(lambda: 7 in hands.services.snapshot().groups, "group 7")
        snapshot = hands.services.snapshot()
        results: list[Result] = []
        for intent in (make_intent(snapshot, setting(up=True), 7), make_intent(snapshot, setting(mtu=1400), 7)):
            hands.services.change(hands.services.plan(intent, snapshot), "test", 0.0, Progress(3), results.append)
        await hands.until(lambda: len(results) == 2, "both outcomes")
        for outcome in (result.outcome for result in results):
            assert (outcome.verdict, outcome.reply.messages) == ("refused", 0)
            assert "nothing sent: " in outcome_line(outcome, hands.services.names).text
    assert states(ip) == before
