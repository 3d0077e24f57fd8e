"""Plan → message → ACK → read back → Outcome."""

import time
from collections.abc import Callable
from dataclasses import replace

from tui.model.change.intent import Intent
from tui.model.change.outcome import Outcome, Reply, first_suspect, met_before, with_refusal
from tui.model.link import Link
from tui.model.store import Snapshot
from tui.model.text import reason
from tui.netlink.dump import NoAnswerError
from tui.netlink.read_back import Checker, ack_deadline, read_back
from tui.netlink.wire import WireError, group_change, link_change
from tui.netlink.writer import Writer


def change_group(
    intent: Intent, writer: Writer, checker: Checker, known: Callable[[], Snapshot], deadline: float | None = None
) -> Outcome:
    """Send the one message of a group's change, wait for its ACK, read back, and say what happened to each member.

    ``known`` tells, right before the send, what is known by then. Blocks: not for the screen's thread. ``deadline``:
    seconds for the ACK. Never raises for what the kernel or the network does; the Outcome tells.
    """
    wait = ack_deadline(len(intent.members)) if deadline is None else deadline
    group_id, settings = intent.group_id, intent.alike
    if group_id is None or settings is None:
        raise ValueError("single interfaces take change_links")
    if not intent.members:
        # The view may be behind: look before saying that there is nobody.
        return read_back(intent, known(), (), Reply(0, "", 0, 0, 0.0), checker)
    seq = writer.next_seq()
    data = group_change(seq, group_id, settings)
    before = known()
    checker.expect_check()
    met: set[int] = set()
    sent = time.monotonic()
    try:
        # While the kernel is at work there is time for what grows with the members.
        ack = writer.send({seq: data}, wait, lambda: met.update(met_before(intent, before)))[seq]
    except NoAnswerError:
        reply = Reply(None, f"no answer within {wait:g} s", 1, len(data), time.monotonic() - sent, sent)
    except OSError as error:
        return Outcome(intent, Reply(error.errno or 0, reason(error), 0, 0, 0.0), before, checked=False)
    except WireError as error:
        reply = Reply(None, str(error), 1, len(data), time.monotonic() - sent, sent)
    else:
        reply = Reply(ack.errno, ack.text, 1, len(data), time.monotonic() - sent, sent)
    agreed = before.members(group_id) if reply.errno == 0 else ()
    outcome = read_back(intent, before, agreed, reply, checker, met)
    if reply.errno and (suspect := first_suspect(outcome)):
        return _ask_again(outcome, suspect, writer, checker)
    return outcome


def _ask_again(outcome: Outcome, suspect: Link, writer: Writer, checker: Checker) -> Outcome:
    """Ask the kernel for the member that seems to have refused, alone and by index: its error names the reason.

    What that changes the read-back, made anew, tells.
    """
    intent, reply = outcome.intent, outcome.reply
    seq = writer.next_seq()
    data = link_change(seq, suspect.ifindex, intent.wanted(suspect.ifindex))
    try:
        ack = writer.send({seq: data}, ack_deadline(1))[seq]
    except (OSError, WireError):
        return outcome
    asked = Reply(reply.errno, reply.text, reply.messages + 1, reply.size + len(data), reply.waited, reply.sent_at)
    if not ack.errno or intent.wanted(suspect.ifindex).divisible:
        # It has changed, or a part of it may have.
        outcome = read_back(intent, outcome.sent, (), asked, checker)
    else:
        outcome = replace(outcome, reply=asked)
    return with_refusal(outcome, suspect.ifindex, ack.words, ack.errno) if ack.errno else outcome
