"""The table is printed; what it says is nobody's failure."""

import subprocess
import sys

from tests.perf.farm import ROOT

CHEAP = {
    "dump": "dump + decode + store",
    "start": "start → first complete tables",
    "paint": "every row changed → painted",
    "send": "key → message sent",
    "retag": "last ACK",
    "ack": "send → ACK",
    "branch": "key → messages sent",
    "attributes": "each attribute of a group of 1,024",
}


def test_prints_every_row_that_was_asked_for(netns: None) -> None:
    words = [sys.executable, "-m", "tests.perf", "--patience", "0", "--once", "--links", "64", "--only", *CHEAP]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    for name, row in CHEAP.items():
        assert row in done.stdout, f"no row of {name} in:\n{done.stdout}{done.stderr}"
    assert "not measured" not in done.stdout, done.stdout + done.stderr
