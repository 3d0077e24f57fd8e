"""The measuring process: what it tells, that it throws out what didn't happen, and that nothing of it is left."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.links import REAL_ROOT, Ip, cheap_kind, until
from tests.terminal import ROOT
from tui.netlink.dump import read_links
from tui.timing.events import BenchEnd, Event, HostFacts, OthersUse, RunSample
from tui.timing.order import BenchOrder, default_values, order_for_group
from tui.timing.others import Judge
from tui.timing.report.collect import Collector
from tui.timing.report.results import TimingReport
from tui.timing.runner import CODE, Run
from tui.timing.ways.operations import OPERATIONS
from tui.timing.ways.ways import WAYS

CHEAP = ("group", "sendmsg", "ack")


def nobody(host: HostFacts, others: OthersUse | None) -> str:
    """Let nothing else that runs here decide whether there are estimates."""
    return ""


def measured(order: BenchOrder, judge: Judge = nobody, code: str = CODE) -> TimingReport:
    """Carry an order out; return its report."""
    collector = Collector(order, judge)
    for event in Run(order, code):
        collector.take(event)
    report = collector.report()
    assert report.ended == "done", report.error
    return report


BEFORE: set[int] = set()
"""Our children from before the test, such as multiprocessing's tracker, which lives as long as we do."""


@pytest.fixture(autouse=True)
def begin_with_the_children_of_others() -> None:
    BEFORE.clear()
    BEFORE.update(children())


def children() -> set[int]:
    """Return the living processes that are our children, or whose session one in STARTED leads."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            name_and_rest = path.read_text()
        except OSError:
            continue
        fields = name_and_rest.rpartition(")")[2].split()
        parent, session = int(fields[1]), int(fields[3])
        pid = int(path.parent.name)
        if fields[0] != "Z" and (parent == os.getpid() or session in STARTED) and pid != os.getpid():
            found.add(pid)
    return found - BEFORE


STARTED: set[int] = set()


def begun(order: BenchOrder) -> tuple[Run, list[Event]]:
    """Start measuring; return once the first sample came, with all that came until then."""
    run = Run(order)
    events = []
    for told in run:
        events.append(told)
        if isinstance(told, RunSample):
            break
    process = run.process
    assert process is not None
    STARTED.add(process.pid)
    return run, events


def problem(events: list[Event]) -> str:
    """Return what went wrong, by the last event."""
    assert isinstance(events[-1], BenchEnd)
    assert events[-1].how == "error"
    return events[-1].text


CHILD = "import sys; sys.path.insert(0, sys.argv[1]); {}; from tui.timing.child.worker import main; main()"
LONG = BenchOrder(links=(64,), ways=("group", "process"), repeats=500, budget=1000.0)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_way_is_measured_and_read_back(netns: None, operation: str) -> None:
    state = "up" if operation == "down" else "down"
    values = (1300, 1400) if operation == "mtu" else default_values(operation)
    report = measured(BenchOrder(links=(16,), operation=operation, state=state, repeats=2, values=values))
    # By ioctl and sysfs the kernel takes a queue length from the machine's own root alone.
    barred = {"ioctl", "sysfs"} if operation == "txqueuelen" and not REAL_ROOT else set()
    cant = OPERATIONS[operation].cant
    assert [result.way for result in report.results] == [way for way in WAYS if way not in {*barred, *cant}]
    assert {one.way for one in report.skipped} >= barred
    assert {one.way: one.reason for one in report.skipped if one.way in cant} == cant
    assert {one.way for one in report.thrown_out} == barred
    for result in report.results:
        assert result.verified
        assert (result.links, result.repeats, result.estimated) == (16, 2, False)
        least, most, notifications = result.min_s, result.max_s, result.notifications
        assert least is not None
        assert most is not None
        assert notifications is not None
        assert 0 < least <= result.median_s <= most
        assert notifications >= 16
        assert result.last_notification_s
        assert result.user_s or result.system_s
    assert sum(report.sandbox.kinds.values()) == 16


def test_a_group_message_tells_of_members_that_are_up_twice(netns: None) -> None:
    results = measured(BenchOrder(links=(16,), ways=CHEAP, state="up", repeats=1)).results
    assert [result.notifications for result in results] == [32, 16, 16]


def test_a_group_message_tells_of_members_that_are_up_without_a_change_of_theirs_too(netns: None) -> None:
    order = BenchOrder(links=(16,), ways=CHEAP, operation="promisc", values=(0, 1), state="up", repeats=1, ipv6=True)
    if not Path("/proc/sys/net/ipv6").exists():
        pytest.skip("this kernel has no IPv6")
    report = measured(order)
    assert [result.notifications for result in report.results] == [32, 16, 16]
    assert all(result.ipv6 for result in report.results)


def test_what_is_deleted_is_made_anew_with_its_kinds_and_states(netns: None) -> None:
    kinds = (("auto", 3), ("veth", 1))
    order = BenchOrder(
        links=(4, 8), operation="delete", ways=("group", "ack"), kinds=kinds, state="mixed", up_share=0.5, repeats=2
    )
    report = measured(order)
    assert [(one.links, one.repeats) for one in report.results] == [(4, 2), (4, 2), (8, 2), (8, 2)]
    assert sum(report.sandbox.kinds.values()) == 8
    assert not report.thrown_out


def test_nothing_of_where_it_was_started_is_deleted(ip: Ip) -> None:
    """Not even what has the sandbox's names and its group."""
    for name in ("t00000", "t00001"):
        ip("link", "add", name, "group", "7", "type", cheap_kind(ip))
    before = {link.ifindex: link.name for link in read_links().values()}
    report = measured(BenchOrder(links=(4,), operation="delete", repeats=1))
    assert report.results
    assert {link.ifindex: link.name for link in read_links().values()} == before


OUTSIDE = """
import sys; sys.path.insert(0, sys.argv[1])
from tui.netlink.namespace import CLONE_NEWNET, unshare
from tui.timing.child.sandbox import Sandbox
from tui.timing.child.sweep import TOOLS, Sweep
from tui.timing.child.listener import Listener
from tui.timing.events import RunSample
from tui.timing.order import BenchOrder
order = BenchOrder(links=(4,), operation="delete", ways=("group",), repeats=1)
sandbox, listener = Sandbox(order), Listener()
looks = []
def unchanged_then_left(*rest):
    looks.append(TOOLS.unchanged(*rest))
    if len(looks) == 2:  # the last one before what is to be measured
        unshare(CLONE_NEWNET)
    return looks[-1]
tools = TOOLS._replace(unchanged=unchanged_then_left)
try:
    Sweep(order, sandbox, listener, lambda event: isinstance(event, RunSample) and print("deleted"), tools).run()
except OSError as error:
    print(error.strerror)
listener.close()
"""


def test_elsewhere_than_in_its_own_namespace_it_deletes_nothing(netns: None) -> None:
    line = [sys.executable, "-c", OUTSIDE, str(ROOT)]
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.splitlines() == ["Nothing is deleted: this may not be the sandbox's own network namespace."], (
        done.stderr
    )


def test_a_member_that_refuses_has_the_run_thrown_out_and_nothing_averaged(netns: None) -> None:
    # A bridge takes at most 65535 bytes, ifb and dummy more.
    order = BenchOrder(links=(16,), ways=CHEAP, kinds=(("auto", 15), ("bridge", 1)), values=(1500, 70000), repeats=3)
    report = measured(order)
    if "bridge" not in report.sandbox.kinds:
        pytest.skip("no bridges here")
    assert report.thrown_out
    reasons = {thrown.reason.partition(" (")[0].rstrip(".") for thrown in report.thrown_out}
    assert reasons == {
        "1 of 16 interfaces did not change",
        "1 of 16 interfaces refused to be put where they can be changed",
    }
    given_up = {skipped.way for skipped in report.skipped}
    assert given_up == set(CHEAP)
    # Going back is no better: the bridge has that MTU already.
    assert report.results == ()


def test_a_group_is_copied_with_its_kinds_its_mix_and_its_mtu(netns: None) -> None:
    order = order_for_group({"ifb": 5, "bridge": 2, "nonsense": 1}, 4, 9000, "mtu", ways=("group",), repeats=1)
    assert (order.links, order.state, order.values) == ((8,), "mixed", (8900, 9000))
    report = measured(order)
    assert sum(report.sandbox.kinds.values()) == 8
    assert any("nonsense can't be made here" in note for note in report.sandbox.notes)
    assert report.results[0].notifications == 8 + 4  # the four that are up are told of twice


def test_peers_are_not_measured(netns: None) -> None:
    report = measured(BenchOrder(links=(8,), ways=("group",), kinds=(("veth", 1),), repeats=1))
    if "veth" not in report.sandbox.kinds:
        pytest.skip("no veth here")
    assert report.results[0].notifications == 8


def test_without_sysfs_its_way_is_left_out_with_the_reason(netns: None) -> None:
    report = measured(BenchOrder(links=(4,), ways=("group", "sysfs"), repeats=1, sysfs=False))
    assert [result.way for result in report.results] == ["group"]
    assert report.sandbox.sysfs is False
    assert [(one.way, one.reason) for one in report.skipped] == [("sysfs", "sysfs is not mounted in the sandbox.")]


def test_without_ip_its_ways_are_left_out_with_the_reason(netns: None) -> None:
    code = CHILD.format("import tui.timing.ways.ip as ip; ip.ip_path = lambda: None")
    report = measured(BenchOrder(links=(4,), ways=("group", "ip-group", "process"), repeats=1), code=code)
    assert {one.way for one in report.skipped} == {"ip-group", "process"}
    assert "not installed" in report.skipped[0].reason


def test_past_the_budget_slow_ways_are_estimated_and_marked(netns: None) -> None:
    order = BenchOrder(links=(16, 32, 64, 600), ways=("group", "process"), repeats=1, budget=0.3)
    results = {(one.links, one.way): one for one in measured(order).results}
    large = results[600, "process"]
    assert large.estimated
    assert not large.verified
    assert (large.repeats, large.min_s) == (0, None)
    assert large.median_s > results[16, "process"].median_s
    assert not results[600, "group"].estimated


def test_a_single_large_size_gets_small_ones_to_estimate_from(netns: None) -> None:
    order = BenchOrder(links=(1000,), ways=("group", "process"), repeats=1, budget=0.5)
    report = measured(order)
    assert {one.links for one in report.results} == {1000}
    assert report.results[1].estimated
    assert report.growth == ()


def test_it_tells_how_busy_others_keep_the_machine(netns: None) -> None:
    told: list[OthersUse | None] = []

    def judge(host: HostFacts, others: OthersUse | None) -> str:
        told.append(others)
        return "they are busy"

    report = measured(BenchOrder(links=(16, 32, 64, 600), ways=("group", "process"), repeats=2, budget=0.3), judge)
    assert report.others == told[-1]
    assert report.others is not None
    assert report.others.seconds > 1
    assert 0 <= report.others.cores <= report.host.cores
    assert not any(one.estimated for one in report.results)
    assert (report.growth, report.busy) == ((), "they are busy")


def test_stopped_in_the_middle_keeps_what_was_measured_and_leaves_no_process(netns: None) -> None:
    run, events = begun(LONG)
    run.stop()
    events += run
    assert events[-1] == BenchEnd("stopped")
    collector = Collector(LONG)
    for event in events:
        collector.take(event)
    assert collector.report().ended == "stopped"
    until(lambda: not children(), "every process to end")
    run.stop()
    assert list(run) == []


def test_stopped_before_it_began_there_is_nothing(netns: None) -> None:
    run = Run(LONG)
    run.stop()
    assert [*run][-1] == BenchEnd("stopped")
    until(lambda: not children(), "every process to end")


def netns_of(pid: int) -> str:
    return os.readlink(f"/proc/{pid}/ns/net")


def holders(identity: str) -> list[str]:
    """Return the processes that live in a network namespace."""
    found = []
    for link in Path("/proc").glob("[0-9]*/ns/net"):
        try:
            if os.readlink(link) == identity:
                found.append(str(link))
        except OSError:
            continue
    return found


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_killed_from_outside_it_says_so_and_leaves_neither_process_nor_namespace(
    netns: None, how: signal.Signals
) -> None:
    run, events = begun(LONG)
    assert run.process is not None
    identity = netns_of(run.process.pid)
    assert identity != os.readlink("/proc/thread-self/ns/net")
    os.kill(run.process.pid, how)
    events += run
    assert how.name in problem(events)
    assert any(isinstance(event, RunSample) for event in events)
    until(lambda: not children() and not holders(identity), "every process to end")


PARENT = """
import os, sys
sys.path.insert(0, sys.argv[1])
from tui.timing.events import RunSample
from tui.timing.order import BenchOrder
from tui.timing.runner import CODE, Run
run = Run(BenchOrder(links=(64,), ways=("process",), repeats=500, budget=1000.0))
for event in run:
    if isinstance(event, RunSample):
        break
print(run.process.pid, flush=True)
if sys.argv[2] == "forked" and os.fork() == 0:
    # It holds the other end of the measuring process's input, which therefore doesn't end.
    print(os.getpid(), flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("how", ["alone", "forked"])
def test_it_dies_with_the_process_that_started_it(netns: None, how: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(ROOT), how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
    ) as parent:
        assert parent.stdout is not None
        identity = netns_of(int(parent.stdout.readline()))
        if how == "forked":
            parent.stdout.readline()
        parent.kill()
        parent.wait()
        until(lambda: not holders(identity), "the measuring process to end")


def test_it_ends_when_its_input_does(netns: None) -> None:
    run, events = begun(LONG)
    assert run.process is not None
    assert run.process.stdin is not None
    run.process.stdin.close()
    events += run
    assert problem(events)
    until(lambda: not children(), "every process to end")


IPV6 = """
import sys; sys.path.insert(0, sys.argv[1])
from tui.timing.order import BenchOrder
from tui.timing.child.sandbox import Sandbox
sandbox = Sandbox(BenchOrder(state="up", ipv6=sys.argv[2] == "True", kinds=(("veth", 2), ("auto", 1))))
members = sandbox.grow(3, lambda made: None)
sandbox.put(members)
facts = sandbox.facts()
print(open(f"/proc/sys/net/ipv6/conf/{members[0].name}/disable_ipv6").read().strip(), facts.ipv6, *facts.notes)
"""


@pytest.mark.parametrize(
    ("on", "says"),
    [
        (False, "1 False IPv6 is off in the sandbox"),
        (True, "0 True IPv6 is on: of 3 interfaces that are up, 3 have an address of it."),
    ],
)
def test_ipv6_is_off_in_the_sandbox_unless_it_is_ordered_and_that_is_said(netns: None, on: bool, says: str) -> None:
    if not Path("/proc/sys/net/ipv6").exists():
        pytest.skip("this kernel has no IPv6")
    line = [sys.executable, "-c", IPV6, str(ROOT), str(on)]
    done = subprocess.run(line, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.startswith(says)


def test_ipv6_that_stays_on_is_never_said_to_be_off(netns: None) -> None:
    if not Path("/proc/sys/net/ipv6").exists():
        pytest.skip("this kernel has no IPv6")
    # As a container has it whose /proc/sys is read-only.
    code = CHILD.format("import pathlib; pathlib.Path.write_text = lambda *_: open('/nowhere/at/all')")
    report = measured(BenchOrder(links=(2,), ways=("group",), repeats=1), code=code)
    assert report.results[0].ipv6
    assert report.condition == "down before, IPv6 on"
    assert report.sandbox.notes == ("IPv6 can't be turned off in the sandbox: its work is measured along.",)


def test_where_there_is_no_ipv6_nothing_is_measured_as_if_there_were(netns: None) -> None:
    code = CHILD.format(
        "import tui.timing.child.sandbox as s, pathlib; s._IPV6 = pathlib.Path('/proc/sys/net/nothing')"
    )
    events = list(Run(BenchOrder(links=(2,), ways=("group",), repeats=1, state="up", ipv6=True), code))
    assert problem(events) == "IPv6 can't be turned on in the sandbox: measure without it."


def test_no_file_of_the_current_directory_is_run(netns: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit(7)")
    (tmp_path / "tui").mkdir()
    (tmp_path / "tui" / "__init__.py").write_text("raise SystemExit(8)")
    monkeypatch.chdir(tmp_path)
    assert measured(BenchOrder(links=(2,), ways=("group",), repeats=1)).results


def test_where_no_namespace_can_be_made_it_says_why_in_one_sentence(netns: None) -> None:
    code = CHILD.format("from tests.act import give_up_capability as f; f()")
    events = list(Run(BenchOrder(links=(2,), ways=("group",), repeats=1), code))
    assert re.fullmatch(r"A private network namespace can't be made \(.+\): .+\.", problem(events))


def test_what_python_itself_complains_of_is_told(netns: None) -> None:
    code = "raise RuntimeError('no\\x1b[7m way')"
    events = list(Run(BenchOrder(links=(2,), ways=("group",), repeats=1), code))
    assert len(events) == 1
    assert "ended with status 1 (RuntimeError: no\\x1b[7m way)" in problem(events)


def test_an_ordinary_user_can_measure(netns: None, tmp_path: Path) -> None:
    code = (
        "import sys, json; sys.path.insert(0, sys.argv[1]); from tui.timing.order import BenchOrder; "
        "from tui.timing.codec import event_json; from tui.timing.runner import CODE, Run; "
        "order = BenchOrder(links=(4,), ways=('group', 'process'), repeats=1); "
        "[print(json.dumps(event_json(event))) for event in Run(order)]"
    )
    python = "/usr/bin/python3"
    line = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", python, "-B", "-P", "-c", code, str(ROOT)]
    try:
        done = subprocess.run(line, capture_output=True, text=True, check=False, cwd="/", timeout=60)
    except FileNotFoundError:
        pytest.skip("setpriv or /usr/bin/python3 is not installed")
    if done.returncode:
        pytest.skip(f"no ordinary user here: {done.stderr.strip()[-200:]}")
    if "namespace can't be made" in done.stdout:
        pytest.skip("user namespaces are forbidden here")
    assert '"event": "RunSample"' in done.stdout
    assert '"how": "done"' in done.stdout
