"""A change's messages, kept for real: what is shown is what went over the wire, and the other way does the same."""

import socket
import struct
import time
from collections.abc import Iterator

import pytest

from tests.console import Console
from tests.console import console as new_console
from tests.driven import states
from tests.links import PATIENCE, Ip, add, cheap_kind, index_of, many, until
from tests.writers import ActingWriter, record_sends
from tui.model.change.intent import Intent
from tui.model.gate import Gate
from tui.model.wire.dissect import Piece, dissect
from tui.model.wire.trace import KEPT, WireTrace
from tui.netlink.batch import BATCH
from tui.netlink.tracer import Tracer


def traced(console: Console, intent: Intent, deadline: float | None = None) -> WireTrace | None:
    """Make a change, and observe it."""
    pressed, before = time.monotonic(), console.watch.store.snapshot()
    tracer = Tracer.before(console.writer, console.watch.monitor)
    outcome = console.act(intent, deadline, known=None if intent.group_id is not None else lambda: before)
    return tracer.after("test", pressed, outcome, len(console.watch.links))


def kept(console: Console, intent: Intent) -> WireTrace:
    trace = traced(console, intent)
    assert trace is not None
    return trace


@pytest.fixture
def console(netns: None) -> Iterator[Console]:
    with new_console() as made:
        yield made


def send_raw(messages: tuple[bytes, ...]) -> None:
    """Send them as they are, and wait for the last one's ACK."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
        sock.settimeout(PATIENCE)
        sock.bind((0, 0))
        sock.send(b"".join(messages))
        assert struct.unpack_from("=i", sock.recv(1 << 16), 16)[0] == 0


def apart(data: bytes) -> list[Piece]:
    pieces = dissect(data)
    assert b"".join(piece.raw for piece in pieces) == data
    return pieces


def value(pieces: list[Piece], attribute: str) -> str:
    """Return what an attribute holds."""
    names = [piece.name for piece in pieces]
    return pieces[names.index(attribute) + 1].value


def test_what_is_kept_is_what_was_sent_and_the_ack(ip: Ip, console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    many(cheap_kind(ip), 4, 7, up=True)
    sent = record_sends(monkeypatch)
    trace = kept(console, console.intent("mtu", 1400))
    assert [list(trace.sent.first)] == [list(batch.values()) for batch in sent]
    assert (trace.sent.messages, trace.sent.size, trace.sent.sends) == (1, 48, 1)
    (ack,) = trace.answers
    assert (trace.answered, trace.members, trace.links, trace.checked) == (1, 4, 5, True)
    values = {piece.name: piece.value for piece in reversed(apart(ack))}
    assert values["nlmsgerr.error"] == "0"
    assert values["nlmsghdr.seq"] == str(next(iter(sent[0])))
    assert 0 < trace.sent_at < trace.acked_at < trace.seen_at
    assert 0 < trace.inside < trace.acked_at - trace.sent_at


def test_the_events_of_a_change_are_counted_and_one_is_kept(ip: Ip, console: Console) -> None:
    many(cheap_kind(ip), 4, 7, up=True)
    trace = kept(console, console.intent("mtu", 1400))
    assert trace.events >= 4
    assert trace.of_member
    assert trace.notification is not None
    pieces = apart(trace.notification)
    assert value(pieces, "IFLA_IFNAME") in {"m0", "m1", "m2", "m3"}
    assert (value(pieces, "IFLA_MTU"), value(pieces, "IFLA_GROUP")) == ("1400", "7: a group without a name")


def test_each_change_is_kept_for_itself(ip: Ip, console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    many(cheap_kind(ip), 4, 7, up=True)
    sent = record_sends(monkeypatch)
    first, second = (kept(console, console.intent("mtu", mtu)) for mtu in (1400, 1300))
    assert [list(trace.sent.first) for trace in (first, second)] == [list(batch.values()) for batch in sent]
    assert (second.sent.sends, second.answered, second.events) == (1, 1, first.events)


def test_who_waits_for_a_check_can_count_every_event_up_to_it(ip: Ip, console: Console) -> None:
    many(cheap_kind(ip), 1, 7, up=False)
    console.watch.check()
    monitor = console.watch.monitor
    counted: list[int] = []
    console.watch.pause.clear()
    ip("link", "set", "m0", "mtu", "1400")
    assert console.watch.paused.wait(PATIENCE)
    # This one is taken in by the check itself.
    ip("link", "set", "m0", "mtu", "1300")
    checked = monitor.check()
    checked.add_done_callback(lambda _: counted.append(monitor.health.events))
    console.watch.pause.set()
    checked.result(PATIENCE)
    console.watch.check()
    assert counted == [monitor.health.events]


def test_a_change_that_nobody_tells_of_has_no_notification(ip: Ip, console: Console) -> None:
    """A retag of a DOWN interface sends no event; one that was heard earlier isn't passed off as its own."""
    many(cheap_kind(ip), 2, 7, up=False)
    ip("link", "set", "m0", "mtu", "1400")
    until(lambda: console.watch.monitor.heard is not None, "an event")
    trace = kept(console, console.intent("retag", 8, [index_of(ip, "m0")]))
    assert (trace.events, trace.notification, trace.of_member) == (0, None, False)


def test_an_event_of_somebody_elses_is_not_taken_for_a_members(ip: Ip, console: Console) -> None:
    many(cheap_kind(ip), 2, 7, up=False)
    console.writer.before = lambda: ip("link", "set", "m1", "mtu", "1400")
    trace = kept(console, console.intent("retag", 8, [index_of(ip, "m0")]))
    assert trace.events >= 1
    assert not trace.of_member
    assert trace.notification is not None
    assert value(apart(trace.notification), "IFLA_IFNAME") == "m1"


def test_a_refusal_keeps_the_kernels_words_and_the_question_why(
    ip: Ip, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(ip, "bridge", "b0")
    ip("link", "set", "b0", "group", 7)
    sent = record_sends(monkeypatch)
    trace = kept(console, console.intent("mtu", 65536))
    assert list(trace.sent.first) == [raw for batch in sent for raw in batch.values()]
    assert (trace.sent.messages, trace.sent.sends, trace.answered) == (2, 2, 2)
    for answer, raw in zip(trace.answers, trace.sent.first, strict=True):
        pieces = apart(answer)
        assert [piece.value for piece in pieces if piece.name == "nlmsgerr.error"] == ["-22 = EINVAL: Invalid argument"]
        assert raw[:16] in answer  # our header, brought back
    assert value(apart(trace.answers[0]), "NLMSGERR_ATTR_MSG") == "mtu greater than device maximum"


def test_an_event_about_a_real_veth_is_taken_apart_in_full(ip: Ip, console: Console) -> None:
    add(ip, "veth", "v0")
    add(ip, "bridge", "br")
    index = index_of(ip, "v0")
    ip("link", "set", "v0", "alias", b"esc\x1b[7z")
    ip("link", "property", "add", "dev", "v0", "altname", "long-other-name")
    for words in (("group", 7), ("master", "br"), ("up",)):
        ip("link", "set", "v0", *words)

    def heard() -> bool:
        raw = console.watch.monitor.heard
        return raw is not None and raw[20:24] == struct.pack("=i", index) and bool(raw[24] & 1)

    until(heard, "the event that v0 is up")
    raw = console.watch.monitor.heard
    assert raw is not None
    pieces = apart(raw)
    assert value(pieces, "IFLA_IFNAME") == "v0"
    assert value(pieces, "IFLA_GROUP") == "7: a group without a name"
    assert value(pieces, "IFLA_IFALIAS") == "esc\\x1b[7z"
    assert value(pieces, "IFLA_ALT_IFNAME") == "long-other-name"
    assert value(pieces, "IFLA_INFO_KIND") == "veth"
    assert value(pieces, "IFLA_INFO_SLAVE_KIND") == "bridge"
    assert value(pieces, "IFLA_MASTER") == str(index_of(ip, "br"))
    assert {"IFLA_AF_SPEC", "AF_INET", "IFLA_INET_CONF", "IFLA_STATS64", "rx_packets"} <= {
        piece.name for piece in pieces
    }
    assert not [piece for piece in pieces if piece.name in ("cut off", "malformed")]


def test_the_other_way_of_a_group_change_does_the_same(ip: Ip, console: Console) -> None:
    many(cheap_kind(ip), 2, 7, up=False)
    changes: tuple[tuple[str, int | None], ...] = (("mtu", 1400), ("up", None), ("down", None))
    for operation, mtu in changes:
        trace = kept(console, console.intent(operation, mtu))
        done = states(ip)
        ip("link", "set", "group", 7, "mtu", 1500, "up" if operation == "down" else "down")
        other = trace.other_way
        assert other is not None
        assert (other.messages, other.size, other.sends) == (2, sum(map(len, other.first)), 1)
        send_raw(other.first)
        now = states(ip)
        assert {name: (state.mtu if mtu else state.up) for name, state in now.items()} == {
            name: (state.mtu if mtu else state.up) for name, state in done.items()
        }
        ip("link", "set", "group", 7, "mtu", 1500)


def test_the_other_way_of_marked_interfaces_is_the_groups_message(ip: Ip, console: Console) -> None:
    many(cheap_kind(ip), 3, 7, up=False)
    trace = kept(console, console.intent("mtu", 1400, [index_of(ip, "m0"), index_of(ip, "m1")]))
    other = trace.other_way
    assert other is not None
    assert (other.messages, other.sends, other.size) == (1, 1, len(other.first[0]))
    assert "not these interfaces alone" in trace.remark
    send_raw(other.first)
    assert {name: state.mtu for name, state in states(ip).items() if name != "lo"} == dict.fromkeys(
        ("m0", "m1", "m2"), 1400
    )


def test_of_many_messages_a_few_are_kept_and_all_are_counted(
    ip: Ip, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(cheap_kind(ip), BATCH + 8, 7, up=False)
    sent = record_sends(monkeypatch)
    trace = kept(console, console.intent("retag", 9, console.watch.check().keys() - {1}))
    everything = [raw for batch in sent for raw in batch.values()]
    assert list(trace.sent.first) == everything[:KEPT]
    assert (trace.sent.messages, trace.sent.size, trace.sent.sends) == (
        BATCH + 8,
        sum(map(len, everything)),
        2,
    )
    assert trace.answered == len(trace.answers) == 2
    assert trace.other_way is None
    assert "can't retag" in trace.remark
    assert trace.events == 0
    other = kept(console, console.intent("mtu", 1400, 9)).other_way
    assert other is not None
    assert (other.messages, other.sends, len(other.first)) == (BATCH + 8, 2, 2)


def test_where_one_message_can_t_do_it_the_reason_is_told(ip: Ip, console: Console) -> None:
    many(cheap_kind(ip), 2, 7, up=False)
    ip("link", "set", "m1", "group", 8)
    trace = kept(console, console.intent("mtu", 1400, [index_of(ip, "m0"), index_of(ip, "m1")]))
    assert trace.other_way is None
    assert "are in 2 groups" in trace.remark


def test_where_nothing_was_sent_nothing_is_kept(ip: Ip, console: Console) -> None:
    many(cheap_kind(ip), 2, 7, up=False)
    intent = console.intent("mtu", 1400)
    assert traced(console, console.intent("up", whom=99)) is None
    refusing = ActingWriter(Gate(read_only=True))
    console.writer, writer = refusing, console.writer
    assert traced(console, intent) is None
    refusing.close()
    console.writer = writer
    assert traced(console, intent) is not None


def test_a_change_without_an_answer_is_kept_all_the_same(ip: Ip, console: Console) -> None:
    many(cheap_kind(ip), 2, 7, up=False)
    trace = traced(console, console.intent("mtu", 1400), deadline=0.0)
    assert trace is not None
    assert (trace.sent.messages, trace.sent.sends) == (1, 1)
