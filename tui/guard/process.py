"""The guard process: armed before the change, it takes the change back unless it hears that the change stands.

It speaks JSON lines over its standard input and output with `tui.guard.client`, and over its door with
`tui.guard.visit`; it outlives the console: a session of its own, no terminal, SIGHUP and SIGINT ignored. SIGTERM, which
systemd-logind sends to all that is left of a session (KillUserProcesses=), makes it revert at once. So does the end of
the console, unless that said that it leaves.
"""

import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from tui.guard.door import Door
from tui.guard.ear import Ear
from tui.guard.errors import GuardError, HeldError
from tui.guard.order import order_of
from tui.guard.record import netns_now
from tui.guard.revert import revert
from tui.guard.state import State
from tui.model.text import visible
from tui.netlink.deletions import Deletions
from tui.netlink.sockets import open_socket
from tui.netlink.writer import Writer

_WHY = {"timeout": "timeout", "revert": "refused", "ended": "the console ended", "term": "told to end"}
_ORDER_WAIT = 30.0


def main() -> None:
    """Be the guard of one change."""
    ear = Ear()
    try:
        _guard(ear)
    except GuardError as error:
        ear.say(say="unable", text=str(error), held=isinstance(error, HeldError))
    except Exception as error:
        ear.say(say="unable", text=f"The guard failed ({type(error).__name__}: {visible(str(error))}).")


def _guard(ear: Ear) -> None:
    first = ear.hear(time.monotonic() + _ORDER_WAIT)
    if "who" not in first:
        return
    try:
        sock, writer, deletions = open_socket(), Writer(), Deletions()
    except OSError as error:
        raise GuardError(str(error)) from error
    if why := writer.obstacle():
        raise GuardError(f"The guard can't change links ({why}).")
    state = State(first["who"])
    ear.say(say="placed")
    second = ear.hear(time.monotonic() + _ORDER_WAIT)
    if "order" not in second:
        state.remove()
        return
    order = order_of(second["order"])
    try:
        door = Door(state.path)
    except GuardError:
        state.remove()
        raise
    state.write(order)
    deadline = time.monotonic() + order.change_wait + order.timeout
    about = {"what": order.what, "who": first["who"], "when": datetime.now(UTC).isoformat(), "netns": netns_now()}
    ear.open(door, lambda: {"say": "guards", **about, "left": deadline - time.monotonic()})
    ear.say(say="armed", path=os.fspath(state.path), deadline=deadline)
    while (heard := ear.hear(deadline))["do"] not in _WHY:
        if heard["do"] == "sent":
            deadline = min(deadline, time.monotonic() + order.timeout)
            left = deadline - time.monotonic()
            state.counting(left)
            ear.say(say="counting", deadline=deadline, left=left)
        elif heard["do"] == "leave":
            ear.leave()
            ear.say(say="left")
        elif heard["do"] == "keep":
            ear.last_word(say="kept", problem=state.remove(), **_asked(heard))
            return
    why = f"{heard['by']} asked for it" if heard.get("by") else _WHY[heard["do"]]
    ear.say(say="reverting", why=why)
    done = revert(order, why, sock, writer, deletions)
    ear.last_word(say="reverted", problem=state.remove(), report=done.as_json(), **_asked(heard))


def _asked(heard: Mapping[str, str]) -> Mapping[str, str]:
    """Return who decided it, empty: the console or nobody; and by which of his requests."""
    return {"by": heard.get("by", ""), "token": heard.get("token", "")}
