"""The timing panel, driven key by key over real measurements: what it shows, keeps, stops and leaves behind."""

import json
import os
import re
import shutil
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from rich.cells import cell_len
from textual.widgets import Input

from tests.hosted import Hands, Host
from tests.hostile import NAMES, controls
from tests.links import until
from tests.terminal import session_of, terminal
from tui.model.change.sample import Sample
from tui.model.group import Group
from tui.model.text import visible
from tui.present.commands import OnTiming
from tui.screens.timing.run import Last, Request
from tui.screens.timing.screen import TimingScreen
from tui.timing.report import history
from tui.timing.runner import Run
from widgets.keyed_table.table import KeyedTable

GROUP = Group(10, 12, 3, ((1500, 12),), ((b"ifb", 12),))
QUICK = Request(links=(8, 16), repeats=1)
LONG = Request(links=(8, 64), repeats=500)
SAMPLES = (
    Sample("group dmz (10) MTU 9000", "mtu", 12, 3, True, 1, sent=0.001, acked=0.002, seen=0.005),
    Sample("3 interfaces up", "up", 3, 0, False, 3, sent=0.001, acked=0.003, seen=0.004),
)


class PanelHost(Host):
    """An application that has only the panel."""

    def __init__(self, name: str, request: Request | None, ascii: bool = False, group: Group = GROUP) -> None:
        self.arguments = (name, SAMPLES, ascii, request)
        self.last: Last | None = None
        self.left = False
        self.busy = ""
        """Why the machine is busy; empty: it isn't, whatever else runs here."""
        super().__init__(self.enter(group), ascii)

    def enter(self, group: Group) -> TimingScreen:
        """Make the panel for a group, with what was measured before."""
        self.panel = TimingScreen(group, *self.arguments, last=self.last, judge=lambda host, others: self.busy)
        return self.panel

    def answered(self, answer: object) -> None:
        self.left, self.last = True, cast("Last | None", answer)


class PanelHands(Hands[PanelHost]):
    """The panel and the hands on it."""

    async def measures(self) -> None:
        """Press Enter and wait for the end."""
        await self.press("enter")
        await self.sees("Done in", "Kept as")

    async def child(self) -> int:
        """Return the measuring process, once it measures."""

        def pid() -> int:
            measurement = self.app.panel.measurement
            process = measurement.run.process if measurement is not None and measurement.report().results else None
            return process.pid if process is not None and process.returncode is None else 0

        await self.until(pid, "a result")
        return pid()


@asynccontextmanager
async def panel(
    request: Request | None = QUICK, name: str = "group dmz (10)", size: tuple[int, int] = (80, 24), **rest: Any
) -> AsyncIterator[PanelHands]:
    app = PanelHost(name, request, **rest)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield PanelHands(app, pilot)
    # It keeps what was measured as it goes, and must not do so where the next test looks.
    until(lambda: not any(thread.name == "timing-panel" for thread in threading.enumerate()), "the reader to end")


@pytest.fixture(autouse=True)
def home(netns: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the runs are kept, and where exports go."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    (tmp_path / "out").mkdir()
    monkeypatch.chdir(tmp_path / "out")
    return tmp_path


async def test_nothing_is_measured_before_enter_and_then_every_way_shows_with_its_ratio_in_words() -> None:
    async with panel() as hands:
        assert "MTU 1400 ↔ 1500 bytes on 8…16 links group dmz (10): 12, 3 up" in hands.words
        assert "Your own interfaces are not touched" in hands.words
        assert hands.app.panel.measurement is None
        await hands.measures()
        await hands.sees(
            "a process per interface", "one group message", "16 links mixed before log scale (l) size (, .)"
        )
        assert "of its time is starting processes." in hands.words
        assert "100%" in hands.words
        assert " …" not in hands.text
        await hands.press("comma")
        assert "8 links mixed before" in hands.words
        await hands.press("full_stop", "full_stop")
        assert "16 links mixed before" in hands.words
        assert len(history.runs()) == 1


async def test_by_default_the_papers_sizes_and_the_groups_own_are_measured() -> None:
    async with panel(None) as hands:
        assert "12…2,048 links" in hands.words
        assert hands.app.panel.request.order(GROUP).links == (12, 128, 256, 512, 1024, 2048)


async def test_esc_stops_half_way_and_keeps_what_there_is_and_esc_again_leaves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with panel(LONG) as hands:
        await hands.press("enter")
        child = await hands.child()
        await hands.sees(" left; ")
        await hands.press("enter")
        assert "It is measuring already" in hands.words
        with monkeypatch.context() as patched:
            # A kill waits for the kernel: to delete interfaces one by one keeps it for seconds.
            patched.setattr(Run, "stop", lambda run: None)
            await hands.press("escape")
            await hands.sees("stopping: the kernel finishes what it is at")
        await hands.press("escape")
        await hands.sees("Stopped; what was measured until then stays")
        assert not hands.app.left
        assert "one group message █" in hands.words
        until(lambda: not session_of(child), "the measuring processes to be gone")
        (kept,) = history.runs()
        assert history.load(kept).ended == "stopped"
        await hands.press("escape")
        assert hands.app.left


async def test_a_measuring_process_that_is_killed_is_told_and_nothing_is_left_and_it_can_run_again() -> None:
    async with panel(LONG) as hands:
        await hands.press("enter")
        child = await hands.child()
        os.kill(child, signal.SIGKILL)
        await hands.sees(
            "was killed by SIGKILL; what was measured until then is kept. Its interfaces vanished with it."
        )
        assert "one group message █" in hands.words
        until(lambda: not session_of(child), "the measuring processes to be gone")
        hands.app.panel.request = QUICK
        await hands.measures()
        assert "SIGKILL" not in hands.words
        assert len(history.runs()) == 2


@pytest.mark.parametrize("how", ["q", "exit"])
async def test_leaving_while_it_measures_ends_it(how: str) -> None:
    async with panel(LONG) as hands:
        await hands.press("enter")
        child = await hands.child()
        if how == "q":
            await hands.press("q")
            assert hands.app.left
        else:
            hands.app.exit()
    until(lambda: not session_of(child), "the measuring processes to be gone")


async def test_it_runs_twice_and_the_two_are_compared() -> None:
    async with panel() as hands:
        await hands.measures()
        await hands.press("h", "c")
        assert "This is the latest: go to an older one." in hands.words
        await hands.press("b")
        await hands.measures()
        await hands.press("h")
        assert hands.text.count("complete") == 2
        await hands.press("G", "c")
        await hands.sees("A past run and the latest", "LINKS WAY PAST LATEST CHANGE", "16 process")
        await hands.press("escape", "enter")
        await hands.sees("The measurement in words and figures", "MTU 1400 ↔ 1500 bytes, interfaces mixed before")


async def test_the_table_has_every_result_and_the_plot_the_papers_curves_with_letters_of_their_own() -> None:
    async with panel(size=(100, 40)) as hands:
        await hands.measures()
        await hands.press("t")
        assert "LINKS WAY MEDIAN" in hands.words
        assert len(hands.app.panel.query_one("#table KeyedTable", KeyedTable).keys) == 18
        assert "One message names the group and the kernel walks its members" in hands.words
        await hands.press("j")
        assert "N messages, one send: A message for each interface" in hands.words
        await hands.press("p")
        assert "here: p a process each, i one `ip` for the group, g one group message" in hands.words
        assert "paper's Table I, dashed: X a process each" in hands.words
        for scale in ("10 ms", "20 s"):
            drawn = hands.text.splitlines()[3:-7]
            for letter in "pigXO":
                assert any(letter in line for line in drawn), letter
            assert "2,048" in hands.text
            assert scale in hands.text
            await hands.press("l")
        for view in ("table", "mine", "past", "bars"):
            await hands.press("tab")
            assert f"[{view}]" in hands.words


async def test_after_a_sweep_the_groups_own_size_shows_first_and_others_are_a_key_away() -> None:
    group = Group(10, 8, 3, ((1500, 8),), ((b"ifb", 8),))
    async with panel(group=group) as hands:
        await hands.measures()
        await hands.sees(" 8 links mixed before")
        await hands.press("full_stop")
        assert "16 links mixed before" in hands.words
    async with panel() as hands:
        await hands.measures()
        await hands.sees("16 links mixed before")


async def test_on_a_linear_scale_a_bar_of_many_times_the_time_is_that_many_times_as_long() -> None:
    async with panel() as hands:
        await hands.measures()

        def length(label: str) -> int:
            return sum(line.count("█") for line in hands.text.splitlines() if label in line)

        assert "log scale (l)" in hands.words
        assert length("one group message") * 10 > length("a process per interface")
        await hands.press("l")
        assert "linear scale (l)" in hands.words
        process = length("a process per interface")
        assert process > 25
        # What else runs here decides how many times it is.
        (ratio,) = re.findall(r"a process per interface .* ([\d.]+) ×", hands.text)[:1]
        assert abs(length("one group message") - process / float(ratio)) <= 1
        await hands.press("l")
        assert "log scale (l)" in hands.words


async def test_a_finished_measurement_is_there_when_the_panel_is_opened_again() -> None:
    async with panel() as hands:
        await hands.measures()
        await hands.press("q")
        assert hands.app.left
        hands.app.shown = hands.app.enter(Group(11, 8, 0, ((1500, 8),), ((b"ifb", 8),)))
        hands.app.show()
        await hands.sees("Measured for group dmz (10). Enter measures once more.", "Done in", "100%")
        await hands.sees("one group message █", " 8 links mixed before")
        assert len(history.runs()) == 1
        await hands.measures()
        assert len(history.runs()) == 2


async def test_one_that_was_stopped_by_leaving_is_there_too() -> None:
    async with panel(LONG) as hands:
        await hands.press("enter")
        child = await hands.child()
        await hands.press("q")
        hands.app.shown = hands.app.enter(GROUP)
        hands.app.show()
        await hands.sees("Stopped; what was measured until then stays", "one group message █")
        until(lambda: not session_of(child), "the measuring processes to be gone")


@pytest.mark.parametrize("size", [(80, 24), (60, 16)])
async def test_a_run_on_a_busy_machine_says_so_in_one_line_and_gives_no_estimates(size: tuple[int, int]) -> None:
    async with panel(size=size) as hands:
        hands.app.busy = "others used 1.8 of 2 CPUs"
        await hands.measures()
        loud = [line for line in hands.text.splitlines() if "BUSY MACHINE: others used 1.8 of 2 CPUs" in line]
        assert len(loud) == 1
        assert loud[0].endswith("no fits or estimates") or size[0] < 80
        await hands.press("m")
        assert "~" not in "".join(line for line in hands.text.splitlines() if "MTU 9000" in line)
        assert "There is nothing to estimate from" in hands.words
        await hands.press("h")
        assert " BUSY" in hands.text.splitlines()[6 if size[0] == 80 else 5] or "BUSY" in hands.words
        await hands.press("w")
        assert "BUSY MACHINE: others used 1.8 of 2 CPUs" in hands.words
        assert "Growth with N" not in hands.words
        hands.app.busy = ""
        await hands.press("escape", "b")
        await hands.measures()
        assert "BUSY" not in hands.text


async def test_a_tall_terminal_has_the_plot_below_the_bars() -> None:
    async with panel(size=(160, 48)) as hands:
        await hands.measures()
        await hands.sees("one group message █", "paper's Table I", "2,048")


async def test_the_operators_own_changes_stand_beside_estimates_that_are_marked() -> None:
    async with panel(size=(120, 30)) as hands:
        await hands.press("m")
        await hands.sees("From the key: sent after 1 ms, ACK after 3 ms, last member seen after 4 ms.")
        assert "There is nothing to estimate from" in hands.words
        await hands.measures()
        await hands.press("j")
        await hands.sees("one message for the group, 12 interfaces", "Estimates for that, by the last measurement")
        row = next(line for line in hands.text.splitlines() if "MTU 9000" in line)
        assert row.count("~") == 3
        assert "a process per interface ~" in hands.words


async def test_what_is_kept_outlives_the_panel_and_a_file_that_is_none_of_ours_is_told() -> None:
    async with panel() as hands:
        await hands.measures()
    folder = history.directory()
    (good,) = history.runs()
    report = json.loads(good.read_text())
    report["host"]["kernel"] = "evil\x1b[7z"
    (folder / "20200101T000000Z-aaaa.json").write_text(json.dumps(report))
    (folder / "20190101T000000Z-bbbb.json").write_text('{"host": {}, "results": [{"way": "magic"}]}')
    (folder / "20180101T000000Z-cccc.json").write_bytes(b"\xff\x00")
    wild = [{**one, "ratio_words": [[[{}]]], "median_s": 10**400} for one in report["results"]]
    (folder / "20180102T000000Z-dddd.json").write_text(json.dumps({**report, "results": wild}))
    async with panel() as hands:
        await hands.press("h")
        assert hands.text.count("complete") == 2
        assert hands.text.count("can't be read") == 3
        await hands.press("G", "enter")
        assert "holds no measurement." in hands.words
        await hands.press("k", "c")
        assert "holds a measurement that this version can't read." in hands.words
        await hands.press("k", "c")
        assert "holds a measurement that this version can't read." in hands.words
        await hands.press("k", "c")
        await hands.sees("differs: kernel: evil\\x1b[7z →")
        await hands.press("escape", "w")
        await hands.sees("evil\\x1b[7z")
        assert not controls(hands.text)


async def test_a_measurement_is_exported_to_a_new_file(home: Path) -> None:
    async with panel() as hands:
        await hands.measures()
        for key, ending, holds in (
            ("c", "csv", "links,operation,state,way"),
            ("j", "json", '"results"'),
            ("m", "md", "# Changing interfaces by group"),
            ("s", "svg", "group&#160;message"),
        ):
            await hands.press("e")
            await hands.sees("Export in which form?")
            await hands.press(key)
            await hands.sees("Write to which file?")
            box = hands.app.screen.query_one(Input)
            assert box.value.endswith(f".{ending}")
            path = home / "out" / f"x.{ending}"
            path.write_text("mine")
            box.value = str(path)
            await hands.press("enter")
            assert "There is such a file already; it is not overwritten." in hands.words
            box.value = str(home / "none" / "x")
            await hands.press("enter")
            assert "There is no such directory." in hands.words
            path.unlink()
            box.value = str(path)
            await hands.press("enter")
            await hands.until(path.exists, ending)
            await hands.sees("Written to ")
            assert holds in path.read_text()
            assert "Write to which file" not in path.read_text()


async def test_before_a_measurement_the_picture_alone_can_be_exported() -> None:
    async with panel() as hands:
        await hands.press("e")
        assert "SVG" in hands.words
        assert "CSV" not in hands.words


async def test_operation_and_sizes_can_be_chosen() -> None:
    async with panel() as hands:
        await hands.press("o", "u")
        assert "timing: bring up" in hands.words
        await hands.press("s")
        await hands.sees("How many interfaces?")
        box = hands.app.screen.query_one(Input)
        box.value = "4,x"
        await hands.press("enter")
        assert "Give numbers of interfaces" in hands.words
        box.value = "4"
        await hands.press("enter")
        await hands.sees("bring up on 4 links")
        await hands.measures()
        await hands.press("p")
        assert "The paper measured the MTU alone" in hands.words


async def test_interfaces_that_are_up_with_ipv6_can_be_chosen_and_what_that_holds_up_is_told_before_enter() -> None:
    async with panel(None) as hands:
        await hands.press("i")
        await hands.sees("How are the interfaces before each run?")
        await hands.press("6")
        assert "MTU 1400 ↔ 1500 bytes on 12…1,024 links, up, IPv6 group dmz" in hands.words
        await hands.press("s")
        hands.app.screen.query_one(Input).value = "8192"
        await hands.press("enter")
        assert "One message will hold up all other link changes here for about 30 s." in hands.words
        await hands.press("s")
        hands.app.screen.query_one(Input).value = "8193"
        await hands.press("enter")
        await hands.sees("At most 8,192 interfaces that are up are measured with IPv6")
        assert hands.app.panel.measurement is None
        hands.app.panel.request = replace(QUICK, state="up", ipv6=True)
        await hands.measures()
        assert "hold up" not in hands.words
        assert "16 links up before, IPv6 log scale" in hands.words
        await hands.press("i", "d", "h")
        assert "8…16 links, down" in hands.words
        assert "mtu up IPv6" in hands.words
        await hands.press("w")
        await hands.sees("interfaces up before, IPv6 on")


async def test_deleting_is_measured_and_what_cannot_delete_is_skipped() -> None:
    async with panel(Request(links=(4,), repeats=1), size=(80, 60)) as hands:
        await hands.press("o", "x")
        assert "timing: delete on 4 links" in hands.words
        await hands.measures()
        assert re.search(r"sysfs write each +skipped", hands.text)
        await hands.press("w")
        await hands.sees("Between the two one message wins", "ioctl: No ioctl deletes an interface of any kind.")


@pytest.mark.parametrize("ascii", [False, True])
@pytest.mark.parametrize("size", [(80, 24), (160, 48), (60, 16)])
async def test_it_fits_and_in_ascii_there_is_nothing_else(size: tuple[int, int], ascii: bool) -> None:
    async with panel(Request(links=(8,), repeats=1), size=size, ascii=ascii) as hands:
        texts = [hands.text]
        await hands.press("enter")
        await hands.sees("one group message █" if not ascii else "one group message #")
        texts.append(hands.text)
        await hands.sees("Done in")
        for key in ("b", "p", "t", "m", "h"):
            await hands.press(key)
            texts.append(hands.text)
        for key in ("w", "question_mark", "e", "o", "s", "i"):
            await hands.press(key)
            texts.append(hands.text)
            await hands.press("escape")
        for text in texts:
            assert text.isascii() or not ascii, [char for char in text if not char.isascii()]
            assert "?s" not in text
            assert not controls(text)
            assert max(map(cell_len, text.splitlines())) <= size[0]
        assert "? help" in hands.text or size[0] < 80


async def test_hostile_group_names_are_shown_and_obeyed_by_nobody() -> None:
    async with panel(name=" ".join(f"group {visible(raw)} (10)" for raw in NAMES), size=(1000, 24)) as hands:
        for shown in NAMES.values():
            assert f"group {shown} (10)" in hands.text.splitlines()[0]
        assert not controls(hands.text)


async def test_a_group_without_members_and_one_of_hardware_are_measured_with_stand_ins() -> None:
    async with panel(group=Group(7, 0, 0, (), ())) as hands:
        await hands.measures()
    async with panel(group=Group(7, 1, 1, ((1500, 1),), ((b"", 1),))) as hands:
        await hands.measures()
        await hands.press("w")
        await hands.sees("A real device can't be made here")


async def test_every_command_has_its_action_and_stands_in_the_help() -> None:
    async with panel(size=(100, 40)) as hands:
        for command in OnTiming.all:
            assert callable(getattr(hands.app.panel, f"action_{command.id}"))
        await hands.press("question_mark")
        for command in OnTiming.all:
            assert command.help.split(":")[0] in hands.words


CONSOLE = """
import sys
from tests.app.timing.test_timing_panel import PanelHost, LONG, QUICK
host = PanelHost("group dmz (10)", LONG if sys.argv[1] == "long" else QUICK, ascii=len(sys.argv) > 2)
host.run()
"""
WITHOUT_PRIVILEGE = """
import os, sys
os.execvp("setpriv", ["setpriv", "--bounding-set=-sys_admin", sys.executable, "-c", sys.argv[1], "quick"])
"""
READY = "Enter starts"


def test_on_a_terminal_of_80_by_24_it_measures_and_shows(home: Path) -> None:
    with terminal("-c", CONSOLE, "quick", ready=READY, env={"NO_COLOR": "1", "TERM": "linux"}) as tty:
        tty.press("\r")
        tty.shows("Done in", "starting processes", "one group message")
        tty.press("p")
        tty.shows("paper's Table I")
        tty.press("t")
        tty.shows("MEDIAN")
        assert not tty.screen.foreign


def test_when_the_console_is_killed_the_measuring_process_ends_too(home: Path) -> None:
    with terminal("-c", CONSOLE, "long", ready=READY) as tty:
        tty.press("\r")
        tty.shows(" left; ")

        def children() -> list[int]:
            found = []
            for entry in Path("/proc").glob("[0-9]*/status"):
                text = entry.read_text(errors="replace") if entry.exists() else ""
                if f"\nPPid:\t{tty.pid}\n" in text:
                    found.append(int(entry.parts[2]))
            return found

        (child,) = children()
        tty.process.send_signal(signal.SIGKILL)
        until(lambda: not session_of(child), "the measuring processes to be gone")


def test_where_no_namespace_can_be_made_it_says_why(home: Path) -> None:
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv is not installed")
    with terminal("-c", WITHOUT_PRIVILEGE, CONSOLE, ready="") as tty:
        tty.until(lambda: READY in tty.screen.text or "setpriv:" in tty.screen.text, "the panel")
        if "setpriv:" in tty.screen.text:
            pytest.skip("it takes root to take root's capability away")
        tty.press("\r")
        tty.shows("A private network namespace can't be made")
        assert "vanished" not in tty.screen.text


@pytest.mark.parametrize(("term", "braille"), [("xterm-256color", True), ("linux", False)])
def test_the_curves_have_colours_of_their_own_among_sixteen_and_glyphs_that_the_console_has(
    home: Path, term: str, braille: bool
) -> None:
    env = {"TERM": term, "TEXTUAL_COLOR_SYSTEM": "standard"}
    with terminal("-c", CONSOLE, "quick", ready=READY, env=env) as tty:
        tty.press("\r")
        tty.shows("Done in")
        tty.press("p")
        tty.shows("paper's Table I")
        assert any("\u2800" <= char <= "\u28ff" for char in tty.screen.text) == braille
        drawn = tty.output.decode(errors="replace").rpartition("here: ")[2]
        colours = [re.search(rf"\x1b\[([0-9;]*)m{mark} ", drawn) for mark in "pigXO"]
        assert all(colours), drawn[:500]
        assert len({colour[1] for colour in colours if colour}) == 5
