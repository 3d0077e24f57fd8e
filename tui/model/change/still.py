"""Whether a message may still go to a member, looked at once more right before it is sent."""

from collections.abc import Iterable
from dataclasses import replace

from tui.model.change.attributes import MASTER
from tui.model.change.intent import Intent
from tui.model.change.reversal import Step
from tui.model.change.settings import UNTOUCHED
from tui.model.link import Link
from tui.model.store import Snapshot
from tui.model.text import visible


def obstacle(intent: Intent, seen: Link, now: Snapshot) -> str:
    """Return why no message may go to ``seen``, a member of ``intent``, by ``now``: a clause; empty: it may.

    An undo takes back what its change made and nothing else: what somebody else has set since is left alone.
    """
    index = seen.ifindex
    link = now.links.get(index)
    if link is None:
        return "vanished"
    if now.same(index, intent.revision) is None:
        return f"index {index} is another interface now ({visible(link.name)})"
    if link.name != seen.name:
        return f"is called {visible(link.name)} now"
    wanted = intent.wanted(index)
    if intent.each_of and intent.undoes is None and link.group != seen.group:
        return f"in group {link.group} now"
    if intent.undoes is None or wanted.met_by(link) or wanted.as_of(seen).met_by(link):
        return ""
    return f"{wanted.as_of(seen).otherwise(link)}, set by another"


def lost_master(intent: Intent, now: Snapshot) -> str:
    """Return why all are no longer to become ports of what they were to be ports of, a clause; empty: they are."""
    master = (intent.alike or UNTOUCHED).get(MASTER)
    if not master or now.same(master, intent.revision) is not None:
        return ""
    if (other := now.links.get(master)) is None:
        return "the master vanished; choose another"
    return f"the master vanished, and its index {master} is {visible(other.name)}'s now; choose another"


def still_whole(intent: Intent, now: Snapshot) -> Intent:
    """Return an undo with messages for those groups alone that have exactly its members, none touched by others.

    The members of the other groups get a message each. Looks at every member.
    """
    left = {group_id: now.members(group_id).group.members for group_id in intent.whole}
    spoilt = set()
    for index, seen in intent.members.items():
        if seen.group in left:
            left[seen.group] -= 1
            if obstacle(intent, seen, now) or now.links[index].group != seen.group:
                spoilt.add(seen.group)
    kept = tuple(group_id for group_id, others in left.items() if not others and group_id not in spoilt)
    return intent if kept == intent.whole else replace(intent, group_id=None, groups=kept)


def steps_now(intent: Intent, now: Snapshot) -> tuple[Step, ...]:
    """Return whom the change will change, each as it is by ``now``; looks at every member."""
    if intent.whole and intent.undoes is None:
        links = [*now.together(intent.whole).values()]
    else:
        links = [now.links[index] for index, seen in intent.members.items() if not obstacle(intent, seen, now)]
    return tuple(Step(link, intent.wanted(link.ifindex)) for link in links if not intent.reached(link))


def still_so(steps: Iterable[Step], revision: int, now: Snapshot) -> bool:
    """Whether what ``steps`` say that was before the change, seen at ``revision``, is so ``now``."""
    return all(
        (link := now.same(before.ifindex, revision)) is not None
        and link.name == before.name
        and wanted.as_of(before).met_by(link)
        for before, wanted in steps
    )
