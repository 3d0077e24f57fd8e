"""What the guard's tests stand on: consoles in processes of their own, and three links."""

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.guards import ConsoleProcess, guards
from tests.links import Ip, many

Start = Callable[..., ConsoleProcess]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start consoles."""
    started: list[ConsoleProcess] = []

    def new(*words: object, **how: Any) -> ConsoleProcess:
        started.append(ConsoleProcess(*words, **how))
        return started[-1]

    yield new
    for console in started:
        console.close()


@pytest.fixture
def three(ip: Ip, room: Path) -> Iterator[None]:
    """Three links, m0 to m2."""
    many("ifb", 3, 7, up=False)
    yield
    for pid in guards():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
