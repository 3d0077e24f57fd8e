"""The caller's side of a measurement: starts the measuring process, hands its events over, ends it at any moment."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from tui.model.text import visible
from tui.timing.codec import event_of
from tui.timing.events import BenchEnd, Event
from tui.timing.order import BenchOrder

_ROOT = Path(__file__).resolve().parent.parent.parent
CODE = "import sys; sys.path.insert(0, sys.argv[1]); from tui.timing.child.worker import main; main()"
"""What the measuring process runs, told where the package is."""
_MOST_COMPLAINT = 4096  # bytes of standard error that are looked at


class Run:
    """A measurement under way. Iterate for its events; `stop` may be called from any thread, as often as you like."""

    def __init__(self, order: BenchOrder, code: str = CODE) -> None:
        """Start it: returns at once. What goes wrong comes as the last event."""
        self._order = order
        self._code = code
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self.process: subprocess.Popen[bytes] | None = None
        """The measuring process; None: it isn't started yet."""
        self._lock = threading.Lock()
        self._stopped = False
        self._ended = False
        # The process dies with the thread that starts it, so that is one which waits for its end.
        self._thread = threading.Thread(target=self._follow, name="timing", daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[Event]:
        """Yield every event, waiting for each; the last one is a `BenchEnd`."""
        while not self._ended:
            event = self._events.get()
            if event is None:
                self._ended = True
                return
            yield event

    def stop(self) -> None:
        """Kill the measuring process and all that it started; what it told until then stays to be read."""
        with self._lock:
            self._stopped = True
            self._kill()

    def _kill(self) -> None:
        process = self.process
        if process is not None and process.returncode is None:
            # Its own session: its group holds all that it started, and nobody else.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def _follow(self) -> None:
        last: BenchEnd | None = None
        try:
            with open(os.memfd_create("complaints"), "w+b", buffering=0) as complaints:
                with self._lock:
                    if not self._stopped:
                        self.process = self._launch(complaints.fileno())
                if self.process is not None:
                    last = self._pump(self.process)
                    status = self._reap(self.process)
                    last = last or BenchEnd("error", _ending(status, complaints.fileno()))
        except OSError as error:
            last = BenchEnd("error", f"The measuring process can't be started ({visible(str(error))}).")
        if self._stopped and (last is None or last.how != "done"):
            last = BenchEnd("stopped")
        self._events.put(last)
        self._events.put(None)

    def _launch(self, complaints: int) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            # Isolated: neither the working directory (root may stand in somebody else's) nor PYTHON* variables count.
            [sys.executable, "-I", "-c", self._code, str(_ROOT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            cwd="/",
            start_new_session=True,
        )

    def _pump(self, process: "subprocess.Popen[bytes]") -> BenchEnd | None:
        """Pass the events on; return the one that ends them, None if the process ended without one."""
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            # It stays open: its end tells the process that we are gone.
            process.stdin.write(json.dumps(asdict(self._order)).encode() + b"\n")
            process.stdin.flush()
        for line in process.stdout:
            try:
                event = event_of(json.loads(line))
            except ValueError:
                continue  # half a line: it was killed
            if isinstance(event, BenchEnd):
                return event
            self._events.put(event)
        return None

    def _reap(self, process: "subprocess.Popen[bytes]") -> int:
        """Make sure that nothing of it is left; return how it ended (see Popen.returncode)."""
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        with self._lock:
            # While it is not yet reaped, nobody else can have its number.
            self._kill()
            status = process.wait()
        process.stdout.close()
        return status


def _ending(status: int, complaints: int) -> str:
    """Return why there was no last event, one sentence."""
    said = os.pread(complaints, _MOST_COMPLAINT, 0).strip().rpartition(b"\n")[2]
    how = f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
    why = f" ({visible(said)})" if said else ""
    return f"The measuring process {how}{why}; what was measured until then is kept."
