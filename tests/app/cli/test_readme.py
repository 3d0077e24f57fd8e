"""The README's scripts run as they stand, in a namespace of their own."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.links import REAL_ROOT
from tests.terminal import ROOT

_PATIENCE = 120.0  # seconds
_SCRIPTS = re.findall(r"<!-- script -->\n```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)


def test_there_are_some() -> None:
    assert _SCRIPTS


@pytest.mark.parametrize("script", _SCRIPTS, ids=lambda script: script.split("\n")[2][:30])
def test_a_script_runs(room: Path, tmp_path: Path, script: str) -> None:
    if not REAL_ROOT:
        # This is a user namespace already, and in one within another nobody can tell whose root he is.
        script = script.replace("unshare --map-root-user --net sh", "sh")
    # `.venv/bin/ifgroup` is what stands beside the running interpreter.
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}
    with subprocess.Popen(
        ["sh", "-c", script], cwd=tmp_path, env=environment, stdout=-1, stderr=-1, text=True, start_new_session=True
    ) as process:
        try:
            said, wrong = process.communicate(timeout=_PATIENCE)
        finally:
            # Whatever a script left running holds the pipes open.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    assert (process.returncode, wrong) == (0, ""), said
