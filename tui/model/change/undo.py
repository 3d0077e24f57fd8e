"""The inverse plan: what takes a change back, by as few messages as possible."""

from collections.abc import Iterable

from tui.model.change.intent import Intent, whole_group
from tui.model.change.reversal import Reversal, Step, reversal
from tui.model.store import Snapshot


def plan_undo(number: int, steps: Iterable[Step], revision: int, snapshot: Snapshot) -> tuple[Intent | None, Reversal]:
    """Return the intent that takes change ``number`` back, None if nothing is left to be done, and its reasons.

    ``revision``: the store's when the interfaces were what ``steps`` say that they were before.
    Are all to be the same again, and are they a whole group, then one message does it.
    """
    found = reversal(steps, lambda before: snapshot.same(before.ifindex, revision))
    if not found.back:
        return None, found
    members = {link.ifindex: link for link, _ in found.back}
    each = {link.ifindex: settings for link, settings in found.back}
    alike = set(each.values())
    if len(alike) > 1:
        return Intent(each, None, members, snapshot.revision, number), found
    (settings,) = alike
    group_id = whole_group(members, snapshot) if settings.by_group else None
    return Intent(settings, group_id, members, snapshot.revision, number), found
