"""`ifgroup bench` as a person runs it."""

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.links import until
from tests.terminal import ROOT

TUI = (sys.executable, "-m", "tui", "bench")
QUICK = ("--links", "8,16,32", "--ways", "group,sendmsg,process", "--repeat", "2")


@pytest.fixture
def env(tmp_path: Path) -> Mapping[str, str]:
    """The environment, its data directory a private one."""
    return {**os.environ, "XDG_DATA_HOME": str(tmp_path / "data")}


def run(env: Mapping[str, str], *words: str, before: tuple[str, ...] = ()) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*before, *TUI, *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        env=env,
        timeout=120,
    )


def kept(env: Mapping[str, str]) -> list[Path]:
    return list((Path(env["XDG_DATA_HOME"]) / "ifgroup" / "timing").glob("*.json"))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--ways", "group,magic"], "there is no way 'magic'; there are group, sendmsg,"),
        (["--ways", ","], "there is no way"),
        (["--links", "0"], "give numbers from 1 to 65536, not '0'"),
        (["--links", "many"], "'many' is no list of numbers"),
        (["--links", ""], "give numbers from 1 to 65536"),
        (["--operation", "reboot"], "invalid choice: 'reboot'"),
        (["--format", "pdf"], "invalid choice: 'pdf'"),
        (["--operation", "up", "--state", "up"], "on ones that are down before, not up."),
        (["--state", "up", "--ipv6", "--links", "9000"], "At most 8,192 interfaces that are up are measured with IPv6"),
        (["--repeat", "0"], "Repeat 1 to 1000 times"),
        (["--budget", "-1"], "more than 0 seconds"),
        (["--netns", "blue"], "leave --netns out"),
    ],
)
def test_usage_errors_are_one_sentence(netns: None, env: Mapping[str, str], words: list[str], says: str) -> None:
    done = run(env, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr.splitlines()[-1]
    assert kept(env) == []


def test_json_has_the_promised_keys_and_the_report_is_kept(netns: None, env: Mapping[str, str]) -> None:
    done = run(env, *QUICK, "--format", "json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    found = [(result["links"], result["way"]) for result in report["results"]]
    assert found == [(links, way) for links in (8, 16, 32) for way in ("group", "sendmsg", "process")]
    assert all(result["verified"] and not result["estimated"] for result in report["results"])
    assert report["host"]["kernel"]
    # What else runs here decides whether there are fits.
    assert len(report["growth"]) == (0 if report["busy"] else 3)
    assert report["others"] or report["host"]["load"]
    assert [json.loads(path.read_text()) for path in kept(env)] == [report]
    assert "measuring 8 interfaces" in done.stderr


def test_deleting_with_ipv6_says_so_in_json(netns: None, env: Mapping[str, str]) -> None:
    words = ("--operation", "delete", "--state", "up", "--ipv6", "--links", "4", "--repeat", "1", "--format", "json")
    done = run(env, *words)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert {one["way"] for one in report["skipped"]} == {"ioctl", "sysfs"}
    assert [one["ipv6"] for one in report["results"]] == [True] * 7
    assert report["sandbox"]["ipv6"] is True
    assert run(env, *words, "--ways", "group,ioctl").returncode == 3


def test_csv_goes_to_a_new_file_and_never_over_an_old_one(netns: None, env: Mapping[str, str], tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    words = ("--links", "4", "--ways", "group", "--repeat", "1", "--format", "csv", "--output", str(path))
    done = run(env, *words)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    assert [(row["links"], row["way"]) for row in rows] == [("4", "group")]
    again = run(env, *words)
    assert (again.returncode, again.stdout) == (1, "")
    assert "exists; nothing was measured" in again.stderr
    assert len(kept(env)) == 1


def test_table_and_markdown_are_for_people(netns: None, env: Mapping[str, str]) -> None:
    table = run(env, "--links", "8", "--ways", "group,process", "--repeat", "1")
    assert table.returncode == 0, table.stderr
    assert max(map(len, table.stdout.splitlines())) <= 80
    assert "8 interfaces" in table.stdout
    markdown = run(env, "--links", "8", "--ways", "group", "--repeat", "1", "--format", "markdown")
    assert "| way | median |" in markdown.stdout


def test_a_way_that_was_asked_for_and_cant_run_is_partly_done(netns: None, env: Mapping[str, str]) -> None:
    done = run(env, "--links", "4", "--ways", "group,sysfs", "--repeat", "1", "--no-sysfs")
    assert done.returncode == 3
    assert "sysfs: sysfs is not mounted in the sandbox." in done.stdout


def test_where_nothing_can_be_measured_the_reason_is_told(netns: None, env: Mapping[str, str]) -> None:
    done = run(env, "--links", "4", "--ways", "sysfs", "--repeat", "1", "--no-sysfs")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].endswith("sysfs is not mounted in the sandbox.")


def test_without_a_namespace_it_says_why_in_one_sentence(netns: None, env: Mapping[str, str]) -> None:
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv is not installed")
    done = run(env, "--links", "4", before=("setpriv", "--bounding-set=-sys_admin"))
    if done.returncode == 0 or "setpriv:" in done.stderr:
        pytest.skip("it takes root to take root's capability away")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("ifgroup: A private network namespace can't be made")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("form", ["json", "table"])
def test_ctrl_c_prints_what_there_is(netns: None, env: Mapping[str, str], form: str) -> None:
    # Four processes for the first size, a thousand for the second.
    words = ("--links", "2,512", "--ways", "group,process", "--repeat", "2", "--budget", "1000", "--format", form)
    with subprocess.Popen(
        [*TUI, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=env
    ) as bench:
        assert bench.stderr is not None
        # The second size has begun: of the first everything was measured.
        until(lambda: "measuring 512 interfaces" in bench.stderr.readline(), "the second size")  # type: ignore[union-attr]
        bench.send_signal(signal.SIGINT)
        out, err = bench.communicate(timeout=60)
    assert bench.returncode == 3
    assert "Traceback" not in err
    if form == "json":
        report = json.loads(out)
        assert report["ended"] == "stopped"
        assert [one["repeats"] for one in report["results"] if one["links"] == 2] == [2, 2]
    else:
        assert "NOT COMPLETE. It was stopped" in out
    assert len(kept(env)) == 1


def test_a_reader_that_has_seen_enough_is_no_error(netns: None, env: Mapping[str, str]) -> None:
    line = f"{sys.executable} -m tui bench --links 4 --ways group --repeat 1 | true"
    done = subprocess.run(
        ["sh", "-c", line], capture_output=True, text=True, check=False, cwd=ROOT, env=env, timeout=60
    )
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_a_terminal_without_unicode_gets_the_report_all_the_same(netns: None, env: Mapping[str, str]) -> None:
    done = run({**env, "PYTHONIOENCODING": "ascii"}, "--links", "4", "--ways", "group", "--repeat", "1")
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()


def test_where_the_report_cant_be_kept_it_is_printed_and_that_is_told(netns: None, env: Mapping[str, str]) -> None:
    done = run({**env, "XDG_DATA_HOME": "/dev/null"}, "--links", "4", "--ways", "group", "--repeat", "1")
    assert done.returncode == 0
    assert "4 interfaces" in done.stdout
    assert "the report is not kept" in done.stderr
