"""A whole sitting without a screen: propose, ask, send, outcome, undo; and what hinders a change."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.changes import setting
from tests.driven import requests, states
from tests.guards import guards
from tests.links import Ip, add, cheap_kind, index_of, many, until
from tests.sitting import Sitting, sitting
from tests.writers import record_sends
from tui.guard.ending import Ending
from tui.model.change.attribute import Harm
from tui.model.change.attributes import MASTER
from tui.model.change.settings import Settings
from tui.present.log import reverted_words
from tui.present.session import hindrance_sentence, nothing_to_undo, undo_sentences
from tui.session.change_runner import Result
from tui.session.question import Answer, Hindrance
from tui.session.services import Services
from tui.session.session import Decision, Work

NEWLINK, SETLINK = 16, 19  # linux/rtnetlink.h


@pytest.fixture
def kind(ip: Ip, monkeypatch: pytest.MonkeyPatch) -> str:
    """a0, a1, a2 in group 7 and b0, b1 in group 8, all down; return their kind."""
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    kind = cheap_kind(ip)
    many(kind, 3, 7, up=False, prefix="a")
    many(kind, 2, 8, up=False, prefix="b")
    return kind


@pytest.fixture
def sat(kind: str) -> Iterator[Sitting]:
    with sitting() as made:
        yield made


def test_a_change_is_proposed_sent_told_booked_and_undone(sat: Sitting, ip: Ip) -> None:
    session, before = sat.session, states(ip)
    question = sat.propose(setting(mtu=9000), 7)
    assert (question.answer, question.guarded, session.hindrance) == (Answer.NOTHING, False, None)
    outcome = sat.carry_out(question.plan)
    assert (outcome.verdict, len(outcome.changed), outcome.reply.messages) == ("done", 3, 1)
    (entry,) = session.log.entries
    assert (entry.number, entry.what, entry.netns, entry.verdict) == (1, "group 7 MTU 9000", "test", "done")
    assert (entry.lines, len(entry.steps)) == (("ip link set group 7 mtu 9000",), 3)
    assert entry.outcome.startswith("all 3 changed · 1 message")
    assert [sample.links for sample in session.samples] == [3]
    assert session.trace is not None
    assert isinstance(session.last, Result)
    assert session.last.outcome is outcome
    assert session.preset == 9000
    undo = sat.undo(1)
    assert undo.plan is not None
    assert question.answer is Answer.NOTHING
    assert sat.carry_out(undo.plan).reply.messages == 1
    assert states(ip) == before
    assert [entry.undone_by for entry in session.log.entries] == [2, None]
    assert session.log.last_undoable() is None


def test_a_master_that_another_has_the_index_of_by_now_gets_no_ports(sat: Sitting, ip: Ip) -> None:
    add(ip, "bridge", "br0")
    index = index_of(ip, "br0")
    sat.check()
    plan = sat.propose(Settings({MASTER: index}), 7).plan
    ip("link", "delete", "br0")
    until(lambda: index not in sat.session.services.snapshot().links, "the deletion")
    outcome = sat.carry_out(plan)
    assert (outcome.verdict, outcome.reply.text) == ("refused", "the master vanished; choose another")
    ip("link", "add", "wrong", "index", str(index), "type", "bridge")
    until(lambda: index in sat.session.services.snapshot().links, "the other bridge")
    outcome = sat.carry_out(plan)
    assert outcome.verdict == "refused"
    assert outcome.reply.text == f"the master vanished, and its index {index} is wrong's now; choose another"


def test_an_outcome_is_booked_once_when_painted_or_asked_for(sat: Sitting, monkeypatch: pytest.MonkeyPatch) -> None:
    booked: list[Services] = []
    shown = Services.outcome_shown

    def noting(services: Services) -> None:
        booked.append(services)
        shown(services)

    monkeypatch.setattr(Services, "outcome_shown", noting)
    session = sat.session
    sat.carry_out(sat.propose(setting(up=True), 7).plan)
    assert (session.under_way, booked) == (None, [])
    session.settle()
    session.settle()
    assert len(booked) == 1
    askers: list[Work] = [lambda: session.log, lambda: session.last, lambda: session.counts_down]
    for number, ask in enumerate(askers, 2):
        sat.carry_out(sat.propose(setting(up=number % 2 == 1), 7).plan)
        assert len(booked) == number - 1
        ask()
        assert len(booked) == number
    sat.carry_out(sat.propose(setting(up=False), 7).plan)
    sat.begin(sat.propose(setting(up=True), 7).plan)  # the one before must be on record before its own comes
    assert len(booked) == 5
    sat.until(lambda: session.under_way is None, "the outcome")
    assert [entry.number for entry in session.log.entries] == [1, 2, 3, 4, 5, 6]


def test_one_change_at_a_time(sat: Sitting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Services, "change", lambda self, plan, *rest: None)
    session = sat.session
    sat.begin(sat.propose(setting(up=True), 7).plan)
    assert session.hindrance is Hindrance.UNDER_WAY
    words = hindrance_sentence(session.hindrance, session, session.services.names)
    assert words == "group 7 up is still under way; nothing more was sent."


def test_read_only_nothing_can_be_changed(kind: str, ip: Ip) -> None:
    before = states(ip)
    with sitting(read_only=True) as sat:
        assert sat.session.hindrance is Hindrance.READ_ONLY
        outcome = sat.carry_out(sat.propose(setting(up=True), 7).plan)  # though it was told so
        assert (outcome.verdict, outcome.reply.messages) == ("refused", 0)
    assert states(ip) == before


def test_a_mixed_mtu_goes_back_by_a_message_for_each_in_one_send(
    sat: Sitting, ip: Ip, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = record_sends(monkeypatch)
    ip("link", "set", "a1", "mtu", 1400)
    before = states(ip)
    sat.carry_out(sat.propose(setting(mtu=9000), 7).plan)
    sat.take_back(1)
    assert states(ip) == before
    assert requests(sent) == [[(NEWLINK, 0)], [(SETLINK, index_of(ip, name)) for name in ("a0", "a1", "a2")]]
    entry = sat.session.log.entries[-1]
    assert entry.what == "undo 1: 3 interfaces back as they were"
    assert entry.outcome.startswith("all 3 changed · 3 messages")


def test_a_retag_from_several_groups_goes_back_to_each(sat: Sitting, ip: Ip) -> None:
    before = states(ip)
    question = sat.propose(setting(group=9), sat.indexes(ip, "a0", "a2", "b1"))
    assert len(sat.carry_out(question.plan).changed) == 3
    assert {state.group for state in states(ip).values()} == {"0", "7", "8", "9"}
    assert sat.take_back(1).reply.messages == 3
    assert states(ip) == before


def test_changes_are_undone_in_any_order_an_undo_too(sat: Sitting, ip: Ip) -> None:
    before = states(ip)
    sat.carry_out(sat.propose(setting(mtu=9000), 7).plan)
    sat.carry_out(sat.propose(setting(up=True), 8).plan)
    sat.take_back(1)
    assert {state.mtu for name, state in states(ip).items() if name.startswith("a")} == {1500}
    sat.take_back(3)
    assert {state.mtu for name, state in states(ip).items() if name.startswith("a")} == {9000}
    for number in (2, 1):
        entry = sat.session.log.last_undoable()
        assert entry is not None
        assert entry.number == number
        sat.take_back(number)
    assert sat.session.log.last_undoable() is None
    assert states(ip) == before


def test_what_somebody_else_changed_since_is_left_alone(sat: Sitting, ip: Ip) -> None:
    sat.carry_out(sat.propose(setting(mtu=9000), 7).plan)
    ip("link", "set", "a1", "mtu", 1400)
    ip("link", "del", "a2")
    undo = sat.undo(1)
    assert undo_sentences(undo) == [
        "Left alone, since somebody else changed them meanwhile: a1.",
        "Gone, or called otherwise now: a2.",
    ]
    assert undo.plan is not None
    assert list(undo.plan.intent.members) == [index_of(ip, "a0")]
    sat.carry_out(undo.plan)
    found = states(ip)
    assert (found["a0"].mtu, found["a1"].mtu) == (1500, 1400)


def test_when_others_changed_all_of_it_there_is_no_undo(sat: Sitting, ip: Ip) -> None:
    sat.carry_out(sat.propose(setting(mtu=9000), 8).plan)
    for name in ("b0", "b1"):
        ip("link", "set", name, "mtu", 1400)
    undo = sat.undo(1)
    assert undo.plan is None
    why = "Left alone, since somebody else changed them meanwhile: b0, b1."
    assert nothing_to_undo(undo) == f"Nothing of change 1 can be undone: {why}"


def test_the_undo_of_a_down_says_what_does_not_come_back(sat: Sitting, ip: Ip) -> None:
    sat.carry_out(sat.propose(setting(up=True), 7).plan)
    sat.carry_out(sat.propose(setting(up=False), 7).plan)
    assert [Harm.TAKES_DOWN in sat.undo(number).harms for number in (1, 2)] == [False, True]
    assert undo_sentences(sat.undo(2))[0].startswith("Routes and IPv6 addresses that went")


@pytest.mark.parametrize("how", ["joins", "leaves", "vanishes", "renamed"])
def test_a_plan_is_overtaken_when_its_members_change_behind_it(sat: Sitting, ip: Ip, kind: str, how: str) -> None:
    plan = sat.propose(setting(mtu=1000), 7).plan
    assert not sat.session.overtaken(plan)
    if how == "joins":
        add(ip, kind, "late")
        ip("link", "set", "late", "group", 7)
    elif how == "leaves":
        ip("link", "set", "a0", "group", 8)
    elif how == "vanishes":
        ip("link", "del", "a0")
    else:
        ip("link", "set", "a0", "name", "other")
    sat.check()
    news = sat.session.overtaken(plan)
    assert (news.joined, news.left) == {"joins": (1, 0), "renamed": (1, 1)}.get(how, (0, 1))


def test_what_changes_beside_the_members_overtakes_nothing(sat: Sitting, ip: Ip) -> None:
    plan = sat.propose(setting(mtu=1000), 7).plan
    ip("link", "set", "a0", "up")
    ip("link", "del", "b0")
    sat.check()
    assert not sat.session.overtaken(plan)


def guarded(sat: Sitting) -> list[Ending]:
    """Take the group of the default route down, answered as asked; return how its guard will have ended."""
    endings: list[Ending] = []
    sat.session.guard_ended = endings.append
    question = sat.propose(setting(up=False), 5)
    assert (question.answer, question.guarded, question.weighed) == (Answer.NAME, True, True)
    lost: list[object] = []
    sat.session.weigh(question, lost.append)
    sat.until(lambda: lost, "what would be lost")
    sat.carry_out(question.plan)
    assert sat.session.counts_down
    assert sat.session.hindrance is Hindrance.COUNTS_DOWN
    return endings


def test_a_guarded_change_stands_only_if_it_is_kept(kind: str, ip: Ip, room: Path, way_out: str) -> None:
    with sitting() as sat:
        endings, session = guarded(sat), sat.session
        guarded_change = session.guarded
        assert guarded_change is not None
        assert session.unkept is guarded_change
        session.decide(Decision.KEEP, pytest.fail)
        assert (session.counts_down, session.hindrance) == (False, Hindrance.GUARD_AT_WORK)
        assert session.unkept is None
        session.decide(Decision.TAKE_BACK, pytest.fail)  # too late: it is decided
        sat.until(lambda: endings, "the end")
        assert (endings[0].kept, session.guarded, session.hindrance) == (True, None, None)
    until(lambda: not guards(), "the guard's end")
    assert not states(ip)["wan0"].up


def test_a_guarded_change_that_is_taken_back_is_booked_as_undone(kind: str, ip: Ip, room: Path, way_out: str) -> None:
    before = states(ip)
    with sitting() as sat:
        endings, session = guarded(sat), sat.session
        session.decide(Decision.TAKE_BACK, pytest.fail)
        assert session.unkept is not None
        sat.until(lambda: endings, "the end")
        session.book_reverted(endings[0], reverted_words(endings[0], "group 5 down: taken back"))
        first, second = session.log.entries
        assert (first.undone_by, second.what, second.outcome) == (2, "taken back: group 5 down", "taken back")
        assert (second.verdict, second.undoes, session.log.last_undoable()) == ("reverted", 1, None)
    assert states(ip) == before
