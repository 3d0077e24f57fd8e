"""Runs a verb, and counts what it sends."""

import contextlib
import io
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from tests.app.test_cli import TUI
from tests.terminal import ROOT
from tui.cli.commands import Command
from tui.cli.main import main

_CHANGE = re.compile(r"nlmsg_type=RTM_(?:SET|NEW|DEL)LINK\b")


class Done:
    """A verb that has ended."""

    def __init__(self, done: "subprocess.CompletedProcess[bytes]") -> None:
        self.status = done.returncode
        self.out = done.stdout.decode()
        self.err = done.stderr.decode()

    @property
    def json(self) -> dict[str, Any]:
        """What it told: one line of ASCII."""
        assert self.out.isascii()
        assert self.out.count("\n") == 1
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def names(self) -> list[str]:
        """Who changed."""
        return [row["ifname"] for row in self.json["changed_members"]]


def verb(*words: str | Path, stdin: bytes = b"", before: tuple[str | Path, ...] = ()) -> Done:
    """Run `ifgroup` with ``words``."""
    line = [*map(str, before), *TUI, *map(str, words)]
    told = {**os.environ, "LC_ALL": "C.UTF-8"}  # where a locale isn't UTF-8, other signs are written
    return Done(subprocess.run(line, input=stdin, capture_output=True, check=False, cwd=ROOT, timeout=60, env=told))


def parsed(*words: str) -> "subprocess.CompletedProcess[str]":
    """Run `ifgroup` with ``words`` in this process, in a hundredth of the time: for what ends before a command runs."""
    out, err = io.StringIO(), io.StringIO()
    load = Command.load

    def own(command: Command) -> Any:
        return mock.Mock(add=load(command).add, run=mock.Mock(side_effect=AssertionError(f"{command.name} ran")))

    with (
        mock.patch.object(Command, "load", own),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as end,
    ):
        main(words)
    status = end.value.code
    assert isinstance(status, int)
    return subprocess.CompletedProcess(words, status, out.getvalue(), err.getvalue())


def traced(record: Path, *words: str, stdin: bytes = b"") -> tuple[Done, list[int]]:
    """Run it under strace(1); return also how many messages that change a link were in each send that held any."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    calls = "trace=sendmsg,sendto,sendmmsg"
    done = verb(*words, stdin=stdin, before=("strace", "-f", "-s", "99999", "-e", calls, "-o", record))
    if not record.exists() or "sendto" not in (text := record.read_text(errors="replace")):
        pytest.skip("strace can't trace here")
    sends = [_CHANGE.findall(line) for line in text.splitlines() if "<unfinished" not in line or _CHANGE.search(line)]
    return done, [len(line) for line in sends if line]
