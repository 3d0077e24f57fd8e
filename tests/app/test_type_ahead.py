"""Keys that arrive in one packet, over a slow SSH session, mean what they would mean one by one."""

import pytest

from tests.driven import State, states
from tests.links import Ip, cheap_kind, many
from tests.terminal import Terminal, terminal


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
        console.until(lambda: "Mark some with space" in console.screen.text or states(ip) != group_7, "an answer")
        assert states(ip) == group_7


def test_an_mtu_typed_at_once_is_the_mtu_that_is_set(ip: Ip, group_7: dict[str, State]) -> None:
    """`m1400` and Enter in one packet is what an operator means by it, and nothing else."""
    with terminal("-m", "tui") as console:
        chosen(console)
        console.press("m1400\r")
        console.until(lambda: states(ip) != group_7, "the change")
        console.shows("all 3 changed")
        assert {state.mtu for state in states(ip).values() if state.group == "7"} == {1400}
