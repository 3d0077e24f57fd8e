"""The timing engine apart from the kernel: orders, the schedule, statistics, the report in all its forms."""

import csv
import io
import json
import os
import re
import struct
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, get_args

import pytest

from tests.links import until
from tui.netlink.wire import IFLA_GROUP
from tui.timing.child.kinds import apportion
from tui.timing.child.schedule import Forecast, Runs, affordable, stages, turn
from tui.timing.codec import event_json, event_of, record_of
from tui.timing.events import (
    BenchEnd,
    EstimateDue,
    Event,
    HostFacts,
    OthersUse,
    Role,
    RunProgress,
    RunSample,
    SandboxFacts,
    SkippedWay,
    ThrownOutRun,
)
from tui.timing.order import DEFAULT_LINKS, BenchOrder, default_links, default_values, order_for_group
from tui.timing.others import Others, busy
from tui.timing.report import history
from tui.timing.report.collect import Collector
from tui.timing.report.formats import FORMATS
from tui.timing.report.paper import TABLE
from tui.timing.report.reading import duration, loud, ratio_words, reading, times
from tui.timing.report.results import TimingReport
from tui.timing.report.statistics import exponent, extrapolate, median, summary
from tui.timing.report.stored import report_of
from tui.timing.ways.change import Change, Member
from tui.timing.ways.file import open_file
from tui.timing.ways.ip import IpClient
from tui.timing.ways.open import open_client
from tui.timing.ways.operations import OPERATIONS
from tui.timing.ways.ways import WAYS


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"links": ()}, "must ascend"),
        ({"links": (4, 4)}, "must ascend"),
        ({"links": (0,)}, "Between 1 and 65,536"),
        ({"links": (65537,)}, "Between 1 and 65,536"),
        ({"ways": ("group", "magic")}, "no way 'magic'"),
        ({"ways": ()}, "at least one way"),
        ({"operation": "reboot"}, "no operation 'reboot'"),
        ({"state": "odd"}, "'odd'"),
        ({"operation": "up", "state": "up"}, "on ones that are down before, not up"),
        ({"operation": "down", "state": "down"}, "on ones that are up before, not down"),
        ({"values": (1500, 1500)}, "must differ"),
        ({"values": (1279, 1500)}, "at least 1280"),
        ({"operation": "promisc"}, "Promisc is off or on"),
        ({"state": "up", "ipv6": True, "links": (8193,)}, "At most 8,192 interfaces that are up"),
        ({"operation": "up", "ipv6": True, "links": (8193,)}, "At most 8,192 interfaces that are up"),
        ({"kinds": ()}, "at least one kind"),
        ({"repeats": 0}, "Repeat 1 to"),
        ({"budget": 0}, "more than 0 seconds"),
        ({"budget": float("nan")}, "more than 0 seconds"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_in_one_sentence(fields: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        BenchOrder(**fields)


def test_an_order_survives_the_way_to_the_other_process() -> None:
    order = BenchOrder(
        links=(3, 9), kinds=(("veth", 2), ("ifb", 1)), state="mixed", up_share=0.25, sysfs=False, ipv6=True
    )
    assert record_of(BenchOrder, json.loads(json.dumps(asdict(order)))) == order
    assert record_of(BenchOrder, {**json.loads(json.dumps(asdict(order))), "of a later version": 1}) == order
    with pytest.raises(ValueError, match="type int is not what it should be"):
        record_of(BenchOrder, {"links": 5})


@pytest.mark.parametrize(("mtu", "values"), [(1500, (1400, 1500)), (9000, (8900, 9000)), (1300, (1400, 1500))])
def test_runs_alternate_between_the_groups_mtu_and_one_that_ipv6_survives(mtu: int, values: tuple[int, int]) -> None:
    assert default_values("mtu", mtu) == values


@pytest.mark.parametrize(
    ("up", "operation", "state"),
    [(0, "mtu", "down"), (2, "mtu", "mixed"), (4, "mtu", "up"), (2, "up", "down"), (2, "down", "up")],
)
def test_a_groups_mix_is_copied_unless_the_operation_needs_another(up: int, operation: str, state: str) -> None:
    assert order_for_group({"veth": 3, "ifb": 1}, up, 1500, operation).state == state


def test_another_state_than_the_groups_is_taken_where_any_will_do() -> None:
    assert order_for_group({"ifb": 4}, 1, 1500, "mtu", "up").state == "up"
    assert order_for_group({"ifb": 4}, 1, 1500, "up", "up").state == "down"


def test_what_grows_faster_than_the_interfaces_is_measured_with_fewer_of_them() -> None:
    assert default_links("mtu", "up", ipv6=True)[-1] == default_links("up", "down", ipv6=True)[-1] == 1024
    assert default_links("mtu", "up", ipv6=False) == default_links("mtu", "down", ipv6=True) == DEFAULT_LINKS


def test_how_long_one_message_holds_up_others_goes_by_those_that_are_up_with_ipv6() -> None:
    def held(links: int, **rest: Any) -> float:
        return BenchOrder(links=(links,), **rest).held

    # Measured on Linux 6.18: 39.6 s and 11.8 s.
    assert held(8192, state="up", ipv6=True) == pytest.approx(39.6, rel=0.5)
    assert held(8192, operation="promisc", values=(0, 1), state="up", ipv6=True) == pytest.approx(11.8, rel=0.5)
    assert held(8192, state="mixed", up_share=0.25, ipv6=True) == pytest.approx(held(2048, state="up", ipv6=True))
    assert held(8192, state="up", ipv6=True, ways=("sendmsg",)) == 0
    assert held(8192, state="up") == held(8192, ipv6=True) == held(8192, operation="delete") == 0


def test_past_the_budget_goes_what_the_kernel_itself_makes_slow() -> None:
    """Small sizes tell how this machine compares; from there on it isn't in proportion."""
    order = BenchOrder(links=(16, 4096), state="up", ipv6=True)
    forecast, plain = Forecast(order.burden), Forecast()
    for one in (forecast, plain):
        one.note("sendmsg", 256, 0.012)
    expected = [one.expect("sendmsg", 4096) for one in (forecast, plain)]
    assert expected[0] is not None
    assert expected[1] is not None
    assert expected[0] > 5 * expected[1]
    delete = BenchOrder(links=(16, 128), operation="delete")
    assert Forecast(delete.burden).guess("ack", 128) > 2 > Forecast(delete.burden).guess("group", 128)


def test_kinds_are_divided_in_proportion_and_exactly_where_possible() -> None:
    assert apportion({"a": 3, "b": 1}, 8) == {"a": 6, "b": 2}
    assert apportion({"a": 1, "b": 1, "c": 1}, 4) in ({"a": 2, "b": 1, "c": 1},)
    for size in range(1, 50):
        assert sum(apportion({"a": 7, "b": 2, "c": 5}, size).values()) == size


@pytest.mark.parametrize(
    ("expected", "runs"),
    [
        (None, Runs(True, 5)),
        (1.0, Runs(True, 5)),
        (10 / 6, Runs(True, 5)),
        (2.0, Runs(True, 4)),
        (4.0, Runs(True, 1)),
        (9.0, Runs(False, 1)),
        (11.0, Runs(False, 0)),
    ],
)
def test_the_budget_takes_repeats_first_then_the_listening_run_then_all(expected: float | None, runs: Runs) -> None:
    assert affordable(expected, 5, 10.0) == runs


def test_ways_take_turns_so_that_none_is_always_first() -> None:
    orders = [turn(["a", "b", "c"], number) for number in range(6)]
    assert all(sorted(order) == ["a", "b", "c"] for order in orders)
    assert len({order[0] for order in orders}) == 3
    assert orders[0] != orders[1][::1] != orders[1][::-1]
    assert turn([], 3) == []


def test_a_sweep_gets_a_small_size_first_and_more_where_it_begins_large() -> None:
    assert stages((8, 16)) == [(8, False), (16, False)]
    assert stages((128, 256)) == [(16, True), (128, False), (256, False)]
    assert stages((16384,)) == [(16, True), (64, True), (256, True), (16384, False)]


def test_the_forecast_says_nothing_of_what_it_never_saw() -> None:
    forecast = Forecast()
    assert forecast.expect("process", 10) is None
    forecast.note("process", 1000, 1.0)
    assert forecast.expect("process", 2000) == pytest.approx(2.0, rel=0.01)
    assert forecast.cost("process", 2000, Runs(True, 2), 0.5) == pytest.approx(6.5, rel=0.01)
    assert forecast.expect("pyroute2", 10) is None
    assert forecast.guess("pyroute2", 2000) < 1.0


@pytest.mark.parametrize("power", [0.0, 1.0, 1.37, 2.0])
def test_the_exponent_of_a_power_is_found(power: float) -> None:
    assert exponent([(n, 0.003 * n**power) for n in (128, 256, 512, 1024, 2048)]) == pytest.approx(power)


def test_two_sizes_are_too_few_to_speak_of_growth() -> None:
    assert exponent([(128, 1.0), (256, 2.0)]) is None
    assert exponent([]) is None


def test_a_larger_size_is_estimated_by_the_line_through_the_smaller_ones() -> None:
    assert extrapolate([(128, 0.5), (256, 0.9), (512, 1.7)], 1024) == pytest.approx(3.3)
    assert extrapolate([(128, 0.5)], 1024) == pytest.approx(4.0)
    assert extrapolate([(128, 0.5), (256, 0.4)], 512) == pytest.approx(0.8)


def test_median_and_extremes() -> None:
    assert summary([3.0, 1.0, 2.0]) == (2.0, 1.0, 3.0)
    assert median([None, 4.0, 2.0]) == 3.0
    assert median([None]) is None


def test_the_papers_figures_are_those_of_its_table() -> None:
    assert [tuple(row) for row in TABLE] == [
        (128, 0.01, 0.49, 0.01, 0.53),
        (256, 0.02, 1.11, 0.03, 1.15),
        (512, 0.05, 2.57, 0.06, 2.59),
        (1024, 0.17, 7.02, 0.2, 7.51),
        (2048, 0.32, 21.74, 0.36, 23.05),
    ]
    assert TABLE[0].times(sysfs=True) == (0.01, 0.53)


@pytest.mark.parametrize(
    ("way", "ratio", "batch", "words"),
    [
        ("group", 1.0, 1.2, "1 × — what all others are compared with"),
        ("process", 213.4, 1.2, "213 × — over 99% of its time is starting processes"),
        ("process", 213.4, 0.8, "213 × — over 99% of its time is starting processes"),
        ("process", 20.0, 1.2, "20 × — 94% of its time is starting processes"),
        ("process", 213.4, None, "213 × — what that is made of is not known without the way sendmsg"),
        ("process", 0.9, 1.2, "0.9 × — faster than one group message here"),
        ("sendmsg", 1.2, 1.2, "1.2 × — this is what the group message itself saves"),
        ("sendmsg", 1.0, 1.0, "1.0 × — alike"),
        ("sendmsg", 0.7, 0.7, "0.7 × — faster than one group message here"),
        ("ioctl", 1.3, 1.4, "1.3 × — no more than N messages in one send"),
        ("ack", 3.0, 1.5, "3.0 × — 50% of its time is waiting for an answer from the kernel for each interface"),
        ("ip-group", 3.0, 1.2, "3.0 × — 67% of its time is starting one process"),
        ("ip-group", 1.0, 1.2, "1.0 × — alike"),
    ],
)
def test_a_ratio_says_what_it_is_made_of(way: str, ratio: float, batch: float | None, words: str) -> None:
    assert ratio_words(way, ratio, batch) == words
    if way != "group":
        assert ratio_words(way, ratio, batch, alike=True) == f"{times(ratio)} — alike, within the spread of the runs"


def test_no_two_sentences_contradict_each_other_whatever_was_measured() -> None:
    """Shares are of one way's own time, and no part is larger than the whole."""
    for way in WAYS:
        for ratio in (0.1, 0.5, 0.9, 0.95, 1.0, 1.05, 1.2, 1.4, 3.0, 44.0, 173.0, 5000.0):
            for batch in (None, 0.5, 0.9, 1.0, 1.4, 2.5, 200.0):
                words = ratio_words(way, ratio, batch)
                assert "kernel's" not in words
                shares = [int(share) for share in re.findall(r"(\d+)%", words)]
                assert all(0 < share < 100 for share in shares), words
                assert words.count("×") == 1


def test_durations_and_ratios_are_short() -> None:
    assert [duration(s) for s in (0.0000123, 0.0123, 0.123, 1.5, 12345.0)] == [
        "12 µs",
        "12.3 ms",
        "123 ms",
        "1.50 s",
        "12,345 s",
    ]
    assert [times(r) for r in (0.022, 1.23, 213.4, 12345.0)] == ["0.02 ×", "1.2 ×", "213 ×", "12,345 ×"]


def sample(links: int, way: str, seconds: float, role: Role = "counted", **rest: Any) -> RunSample:
    plain = RunSample(links, way, role, seconds, ack_s=seconds, user_s=seconds / 4, system_s=seconds / 2)
    return replace(plain, **rest)


HOST = HostFacts(
    date="2026-11-22T23:57:26+00:00",
    kernel="Linux 6.18",
    machine="x86_64",
    cpu="A|B, “C”",
    cores=2,
    load=(0.5, 0.4, 0.3),
    python="3.11.7",
    iproute2="6.1.0",
    ifgroup="0.1.0",
    root=True,
)
EVENTS: list[Event] = [
    HOST,
    SandboxFacts({"ifb": 512}, sysfs=True, notes=("IPv6 is off.",)),
    *(sample(n, "group", n * t) for n in (128, 256, 512) for t in (1e-5, 3e-5, 1.1e-5)),
    *(sample(n, "sendmsg", n * 1.3e-5) for n in (128, 256, 512)),
    *(sample(n, "ip-group", 0.002 + n * 1.1e-5, ack_s=None) for n in (128, 256, 512)),
    *(sample(n, "process", n * 2e-3, ack_s=None) for n in (128, 256)),
    sample(128, "group", 0.002, "listened", notifications=90, last_notification_s=0.003, lost=True),
    sample(128, "group", 99.0, "warm-up"),
    RunProgress(512, "process", "run 1 of 1", 2.5),
    EstimateDue(512, "process"),
    EstimateDue(512, "sysfs"),
    ThrownOutRun(128, "ack", "counted", "1 of 128 did not change."),
    SkippedWay("ack", 128, "given up"),
    SkippedWay("pyroute2", None, "pyroute2 can't be imported."),
    BenchEnd("done"),
]
ORDER = BenchOrder(links=(128, 256, 512))


@pytest.fixture
def report() -> TimingReport:
    collector = Collector(ORDER)
    for event in EVENTS:
        collector.take(event)
    return collector.report()


def test_every_event_survives_the_way_from_the_other_process() -> None:
    assert {type(event) for event in [*EVENTS, OthersUse(0.5, 2.0)]} == set(get_args(Event))
    for event in [*EVENTS, OthersUse(0.5, 2.0)]:
        assert event_of(json.loads(json.dumps(event_json(event)))) == event


@pytest.mark.parametrize(
    "line",
    [
        "5",
        "{}",
        '{"event": []}',
        '{"event": "Popen"}',
        '{"event": "BenchEnd"}',
        '{"event": "BenchEnd", "how": "somehow"}',
        '{"event": "BenchEnd", "how": []}',
        '{"event": "EstimateDue", "links": true, "way": "group"}',
        '{"event": "EstimateDue", "links": "8", "way": "group"}',
        '{"event": "OthersUse", "cores": NaN, "seconds": 1}',
        '{"event": "OthersUse", "cores": Infinity, "seconds": 1}',
        f'{{"event": "OthersUse", "cores": 1{"0" * 400}, "seconds": 1}}',
        '{"event": "HostFacts", "load": [[1]]}',
        '{"event": "SandboxFacts", "kinds": {"ifb": 1.5}}',
    ],
)
def test_what_is_no_event_is_told_from_one_whatever_it_is(line: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        event_of(json.loads(line))


def test_results_are_medians_with_extremes_of_counted_runs_alone(report: TimingReport) -> None:
    group = report.results[0]
    assert (group.links, group.way, group.repeats) == (128, "group", 3)
    assert (group.median_s, group.min_s, group.max_s) == pytest.approx((128 * 1.1e-5, 128e-5, 384e-5))
    assert (group.notifications, group.notifications_at_least) == (90, True)
    assert (group.messages, group.bytes, group.processes, group.system_calls) == (1, 48, 0, 2)
    assert group.verified


def test_what_the_json_holds_is_stable(report: TimingReport) -> None:
    data = json.loads(FORMATS["json"](report))
    keys = (
        "links operation state way median_s min_s max_s repeats user_s system_s messages bytes processes "
        "notifications verified estimated"
    )
    assert set(keys.split()) <= set(data["results"][0])
    assert {"host", "results", "skipped", "thrown_out", "growth", "paper", "reading"} <= set(data)
    assert data["paper"]["rows"][0]["process_without_sysfs_s"] == 0.49
    assert data["reading"] == reading(report)
    assert data["others"] == {}
    assert data["order"]["ipv6"] is data["sandbox"]["ipv6"] is data["results"][0]["ipv6"] is False


def test_a_report_from_before_ipv6_could_be_on_is_read_as_one_with_it_off(report: TimingReport) -> None:
    data = json.loads(FORMATS["json"](report))
    for known in (data["order"], *data["results"]):
        del known["ipv6"]
    assert report_of(data) == report


@pytest.mark.parametrize(
    ("rest", "factor", "says"),
    [
        ({"operation": "delete"}, 100.0, "one message wins: the kernel takes the whole group off its lists"),
        ({}, 1.3, "one message wins: N messages have to be built"),
        ({}, 1.05, "it is a tie"),
        ({}, 0.5, "one message loses."),
        ({"state": "up"}, 0.8, "The kernel tells everyone of that; N messages by index don't carry it."),
        ({"state": "up", "ipv6": True}, 0.02, "and IPv6 goes through all of its routes for each; N messages"),
        ({"operation": "down", "state": "up", "ipv6": True}, 0.8, "one message loses."),
    ],
)
def test_it_says_where_one_message_wins_ties_and_loses(rest: dict[str, Any], factor: float, says: str) -> None:
    collector = Collector(BenchOrder(links=(128,), **rest))
    for event in (sample(128, "group", 0.1), sample(128, "sendmsg", 0.1 * factor)):
        collector.take(event)
    (verdict,) = (sentence for sentence in reading(collector.report()) if sentence.startswith("Between the two"))
    assert says in verdict


def test_what_an_operation_does_beside_its_work_is_told() -> None:
    for operation, says in (("promisc", "a line to its log for each"), ("delete", "are made anew, which isn't timed")):
        collector = Collector(BenchOrder(links=(128,), operation=operation, values=(0, 1)))
        collector.take(sample(128, "group", 0.1))
        assert any(says in sentence for sentence in reading(collector.report()))


def test_an_estimate_is_marked_and_one_without_grounds_is_none(report: TimingReport) -> None:
    by_key = {(one.links, one.way): one for one in report.results}
    process = by_key[512, "process"]
    assert (process.estimated, process.verified, process.repeats) == (True, False, 0)
    assert process.median_s == pytest.approx(512 * 2e-3)
    assert (512, "sysfs") not in by_key


def test_growth_is_that_of_measured_medians_alone(report: TimingReport) -> None:
    growth = {one.way: one.exponent for one in report.growth}
    assert growth["group"] == pytest.approx(1.0)
    assert "process" not in growth  # two sizes, and an estimate


def test_the_reading_names_ratio_estimate_and_paper(report: TimingReport) -> None:
    text = " ".join(reading(report))
    assert "At 256 interfaces one group message takes 2.82 ms, a process per interface 512 ms: 182 ×" in text
    assert "Figures marked ≈ are estimates" in text
    assert "the last of at least 90 notifications was read 3 ms after the start" in text
    assert "can't be reproduced on one kernel" in text


def test_what_is_known_half_way_is_a_report_too() -> None:
    for known in range(len(EVENTS)):
        collector = Collector(ORDER)
        for event in EVENTS[:known]:
            collector.take(event)
        for form in FORMATS.values():
            assert form(collector.report())


def test_json_parses(report: TimingReport) -> None:
    assert report_of(json.loads(FORMATS["json"](report))) == report


def test_csv_parses_with_the_machine_on_each_line(report: TimingReport) -> None:
    rows = list(csv.DictReader(io.StringIO(FORMATS["csv"](report))))
    assert len(rows) == len(report.results) + 2
    assert all(None not in row and None not in row.values() for row in rows)
    assert {row["cpu"] for row in rows} == {"A|B, “C”"}
    assert {row["kinds"] for row in rows} == {"ifb:512"}
    assert float(rows[0]["median_s"]) == pytest.approx(128 * 1.1e-5)
    assert (rows[0]["estimated"], rows[0]["verified"]) == ("false", "true")
    assert rows[-1]["skipped"] == "pyroute2 can't be imported."
    assert [*rows[0]][-1] == "ipv6"
    assert {row["ipv6"] for row in rows} == {"false"}


def test_markdown_tables_have_as_many_cells_in_each_line(report: TimingReport) -> None:
    report = replace(report, skipped=(SkippedWay("ack", 128, "a | b"),))
    text = FORMATS["markdown"](report)
    grids = [part for part in text.split("\n\n") if part.startswith("|")]
    assert len(grids) == 4
    for grid in grids:
        assert len({line.replace("\\|", "").count("|") for line in grid.splitlines()}) == 1
    assert "| events | state before | IPv6 |" in text
    for heading in (
        "## 512 interfaces, down before, IPv6 off",
        "## Beside the paper",
        "## What it says",
        "## Not measured",
        "## The ways",
    ):
        assert heading in text


def test_the_table_fits_80_columns_and_says_under_which_conditions(report: TimingReport) -> None:
    text = FORMATS["table"](report)
    assert max(map(len, text.splitlines())) <= 80
    for part in (
        "Linux 6.18",
        "A|B",
        "512 ifb",
        "interfaces down before, IPv6 off",
        "512 interfaces, down before, IPv6 off",
        "2026-11-22",
        "IPv6 is off",
        "≈1.02 s",
        "≥90",
    ):
        assert part in text, part
    assert "was thrown out: 1 of 128 did not change." in text
    assert "NOT COMPLETE" not in text


def test_a_report_that_is_not_complete_says_so(report: TimingReport) -> None:
    report = replace(report, ended="stopped")
    assert "NOT COMPLETE. It was stopped" in FORMATS["table"](report)
    assert "NOT COMPLETE. It was stopped" in FORMATS["markdown"](report)


def test_n_messages_in_few_sends_are_those_without_the_group_attribute() -> None:
    assert "without the group attribute" in WAYS["sendmsg"].sentence
    change = Change(OPERATIONS["promisc"], 1)
    group = struct.pack("=HHI", 8, IFLA_GROUP, 7)
    assert group in change.group_message(1, 7)
    assert group not in change.link_message(1, 7, ack=True)


def test_every_way_has_a_sentence_and_costs_that_grow_only_where_it_addresses_each() -> None:
    for way in WAYS.values():
        assert way.sentence.endswith(".")
        small, large = (way.cost(links, OPERATIONS["mtu"], 1500) for links in (8, 4096))
        assert (large.messages + large.system_calls > small.messages + small.system_calls) == way.each


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path


def test_past_runs_are_kept_newest_first_and_loaded_as_they_were(home: Path, report: TimingReport) -> None:
    assert history.runs() == []
    older = history.save(report)
    newer = history.save(replace(report, host=replace(HOST, date="2027-01-02T03:04:05+00:00")))
    assert history.runs() == [newer, older]
    assert older.parent == home / "ifgroup" / "timing"
    assert history.load(older) == report
    for form in FORMATS.values():
        assert form(history.load(older)) == form(report)


def test_a_file_that_is_no_report_is_named_in_one_sentence(home: Path, report: TimingReport) -> None:
    path = history.save(report)
    for content in (b"", b"{}", b"[1]", b'{"host": 1, "results": []}', b"\xff\xfe", path.read_bytes()[:100]):
        path.write_bytes(content)
        with pytest.raises(OSError, match="holds no measurement") as caught:
            history.load(path)
        assert str(path) in str(caught.value)
    path.unlink()
    with pytest.raises(OSError, match="can't be read"):
        history.load(path)


def test_other_files_there_are_left_alone(home: Path, report: TimingReport) -> None:
    path = history.save(report)
    (path.parent / "notes.json").write_text("{}")
    assert history.runs() == [path]


def test_a_relative_data_directory_is_ignored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "here")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert history.directory() == tmp_path / ".local" / "share" / "ifgroup" / "timing"


def test_the_timing_engine_loads_neither_the_toolkit_nor_pyroute2() -> None:
    rooms = "tui.cli.bench, tui.timing.child.worker, tui.timing.report.formats, tui.timing.report.history"
    code = f"import sys, {rooms}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"textual", "rich", "pyroute2", "humanize"} & set(done.stdout.split())


@pytest.mark.parametrize(
    ("host", "others", "says"),
    [
        (HostFacts(cores=2, load=(0.4, 0, 0)), OthersUse(0.19, 30), ""),
        (HostFacts(cores=2, load=(0.4, 0, 0)), OthersUse(0.31, 30), "others used 0.3 of 2 CPUs"),
        (HostFacts(cores=16, load=(1.0, 0, 0)), OthersUse(0.9, 30), ""),
        # A measurement that ended just now leaves a load of 1, and has nothing to do with this one.
        (HostFacts(cores=1, load=(1.1, 0, 0)), OthersUse(0.0, 30), ""),
        (HostFacts(cores=2, load=(12.8, 0, 0)), OthersUse(0.0, 30), "load 12.8 at start, CPUs: 2"),
        (HostFacts(cores=2, load=(12.8, 0, 0)), None, "load 12.8 at start, CPUs: 2"),
        (HostFacts(), None, ""),
    ],
)
def test_a_machine_is_busy_by_what_others_used_or_by_a_load_that_we_can_not_have_left(
    host: HostFacts, others: OthersUse | None, says: str
) -> None:
    assert busy(host, others) == says


def test_a_run_on_a_busy_machine_keeps_its_fits_and_estimates_to_itself() -> None:
    collector = Collector(ORDER)
    for event in [*EVENTS[:-1], OthersUse(1.2, 20.0), EVENTS[-1]]:
        collector.take(event)
    spoilt = collector.report()
    assert spoilt.busy == "others used 1.2 of 2 CPUs"
    assert spoilt.growth == ()
    assert not any(result.estimated for result in spoilt.results)
    for name, form in FORMATS.items():
        text = " ".join(form(spoilt).split())
        assert "others used 1.2 of 2 CPUs" in text, name
        assert "≈" not in text, name
        assert "Growth with N" not in text
    assert "The machine was busy: no estimate is given." in FORMATS["table"](spoilt)
    assert len(loud(spoilt)) < 80
    assert loud(TimingReport(ORDER)) == ""


def test_what_others_use_is_told_apart_from_what_we_use() -> None:
    if not Path("/proc/stat").exists():
        pytest.skip("there is no /proc/stat")
    script = "import time\nwhile time.process_time() < 0.6: pass\ninput()"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE) as other:
        helped, unaware = Others([other.pid]), Others([])
        until(lambda: unaware.due() and other_used(other.pid) >= 0.5, "the other to use a processor")
        ours, theirs = helped.use(), unaware.use()
        used = other_used(other.pid)
        other.communicate(b"\n")
    assert ours is not None
    assert theirs is not None
    # Whatever else runs here, it is the same for both.
    assert theirs.cores * theirs.seconds - ours.cores * ours.seconds == pytest.approx(used, abs=0.2)


def other_used(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_way_that_nobody_knows_is_measured_as_no_other() -> None:
    lo = Member(1, "lo")
    with pytest.raises(ValueError, match="“pairs”"):
        open_client("pairs", lo)
    with pytest.raises(ValueError, match="“pairs”"):
        open_file("pairs", lo)
    client = IpClient("pairs", "/bin/false")
    try:
        with pytest.raises(ValueError, match="“pairs”"):
            client.change(Change(OPERATIONS["mtu"], 1500), [lo], 1)
    finally:
        client.close()
