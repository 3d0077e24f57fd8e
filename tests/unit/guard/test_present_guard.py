"""What is said of the guard: before a change, when it ended, and about what was left behind."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.changes import setting
from tests.hostile import NAMES, controls
from tests.links import a_link
from tui.guard.ending import Ending
from tui.guard.losses import Losses
from tui.guard.order import GuardOrder, Reverted
from tui.guard.orphans import Orphan
from tui.model.change.outcome import Refusal
from tui.model.change.reversal import Step
from tui.netlink.dependants.record import RouteOrAddress
from tui.present.guard import ending_line, ending_report, guard_notice, loss_sentences, orphan_lines

STEP = Step(a_link(1, name=b"eth0"), setting(up=False))


def test_without_losses_nothing_is_said() -> None:
    assert loss_sentences(Losses()) == []


def test_what_is_lost_for_good_is_named() -> None:
    lost = Losses((STEP,), (), ("the IPv6 settings of eth0",))
    assert loss_sentences(lost) == [
        "These change along with them: eth0.",
        "Lost for good: the IPv6 settings of eth0.",
    ]


def test_a_long_list_is_shortened_to_a_number() -> None:
    lost = Losses((), (), tuple(f"setting {number}" for number in range(1, 2000)))
    (sentence,) = loss_sentences(lost)
    assert sentence.endswith("setting 6 and 1,993 more.")


def test_what_cant_be_read_is_said() -> None:
    assert loss_sentences("bad\x1b") == ["What this cuts off can't be read (bad\\x1b)."]


def test_the_notice_tells_the_time_and_the_key_or_that_there_is_no_guard() -> None:
    assert "after 45 s unless you press K" in guard_notice(45.0)
    assert "--no-guard" in guard_notice(None)


@pytest.mark.parametrize(
    ("ending", "says", "tone"),
    [
        (Ending("group 5 down", 1, kept=True), "group 5 down: kept.", "good"),
        (
            Ending("group 5 down", 1, kept=True, problem="Its guard had died."),
            "group 5 down: kept. Its guard had died.",
            "warn",
        ),
        (
            Ending("x", 1, reverted=Reverted("the console ended", back=(a_link(1), a_link(2)))),
            "x: taken back (the console ended): 2 put back.",
            "warn",
        ),
        (
            Ending("x", 1, reverted=Reverted("the guard died", back=(a_link(1),)), died=True),
            "x: its guard died, so this console took it back: 1 put back.",
            "warn",
        ),
        (
            Ending("x", 1, reverted=Reverted("the console ended", as_before=(a_link(1),), changed_since=(a_link(2),))),
            "x: taken back (the console ended): as before: 1; left alone, others changed them since (v2).",
            "warn",
        ),
        (
            Ending("x", 1, reverted=Reverted("the console ended", refused=(Refusal(a_link(1), "busy"),))),
            "x: taken back (the console ended): 1 refused (v1: busy).",
            "bad",
        ),
        (
            Ending("x", 1, reverted=Reverted("the console ended", problem="It could not be read.")),
            "x: taken back (the console ended): nothing was left to be done. It could not be read.",
            "bad",
        ),
        (
            Ending("x", 1, reverted=Reverted("the console ended", gone=(a_link(3),), audit_problem="Not on record.")),
            "x: taken back (the console ended): gone (v3). Not on record.",
            "warn",
        ),
    ],
)
def test_an_ending_is_one_sentence(ending: Ending, says: str, tone: str) -> None:
    assert ending_line(ending) == (says, tone)
    assert ending_report(ending)[0] == says


def test_the_reasons_are_in_the_operators_words() -> None:
    for why in ("timeout", "refused", "told to end"):
        assert f"({why})" not in ending_line(Ending("x", 1, reverted=Reverted(why))).text


def test_a_report_names_everybody() -> None:
    done = Reverted(
        "refused",
        back=(a_link(1),),
        gone=(a_link(2),),
        returned=("route default via 192.0.2.1 dev v1",),
        missing=(("route 10.0.0.0/8 dev v2", "no such device"),),
    )
    report = "\n".join(ending_report(Ending("x", 1, reverted=done)))
    for name in ("  v1", "  v2", "  route default via 192.0.2.1 dev v1", "  route 10.0.0.0/8 dev v2 (no such device)"):
        assert re.search(f"^{re.escape(name)}$", report, re.MULTILINE), name


def test_nothing_that_a_terminal_obeys_gets_through() -> None:
    links = tuple(a_link(index, name=name) for index, name in enumerate(NAMES, 1))
    bad = "\x1b]0;x\x07"
    done = Reverted(
        "refused",
        back=links,
        changed_since=links,
        gone=links,
        refused=tuple(Refusal(link, bad) for link in links),
        missing=(("a route", bad),),
    )
    steps = tuple(Step(link, setting(up=False)) for link in links)
    order = GuardOrder(bad, steps, Losses(), 60, 60, None, False)
    texts = [
        *ending_report(Ending(bad, 1, reverted=done)),
        *orphan_lines(Orphan(Path("/x"), bad, datetime.now(UTC), order)),
        *loss_sentences(Losses(steps)),
    ]
    assert controls("".join(texts)) == ""


def test_what_another_version_left_is_told_too() -> None:
    lines = orphan_lines(Orphan(Path("/x"), "group 5 down", datetime(2026, 1, 2, tzinfo=UTC), None))
    assert lines[0].startswith("group 5 down, armed 2026-01-0")
    assert "Nobody kept it" in lines[-1]


def test_all_that_would_be_sent_is_shown_before_a_left_over_change_is_taken_back() -> None:
    links = [a_link(index, name=f"eth{index}".encode()) for index in range(1, 300)]
    held = RouteOrAddress("route", 2, (1,), 24, b"", b"", 0, False, "route default via 192.0.2.1 dev eth1")
    lost = Losses((Step(a_link(900, name=b"top0"), setting(mtu=1400)),), (held,), ("the IPv6 settings of eth1",))
    order = GuardOrder("x", tuple(Step(link, setting(mtu=1400, up=False)) for link in links), lost, 60, 60, None, False)
    lines = orphan_lines(Orphan(Path("/x"), "x", datetime.now(UTC), order))
    (members,) = [line for line in lines if line.startswith("  MTU 1500, down: eth1, ")]
    assert members.split(": ")[1] == ", ".join(f"eth{index}" for index in range(1, 300))
    for line in ("  MTU 1500: top0", "  route default via 192.0.2.1 dev eth1", "  the IPv6 settings of eth1"):
        assert line in lines
