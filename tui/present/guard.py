"""The lock-out guard → sentences: what a change cuts off, and how a guarded one ended."""

import math
from collections.abc import Sequence
from datetime import datetime

from tui.guard.dependants import is_bridge
from tui.guard.ending import Ending
from tui.guard.losses import Losses
from tui.guard.order import Reverted
from tui.guard.orphans import Orphan
from tui.model.link import Link
from tui.model.names.map import NameMap
from tui.model.text import visible
from tui.present.commands import OnCountdown
from tui.present.words import Field, count, some
from tui.session.others import Waiting

_FEW = 6  # routes and addresses that a sentence names
_MANY = 200  # names that a report lists; past that nobody reads them
_WHY = {"refused": "as you asked", "timeout": "nobody kept it in time", "told to end": "the session was ended"}


def loss_sentences(lost: Losses | str) -> list[str]:
    """Return what a change cuts off: what a guard can put back, and what nothing brings back."""
    if isinstance(lost, str):
        return [f"What this cuts off can't be read ({visible(lost)})."]
    found = []
    if lost.followers:
        found.append(f"These change along with them: {some(step.before for step in lost.followers)}.")
    if lost.restorable:
        found.append(f"Lost by it, and put back if it is taken back: {_few(lost.restorable)}.")
    if lost.for_good:
        found.append(f"Lost for good: {_few(lost.for_good)}.")
    return found


def guard_notice(timeout: float | None) -> str:
    """Return what will happen after such a change."""
    if timeout is None:
        return "No guard watches over it (--no-guard): if it cuts you off, it stays so."
    unless = f"unless you press {OnCountdown.keep} then, also if this console is cut off"
    return f"A guard takes it back after {timeout:.0f} s {unless}."


def ending_line(ending: Ending) -> Field:
    """Return in one line how a guarded change ended."""
    what = visible(ending.what)
    if ending.reverted is None:
        by = f" by {ending.by}" if ending.by else ""
        return Field(f"{what}: kept{by}.{_beside(ending.problem)}", "good" if not ending.problem else "warn")
    done = ending.reverted
    why = (
        "its guard died, so this console took it back"
        if ending.died
        else f"taken back ({_WHY.get(done.why, done.why)})"
    )
    parts = "; ".join(text for text, names in _categories(done) if names)
    problem = done.problem or ending.problem or done.audit_problem
    tone = "warn" if done.complete else "bad"
    return Field(f"{what}: {why}: {parts or 'nothing was left to be done'}.{_beside(problem)}", tone)


def ending_report(ending: Ending) -> list[str]:
    """Return what a revert did, one by one."""
    lines = [ending_line(ending).text]
    if ending.reverted is not None:
        for text, names in _categories(ending.reverted):
            if names:
                lines += ["", f"{text.split(' (')[0]}:", *(f"  {name}" for name in names[:_MANY])]
                if len(names) > _MANY:
                    lines.append(f"  and {count(len(names) - _MANY)} more")
    return lines


def waiting_field(waiting: Sequence[Waiting], now: float, *, looks: bool) -> Field:
    """Return the words for the first line about others' undecided changes; what matters most stands first.

    ``now``: `time.monotonic`; ``looks``: whether the key shows them, and doesn't keep a change of our own.
    """
    first = waiting[0]
    many = f"{count(len(waiting))} pending" if len(waiting) > 1 else "pending"
    key = f", {OnCountdown.keep} looks" if looks else ""
    return Field(f"{many}, {_left(first, now)}{key}: {first.what}, by {first.who}", "warn")


def waiting_lines(waiting: Sequence[Waiting], now: float) -> list[str]:
    """Return what is known of others' undecided changes; the first is what is asked about."""
    first, *rest = waiting
    lines = [
        f"{first.what},",
        f"by {first.who}, since {datetime.fromisoformat(first.since).astimezone():%Y-%m-%d %H:%M:%S}.",
        f"Its guard takes it back in {_left(first, now)} unless somebody keeps it.",
        "That this session works proves little if it is older than the change: keep it from a new one.",
    ]
    if rest:
        lines += ["", "After that:", *(f"  {other.what}, by {other.who}: {_left(other, now)}" for other in rest)]
    return lines


def _left(waiting: Waiting, now: float) -> str:
    return f"{max(0, math.ceil(waiting.deadline - now))} s"


def orphan_lines(orphan: Orphan) -> list[str]:
    """Return what is known of a change that a killed console and guard left behind, and all that R would send."""
    lines = [
        f"{visible(orphan.what)}, armed {orphan.when.astimezone():%Y-%m-%d %H:%M:%S}.",
        "Nobody kept it, and console and guard were killed before it was taken back.",
    ]
    if orphan.order is None:
        return lines
    lost = orphan.order.losses
    former: dict[str, list[str]] = {}
    for step in (*orphan.steps, *(step for step in lost.followers if not is_bridge(step))):
        former.setdefault(step.wanted.as_of(step.before).words(NameMap()), []).append(visible(step.before.name))
    lines += ["", f"{OnCountdown.take_back} sets again, on those that nobody else has changed since:"]
    lines += [f"  {setting}: {', '.join(names)}" for setting, names in former.items()]
    if lost.restorable:
        lines += [
            f"{OnCountdown.take_back} makes anew what is missing of these:",
            *(f"  {text}" for text in lost.restorable),
        ]
    if lost.for_good:
        lines += ["Not brought back:", *(f"  {visible(text)}" for text in lost.for_good)]
    return lines


def _categories(done: Reverted) -> list[tuple[str, list[str]]]:
    def named(links: Sequence[Link]) -> list[str]:
        return [visible(link.name) for link in links]

    refused = [f"{visible(refusal.link.name)}: {visible(refusal.reason)}" for refusal in done.refused]
    missing = [f"{what} ({visible(why)})" for what, why in done.missing]
    return [
        (f"{count(len(done.back))} put back", named(done.back)),
        (f"as before: {count(len(done.as_before))}", named(done.as_before)),
        (f"{count(len(done.refused))} refused ({_few(refused)})", refused),
        (f"left alone, others changed them since ({_few(named(done.changed_since))})", named(done.changed_since)),
        (f"gone ({_few(named(done.gone))})", named(done.gone)),
        (f"routes and addresses made anew: {count(len(done.returned))}", list(done.returned)),
        (f"not brought back: {_few(missing)}", missing),
    ]


def _few(texts: list[str], most: int = _FEW) -> str:
    more = len(texts) - most
    return "; ".join(texts[:most]) + (f" and {count(more)} more" if more > 0 else "")


def _beside(problem: str) -> str:
    return f" {problem}" if problem else ""
