"""The outcomes of several groups, a message each → the outcome of the whole."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TypeVar

from tui.model.change.intent import Intent
from tui.model.change.outcome import Outcome, Reply
from tui.model.store import Snapshot

_T = TypeVar("_T")


def merged(intent: Intent, parts: Sequence[Outcome], sent: Snapshot) -> Outcome:
    """Return what became of ``intent``, the parts of which came to this. ``sent``: what was known right before.

    Who went from one of the groups to another meanwhile has left the one and joined the other.
    """
    return Outcome(
        intent=intent,
        reply=_reply([part.reply for part in parts]),
        sent=sent,
        changed=_all(part.changed for part in parts),
        already=_all(part.already for part in parts),
        overtaken=_all(part.overtaken for part in parts),
        refused=_all(part.refused for part in parts),
        not_reached=_all(part.not_reached for part in parts),
        left=_all(part.left for part in parts),
        vanished=_all(part.vanished for part in parts),
        joined=_all(part.joined for part in parts),
        caught=_all(part.caught for part in parts),
        renamed=_all(part.renamed for part in parts),
        skipped=_all(part.skipped for part in parts),
        stopped=any(part.stopped for part in parts),
        checked=all(part.checked for part in parts),
        parts=tuple(parts),
    )


def _all(found: Iterable[tuple[_T, ...]]) -> tuple[_T, ...]:
    return tuple(chain.from_iterable(found))


def _reply(replies: Sequence[Reply]) -> Reply:
    """Return all replies in one: no answer if one is missing, else the first that isn't an ACK."""
    worst = next((reply for reply in replies if reply.errno is None), None)
    worst = worst or next((reply for reply in replies if reply.errno), replies[0])
    return Reply(
        worst.errno,
        worst.text,
        sum(reply.messages for reply in replies),
        sum(reply.size for reply in replies),
        max(reply.waited for reply in replies),
        min((reply.sent_at for reply in replies if reply.messages), default=0.0),
    )
