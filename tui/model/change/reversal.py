"""What takes a change back, member by member, and which members are no longer ours to touch.

Undo and the lock-out guard decide alike: by device and name, and never over what somebody else set meanwhile.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from tui.model.change.attributes import MASTER
from tui.model.change.settings import Settings
from tui.model.link import Link


class Step(NamedTuple):
    """One member of a change."""

    before: Link
    """As it was right before the change."""
    wanted: Settings
    """What the change was to make of it."""


@dataclass(frozen=True, slots=True)
class Reversal:
    """What is to be done, and what is not; each step is in exactly one of the first four."""

    back: tuple[tuple[Link, Settings], ...] = ()
    """(as it is now, what it is to be again), by ifindex."""
    as_before: tuple[Link, ...] = ()
    """Already as before the change."""
    changed_since: tuple[Link, ...] = ()
    """Neither as before nor as the change made it: somebody else's, to be left alone."""
    gone: tuple[Link, ...] = ()
    """Vanished, renamed, or another interface under the same index; as they were before."""
    orphaned: tuple[Link, ...] = ()
    """Those of ``back`` and ``changed_since`` whose former master is gone: they can't be its ports again; as found."""


def reversal(
    steps: Iterable[Step],
    find: Callable[[Link], Link | None],
    there: Callable[[int], bool] = lambda index: True,
    *,
    halves: bool = False,
) -> Reversal:
    """Decide for each of ``steps``. ``find``: returns what a device is now; None: it is gone (model/identity.py).
    ``there``: whether the master that bore an ifindex before the change still is the one that bears it.

    ``halves``: whether a device of which a part is as the change wanted it, and the rest as before, is taken for one
    that the kernel changed by half; else for one that somebody has changed since.
    """
    back, as_before, changed_since, gone, orphaned = [], [], [], [], []
    for before, wanted in sorted(steps, key=lambda step: step.before.ifindex):
        link = find(before)
        former = wanted.as_of(before)
        if link is None or link.name != before.name:
            gone.append(before)
        elif former.met_by(link):
            as_before.append(link)
        elif wanted.met_by(link) or (halves and _half(before, wanted, link)):
            if (master := former.get(MASTER)) and not there(master):
                orphaned.append(link)
                former = Settings({one: value for one, value in former.items() if one is not MASTER})
            if former and not former.met_by(link):
                back.append((link, former))
            else:
                changed_since.append(link)
        else:
            changed_since.append(link)
    return Reversal(tuple(back), tuple(as_before), tuple(changed_since), tuple(gone), tuple(orphaned))


def _half(before: Link, wanted: Settings, now: Link) -> bool:
    """Whether each attribute is either as it was or as it was to be, or was left midway."""
    return all(one.read(now) in (value, one.read(before), *one.midway) for one, value in wanted.items())
