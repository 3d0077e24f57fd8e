"""The order that a guard is given, and its report: the records, and their form as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui.guard.codec import held_of, held_row, link_of, link_row, step_of, step_row
from tui.guard.losses import Losses
from tui.model.change.outcome import Refusal
from tui.model.change.reversal import Step
from tui.model.link import Link


@dataclass(frozen=True, slots=True)
class GuardOrder:
    """All that it takes to take a change back."""

    what: str
    """The change in the operator's words; unsafe to show before `visible`."""
    steps: tuple[Step, ...]
    """The members."""
    losses: Losses
    """What else goes with the change."""
    timeout: float
    """Seconds from the change's outcome to the revert."""
    change_wait: float
    """Seconds that the change itself may take, at most, from "armed" to its outcome."""
    audit: Path | None
    """The audit file; None: nothing is put on record."""
    journal: bool
    """Whether the system's log hears of it too."""

    @property
    def indexes(self) -> frozenset[int]:
        """ifindex of each interface that a revert may touch, or that something it makes anew needs."""
        steps = (step.before.ifindex for step in (*self.steps, *self.losses.followers))
        return frozenset(steps).union(*(held.indexes for held in self.losses.held))

    def as_json(self) -> dict[str, Any]:
        """Return what `order_of` reads."""
        return {
            "what": self.what,
            "steps": [step_row(step) for step in self.steps],
            "followers": [step_row(step) for step in self.losses.followers],
            "held": [held_row(held) for held in self.losses.held],
            "settings": list(self.losses.settings),
            "timeout": self.timeout,
            "change_wait": self.change_wait,
            "audit": None if self.audit is None else str(self.audit),
            "journal": self.journal,
        }


def order_of(found: Mapping[str, Any]) -> GuardOrder:
    """Read an order. Raises KeyError, ValueError or TypeError for what is none."""
    return GuardOrder(
        found["what"],
        tuple(step_of(row) for row in found["steps"]),
        Losses(
            tuple(step_of(row) for row in found["followers"]),
            tuple(held_of(row) for row in found["held"]),
            tuple(found["settings"]),
        ),
        found["timeout"],
        found["change_wait"],
        None if found["audit"] is None else Path(found["audit"]),
        found["journal"],
    )


@dataclass(frozen=True, slots=True)
class Reverted:
    """What a revert did.

    Each member, and each link that changed along with one, is in exactly one of the first five groups.
    """

    why: str
    """What made it: "timeout", "refused", "the console ended", "told to end" (SIGTERM), or as `revert_now` was told."""
    back: tuple[Link, ...] = ()
    """Put back; as they are now."""
    as_before: tuple[Link, ...] = ()
    """They were as before the change."""
    changed_since: tuple[Link, ...] = ()
    """Somebody else changed them meanwhile: left alone; as found."""
    gone: tuple[Link, ...] = ()
    """Vanished, renamed, or another interface under the same index: left alone; as they were before the change."""
    refused: tuple[Refusal, ...] = ()
    """Still not as before, with the kernel's words."""
    returned: tuple[str, ...] = ()
    """Addresses, routes and neighbours made anew, in words; harmless."""
    missing: tuple[tuple[str, str], ...] = ()
    """(what, why) of those that were not; the reason is unsafe to show before `visible`."""
    problem: str = ""
    """What kept the whole from being done, one sentence; empty: nothing."""
    audit_problem: str = ""
    """Why it isn't in the audit file, one sentence; empty: it is."""

    @property
    def complete(self) -> bool:
        """Whether nothing is lacking, but for what others changed meanwhile."""
        return not (self.refused or self.missing or self.problem)

    def as_json(self) -> dict[str, Any]:
        """Return what `reverted_of` reads."""
        return {
            "why": self.why,
            "back": [link_row(link) for link in self.back],
            "as_before": [link_row(link) for link in self.as_before],
            "changed_since": [link_row(link) for link in self.changed_since],
            "gone": [link_row(link) for link in self.gone],
            "refused": [[link_row(refusal.link), refusal.reason] for refusal in self.refused],
            "returned": list(self.returned),
            "missing": [list(pair) for pair in self.missing],
            "problem": self.problem,
            "audit_problem": self.audit_problem,
        }


def reverted_of(found: Mapping[str, Any]) -> Reverted:
    """Read a report. Raises KeyError, ValueError or TypeError for what is none."""

    def links(rows: Sequence[Sequence[Any]]) -> tuple[Link, ...]:
        return tuple(link_of(row) for row in rows)

    return Reverted(
        found["why"],
        links(found["back"]),
        links(found["as_before"]),
        links(found["changed_since"]),
        links(found["gone"]),
        tuple(Refusal(link_of(row), reason) for row, reason in found["refused"]),
        tuple(found["returned"]),
        tuple((what, why) for what, why in found["missing"]),
        found["problem"],
        found["audit_problem"],
    )
