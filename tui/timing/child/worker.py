"""The measuring process: an order as one JSON line on standard input, events as JSON lines on standard output.

It ends when standard input does, and with the thread that started it; its interfaces vanish with it.

The events are those of `tui.timing.events`; the last one is `BenchEnd`.
"""

import ctypes
import json
import os
import signal
import sys
import threading
from collections.abc import Callable

from tui.model.text import reason, visible
from tui.timing.child.listener import Listener
from tui.timing.child.sandbox import Sandbox
from tui.timing.child.sweep import Sweep
from tui.timing.codec import event_json, record_of
from tui.timing.events import BenchEnd, Event, RunProgress
from tui.timing.host import host_facts
from tui.timing.order import BenchOrder
from tui.timing.others import Others

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Run one order. Never raises: what goes wrong is an event too."""
    try:
        order = record_of(BenchOrder, json.loads(sys.stdin.buffer.readline()))
        emit(host_facts())
        sandbox = Sandbox(order)
        # Only now: entering a user namespace takes the wish back (prctl(2), PR_SET_PDEATHSIG).
        _die_with_parent()
        listener = Listener()
        threading.Thread(target=_die_with_input, name="watch", daemon=True).start()
        others = Others([listener.pid])
        Sweep(order, sandbox, listener, _telling(others)).run()
        _tell(others)
        emit(BenchEnd("done"))
    except OSError as error:
        emit(BenchEnd("error", visible(reason(error))))
    except Exception as error:
        emit(BenchEnd("error", visible(f"{type(error).__name__}: {error}")))


def _telling(others: Others) -> Callable[[Event], None]:
    """Return what emits an event, and between two runs now and then how busy the machine is."""

    def tell(event: Event) -> None:
        emit(event)
        if isinstance(event, RunProgress) and others.due():
            _tell(others)

    return tell


def _tell(others: Others) -> None:
    if use := others.use():
        emit(use)


def emit(event: Event) -> None:
    """Write one event; end at once where nobody reads any more."""
    try:
        sys.stdout.write(json.dumps(event_json(event)) + "\n")
        sys.stdout.flush()
    except OSError:
        _end()


def _die_with_parent() -> None:
    """Have the kernel kill this process once the thread that started it ends: prctl(2)."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _die_with_input() -> None:
    while os.read(0, 1):
        pass
    _end()


def _end() -> None:
    """End with every process that we started, which are those of our session."""
    if os.getsid(0) == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
