"""The session → sentences: what hinders a change, what is asked before it."""

from typing import assert_never

from tui.model.change.attribute import Harm
from tui.model.change.plan import Plan
from tui.model.change.reversal import Reversal
from tui.model.names.map import NameMap
from tui.model.text import plural, visible
from tui.present.change import asked
from tui.present.commands import OnCountdown
from tui.present.removal import removal_asked
from tui.present.words import some
from tui.session.question import Hindrance, Overtaken, Question, Undo
from tui.session.session import Session

_LOST = {
    Harm.TAKES_DOWN: "Routes and IPv6 addresses that went when they went down don't come back by this.",
    Harm.FORGETS: "Permanent neighbours that went when ARP was switched don't come back by this.",
    Harm.LEAVES: "What was set on them as ports of their master (VLANs, cost, static FDB entries) doesn't come back by"
    " this.",
}
"""What an undo doesn't bring back, by what the change did."""


def hindrance_sentence(why: Hindrance, session: Session, names: NameMap) -> str:
    """Return why nothing can be changed now."""
    match why:
        case Hindrance.READ_ONLY:
            return f"Nothing can be changed: {session.services.obstacle()}."
        case Hindrance.UNDER_WAY:
            return f"{_under_way(session, names)}; nothing more was sent."
        case Hindrance.COUNTS_DOWN:
            keep, take_back = OnCountdown.keep, OnCountdown.take_back
            return f"Nothing more is sent before you keep the last change ({keep}) or take it back ({take_back})."
        case Hindrance.GUARD_AT_WORK:
            return "The guard is still at work on the last change; nothing more was sent."
    assert_never(why)


def _under_way(session: Session, names: NameMap) -> str:
    plan = session.under_way
    if plan is None:
        return ""
    what = asked(plan.intent, names) if isinstance(plan, Plan) else removal_asked(plan, names)
    return f"{what} is still under way"


def unseen_sentences(session: Session, names: NameMap) -> list[str]:
    """Return which change's outcome nobody would see if the console ended now, a sentence; empty: none is under way."""
    under_way = _under_way(session, names)
    return [f"{under_way}: you wouldn't see what becomes of it."] if under_way else []


def unkept_sentences(session: Session) -> list[str]:
    """Return what becomes of the change that counts down if the console ends, a sentence; empty: none does."""
    if (guarded := session.unkept) is None:
        return []
    return [f"{visible(guarded.what)} isn't kept: if the console ends, the guard takes it back at once."]


def question_sentences(question: Question) -> list[str]:
    """Return what the operator should hear beside the plan's own risks, a sentence each."""
    found = [] if question.undo is None else undo_sentences(question.undo)
    if question.hidden:
        hidden = plural(question.hidden, "marked interface")
        found.append(f"{hidden} not shown: hidden by the filter, or of another group.")
    return found


def undo_sentences(undo: Undo) -> list[str]:
    """Return who is not touched by an undo, and what it doesn't bring back, a sentence each."""
    return [*_left_alone(undo.found), *(sentence for harm, sentence in _LOST.items() if harm in undo.harms)]


def nothing_to_undo(undo: Undo) -> str:
    """Return why there is no plan that takes a change back."""
    why = " ".join(_left_alone(undo.found)) or "all is as it was before."
    return f"Nothing of change {undo.number} can be undone: {why}"


def _left_alone(found: Reversal) -> list[str]:
    left = []
    if found.orphaned:
        left.append(f"The master that they had is gone, and they don't get it back: {some(found.orphaned, 8)}.")
    if others := [link for link in found.changed_since if link not in found.orphaned]:
        left.append(f"Left alone, since somebody else changed them meanwhile: {some(others, 8)}.")
    if found.gone:
        left.append(f"Gone, or called otherwise now: {some(found.gone, 8)}.")
    return left


def overtaken_sentence(news: Overtaken) -> str:
    """Return why a plan was not sent though the operator agreed to it."""
    if news.renamed:
        return "Nothing was sent: while you read, the name map changed, and other groups are below it now. Press again."
    who = f"{news.joined} joined the group and {news.left} left it"
    return f"Nothing was sent: while you read, {who}. Press again."
