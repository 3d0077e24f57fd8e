"""A measurement in words: bars, ratios, curves, estimates, comparisons; and what the operator may wish for."""

from dataclasses import replace
from typing import Any, Literal

import pytest

from tui.model.change.sample import Sample
from tui.model.group import Group
from tui.present.column import cells
from tui.present.timing import (
    bars,
    decade,
    decades,
    ending,
    in_full,
    legend,
    progress_words,
    ratios,
    result_words,
    series,
    title,
)
from tui.present.timing_columns import PAST_COLUMNS, SAMPLE_COLUMNS
from tui.present.timing_past import comparison, estimate, last_with, sample_words
from tui.present.words import as_ascii
from tui.screens.timing.run import Request, default_sizes, parse_sizes
from tui.timing.events import BenchEnd, HostFacts, RunProgress, RunSample, SandboxFacts, SkippedWay
from tui.timing.order import BenchOrder
from tui.timing.report.collect import Collector
from tui.timing.report.formats import FORMATS
from tui.timing.report.paper import TABLE
from tui.timing.report.results import TimingReport
from widgets.bars import Scale

WAYS = ("group", "sendmsg", "ip-group", "process", "sysfs")
SECONDS = {"group": 0.00001, "sendmsg": 0.000012, "ip-group": 0.00003, "process": 0.002}
"""For each interface."""


def measured(
    *links: int,
    operation: str = "mtu",
    factor: float = 1.0,
    ended: Literal["done", "stopped", "error"] = "done",
    **rest: Any,
) -> TimingReport:
    """Return a report in which every way takes its time in proportion to the interfaces; sysfs can't run."""
    collector = Collector(BenchOrder(links=links, ways=WAYS, operation=operation, repeats=2, **rest))
    collector.take(HostFacts(date="2026-01-02T03:04:05+00:00", kernel="6.18", load=(0.5,)))
    collector.take(SandboxFacts({"ifb": links[-1]}, sysfs=True))
    collector.take(SkippedWay("sysfs", None, "It is not mounted."))
    for size in links:
        for way, each in SECONDS.items():
            for more in (1.0, 1.01):
                seconds = size * each * factor * more
                collector.take(RunSample(size, way, "counted", seconds, seconds, seconds / 2, seconds / 2))
    collector.take(BenchEnd(ended, "It broke." if ended == "error" else ""))
    return collector.report()


def estimated(report: TimingReport, way: str) -> TimingReport:
    """Return the report with the largest size of a way as an estimate."""
    *_, last = (one for one in report.results if one.way == way)
    guess = replace(last, estimated=True, min_s=None, max_s=None)
    return replace(report, results=tuple(guess if one is last else one for one in report.results))


def on_kernel(report: TimingReport, kernel: str) -> TimingReport:
    return replace(report, host=replace(report.host, kernel=kernel))


def with_sysfs(report: TimingReport, sysfs: bool) -> TimingReport:
    return replace(report, sandbox=replace(report.sandbox, sysfs=sysfs))


SAMPLE = Sample("group dmz (10) MTU 9000", "mtu", 192, 5, True, 1, sent=0.001, acked=0.003, seen=0.009)


def test_a_hundredth_of_a_second_and_twenty_seconds_both_show_on_the_bars() -> None:
    scale = Scale(0.001, 100.0, ())
    lengths = [scale.cells(seconds, 40) for seconds in (0.001, 0.01, 1.0, 20.0, 100.0, 500.0)]
    assert lengths == [1, 8, 24, 34, 40, 40]


@pytest.mark.parametrize(
    ("power", "text"),
    [(-7, "0.1 µs"), (-6, "1 µs"), (-4, "100 µs"), (-3, "1 ms"), (-1, "100 ms"), (0, "1 s"), (3, "1000 s")],
)
def test_the_scale_is_labelled_in_the_units_that_people_use(power: int, text: str) -> None:
    assert decade(power) == text


def test_the_scale_holds_every_median_and_begins_below_the_least() -> None:
    assert decades(measured(100, 1000)) == (-4, 1)
    assert decades(TimingReport(BenchOrder())) is None


def test_a_bar_says_whether_it_is_measured_estimated_skipped_or_still_to_come() -> None:
    report = estimated(measured(128), "process")
    report = replace(report, results=tuple(result for result in report.results if result.way != "ip-group"))
    rows = {row.label: row for row in bars(report, 128)}
    assert [row.seconds is not None for row in rows.values()] == [True, True, False, True, False]
    assert (rows["a process per interface"].figure, rows["a process per interface"].estimated) == ("≈257 ms", True)
    assert (rows["one group message"].figure, rows["one group message"].estimated) == ("1.29 ms", False)
    assert rows["one ip for the group"].figure == "…"
    assert rows["sysfs write each"].figure == "skipped"


def test_the_ratio_is_told_in_words_beside_the_papers() -> None:
    process, sendmsg, paper = ratios(measured(1024), 1024)
    assert process == "a process per interface: 200 × — over 99% of its time is starting processes."
    assert sendmsg == "N messages, one send: 1.2 × — this is what the group message itself saves."
    assert paper == (
        "The paper at 1,024, with sysfs: one `ip` for the group 200 ms, a process per interface 7.51 s: 38 ×."
    )
    assert ratios(estimated(measured(1024), "process"), 1024)[0].startswith("a process per interface (an estimate): ")
    assert len(ratios(measured(1000), 1000)) == 2
    assert len(ratios(measured(1024, operation="txqueuelen"), 1024)) == 2


def test_the_papers_table_is_drawn_over_ours_with_letters_of_its_own_and_without_estimates() -> None:
    report = estimated(measured(128, 256, 512), "process")
    curves = {curve.letter: curve for curve in series(report)}
    assert list(curves) == ["p", "i", "g", "X", "O"]
    assert [links for links, _ in curves["p"].points] == [128, 256]
    assert [links for links, _ in curves["g"].points] == [128, 256, 512]
    assert curves["X"].points == [(row.links, row.process_with_sysfs_s) for row in TABLE]
    assert curves["O"].points == [(row.links, row.group_with_sysfs_s) for row in TABLE]
    assert "paper's Table I, dashed: X a process each, O one `ip` for the group" in legend_words(report)
    assert [letter for letter, curve in curves.items() if curve.papers] == ["X", "O"]
    assert len({curve.tone for curve in curves.values()}) == 5
    named = [field for line in legend(report) for field in line if field.tone]
    assert [(field.text[0], field.tone) for field in named] == [(key, curve.tone) for key, curve in curves.items()]
    assert "kernel: with sysfs. No estimates." in legend_words(report)[-1]
    report = with_sysfs(report, False)
    assert series(report)[3].points == [(row.links, row.process_without_sysfs_s) for row in TABLE]
    assert "kernel: without sysfs" in legend_words(report)[-1]


@pytest.mark.parametrize("sysfs", [True, False])
def test_the_legend_has_room_on_80_columns(sysfs: bool) -> None:
    report = with_sysfs(measured(128), sysfs)
    assert len(legend_words(report)) == 3
    assert max(map(len, legend_words(report))) < 79


def legend_words(report: TimingReport) -> list[str]:
    return ["".join(field.text for field in line) for line in legend(report)]


def test_what_the_paper_did_not_measure_is_not_drawn_over() -> None:
    report = measured(128, operation="up")
    assert [curve.letter for curve in series(report)] == ["p", "i", "g"]
    assert "The paper measured the MTU alone" in legend_words(report)[-1]


def test_a_result_is_told_with_its_cost_and_the_papers_where_it_compared_that_way() -> None:
    report = measured(128)
    by_way = {result.way: result_words(report, result) for result in report.results}
    assert by_way["group"][-1] == "For 128: messages 1, bytes 48, processes 0, system calls 2."
    assert any("The paper at 128" in line for line in by_way["process"])
    assert not any("The paper" in line for line in by_way["sendmsg"])


def test_the_printed_report_is_unwrapped_and_its_figures_keep_their_lines() -> None:
    report = on_kernel(measured(128, 1024), "evil\x1b[7z")
    lines = in_full(report)
    printed = FORMATS["table"](report)
    assert "\x1b" in printed
    assert not any("\x1b" in line for line in lines)
    assert " ".join(" ".join(lines).split()) == " ".join(printed.replace("\x1b", "\\x1b").split())
    assert sum(line.startswith("group  ") for line in lines) == 2
    assert not any(line.startswith("  ") for line in lines)


def test_progress_tells_what_is_done_and_what_is_left() -> None:
    event = RunProgress(1024, "process", "run 2 of 3", 23.0)
    assert progress_words(event, 12.6) == "about 13 s left; at 1,024: a process per interface, run 2 of 3"
    assert progress_words(event, 22.6).startswith("about 25 s left")
    assert progress_words(replace(event, way="", text="\x1b"), None) == ("time left: not known yet; at 1,024: \\x1b")
    assert progress_words(event, 600).startswith("about 10 min left")
    assert "starting" in progress_words(None, None)


@pytest.mark.parametrize(
    ("ended", "text", "tone"),
    [
        ("done", "Done in 12 s, 4 results. Kept as x.json (h).", "good"),
        ("stopped", "Stopped; what was measured until then stays: 4 results. Kept as x.json (h).", "warn"),
        ("error", "It broke. Its interfaces vanished with it. Kept as x.json (h).", "bad"),
    ],
)
def test_the_end_is_told_with_what_is_kept(ended: Literal["done", "stopped", "error"], text: str, tone: str) -> None:
    assert ending(measured(8, ended=ended), 12.3, "x.json", "") == (text, tone)


def test_an_end_with_nothing_measured_says_so() -> None:
    report = replace(measured(8), results=())
    assert ending(report, 1.0, "", "") == ("Nothing could be measured. sysfs: It is not mounted.", "bad")
    assert ending(replace(report, ended="stopped"), 1.0, "", "").text == "Stopped; nothing was measured yet."
    failed = replace(report, ended="error", error="There is no namespace.", sandbox=SandboxFacts())
    assert ending(failed, 1.0, "", "").text == "There is no namespace."
    assert "It is not kept: The disk is full." in ending(measured(8), 1.0, "", "The disk is full.").text


@pytest.mark.parametrize(
    ("links", "seconds"), [(128, 0.2573), (64, 0.1286), (192, 0.3859), (1024, 2.0582), (4096, 8.2330)]
)
def test_estimates_follow_what_was_measured(links: int, seconds: float) -> None:
    assert estimate(measured(128, 256, 1024), "process", links) == pytest.approx(seconds, rel=1e-3)


def test_nothing_is_estimated_from_estimates_or_from_nothing() -> None:
    assert estimate(measured(128), "pyroute2", 5) is None
    assert estimate(estimated(measured(128), "process"), "process", 5) is None


def test_a_real_change_stands_beside_estimates_that_are_marked() -> None:
    report = measured(128, 256)
    shown = [field.text for field in cells(SAMPLE_COLUMNS, 3, SAMPLE, report)]
    assert shown == ["3", "group dmz (10) MTU 9000", "192", "1 ms", "3 ms", "9 ms", "–", "–", "~386 ms"]
    first, second = sample_words(SAMPLE, report)
    assert "192 interfaces, 5 of them up" in first
    assert "sent after 1 ms, ACK after 3 ms, last member seen after 9 ms" in first
    assert "took 2 ms. Estimates for that, by the last measurement (2026-01-02 03:04, mtu, interfaces down)" in second
    assert "a process per interface ~386 ms (193 ×)" in second
    assert "There is nothing to estimate from" in sample_words(SAMPLE, None)[1]


def test_no_ratio_is_given_between_a_change_and_a_measurement_of_other_work() -> None:
    words = sample_words(SAMPLE, measured(128, operation="up"))[1]
    assert "a process per interface ~386 ms." in words
    assert "That was other work than mtu: no ratio is given." in words
    assert "×" not in words


def test_estimates_come_from_the_last_measurement_of_the_same_work_or_else_the_last() -> None:
    mtu, up, empty = measured(8), measured(8, operation="up"), replace(measured(8), results=())
    assert last_with([empty, up, mtu], "mtu") is mtu
    assert last_with([empty, up, mtu], "retag") is up
    assert last_with([empty], "mtu") is None


def test_what_takes_a_hundred_times_as_long_stands_for_no_other_work() -> None:
    delete, crowded = measured(8, operation="delete"), measured(8, state="up", ipv6=True)
    assert last_with([delete], "retag") is last_with([crowded], "retag") is None
    assert last_with([delete, crowded], "mtu") is crowded
    assert last_with([crowded, delete], "delete") is delete


def test_two_runs_are_compared_result_by_result_with_what_else_differs() -> None:
    past, latest = on_kernel(measured(128, 512), "6.1\x1b[7z"), measured(128, 256, factor=2.0)
    lines = comparison(past, latest)
    assert "differs: kernel: 6.1\\x1b[7z → 6.18" in lines
    rows = [line.split(maxsplit=2) for line in lines if line.lstrip().startswith(("128", "256", "512"))]
    assert [row[:2] for row in rows] == [["128", way] for way in SECONDS]
    assert all(row[2].endswith("2.0 × as long") for row in rows)
    assert all("2.0 × faster" in line for line in comparison(latest, measured(128))[-4:])


def test_runs_whose_extremes_overlap_are_called_alike() -> None:
    assert all("alike (within the spread of the runs)" in line for line in comparison(measured(8), measured(8))[-4:])


def test_runs_of_other_work_or_other_sizes_are_compared_with_care() -> None:
    assert any("did not measure the same work" in line for line in comparison(measured(8), measured(8, operation="up")))
    assert comparison(measured(8), measured(9))[-1] == "They have no size and way in common."


def test_a_past_run_shows_its_figures_at_its_largest_size() -> None:
    assert [field.text for field in cells(PAST_COLUMNS, estimated(measured(8, 1024, ended="stopped"), "process"))] == [
        "2026-01-02 03:04",
        "mtu down",
        "8…1,024",
        "10.3 ms",
        "≈2.06 s",
        "200 ×",
        "stopped",
    ]


@pytest.mark.parametrize(
    ("members", "sizes"),
    [
        (0, (128, 256, 512, 1024, 2048)),
        (256, (128, 256, 512, 1024, 2048)),
        (93, (93, 128, 256, 512, 1024, 2048)),
        (16384, (128, 256, 512, 1024, 2048, 16384)),
        (16385, (128, 256, 512, 1024, 2048)),
    ],
)
def test_the_papers_sizes_are_measured_and_the_groups_own_if_it_isnt_too_large(
    members: int, sizes: tuple[int, ...]
) -> None:
    assert default_sizes(members) == sizes


def test_sizes_are_read_as_people_type_them() -> None:
    assert parse_sizes(" 512, 128 256,128") == (128, 256, 512)
    for text in ("", "a", "-1", "0", "99999999"):
        with pytest.raises(ValueError, match=r"\.$"):
            parse_sizes(text)


def test_an_order_copies_the_groups_kinds_and_mix_at_every_size() -> None:
    group = Group(10, 4, 1, ((9000, 4),), ((b"veth", 3), (b"", 1)))
    order = Request(links=(8, 16)).order(group)
    assert (order.links, order.state, order.up_share, order.values) == ((8, 16), "mixed", 0.25, (8900, 9000))
    assert order.kinds == (("veth", 3), ("", 1))
    assert Request("down", (8,)).order(group).state == "up"
    assert Request(links=(8,)).order(Group(10, 0, 0, (), ())).kinds == (("auto", 1),)
    text = title("group dmz (10)", group, order)
    assert text == " timing: MTU 8900 ↔ 9000 bytes on 8…16 links   group dmz (10): 4, 1 up"


def test_every_sign_that_is_used_has_a_spelling_in_ascii() -> None:
    report = estimated(measured(8, 1024), "process")
    texts = [*in_full(report), *ratios(report, 8), *legend_words(report), *sample_words(SAMPLE, report)]
    texts += [row.figure for row in bars(report, 1024)] + comparison(report, report)
    assert "?" not in as_ascii("\n".join(texts))
