"""A change of single interfaces for real: many messages in one send, and every way in which one can end."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence

import pytest

from tests.changes import setting
from tests.console import Console
from tests.console import console as new_console
from tests.driven import states
from tests.links import Ip, add, cheap_kind, index_of, many
from tests.watch import watching
from tests.writers import ActingWriter, record_sends
from tui.model.change.intent import intent_for_links
from tui.model.change.progress import Progress
from tui.model.change.settings import Settings
from tui.model.gate import Gate
from tui.model.store import Snapshot
from tui.netlink.alike import Alike
from tui.netlink.batch import BATCH
from tui.netlink.dump import NoAnswerError
from tui.netlink.wire import Ack, get_link
from tui.netlink.writer import Batches, BusyError, Writer


@pytest.fixture
def console(netns: None) -> Iterator[Console]:
    with new_console() as made:
        yield made


def address_nobody(patch: pytest.MonkeyPatch) -> None:
    """Send each message to an index that no device has: the kernel refuses it with ENODEV."""

    def astray(first: int, indexes: Sequence[int], settings: Settings) -> Alike:
        return Alike(first, [index + 100_000 for index in indexes], settings)

    patch.setattr("tui.netlink.change_links.Alike", astray)


def groups(ip: Ip, prefix: str = "m") -> set[str]:
    return {state.group for name, state in states(ip).items() if name.startswith(prefix)}


def test_a_retag_moves_every_interface_and_sends_few_batches(
    ip: Ip, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(cheap_kind(ip), BATCH + 88, 7, up=False)
    sent = record_sends(monkeypatch)
    outcome = console.act(console.intent("retag", 9, console.indexes()))
    assert (outcome.verdict, len(outcome.changed), groups(ip)) == ("done", BATCH + 88, {"9"})
    assert [len(batch) for batch in sent] == [BATCH, 88]
    assert outcome.reply.messages == BATCH + 88
    assert outcome.reply.size == sum(len(message) for batch in sent for message in batch.values())


def test_a_group_that_ip_cannot_name_and_back(ip: Ip, console: Console) -> None:
    many(cheap_kind(ip), 3, 7, up=False)
    marked = console.indexes()
    assert console.act(console.intent("retag", 0xFFFFFFFF, marked)).verdict == "done"
    assert {console.watch.store.snapshot().links[index].group for index in marked} == {0xFFFFFFFF}
    assert console.act(console.intent("retag", 0, marked)).verdict == "done"
    assert groups(ip) == {"0"}


def test_each_refusal_is_named_and_the_others_change(ip: Ip, console: Console) -> None:
    many(cheap_kind(ip), 4, 7, up=False)
    add(ip, "vxlan", "mx")
    outcome = console.act(console.intent("mtu", 65536, console.indexes()))
    assert (outcome.verdict, len(outcome.changed)) == ("partly", 4)
    assert [(refusal.link.name, refusal.reason) for refusal in outcome.refused] == [
        (b"mx", "mtu greater than device maximum")
    ]


def test_a_whole_batch_of_refusals_is_heard_without_the_privilege_to_widen_buffers(ip: Ip) -> None:
    code = "import sys; from tests.kernel.change.test_change_links import refuse_all; refuse_all()"
    line = ["unshare", "--user", "--map-root-user", "--net", sys.executable, "-c", code]
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=120)
    if "unshare" in done.stderr and "failed" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.stdout == f"failed {BATCH} refused\n", done.stderr


def refuse_all() -> None:
    """Have every message of a full batch fail. Runs in a user namespace of its own."""
    many("ifb", BATCH, 7, up=False)
    # One that stays out: all of a group would be changed by one message.
    many("ifb", 1, 7, up=False, prefix="x")
    with new_console() as console:
        intent = console.intent("mtu", 0x7FFFFFFF, console.indexes())
        with pytest.MonkeyPatch.context() as patch:
            address_nobody(patch)
            outcome = console.act(intent)
        print(outcome.verdict, len(outcome.refused), "refused")


def test_esc_stops_between_two_batches_and_the_outcome_says_who_went(ip: Ip, console: Console) -> None:
    many(cheap_kind(ip), 2 * BATCH + 5, 7, up=False)
    intent = console.intent("retag", 9, console.indexes())
    progress = Progress(len(intent.members))
    rounds = iter(range(9))

    def stop_in_the_second() -> Snapshot:
        if next(rounds) == 1:
            progress.stop.set()
        return console.watch.store.snapshot()

    outcome = console.act(intent, progress=progress, known=stop_in_the_second)
    assert (outcome.verdict, outcome.stopped) == ("partly", True)
    assert (len(outcome.changed), len(outcome.not_reached), progress.done) == (BATCH, BATCH + 5, BATCH)
    assert groups(ip) == {"7", "9"}


def test_who_vanished_was_renamed_or_had_its_index_reused_is_skipped_and_named(ip: Ip, console: Console) -> None:
    kind = cheap_kind(ip)
    many(kind, 5, 7, up=False)
    intent = console.intent("retag", 9, console.indexes())
    reused = index_of(ip, "m3")
    ip("link", "del", "m1")
    ip("link", "set", "m2", "name", "other")
    ip("link", "del", "m3")
    ip("link", "add", "m3", "index", reused, "address", "02:00:00:00:00:99", "type", "bridge")
    console.watch.check()
    outcome = console.act(intent)
    assert outcome.verdict == "partly"
    assert {refusal.link.name: refusal.reason for refusal in outcome.skipped} == {
        b"m1": "vanished",
        b"m2": "is called other now",
        b"m3": f"index {reused} is another interface now (m3)",
    }
    assert [link.name for link in outcome.changed] == [b"m0", b"m4"]
    now = states(ip)
    assert (now["other"].group, now["m3"].group, now["m0"].group) == ("7", "0", "9")


def test_a_recreated_interface_is_skipped_even_if_it_looks_the_same(ip: Ip, console: Console) -> None:
    for number in range(4):
        add(ip, "veth", f"m{number}", "address", f"02:00:00:00:00:0{number}")
        ip("link", "set", f"m{number}", "group", 7)
    intent = console.intent("retag", 9, console.indexes())
    reused = {name: index_of(ip, name) for name in ("m1", "m2")}
    for name, address in (("m1", "02:00:00:00:00:99"), ("m2", "02:00:00:00:00:02")):
        ip("link", "del", name)
        ip("link", "add", name, "index", reused[name], "address", address, "type", "veth")
        ip("link", "set", name, "group", 7)
    ip("link", "set", "m3", "address", "02:00:00:00:00:77")
    console.watch.check()
    outcome = console.act(intent)
    assert {refusal.link.name: refusal.reason for refusal in outcome.skipped} == {
        name.encode(): f"index {index} is another interface now ({name})" for name, index in reused.items()
    }
    assert [link.name for link in outcome.changed] == [b"m0", b"m3"]
    assert {name: states(ip)[name].group for name in reused} == {"m1": "7", "m2": "7"}


def test_read_only_sends_nothing(ip: Ip) -> None:
    many(cheap_kind(ip), 2, 7, up=False)
    writer = ActingWriter(Gate(read_only=True))
    with watching() as watch:
        console = Console(watch, writer)
        outcome = console.act(console.intent("retag", 9, console.indexes()))
    writer.close()
    assert (outcome.verdict, outcome.reply.messages, groups(ip)) == ("refused", 0, {"7"})


def test_up_on_exactly_one_group_is_a_group_change_and_a_retag_never_is(ip: Ip, console: Console) -> None:
    many(cheap_kind(ip), 3, 7, up=False)
    marked = console.indexes()
    snapshot = console.watch.store.snapshot()
    assert intent_for_links(snapshot, setting(up=True), marked).group_id == 7
    assert intent_for_links(snapshot, setting(group=9), marked).group_id is None
    fewer = frozenset(sorted(marked)[1:])
    assert intent_for_links(snapshot, setting(up=True), fewer).group_id is None


def test_answers_that_were_lost_leave_the_outcome_unknown_but_read_back(
    ip: Ip, monkeypatch: pytest.MonkeyPatch, console: Console
) -> None:
    many(cheap_kind(ip), 40, 7, up=False)
    intent = console.intent("retag", 9, console.indexes())
    address_nobody(monkeypatch)
    console.writer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    outcome = console.act(intent)
    assert (outcome.verdict, outcome.reply.errno) == ("unknown", None)
    assert "answers were lost" in outcome.reply.text
    assert len(outcome.not_reached) == 40


class Held(Writer):
    """The kernel works on each batch until it is let go."""

    def __init__(self) -> None:
        self.go, self.batches = threading.Event(), 0
        super().__init__()

    def transact(self, batch: Mapping[int, bytes], deadline: float, begun: threading.Event) -> dict[int, Ack]:
        self.batches += 1
        begun.set()
        assert self.go.wait(40)
        return super().transact(batch, deadline, begun)


def asking(seq: int) -> bytes:
    """Return a message that asks for `lo`, and for an ACK."""
    message = get_link(seq, 1)
    return message[:6] + b"\5\0" + message[8:]


def test_after_a_batch_without_an_answer_no_other_is_sent(ip: Ip) -> None:
    ended, heard = threading.Event(), list[dict[int, Ack]]()

    def batches() -> Batches:
        try:
            for seq in (1, 2):
                heard.append((yield {seq: asking(seq)}))
        finally:
            ended.set()

    writer = Held()
    try:
        with pytest.raises(NoAnswerError):
            writer.send_all(batches(), 0.1)
        with pytest.raises(BusyError):
            writer.send({3: get_link(3, 1)}, 0.1)
        writer.go.set()
        assert ended.wait(40)
        assert (writer.batches, heard) == (1, [])
    finally:
        writer.close()


def test_what_is_done_meanwhile_is_done_while_the_kernel_works(ip: Ip) -> None:
    writer = Held()
    try:
        # The kernel is let go by what is done meanwhile alone.
        assert writer.send({1: asking(1)}, 40.0, writer.go.set)[1].errno == 0
    finally:
        writer.close()
