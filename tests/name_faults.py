"""Saves of the name map in processes of their own, to be starved, traced and killed: ``python -m tests.name_faults``.

Reads orders from standard input, one JSON object a line, and forks a child for each. The child prints its process id,
waits for SIGUSR1 if the order says ``wait`` (so that a tracer can attach first), saves, and prints what came of it.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.act import give_up_capability
from tui.files.names.writer import Conflict, NameFileError, NeedsInPlace, read_version, save

ROOT = Path(__file__).parent.parent


def attempt(order: dict[str, Any]) -> dict[str, Any]:
    """Save as ordered; return what came of it."""
    path = Path(order["path"])
    if order.get("powerless"):
        give_up_capability()
    _, version = read_version(path)
    if order.get("wait"):
        print(os.getpid(), flush=True)
        signal.sigwait([signal.SIGUSR1])
    try:
        save(path, order["data"].encode(), version, in_place=order.get("in_place", False))
    except NameFileError as error:
        kind = {Conflict: "conflict", NeedsInPlace: "needs in place"}.get(type(error), "refused")
        return {"result": kind, "text": str(error), "errno": error.errno}
    return {"result": "saved", "text": "", "errno": 0}


def main() -> None:
    """Obey until standard input ends."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    while line := sys.stdin.readline():
        if (child := os.fork()) == 0:
            print(json.dumps(attempt(json.loads(line))), flush=True)
            os._exit(0)
        if os.waitpid(child, 0)[1]:
            print(json.dumps({"result": "died", "text": "", "errno": 0}), flush=True)


class Faults:
    """The other end: a process that saves on demand."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.name_faults"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            cwd=ROOT,
        )

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")

    def _hear(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())

    def save(self, path: Path, data: bytes, **order: Any) -> dict[str, Any]:
        """Save in a child; return its report."""
        self._say(json.dumps({"path": str(path), "data": data.decode(), **order}))
        found: dict[str, Any] = self._hear()
        return found

    def traced(self, path: Path, data: bytes, strace: list[str], **order: Any) -> dict[str, Any]:
        """Save in a child under strace with these options. Raises RuntimeError if strace can't attach."""
        self._say(json.dumps({"path": str(path), "data": data.decode(), "wait": True, **order}))
        child = self._hear()
        line = ["strace", "-p", str(child), *strace]
        with subprocess.Popen(line, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as tracer:
            assert tracer.stderr is not None
            attached = tracer.stderr.readline()
            os.kill(child, signal.SIGUSR1)
            found: dict[str, Any] = self._hear()
        if "attached" not in attached:
            raise RuntimeError(attached.strip())
        return found

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


if __name__ == "__main__":
    main()
