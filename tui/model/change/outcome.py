"""Before/after → Outcome: what really happened to each member of a change.

The kernel's ACK proves nothing (an empty group is ACKed too) and its error names neither a device nor a count
(rtnl_group_changelink, net/core/rtnetlink.c), so the answer is found by comparing what was known right
before the send with a full dump after.
"""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from tui.model.change.intent import Intent
from tui.model.change.reversal import Step
from tui.model.change.settings import Settings
from tui.model.link import Link
from tui.model.store import EMPTY, Snapshot

Verdict = Literal["done", "partly", "failed", "refused", "nothing", "unknown"]


@dataclass(frozen=True, slots=True)
class Reply:
    """The kernel's reply to what was sent, and what it cost."""

    errno: int | None
    """0: ACK; else a positive errno; None: no answer within the deadline."""
    text: str
    """The kernel's words, or ours if nothing could be sent; unsafe to show before `visible`."""
    messages: int
    """Messages sent to change something."""
    size: int
    """Bytes sent."""
    waited: float
    """Seconds from the first send to the last ACK."""
    sent_at: float = 0.0
    """When the first of it was handed to the kernel (`time.monotonic`)."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A member that refused, and why."""

    link: Link
    reason: str
    """The kernel's words when asked again for this member alone; unsafe to show before `visible`."""
    errno: int = 0
    """The kernel's, positive; 0: it isn't from the kernel, or isn't known."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened, member by member; each of the intent's is in one of the first seven, or in ``skipped``."""

    intent: Intent
    reply: Reply
    sent: Snapshot = EMPTY
    """What was known right before the send; of single interfaces, each before its own batch."""
    changed: tuple[Link, ...] = ()
    already: tuple[Link, ...] = ()
    """As asked before and after."""
    overtaken: tuple[Link, ...] = ()
    """The kernel did as asked, and yet they are otherwise now: somebody else has changed them since."""
    refused: tuple[Refusal, ...] = ()
    not_reached: tuple[Link, ...] = ()
    """Not as asked, and not known to have refused: the kernel stopped before it."""
    left: tuple[Link, ...] = ()
    """In another group now."""
    vanished: tuple[Link, ...] = ()
    """Gone, or another interface under the same index."""
    joined: tuple[Link, ...] = ()
    """Members of the group now that were not seen before."""
    caught: tuple[Link, ...] = ()
    """Those of ``joined`` that were in the group when the message was sent: it went to them too."""
    renamed: tuple[tuple[Link, Link], ...] = ()
    """(before, after) of members that bear another name now; they count in the first four as well."""
    skipped: tuple[Refusal, ...] = ()
    """Those that were no longer what was seen, or no longer in the group, right before sending; nothing was sent for
    them."""
    stopped: bool = False
    """Whether the operator stopped it between two batches."""
    checked: bool = True
    """Whether the state after could be read back."""
    parts: tuple["Outcome", ...] = ()
    """Of several groups: of each alone, in the order in which they were sent, and at last of the members in none."""

    @property
    def verdict(self) -> Verdict:
        """The whole in one word."""
        if self.reply.messages == 0:
            return "nothing" if self.checked else "refused"
        if not self.checked or self.reply.errno is None:
            return "unknown"
        if self.refused or self.not_reached or self.skipped or self.overtaken:
            return "partly" if self.changed or self.overtaken or self.halves else "failed"
        if self.reply.errno:
            return "partly" if any(part.verdict == "done" for part in self.parts) else "failed"
        return "done" if self.changed or self.already or self.joined else "nothing"

    @property
    def halves(self) -> tuple[tuple[Link, Settings], ...]:
        """Who is among the refused or the not reached and yet was changed in part, and what of it was set.

        The kernel sets one attribute of a device after the other and stops at the first that fails (do_setlink,
        net/core/rtnetlink.c).
        """
        if not self.intent.divisible:
            return ()
        short = (*(refusal.link for refusal in self.refused), *self.not_reached)
        parts = ((link, self.intent.wanted(link.ifindex).part(self.before(link), link)) for link in short)
        return tuple((link, part) for link, part in parts if part)

    def before(self, link: Link) -> Link:
        """Return what a member, or who joined meanwhile, was right before the send; as it was seen if not known."""
        return self.sent.links.get(link.ifindex) or self.intent.members.get(link.ifindex, link)


def met_before(intent: Intent, sent: Snapshot) -> set[int]:
    """Return who was as asked already; ``sent``: what was known right before the send."""
    reached, before = _test(intent), sent.links.get
    return {index for index, seen in intent.members.items() if reached(before(index, seen))}


def _test(intent: Intent) -> Callable[[Link], bool]:
    return intent.reached if intent.alike is None else intent.alike.test()


def compare(
    intent: Intent,
    sent: Snapshot,
    agreed: Container[int],
    after: Snapshot,
    reply: Reply,
    met: Container[int] | None = None,
) -> Outcome:
    """Sort each member of ``intent`` by what became of it.

    ``sent``: what was known right before the send; ``agreed``: the interfaces of which the kernel has said that it did
    as asked; ``after``: what a full dump found, begun after the reply; ``met``: what `met_before` returned, if that
    was asked while there was time.
    """
    changed, already, left, vanished = [], [], [], []
    short: list[Link] = []
    overtaken: list[Link] = []
    renamed: list[tuple[Link, Link]] = []
    # The operator waits for this, so each member costs as little as can be: hence no call of Snapshot.same.
    group_id, revision, links, born = intent.group_id, intent.revision, after.links.get, after.born.get
    reached, met = _test(intent), met_before(intent, sent) if met is None else met
    for index, seen in intent.members.items():
        if born(index, 0) > revision or (now := links(index)) is None:
            vanished.append(seen)
            continue
        if now.name != seen.name:
            renamed.append((seen, now))
        if group_id is not None and now.group != group_id:
            left.append(now)
        elif not reached(now):
            (overtaken if index in agreed else short).append(now)
        elif index in met:
            already.append(now)
        else:
            changed.append(now)
    stayed = len(changed) + len(already) + len(overtaken) + len(short)
    away = _away(short, sent, group_id) if group_id is not None and reply.messages else {}
    joined = _joined(intent, after, vanished) if _members(after, group_id) > stayed else []
    then = sent.members(intent.group_id) if intent.group_id is not None and reply.messages else {}
    return Outcome(
        intent=intent,
        reply=reply,
        sent=sent,
        changed=tuple(changed),
        already=tuple(already),
        overtaken=tuple(overtaken),
        not_reached=tuple(link for link in short if link.ifindex not in away),
        left=tuple(left),
        vanished=tuple(vanished),
        joined=tuple(joined),
        caught=tuple(now for now in joined if now.ifindex in then and after.same(now.ifindex, sent.revision)),
        renamed=tuple(renamed),
        skipped=tuple(away.values()),
    )


def _away(short: list[Link], sent: Snapshot, group_id: int) -> dict[int, Refusal]:
    """Return who is in the group again, by ifindex, and wasn't when its message was sent: it didn't go to them."""
    return {
        link.ifindex: Refusal(link, f"in group {then.group} when it was sent")
        for link in short
        if (then := sent.links.get(link.ifindex)) is not None and then.group != group_id
    }


def _members(snapshot: Snapshot, group_id: int | None) -> int:
    group = None if group_id is None else snapshot.groups.get(group_id)
    return 0 if group is None else group.members


def _joined(intent: Intent, after: Snapshot, vanished: list[Link]) -> list[Link]:
    """Return the members of the group that weren't seen in it, or are another device now."""
    gone = {link.ifindex for link in vanished}
    return [
        now
        for index, now in after.links.items()
        if now.group == intent.group_id and (index not in intent.members or index in gone)
    ]


def first_suspect(outcome: Outcome) -> Link | None:
    """Return the member to ask the kernel about: the first whose limits don't admit it, else the first in order.

    The kernel walks in registration order, which is ifindex order unless indexes were chosen by hand.
    """
    short, intent = outcome.not_reached, outcome.intent
    refusing = (link for link in short if not intent.wanted(link.ifindex).taken_by(link))
    return next(refusing, short[0] if short else None)


def with_refusal(outcome: Outcome, ifindex: int, words: str, errno: int) -> Outcome:
    """Return ``outcome`` with one of the members that were not reached known to have refused.

    ``words``, ``errno``: the kernel's. Nothing becomes of it if the member isn't among them.
    """
    found = tuple(Refusal(link, words, errno) for link in outcome.not_reached if link.ifindex == ifindex)
    rest = tuple(link for link in outcome.not_reached if link.ifindex != ifindex)
    return replace(outcome, refused=(*outcome.refused, *found), not_reached=rest)


def with_failures(outcome: Outcome, refused: Mapping[int, tuple[int, str]], skipped: Mapping[int, Refusal]) -> Outcome:
    """Return ``outcome`` with what is known of single interfaces, by ifindex: the kernel's errno and words, and the
    skipped.

    An interface that is as asked although its message failed was made so by somebody else: it stays where it is.
    """
    found = tuple(link for link in outcome.not_reached if link.ifindex in refused and link.ifindex not in skipped)
    rest = tuple(link for link in outcome.not_reached if link.ifindex not in refused and link.ifindex not in skipped)
    return replace(
        outcome,
        changed=tuple(link for link in outcome.changed if link.ifindex not in skipped),
        already=tuple(link for link in outcome.already if link.ifindex not in skipped),
        vanished=tuple(link for link in outcome.vanished if link.ifindex not in skipped),
        renamed=tuple(pair for pair in outcome.renamed if pair[0].ifindex not in skipped),
        refused=tuple(Refusal(link, words, errno) for link in found for errno, words in (refused[link.ifindex],)),
        not_reached=rest,
        skipped=tuple(skipped[index] for index in sorted(skipped)),
    )


def sent_to(outcome: Outcome) -> Intent:
    """Return the intent without the members that were skipped; of groups their message went out all the same."""
    intent, alone = outcome.intent, outcome.intent.alone
    skipped = {refusal.link.ifindex for refusal in outcome.skipped if refusal.link.ifindex in alone}
    if not skipped:
        return intent
    return replace(intent, members={i: link for i, link in intent.members.items() if i not in skipped})


def takes_back(outcome: Outcome) -> bool:
    """Whether an undo has put back all that was its to put back: what others have set since isn't."""
    if outcome.verdict == "partly":
        return not (outcome.refused or outcome.not_reached or outcome.stopped)
    return outcome.verdict == "done"


def steps_taken(outcome: Outcome) -> tuple[Step, ...]:
    """Return what can be taken back: the members that changed, or, where that isn't known, all that were to.

    Who was overtaken is among them: to be told, when it is taken back, that it is left alone. So is who left the group
    or joined it around the message, if it was changed.
    """
    intent = outcome.intent
    if outcome.verdict == "unknown":
        touched = [*intent.members.values()]
    else:
        moved = [link for link in (*outcome.left, *outcome.caught) if intent.reached(link)]
        touched = [*outcome.changed, *outcome.overtaken, *moved]
    befores = sorted({link.ifindex: outcome.before(link) for link in touched}.values())
    whole = (Step(before, intent.wanted(before.ifindex)) for before in befores if not intent.reached(before))
    return (*whole, *(Step(outcome.before(link), part) for link, part in outcome.halves))
