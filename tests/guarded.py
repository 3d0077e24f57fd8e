"""A console that makes one guarded change: ``python -m tests.guarded PREFIX TIMEOUT CHANGE_WAIT [UNTIL [AUDIT]]``.

It gives the interfaces whose names begin with PREFIX an MTU of 1400. It stops (forever, ready to be killed) once it is
UNTIL: ``armed``, ``changed`` (the outcome isn't told), ``sent``, ``left`` (the guard stays behind); ``gone`` leaves it
behind and ends. Else it waits for the guard's end, takes over if the guard died, and says what became of it all. Speaks
JSON lines.
"""

import json
import signal
import sys
from pathlib import Path
from typing import Any

from tests.changes import setting
from tui.guard.client import Guard
from tui.guard.errors import GuardError
from tui.model.change.reversal import Step
from tui.netlink.batch import send_each
from tui.netlink.dump import read_links
from tui.netlink.wire import link_change
from tui.netlink.writer import Writer

MTU = 1400


def say(**words: Any) -> None:
    """Print one line."""
    print(json.dumps(words), flush=True)


def main(prefix: str, timeout: float, change_wait: float, until: str = "", audit: str = "") -> None:
    """Make the change."""
    links = read_links()
    steps = [Step(link, setting(mtu=MTU)) for link in links.values() if link.name.startswith(prefix.encode())]
    try:
        guard = Guard.arm(
            steps,
            timeout=timeout,
            change_wait=change_wait,
            audit=Path(audit) if audit else None,
            what="a test",
            journal=False,
        )
    except GuardError as error:
        say(said="unarmed", text=str(error))
        return
    say(said="armed", guard=guard.pid, path=str(guard.path))
    if until == "armed":
        signal.pause()
    indexes = [step.before.ifindex for step in steps]
    writer = Writer()
    send_each(indexes, lambda index, seq, ack: link_change(seq, index, setting(mtu=MTU), ack=ack), writer)
    writer.close()
    say(said="changed")
    if until == "changed":
        signal.pause()
    try:
        guard.sent()
        say(said="sent")
    except GuardError as error:
        say(said="unguarded", text=str(error))
    if until == "sent":
        signal.pause()
    if until in ("left", "gone"):
        say(said="left", id=guard.leave())
        if until == "gone":
            return
        signal.pause()
    ended = guard.wait()
    assert ended is not None
    done = guard.take_over() if ended.died else ended.reverted
    assert done is not None
    say(said="ended", why=done.why, back=[link.ifindex for link in done.back], problem=ended.problem)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), *sys.argv[4:])
