"""What the figures mean, in sentences: ratios in words, and what they can and can't say beside the paper's."""

from collections.abc import Iterator, Sequence

from tui.timing.report.paper import CLAIMS, TABLE, Row
from tui.timing.report.results import Growth, Result, TimingReport
from tui.timing.report.statistics import exponent
from tui.timing.ways.ways import WAYS

_NEARLY = 1.1  # ratios that near each other are called alike


def times(ratio: float) -> str:
    """Return a ratio as text: "0.02 ×", "1.2 ×", "213 ×"."""
    return f"{ratio:,.0f} ×" if ratio >= 10 else f"{ratio:.1f} ×" if ratio >= 0.1 else f"{ratio:.1g} ×"


def duration(seconds: float) -> str:
    """Return seconds as text, three digits or so."""
    if seconds < 0.001:
        return f"{seconds * 1e6:,.0f} µs"
    if seconds < 1:
        return f"{seconds * 1e3:.3g} ms" if seconds < 0.1 else f"{seconds * 1e3:.0f} ms"
    return f"{seconds:,.2f} s" if seconds < 100 else f"{seconds:,.0f} s"


def ratio_words(way: str, ratio: float, batch: float | None, alike: bool = False) -> str:
    """Say how a way's time compares with that of one group message, and what most of it goes into.

    ``batch``: the same ratio of N messages in one send, which are the same changes made one by one and nothing
    besides; what a way takes beyond that is its own. None: not measured. ``alike``: some run of this way was as fast
    as some run with the group message, so that the two can't be told apart.
    """
    if way == "group":
        return "1 × — what all others are compared with"
    if alike:
        return f"{times(ratio)} — alike, within the spread of the runs"
    if ratio < 1 / _NEARLY:
        return f"{times(ratio)} — faster than one group message here"
    if ratio <= _NEARLY:
        return f"{times(ratio)} — alike"
    if way == "sendmsg":
        return f"{times(ratio)} — this is what the group message itself saves"
    rest = WAYS[way].rest
    if not WAYS[way].each:
        return f"{times(ratio)} — {_share(1 - 1 / ratio)} of its time is {rest}"
    if batch is None:
        return f"{times(ratio)} — what that is made of is not known without the way sendmsg"
    if ratio <= batch * _NEARLY:
        return f"{times(ratio)} — no more than N messages in one send"
    return f"{times(ratio)} — {_share(1 - batch / ratio)} of its time is {rest}"


def _share(part: float) -> str:
    return "over 99%" if part > 0.99 else f"{part:.0%}"


def reading(report: TimingReport) -> list[str]:
    """Return what a report says, sentence by sentence; empty where nothing was measured."""
    results = report.results
    if not results:
        return []
    return [
        *_headline(results),
        *_verdict(report),
        *_processor(report),
        *_notifications(results),
        *_growth(report.growth),
        *_beside_the_paper(report),
        *_cautions(report),
    ]


def _at_most(results: Sequence[Result], *ways: str) -> list[Result] | None:
    """Return the results of ``ways`` at the largest size at which there are all of them, measured if possible."""
    by_key = {(result.links, result.way): result for result in results}
    for wanted in (False, None):
        for links in sorted({links for links, _ in by_key}, reverse=True):
            found = [by_key.get((links, way)) for way in ways]
            if all(one is not None and wanted in (None, one.estimated) for one in found):
                return [one for one in found if one is not None]
    return None


def _headline(results: Sequence[Result]) -> Iterator[str]:
    if pair := _at_most(results, "group", "process"):
        group, process = pair
        marked = " (an estimate)" if process.estimated else ""
        yield (
            f"At {group.links:,} interfaces one group message takes {duration(group.median_s)}, a process per "
            f"interface {duration(process.median_s)}{marked}: {process.ratio_words}."
        )
    if pair := _at_most(results, "group", "sendmsg"):
        group, sendmsg = pair
        marked = " (an estimate)" if sendmsg.estimated else ""
        yield (
            f"The same changes one by one, all messages in one send, take {duration(sendmsg.median_s)} at "
            f"{group.links:,}{marked}: {sendmsg.ratio_words}. What the other ways take beyond that goes into how they "
            "talk to the kernel."
        )


def _verdict(report: TimingReport) -> Iterator[str]:
    """Say whether one message wins, ties or loses against N of them without the group attribute, and why."""
    pair = _at_most(report.results, "group", "sendmsg")
    if pair is None or pair[1].ratio is None:
        return
    group, sendmsg = pair
    order, ratio = report.order, pair[1].ratio
    if group.overlaps(sendmsg) or 1 / _NEARLY <= ratio <= _NEARLY:
        yield "Between the two it is a tie: the kernel's work on each interface is the same, in one message or in N."
    elif ratio > 1:
        why = (
            "the kernel takes the whole group off its lists and waits once until nobody uses any of it; otherwise it "
            "waits for each interface (unregister_netdevice_many)"
            if order.work.deletes
            else "N messages have to be built, sent and read"
        )
        yield f"Between the two one message wins: {why}."
    else:
        walk = " and IPv6 goes through all of its routes for each" if order.crowded(group.links) else ""
        why = (
            ": it carries the group attribute, which counts as a change of each interface that is up. The kernel tells "
            f"everyone of that{walk}; N messages by index don't carry it"
            if order.state != "down" and not order.work.one_way
            else ""
        )
        yield f"Between the two one message loses{why}."


def _processor(report: TimingReport) -> Iterator[str]:
    """Say what the paper saw with perf: with groups, proportionately less time in user space."""
    pair = _at_most(report.results, "group", "process") or []
    # An estimate has neither.
    split = [(one.user_s, one.system_s) for one in pair if one.user_s is not None and one.system_s is not None]
    if len(split) < 2:
        return
    used = [user + system for user, system in split]
    yield (
        f"Processor time for it: {duration(used[0])} with the group message, {duration(used[1])} with a process per "
        f"interface."
    )
    if any(one.cpu_split_coarse for one in pair) or not all(used):
        return
    shares = [user / total for (user, _), total in zip(split, used, strict=True)]
    besides = " and deletes one interface after the other" if report.order.work.deletes else ""
    seen = "as the paper's perf saw it" if shares[0] < shares[1] else "other than the paper's perf saw it"
    yield (
        f"Of that, {shares[0]:.0%} is user time with the group message and {shares[1]:.0%} with processes, {seen}. "
        f"The other {duration(split[1][1])} with processes are the kernel's, which starts and ends them{besides}."
    )


def _notifications(results: Sequence[Result]) -> Iterator[str]:
    """Say when the last notification came, and what it cost that somebody listened."""
    found = _at_most([result for result in results if result.last_notification_s is not None], "group")
    for group in found or ():
        took, last = group.listened_s or 0.0, group.last_notification_s or 0.0
        at_least = "at least " if group.notifications_at_least else ""
        yield (
            f"With somebody listening, the group message at {group.links:,} took {duration(took)} "
            f"({times(took / group.median_s)} of the median without), and the last of {at_least}"
            f"{group.notifications:,} notifications was read {duration(last)} after the "
            "start."
        )


def _growth(growth: Sequence[Growth]) -> Iterator[str]:
    if growth:
        parts = [f"{one.way} N^{one.exponent:.2f}" for one in growth]
        sizes = growth[0].links
        yield f"Growth with N interfaces, {sizes[0]:,} … {sizes[-1]:,}: {', '.join(parts)} (1 is linear)."


def paper_row(links: int) -> Row | None:
    """Return the paper's figures for so many interfaces, if it has any."""
    return next((row for row in TABLE if row.links == links), None)


def _beside_the_paper(report: TimingReport) -> Iterator[str]:
    if report.order.operation != "mtu":
        return
    sysfs = report.sandbox.sysfs
    pairs = [row.times(sysfs) for row in TABLE]
    exponents = [exponent([(row.links, pair[n]) for row, pair in zip(TABLE, pairs, strict=True)]) for n in (0, 1)]
    claims = ", ".join(
        f"{row.times(sysfs)[1] / row.times(sysfs)[0]:.0f} × at {row.links:,} (its text says {CLAIMS[row.links]} ×)"
        for row in TABLE
        if row.links in CLAIMS
    )
    yield (
        f"The paper's own table, {'with' if sysfs else 'without'} sysfs: {claims}; both columns grow faster than "
        f"linearly (N^{exponents[0]:.2f} with groups, N^{exponents[1]:.2f} without)."
    )
    yield (
        "The paper compares one process with N processes (here: ip-group with process), so its ratio is mostly that of "
        "processes; it has nothing between the two."
    )
    yield (
        "sysfs: the paper built kernels with and without it. Here it is "
        + ("mounted" if sysfs else "hidden")
        + " in the sandbox, which decides whether the way sysfs can run; the kernel keeps its entries either way, and "
        "making an interface pays for them. So the paper's two columns can't be reproduced on one kernel."
    )


def _cautions(report: TimingReport) -> Iterator[str]:
    if any(result.estimated for result in report.results):
        yield "Figures marked ≈ are estimates, by the straight line through what was measured at smaller sizes."
    yield (
        "The clock runs from building the messages to the last answer; sockets are opened and libraries imported "
        "before. Notifications are counted in a run of their own, which counts towards no time."
    )
    if report.order.work.caution:
        yield report.order.work.caution
    if any(result.cpu_split_coarse for result in report.results):
        yield (
            "Processor times marked ~: their sum is exact, but the kernel tells user from system by its tick, and "
            "these runs were too short for that."
        )


def loud(report: TimingReport) -> str:
    """Return the line that says that a busy machine spoilt the run; empty: it didn't."""
    return f"BUSY MACHINE: {report.busy}: times too long, no fits or estimates" if report.busy else ""
