"""Keys that arrive in one packet, over a slow SSH session, mean what they would mean one by one."""

import pytest
from textual import events

from tests.driven import State, states
from tests.links import Ip, cheap_kind, many
from tests.terminal import Terminal, terminal
from tui.app.keys import KeyByKeyApp


def chosen(console: Terminal) -> None:
    """Go to group 7."""
    for shown in ("group default", "group 7"):
        console.press("j")
        console.shows(f"interfaces of {shown}")


@pytest.fixture
def group_7(ip: Ip) -> dict[str, State]:
    many(cheap_kind(ip), 3, 7, up=True)
    return states(ip)


def test_text_to_find_is_no_command(ip: Ip, group_7: dict[str, State]) -> None:
    with terminal("-m", "tui") as console:
        chosen(console)
        console.press("/dummy")
        console.until(
            lambda: states(ip) != group_7 or any(text in console.screen.text for text in ("text to find", "filter: ")),
            "the filter",
        )
        assert states(ip) == group_7


def test_a_key_after_tab_belongs_to_the_interfaces(ip: Ip, group_7: dict[str, State]) -> None:
    with terminal("-m", "tui") as console:
        chosen(console)
        console.press("\td")
        console.until(lambda: "Mark some with Space" in console.screen.text or states(ip) != group_7, "an answer")
        assert states(ip) == group_7


def test_an_mtu_typed_at_once_is_the_mtu_that_is_set(ip: Ip, group_7: dict[str, State]) -> None:
    """`m1400` and Enter in one packet is what an operator means by it, and nothing else."""
    with terminal("-m", "tui") as console:
        chosen(console)
        console.press("m1400\r")
        console.until(lambda: states(ip) != group_7, "the change")
        console.shows("all 3 changed")
        assert {state.mtu for state in states(ip).values() if state.group == "7"} == {1400}


@pytest.mark.parametrize("text", ["dmz-77", "a0", "quud"])
def test_the_whole_text_of_a_filter_is_heard(ip: Ip, group_7: dict[str, State], text: str) -> None:
    with terminal("-m", "tui") as console:
        chosen(console)
        console.press(f"/{text}\r")
        console.shows(f"filter: {text}")
        assert states(ip) == group_7


def test_marks_after_a_filter_are_the_filters(ip: Ip, group_7: dict[str, State]) -> None:
    with terminal("-m", "tui") as console:
        console.press("/m1\r*")
        console.shows("filter: m1", "1 marked")


def test_the_interfaces_can_be_marked_right_after_enter(ip: Ip, group_7: dict[str, State]) -> None:
    with terminal("-m", "tui") as console:
        chosen(console)
        console.press("\r*")
        console.shows("3 marked")


@pytest.mark.parametrize(
    "held",
    [b"duM", b"d\nu\nM\r", b"\x1b d\x1b[Md\x1b\x1bd", b"\x1b]0;ddddddddddddddddddddddddddddddddddddddd", b"d\xe4d\xff"],
)
def test_what_is_pasted_presses_no_key(ip: Ip, group_7: dict[str, State], held: bytes) -> None:
    """Also with ESC in it, or bytes that aren't UTF-8."""
    with terminal("-m", "tui") as console:
        chosen(console)
        console.press(b"\x1b[200~" + held + held + b"\x1b[201~")
        console.shows("what was pasted was dropped")
        console.answers()
        assert states(ip) == group_7


def test_what_is_pasted_into_an_input_is_its_text(ip: Ip, group_7: dict[str, State]) -> None:
    with terminal("-m", "tui") as console:
        chosen(console)
        console.press(b"/\x1b[200~qu\x1b[201~d2\r")
        console.shows("filter: qud2")
        assert states(ip) == group_7


@pytest.mark.parametrize("then", ["\r", "\t", "/a", "j", "l", "\x1b"])
def test_esc_is_heard_whatever_follows_it(ip: Ip, group_7: dict[str, State], then: str) -> None:
    """Terminals send Alt with a key in the same way; Esc and Enter said yes to the MTU that was to be left."""
    with terminal("-m", "tui") as console:
        chosen(console)
        console.press(f"m1400\x1b{then}")
        console.hides("MTU for")
        console.until(lambda: "nothing was sent" in console.screen.text or then == "l", "the answer")
        assert states(ip) == group_7
        if then == "/a":
            console.shows("filter: a")


async def test_a_key_without_a_screen_is_no_defect() -> None:
    app = KeyByKeyApp()
    await app.on_event(events.Key("q", "q"))
    assert app.keys_pending
