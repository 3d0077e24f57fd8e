"""A group change for real: every way in which it can end, member by member."""

import socket
import struct
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.console import Console, console
from tests.links import PATIENCE, Ip, add, as_ip, cheap_kind, descriptors, from_ip, many, until
from tests.watch import Watch
from tui.model.gate import Gate
from tui.model.store import Snapshot
from tui.netlink.change_group import change_group
from tui.netlink.writer import Writer


def names(links: object) -> list[str]:
    assert isinstance(links, tuple)
    return [link.name.decode() for link in links]


def veths(ip: Ip, *last: str) -> None:
    """Make three veths in group 7, and then ``last``; in the order in which the kernel will walk them."""
    for name in ("v0", "v1", "v2"):
        add(ip, "veth", name)
        ip("link", "set", name, "group", 7)
    for name in last:
        ip("link", "set", name, "group", 7)


def test_all_changed_by_one_message(ip: Ip) -> None:
    veths(ip)
    with console() as shell:
        outcome = shell.act(shell.intent("mtu", 1400))
        assert (outcome.verdict, outcome.reply.errno, outcome.reply.messages) == ("done", 0, 1)
        assert names(outcome.changed) == ["v0", "v1", "v2"]
        assert outcome.reply.size == 48
        outcome = shell.act(shell.intent("up"))
        assert (outcome.verdict, names(outcome.changed)) == ("done", ["v0", "v1", "v2"])
        outcome = shell.act(shell.intent("up"))
        assert (outcome.verdict, names(outcome.already)) == ("done", ["v0", "v1", "v2"])
        outcome = shell.act(shell.intent("down"))
        assert (outcome.verdict, names(outcome.changed)) == ("done", ["v0", "v1", "v2"])
        assert as_ip(shell.watch.links) == from_ip(ip)


def test_a_refusal_in_the_middle_is_found_by_name_and_reason(ip: Ip) -> None:
    kind = cheap_kind(ip)
    many(kind, 2, 7, up=False, prefix="a")
    add(ip, "bridge", "mid", "index", 500)
    ip("link", "set", "mid", "group", 7)
    many(kind, 2, 7, up=False, prefix="z")
    before = {"a0": 1500, "a1": 1500, "mid": 1500, "z0": 1500, "z1": 1500}
    with console() as shell:
        outcome = shell.act(shell.intent("mtu", 65536))
        if kind == "bridge":
            pytest.skip("no kind of link here takes an MTU that a bridge refuses")
        assert outcome.verdict == "partly"
        assert names(outcome.changed) == ["a0", "a1"]
        assert [refusal.link.name for refusal in outcome.refused] == [b"mid"]
        assert "mtu greater than device maximum" in outcome.refused[0].reason
        assert names(outcome.not_reached) == ["z0", "z1"]
        assert outcome.reply.messages == 2  # the change, and the question why
        assert {link["ifname"]: link["mtu"] for link in from_ip(ip).values() if link["group"] == "7"} == {
            **before,
            "a0": 65536,
            "a1": 65536,
        }


def test_a_refusal_that_no_announced_limit_foretells(ip: Ip) -> None:
    """A macvlan takes no MTU above its lower link's, whatever its own limits say."""
    add(ip, "bridge", "lower")
    add(ip, "macvlan", "mv", "link", "lower")
    add(ip, "veth", "v0")
    for name in ("mv", "v0"):
        ip("link", "set", name, "group", 7)
    with console() as shell:
        intent = shell.intent("mtu", 1600)
        assert all(link.takes_mtu(1600) for link in intent.members.values())
        outcome = shell.act(intent)
        assert (outcome.verdict, [refusal.link.name for refusal in outcome.refused]) == ("failed", [b"mv"])
        assert outcome.refused[0].reason
        assert names(outcome.not_reached) == ["v0"]


def test_the_first_refuses(ip: Ip) -> None:
    veths(ip)
    with console() as shell:
        outcome = shell.act(shell.intent("mtu", 70000))
        assert (outcome.verdict, names(outcome.changed)) == ("failed", [])
        assert [refusal.link.name for refusal in outcome.refused] == [b"v0"]
        assert names(outcome.not_reached) == ["v1", "v2"]


def test_an_empty_group_takes_no_message(ip: Ip) -> None:
    veths(ip)
    with console() as shell:
        outcome = shell.act(shell.intent("down", whom=4711))
        assert (outcome.verdict, outcome.reply.messages, outcome.reply.size) == ("nothing", 0, 0)


@pytest.mark.parametrize(
    ("meanwhile", "place", "who"),
    [
        (("link", "set", "w0", "group", 7), "joined", ["w0"]),
        (("link", "set", "v1", "group", 8), "left", ["v1"]),
        (("link", "del", "v1"), "vanished", ["v1"]),
        (("link", "set", "v1", "name", "other"), "changed", ["v0", "other", "v2"]),
    ],
)
def test_what_happened_between_the_look_and_the_key(
    ip: Ip, meanwhile: tuple[str | int, ...], place: str, who: list[str]
) -> None:
    veths(ip)
    add(ip, "veth", "w0")
    with console() as shell:
        intent = shell.intent("mtu", 1400)
        ip(*meanwhile)
        outcome = shell.act(intent)
        assert outcome.verdict == "done"
        assert names(getattr(outcome, place)) == who
        assert [(old.name, new.name) for old, new in outcome.renamed] == ([(b"v1", b"other")] if "other" in who else [])


def test_an_index_that_means_another_link_now(ip: Ip) -> None:
    veths(ip)
    add(ip, "veth", "x0", "index", 900)
    ip("link", "set", "x0", "group", 7)
    with console() as shell:
        intent = shell.intent("mtu", 1400)
        ip("link", "del", "x0")
        ip("link", "add", "y0", "index", 900, "type", "bridge")
        ip("link", "set", "y0", "group", 7)
        outcome = shell.act(intent)
        assert names(outcome.vanished) == ["x0"]
        assert names(outcome.joined) == ["y0"]


def test_the_largest_group_id(ip: Ip) -> None:
    many(cheap_kind(ip), 3, 0xFFFFFFFF, up=False)
    with console() as shell:
        outcome = shell.act(shell.intent("mtu", 1400, 0xFFFFFFFF))
        assert (outcome.verdict, len(outcome.changed)) == ("done", 3)


def test_read_only_sends_nothing(ip: Ip) -> None:
    veths(ip)
    with console(Gate(read_only=True)) as shell:
        assert "--read-only" in shell.writer.obstacle()
        before = from_ip(ip)
        outcome = shell.act(shell.intent("mtu", 1400))
        assert (outcome.verdict, outcome.reply.messages, outcome.checked) == ("refused", 0, False)
        assert "--read-only" in outcome.reply.text
        assert from_ip(ip) == before


@pytest.fixture
def late(ip: Ip) -> Iterator[Console]:
    """Links in group 7, and a console that isn't told of an answer before the test is over."""
    veths(ip)
    over = threading.Event()
    with console() as shell:
        shell.writer.after = lambda: over.wait(PATIENCE)
        try:
            yield shell
        finally:
            over.set()


def test_no_answer_in_time_is_unknown(late: Console) -> None:
    outcome = late.act(late.intent("up"), deadline=0.01)
    assert (outcome.verdict, outcome.reply.errno, outcome.reply.messages) == ("unknown", None, 1)
    assert outcome.reply.text


def test_no_answer_in_time_then_read_back(late: Console) -> None:
    """The read-back has its own patience: what became of the members is told, though the ACK is late."""
    intent = late.intent("up")
    outcome = change_group(intent, late.writer, Patient(late.watch), late.watch.store.snapshot, 0.01)
    assert (outcome.verdict, outcome.reply.errno) == ("unknown", None)


class Patient:
    """A checker whose answer is there as soon as it is asked."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch

    def expect_check(self) -> None:
        pass

    def check(self) -> Future[Snapshot]:
        done: Future[Snapshot] = Future()
        self.watch.check()
        done.set_result(self.watch.store.snapshot())
        return done


def test_a_second_change_is_not_sent_while_the_first_is_on_its_way(ip: Ip) -> None:
    many(cheap_kind(ip), 1500, 7, up=False)
    with console() as shell:
        intent = shell.intent("mtu", 1400)
        working, go = threading.Event(), threading.Event()

        def work() -> None:
            working.set()
            assert go.wait(PATIENCE)

        shell.writer.before = work
        with ThreadPoolExecutor(1) as aside:
            try:
                first = aside.submit(shell.act, intent)
                assert working.wait(PATIENCE)
                outcome = shell.act(intent)
            finally:
                go.set()
        assert (outcome.verdict, outcome.reply.messages) == ("refused", 0)
        assert first.result().verdict == "done"


def test_a_monitor_that_is_gone_leaves_it_unknown(ip: Ip) -> None:
    veths(ip)
    with console() as shell:
        intent = shell.intent("mtu", 1400)
        shell.watch.monitor.stop()
        outcome = shell.act(intent)
        assert (outcome.verdict, outcome.checked, outcome.reply.errno) == ("unknown", False, 0)


def test_the_answer_is_the_kernels_and_nobody_elses(ip: Ip) -> None:
    veths(ip)
    with console() as shell, socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as liar:
        port = shell.writer.sock.getsockname()[0]
        seq = shell.writer.next_seq() + 1
        lie = struct.pack("=IHHIIiIHHII", 36, 2, 0x100, seq, 0, -1, 48, 16, 5, seq, 0)
        try:
            liar.sendto(lie, (port, 0))
        except PermissionError:
            pytest.skip("the kernel doesn't let us send to another socket")
        assert shell.act(shell.intent("mtu", 1400)).verdict == "done"


def test_writers_leave_no_descriptor(netns: None) -> None:
    until(lambda: not writing(), "the writers of other tests to end")
    before = descriptors()
    writers: list[Writer] = [Writer() for _ in range(5)]
    assert descriptors() == before + 5
    for writer in writers:
        writer.close()
    until(lambda: not writing(), "the writers' threads to end")
    assert descriptors() == before


def writing() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "netlink-writer"]
