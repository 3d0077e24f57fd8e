"""Keys that come in a burst lead where the same keys lead when each is awaited."""

import os
import random
from collections.abc import Sequence
from typing import Any

import pytest
from textual import events
from textual.keys import _character_to_key

from tests.driven import Driven, driven
from tests.links import Ip, cheap_kind, many
from tui.model.change.plan import Plan
from tui.model.change.progress import Progress
from tui.session.session import Session

SEQUENCES = int(os.environ.get("BURSTS", "48"))
"""How many random ones are tried."""
LONGEST = 14
WORDS = ("/dmz-77", "/a", "/b1", "/nothing", "/kind:", "+a*", "-b*", "m1400", "rb", "^P", "q", "l", "?", "n", "y", "o")
KEYS = (*"udMmrzvaUsSfRyjkgG*!+-/q", "space", "tab", "enter", "enter", "escape", "escape", "backspace", "1", "b", "n")


def names_of(text: str) -> list[str]:
    """Return Textual's names of the keys that type ``text``; ^P is Ctrl+P."""
    if text == "^P":
        return ["ctrl+p"]
    return [character if character.isalnum() else _character_to_key(character) for character in text]


def some_keys(chance: random.Random) -> list[str]:
    """Return what somebody might type ahead: words that belong to prompts, and single keys."""
    keys: list[str] = []
    while len(keys) < chance.randint(2, LONGEST):
        keys += names_of(chance.choice(WORDS)) if chance.random() < 0.3 else _one(chance)
    return keys


def _one(chance: random.Random) -> list[str]:
    key = chance.choice(KEYS)
    return names_of(key) if len(key) == 1 else [key]


def post(hands: Driven, key: str) -> None:
    """Hand a key to the console as its terminal would."""
    named = {"space": " ", "slash": "/", "asterisk": "*", "plus": "+", "minus": "-", "colon": ":"}
    named |= {"exclamation_mark": "!", "question_mark": "?"}
    character = key if len(key) == 1 else named.get(key)
    hands.app.post_message(events.Key(key, character))


async def press(hands: Driven, keys: Sequence[str], *, at_once: bool) -> None:
    """Press keys; wait for the effect of each, or of all."""
    for key in keys:
        post(hands, key)
        if not at_once:
            await hands.settled()
    await hands.settled()


def state(hands: Driven, said: list[object]) -> dict[str, Any]:
    """Return all that keys can change."""
    main, view = hands.main, hands.main.view.links
    focused = hands.app.screen.focused
    return {
        "screens": [type(screen).__name__ for screen in hands.app.screen_stack],
        "focus": main.focused and main.focused.id,
        "typed": getattr(focused, "value", None),
        "filter": (view.text, hands.main.filtering.box.display),
        "marks": main.view.marks.indexes,
        "alone": view.only,
        "rows": (main.group_table.cursor_key, main.link_table.cursor_key, tuple(main.view.rows)),
        "order": (main.view.outline.column, main.view.outline.reverse, view.column, view.reverse),
        "frozen": main.view.frozen,
        "preset": main.session.preset,
        "message": main.message,
        "did": list(said),
    }


async def begin(hands: Driven, said: list[object]) -> None:
    """Put the console back to where it began."""
    while len(hands.app.screen_stack) > 1:
        await hands.app.pop_screen()
    main, view = hands.main, hands.main.view.links
    main.filtering.box.close()
    view.set_filter("")
    view.only, view.column, view.reverse = None, "index", False
    main.view.marks.clear()
    main.view.outline.column, main.view.outline.reverse = "id", False
    main.session.preset = 9000
    main.view.frozen = False
    main.marking.leave_range()
    main.changes.forget_keys()
    main.set_focus(main.group_table)
    main.sync()
    for table in (main.group_table, main.link_table):
        await hands.pilot.pause()
        table.action_cursor_first()
    await hands.pilot.pause()
    main.say("begun")
    said.clear()


@pytest.fixture
def under_way() -> list[Plan]:
    """What was sent, and never has an outcome."""
    return []


@pytest.fixture
def did(monkeypatch: pytest.MonkeyPatch, under_way: list[Plan]) -> list[object]:
    """What was asked of the system; nothing is done."""
    found: list[object] = []

    def send(self: Session, plan: Plan, *rest: object) -> Progress:
        found.append((plan.intent.operation, plan.intent.group_id, tuple(plan.intent.members), plan.intent.settings))
        under_way.append(plan)
        return Progress(0)

    monkeypatch.setattr(Session, "send", send)
    monkeypatch.setattr(Session, "under_way", property(lambda self: under_way[-1] if under_way else None))
    return found


@pytest.fixture
def links(ip: Ip) -> None:
    """Three links in group 7, two in group 8."""
    kind = cheap_kind(ip)
    many(kind, 3, 7, up=False, prefix="a")
    many(kind, 2, 8, up=True, prefix="b")


@pytest.mark.parametrize("seed", range(4))
async def test_a_burst_leads_where_single_keys_lead(
    links: None, did: list[object], under_way: list[Plan], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    async with driven(held=60.0) as hands:
        monkeypatch.setattr(hands.app, "exit", lambda *a, **k: did.append("quit"))
        for number in range(SEQUENCES // 4):
            keys = some_keys(chance)
            found = []
            for at_once in (False, True):
                await begin(hands, did)
                under_way.clear()
                await press(hands, keys, at_once=at_once)
                found.append(state(hands, did))
            assert found[0] == found[1], f"{number}: {' '.join(keys)}"
