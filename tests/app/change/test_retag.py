"""Retagging marked interfaces: the group is chosen, the plan is seen, and what was sent is told."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest
from textual.widgets import Input

from tests.driven import Driven, eager, is_bridge, requests, states
from tests.guards import guards
from tests.links import Ip, cheap_kind, index_of, many
from tests.terminal import Terminal, terminal
from tui.screens.dialogs.confirm import ConfirmScreen
from tui.screens.dialogs.progress import ProgressScreen
from tui.screens.dialogs.retag import RetagScreen
from widgets.keyed_table.table import KeyedTable

Sent = list[dict[int, bytes]]
SETLINK = 19  # linux/rtnetlink.h


@pytest.fixture
def names(names: Path) -> Path:
    names.write_text(names.read_text() + "20\told-dmz\n99\tlater\n")
    return names


@pytest.fixture
def kind(ip: Ip, kind: str) -> str:
    """a0 is UP."""
    ip("link", "set", "a0", "up")
    return kind


def targets(hands: Driven) -> list[int]:
    """The groups that are offered, and first the one that Enter would take."""
    table = hands.app.screen.query_one(KeyedTable)
    assert not table.keys or table.cursor_key == table.keys[0]
    return list(table.keys)


async def ask(hands: Driven, *names: str) -> None:
    """Mark interfaces and open the question."""
    await hands.mark(*names)
    await hands.press("r")
    await hands.until(lambda: isinstance(hands.app.screen, RetagScreen), "the question")


async def write(hands: Driven, text: str) -> None:
    """Type a target instead of what was typed before."""
    await hands.press("ctrl+u")
    await hands.type(text)
    box = hands.app.screen.query_one(Input)
    await hands.until(lambda: box.value == text, text)
    await hands.pilot.pause()


async def test_the_list_narrows_to_names_and_numbers_as_one_types(ip: Ip, kind: str, names: Path) -> None:
    async with eager(names) as hands:
        await ask(hands, "a0", "a1", "b0")
        await hands.sees("Retag 3 marked interfaces to the group:")
        assert targets(hands) == [0, 7, 8, 20, 99]
        for text, found in (
            ("dmz", [8, 20]),
            ("DM", [8, 20]),
            ("old", [20]),
            ("customers", [7]),
            ("7", [7]),
            ("0x14", [20]),
            ("9", [9, 99]),
            ("99", [99]),
            ("12345", [12345]),
            ("4294967295", [4294967295]),
            ("4294967296", []),
            ("-1", []),
            ("nobody", []),
        ):
            await write(hands, text)
            assert targets(hands) == found, text
        await hands.sees("no such group", "There is no such group: give a name from the list")
        await hands.press("enter")
        assert isinstance(hands.app.screen, RetagScreen)
        await hands.press("escape")
        await hands.hears("Left as it is; nothing was sent.")


async def test_the_plan_says_from_where_how_many_are_up_and_what_a_tag_may_be(
    ip: Ip, kind: str, sent: Sent, names: Path
) -> None:
    async with eager(names) as hands:
        await ask(hands, "a0", "a1", "b0")
        await write(hands, "dmz")
        await hands.sees(
            "2 of 3: customers → dmz",
            "3 messages, one each",
            "A group is often a firewall's",
            "UP: 1, of which the kernel tells every listener. DOWN: 1, for which it sends no event.",
        )
        await write(hands, "later")
        await hands.sees("3 of 3: 2 of customers, 1 of dmz → later", "UP: 1,", "DOWN: 2,")
        await hands.press("enter")
        await hands.hears("3 interfaces to group later (99): all 3 changed · 3 messages")
        assert hands.marked == {"a0", "a1", "b0"}
    assert requests(sent) == [[(SETLINK, index_of(ip, name)) for name in ("a0", "a1", "b0")]]
    assert {name for name, state in states(ip).items() if state.group == "99"} == {"a0", "a1", "b0"}


async def test_down_interfaces_are_shown_in_their_new_group_though_the_kernel_tells_nobody(
    ip: Ip, kind: str, sent: Sent, names: Path
) -> None:
    async with eager(names) as hands:
        await ask(hands, "a1", "a2")
        await write(hands, "later")
        await hands.press("enter")
        await hands.hears("2 interfaces to group later (99): all 2 changed")
        await hands.press("escape")
        await hands.choose(99)
        assert hands.shown == ["a1", "a2"]


async def test_enter_alone_takes_nothing_and_the_arrows_choose(ip: Ip, kind: str, sent: Sent, names: Path) -> None:
    before = states(ip)
    async with eager(names) as hands:
        await ask(hands, "a0", "a1")
        await hands.sees("Type, or choose with the arrows.")
        await hands.press("enter", "enter")
        await write(hands, "7")
        await hands.press("backspace", "enter")
        await hands.sees("Type, or choose with the arrows.")
        assert isinstance(hands.app.screen, RetagScreen)
        assert (sent, states(ip)) == ([], before)
        await hands.press("down", "down", "down", "up")
        await hands.sees("2 of 2: customers → dmz")
        await hands.press("enter")
        await hands.hears("2 interfaces to group dmz (8): all 2 changed")
    assert len(sent) == 1


async def test_a_group_that_ip_cant_name_is_warned_of_and_can_be_left_again(
    ip: Ip, kind: str, sent: Sent, names: Path
) -> None:
    async with eager(names) as hands:
        await ask(hands, "a1", "a2")
        await write(hands, "2147483647")
        await hands.sees("a new group")
        assert "can't name" not in hands.text
        await write(hands, "2147483648")
        await hands.sees("ip can't name it", "`ip` can't name group 2147483648: it takes at most 2147483647.")
        await hands.press("enter")
        await hands.hears("2 interfaces to group 2147483648: all 2 changed")
        assert {hands.services.snapshot().links[index_of(ip, name)].group for name in ("a1", "a2")} == {2147483648}
        await hands.press("r")
        await write(hands, "customers")
        await hands.press("enter")
        await hands.hears("2 interfaces to group customers (7): all 2 changed")
    assert states(ip)["a1"].group == "7"


async def test_an_interface_that_takes_over_the_index_while_the_question_is_open_is_not_retagged(
    ip: Ip, kind: str, sent: Sent, names: Path
) -> None:
    async with eager(names) as hands:
        await ask(hands, "a1", "a2", "b0")
        await write(hands, "later")
        index = index_of(ip, "a1")
        ip("link", "del", "a1")
        ip("link", "add", "fresh", "index", index, "type", "bridge")
        ip("link", "del", "a2")
        await hands.until(
            lambda: is_bridge(hands, index) and hands.marked == {"b0"}, "the other device, and the marks without it"
        )
        await hands.press("enter")
        await hands.sees("Outcome  (Esc: back)", "1 changed", "skipped: a1:", "skipped: a2: vanished")
    assert states(ip)["fresh"].group == "0"
    assert states(ip)["b0"].group == "99"
    assert requests(sent) == [[(SETLINK, index_of(ip, "b0"))]]


async def test_a_protected_one_asks_for_its_name_and_is_guarded(
    ip: Ip, kind: str, room: Path, way_out: str, sent: Sent, names: Path
) -> None:
    async with eager(names) as hands:
        await ask(hands, "a0", "wan0")
        await write(hands, "later")
        await hands.sees("The choice carries the way to this machine: wan0.")
        await hands.press("enter")
        await hands.sees("type the interface's name (wan0)", "A guard takes it back after 60 s unless you press K")
        await hands.press("enter")
        await hands.sees("Type wan0 first. Nothing was sent.")
        await hands.press("y", "enter")
        assert isinstance(hands.app.screen, ConfirmScreen)
        assert sent == []
        await hands.press("ctrl+u", *"wan0", "enter")
        await hands.sees("It is taken back in")
        assert states(ip)["wan0"].group == "99"
        assert len(guards()) == 1
        await hands.press("R")
        await hands.sees("Taken back", "2 put back")
    assert states(ip)["wan0"].group == "5"
    assert states(ip)["a0"].group == "7"


@pytest.fixture
def crowd(ip: Ip) -> str:
    """2,600 links in group 7."""
    kind = cheap_kind(ip)
    many(kind, 2600, 7, up=False)
    return kind


async def test_past_two_thousand_progress_is_shown_and_esc_stops_between_two_batches(
    ip: Ip, crowd: str, sent: Sent
) -> None:
    """The kernel answers; the writer waits behind its second batch until the operator has pressed Esc."""
    second, pressed = Event(), Event()

    def slow() -> None:
        if len(sent) == 2:
            second.set()
            assert pressed.wait(60)

    async with eager() as hands:
        hands.writer.after = slow
        await hands.choose(7)
        await hands.press("tab", "asterisk", "r")
        await write(hands, "9")
        await hands.press("enter")
        await hands.sees("2,600 interfaces to group 9", "512 of 2,600", "Esc: stop after the batch that is under way")
        await hands.until(second.is_set, "the second batch")
        await hands.press("enter", "q", "y", "ctrl+p")
        assert isinstance(hands.app.screen, ProgressScreen)
        await hands.press("escape")
        await hands.sees("512 of 2,600: stopping…")
        pressed.set()
        await hands.sees("Outcome  (Esc: back)", "stopped by you; 1,024 changed; 1,576 not", "1,024 changed:")
        await hands.press("escape", "z", "y")
        await hands.hears("undo 1: 1,024 interfaces to group 7: all 1,024 changed")
    assert [len(batch) for batch in sent] == [512, 512, 512, 512]
    assert {state.group for name, state in states(ip).items() if name != "lo"} == {"7"}


async def test_left_alone_it_goes_through_and_the_progress_goes_away(ip: Ip, crowd: str, sent: Sent) -> None:
    async with eager() as hands:
        await hands.choose(7)
        await hands.press("tab", "asterisk", "r")
        await write(hands, "9")
        await hands.press("enter")
        await hands.hears("2,600 interfaces to group 9: all 2,600 changed · 2,600 messages")
        await hands.until(lambda: hands.app.screen is hands.main, "the main screen")
    assert [len(batch) for batch in sent] == [512] * 5 + [40]
    assert {state.group for name, state in states(ip).items() if name != "lo"} == {"9"}


@contextmanager
def traced(made: Terminal, record: Path, calls: str = "sendmsg,sendto,sendmmsg") -> Iterator[None]:
    """Have strace(1) note what the console sends, or what else it calls."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    words = ["strace", "-f", "-p", str(made.pid), "-e", f"trace={calls}", "-s", "65536"]
    tracer = subprocess.Popen([*words, "-o", record], stderr=subprocess.PIPE)
    assert tracer.stderr is not None
    try:
        if b"attached" not in (said := tracer.stderr.readline()):
            pytest.skip(f"strace can't trace here: {said!r}")
        yield
    finally:
        tracer.terminate()
        tracer.wait()
        tracer.stderr.close()


def changes_in(record: Path) -> list[int]:
    """How many messages that change a link were in each send that held any."""
    found = [re.findall("nlmsg_type=RTM_(?:SET|NEW|DEL)LINK", line) for line in record.read_text().splitlines()]
    assert {kind for line in found for kind in line} <= {"nlmsg_type=RTM_SETLINK"}
    return [len(line) for line in found if line]


@pytest.mark.parametrize("read_only", [False, True])
def test_strace_counts_three_sends_for_fifteen_hundred_marks_and_none_read_only(
    ip: Ip, tmp_path: Path, read_only: bool
) -> None:
    many(cheap_kind(ip), 1500, 7, up=False)
    record = tmp_path / "trace"
    with terminal("-m", "tui", *(["--read-only"] if read_only else []), env={"SSH_CONNECTION": ""}) as made:
        made.press("jj\t*")
        made.shows("1,500 marked", "1,500 members")
        with traced(made, record):
            made.press("r")
            if read_only:
                made.shows("Nothing can be changed: started with --read-only.")
                made.press("uMd")
                made.answers()
            else:
                made.shows("Retag 1,500 marked interfaces")
                made.press("9")
                made.shows("1,500 of 1,500: 7")
                made.press("\r")
                made.shows("1,500 interfaces to group 9: all 1,500 changed")
        made.press("q")
        made.shows("y: end it")
        made.press("y")
        made.ended()
    assert changes_in(record) == ([] if read_only else [512, 512, 476])
    assert {state.group for name, state in states(ip).items() if name != "lo"} == {"7" if read_only else "9"}
