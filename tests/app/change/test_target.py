"""What the pane says is what the keys do: whatever has the focus, is marked, filtered, or empty."""

import threading
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest

from tests.driven import Driven, driven, eager, states, unsent
from tests.links import Ip, cheap_kind, many
from tests.terminal import PATIENCE
from tests.writers import record_sends
from tui.guard.losses import Losses
from tui.model import store
from tui.model.change.plan import Plan
from tui.model.view.order import ALL_GROUPS
from tui.present.change import transition
from tui.screens.dialogs.choice import ChoiceScreen
from tui.screens.dialogs.confirm import ConfirmScreen
from tui.screens.dialogs.palette import MainCommands
from tui.screens.dialogs.prompt import PromptScreen
from tui.screens.main.change_keys import ChangeKeys
from tui.screens.main.view import READING
from tui.session.services import Services

NAMED = 99
MARKS = {"none": set[str](), "a group": {"a0", "a1"}, "a mixture": {"a0", "b0"}}
PLACES = ["groups", "interfaces", "groups, then the filter", "interfaces, then the filter", "nothing, after interfaces"]


@pytest.fixture
def names(ip: Ip, tmp_path: Path) -> Path:
    """Two links in group 7, two in 8, and a name for a group without members."""
    kind = cheap_kind(ip)
    many(kind, 2, 7, up=False, prefix="a")
    many(kind, 2, 8, up=True, prefix="b")
    path = tmp_path / "group"
    path.write_text(f"{NAMED} later\n")
    return path


async def arrange(hands: Driven, group: int, marks: set[str], text: str, place: str) -> None:
    """Bring the main screen into a state."""
    main = hands.main
    main.set_focus(main.group_table)
    main.group_table.move_to(group)
    main.view.marks.clear()
    links = main.view.shown.snapshot.links.values()
    main.view.marks.add(link.ifindex for link in links if link.name.decode() in marks)
    main.view.links.set_filter(text)
    await hands.pilot.pause()
    if "interfaces" in place:
        main.set_focus(main.link_table)
        await hands.pilot.pause()
    if "filter" in place:
        main.action_do("filter")
    elif "nothing" in place:
        main.set_focus(None)
    await hands.pilot.pause()
    main.sync_links()


def never_ending(monkeypatch: pytest.MonkeyPatch) -> Callable[[], object]:
    """Let changes have no outcome; return what gives one to the last: nothing was sent."""
    waiting: list[Callable[[], object]] = []

    def change(self: Services, plan: Plan, title: str, pressed: float, progress: object, done: Any, *rest: Any) -> None:
        waiting.append(lambda: done(unsent(plan)))

    monkeypatch.setattr(Services, "change", change)
    return lambda: waiting.pop()()


def told(hands: Driven, key: str) -> str:
    """Return what the pane says of a key; empty: nothing."""
    found = [line for line in hands.line("pane").splitlines() if line.startswith(f" {key}  ")]
    return found[0] if found else ""


def says(plan: Plan, hands: Driven, line: str) -> bool:
    """Whether a line of the pane tells of this plan."""
    return f" {transition(plan.preview, hands.main.view.shown.names)}  " in line and line.endswith(plan.preview.ip_line)


async def test_the_pane_tells_what_each_key_does(names: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[tuple[Plan, bool]] = []
    monkeypatch.setattr(ChangeKeys, "confirm", lambda self, plan, undo=None, *, unseen: done.append((plan, unseen)))
    async with eager(names) as hands:
        main = hands.main
        seen = set()
        for group, (how, marks), text, place in product(
            (ALL_GROUPS, 7, NAMED), MARKS.items(), ("", "a0", "nothing"), PLACES
        ):
            await arrange(hands, group, marks, text, place)
            case = (group, how, text, place)
            for key, command in (("u", "up"), ("d", "down"), ("M", "preset_mtu")):
                line = told(hands, key)
                done.clear()
                main.action_do(command)
                assert bool(done) == bool(line), case
                if done:
                    (plan, unseen) = done[0]
                    assert says(plan, hands, line), case
                    assert not unseen, case
                    seen.add(plan.intent.group_id)
                else:
                    assert main.message in ("Choose one group first, with j and k.", main.tables.target.why), case
            await copies_the_same(hands, case)
        assert seen == {7, NAMED, None}


async def copies_the_same(hands: Driven, case: object) -> None:
    """The lines to copy are those of the plans that the pane shows; the palette acts on the same."""
    line = told(hands, "u")
    hands.main.action_do("copy")
    await hands.pilot.pause()
    screen: object = hands.app.screen
    assert isinstance(screen, ChoiceScreen) == bool(line), case
    if isinstance(screen, ChoiceScreen):
        lines = screen.lines
        assert line.endswith(next(one for one in lines if one.startswith("u   ")).removeprefix("u   ")), case
        await hands.app.pop_screen()


async def test_a_plan_that_was_not_drawn_yet_is_shown_first(names: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[bool] = []
    monkeypatch.setattr(ChangeKeys, "confirm", lambda self, plan, undo=None, *, unseen: done.append(unseen))
    async with driven(names) as hands:
        await hands.choose(7)
        hands.main.session.preset = 1400  # whoever changes what a key does, and forgets to say so
        hands.main.action_do("preset_mtu")
        hands.main.show_plan()
        hands.main.changes.held = 0.0
        hands.main.action_do("preset_mtu")
    assert done == [True, False]


async def test_the_pane_tells_of_a_retag_wherever_r_retags(names: Path) -> None:
    async with driven(names) as hands:
        assert " r  retag" not in hands.line("pane")
        await hands.mark("a0", "b0")
        for keys, told in (
            ((), "r: retag them"),
            (("tab",), " r  retag 2 marked interfaces…"),
            (("j", "j"), " r  retag 2"),
        ):
            await hands.press(*keys)
            assert told in hands.line("pane")
            await hands.press("r")
            await hands.sees("Retag 2 marked interfaces")
            await hands.press("escape")
            hands.main.changes.forget_keys()
        await hands.press("U")
        assert " r  retag" not in hands.line("pane")
        hands.main.changes.forget_keys()
        await hands.press("r")
        await hands.sees("Retag group ")


async def test_the_palettes_commands_act_on_what_the_keys_act_on(names: Path) -> None:
    async with driven(names) as hands:
        await hands.mark("a0", "b1")
        offered = {name: run for name, run, _ in MainCommands(hands.main).offers()}
        offered["up (u)"]()
        await hands.sees("1 of 2: down → up", "y: do it")


async def test_nothing_is_taken_before_the_first_check_is_complete(
    ip: Ip, names: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys while the first dump is taken in; they acted on the parts of it that had come by then."""
    halted, go_on = threading.Event(), threading.Event()

    def haltingly(seconds: float) -> None:
        halted.set()
        go_on.wait(PATIENCE)

    monkeypatch.setattr(store, "_PART", 2)
    # Between two parts, where the store's lock is free.
    monkeypatch.setattr(store, "time", SimpleNamespace(sleep=haltingly))
    sent = record_sends(monkeypatch)
    before = states(ip)
    async with eager(names, wait=False) as hands:
        try:
            await hands.until(halted.is_set, "the first part of the dump")
            hands.services._mark()
            await hands.until(lambda: hands.services.snapshot().links, "what is known so far")
            for keys in (("asterisk",), ("tab", "asterisk"), ("space",), ("exclamation_mark",), ("u",), ("M",), ("r",)):
                hands.main.say("begun")
                await hands.press(*keys)
                await hands.hears(READING)
            assert "reading…" in hands.line("title")
            assert "reading…" in hands.line("status")
            assert hands.shown == []
            assert list(hands.main.group_table.keys) == [ALL_GROUPS]
            assert len(hands.main.view.marks) == 0
            # Checked a moment ago, but not taken in by the screen.
            monitor = hands.services._monitor
            before_check = monitor.health
            monitor.health = replace(before_check, state="live", checked_at=monotonic())
            hands.main.show_lines()
            assert "reading…" in hands.line("status")
            assert "never checked" in hands.line("status")
            monitor.health = before_check
        finally:
            go_on.set()
        await hands.until(lambda: not hands.main.view.shown.reading, "the rest")
        await hands.until(lambda: len(hands.shown) == 5, "all interfaces")
        await hands.press("asterisk")
        await hands.hears("5 interfaces marked.")
    assert sent == []
    assert states(ip) == before


async def test_q_asks_where_something_would_be_lost(names: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finish = never_ending(monkeypatch)
    async with driven(names) as hands:
        ended: list[object] = []
        monkeypatch.setattr(hands.app, "exit", lambda *rest, **options: ended.append(rest))
        await hands.mark("a0")
        await hands.press("q")
        await hands.sees("End ifgroup?", "1 interface is marked; marks aren't kept.", "y: end it")
        await hands.press("enter", "q", "escape")
        assert (hands.app.screen, ended) == (hands.main, [])
        await hands.press("tab")
        await hands.choose(7)
        await hands.press("u", "q")
        await hands.sees("group 7 up is still under way", "1 interface is marked")
        await hands.press("y")
        assert len(ended) == 1
        await hands.press("tab", "U", "q")
        await hands.sees("group 7 up is still under way")
        assert "marked;" not in hands.dialog
        await hands.press("escape")
        finish()
        await hands.hears("nothing sent: as the test wants it")
        await hands.press("q")
        assert len(ended) == 2


async def test_the_question_opens_before_the_kernel_says_what_would_be_cut_off(
    ip: Ip, way_out: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is typed meanwhile comes to it, and isn't taken for commands; nobody agrees to what he can't know yet."""
    weighing: list[Callable[[Losses | str], object]] = []
    monkeypatch.setattr(Services, "weigh", lambda self, plan, done: weighing.append(done))
    finish = never_ending(monkeypatch)
    async with driven() as hands:
        await hands.choose(5)
        await hands.press("d", "5", "enter")
        await hands.sees("Asking the kernel what this would cut off… Press Enter again then.")
        assert isinstance(hands.app.screen, ConfirmScreen)
        assert hands.session.under_way is None
        weighing[0]("it isn't known")
        await hands.sees("What this cuts off can't be read (it isn't known).", "A guard takes it back after 60 s")
        await hands.sees("Read what it would cut off, then press Enter again.")
        assert "Asking the kernel" not in hands.dialog
        await hands.press("enter")
        await hands.until(lambda: hands.session.under_way, "the change")
        finish()
        await hands.hears("nothing sent: as the test wants it")
        hands.main.changes.forget_keys()
        await hands.press("d", "escape")
        weighing[1]("too late")
        await hands.hears("Left as it is; nothing was sent.")
        assert len(hands.session.log) == 1


@pytest.mark.parametrize("typed", [("n",), ("end", "n")])
async def test_what_a_prompt_holds_is_replaced_by_the_first_character(netns: None, typed: tuple[str, ...]) -> None:
    async with driven() as hands:
        answers: list[str | None] = []
        hands.app.push_screen(PromptScreen("Name?", lambda text: "", value="old"), answers.append)
        await hands.sees("old")
        await hands.press(*typed, "enter")
        assert answers == ["n" if len(typed) == 1 else "oldn"]
