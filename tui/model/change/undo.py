"""The inverse plan: what takes a change back, by as few messages as possible."""

from collections.abc import Iterable

from tui.model.change.intent import Intent, whole_group, whole_groups
from tui.model.change.reversal import Reversal, Step, reversal
from tui.model.change.settings import Settings
from tui.model.group import DEFAULT_GROUP
from tui.model.link import Link
from tui.model.store import Snapshot


def plan_undo(number: int, steps: Iterable[Step], revision: int, snapshot: Snapshot) -> tuple[Intent | None, Reversal]:
    """Return the intent that takes change ``number`` back, None if nothing is left to be done, and its reasons.

    ``revision``: the store's when the interfaces were what ``steps`` say that they were before.
    A whole group whose members are all to be the same again takes one message; who is in none takes one of its own.
    """
    found = reversal(
        steps,
        lambda before: snapshot.same(before.ifindex, revision),
        lambda index: snapshot.same(index, revision) is not None,
    )
    if not found.back:
        return None, found
    members = {link.ifindex: link for link, _ in found.back}
    each = {link.ifindex: settings for link, settings in found.back}
    alike = set(each.values())
    settings = each if len(alike) > 1 else next(iter(alike))
    one = whole_group(members, snapshot) if isinstance(settings, Settings) and settings.by_group else None
    groups = _back_alike(found.back, snapshot) if one is None else ()
    return Intent(settings, one, members, snapshot.revision, number, groups), found


def _back_alike(back: Iterable[tuple[Link, Settings]], snapshot: Snapshot) -> tuple[int, ...]:
    """Return the groups that go back as wholes, ascending.

    Group 0, and a group of one, don't: the member is addressed by its ifindex then, which is as short and surer.
    """
    wanted: dict[int, set[Settings]] = {}
    for link, settings in back:
        wanted.setdefault(link.group, set()).add(settings)
    whole = whole_groups({link.ifindex: link for link, _ in back}, snapshot)
    return tuple(
        group_id
        for group_id, alike in sorted(wanted.items())
        if group_id in whole
        and group_id != DEFAULT_GROUP
        and len(alike) == 1
        and all(settings.by_group for settings in alike)
        and snapshot.groups[group_id].members > 1
    )
