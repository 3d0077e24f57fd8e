"""The console's side of the guard: arm it before a change, then keep the change or have it taken back."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tui
from tui.files.audit import who
from tui.guard.errors import GuardError, HeldError
from tui.guard.losses import Losses, losses
from tui.guard.order import GuardOrder, Reverted, reverted_of
from tui.guard.place import discard
from tui.guard.revert import revert_now
from tui.guard.state import open_locked
from tui.model.change.reversal import Step
from tui.model.identity import same_device
from tui.model.text import reason, visible
from tui.netlink.dump import read_links
from tui.netlink.wire import WireError

_ROOT = Path(tui.__file__).resolve().parent.parent
# Isolated: neither the working directory (root may stand in somebody else's) nor PYTHON* variables are looked at.
_START = "import sys; sys.path.insert(0, sys.argv[1]); from tui.guard.process import main; main()"
ARM_WAIT = 5.0
"""Seconds to wait for "armed", and for each answer; a thousand members more have one second more."""


@dataclass(frozen=True, slots=True)
class GuardExit:
    """How a guard ended."""

    kept: bool = False
    """The operator kept the change."""
    reverted: Reverted | None = None
    """What the guard took back, and why."""
    problem: str = ""
    """What went wrong, one sentence; empty: nothing."""
    by: str = ""
    """Who decided it, harmless; empty: the process that armed the guard, or nobody."""

    @property
    def died(self) -> bool:
        """It ended without doing its work: nothing guards the change any more, see `Guard.take_over`."""
        return not self.kept and self.reverted is None


class Guard:
    """A guard process, armed. The methods block, not for long but where they say so; any thread may call them."""

    order: GuardOrder

    def __init__(self, members: int) -> None:
        """Start the process; use `arm`. Raises GuardError."""
        self.deadline = 0.0
        """When the change is taken back, on time.monotonic()'s clock."""
        self.path = Path()
        """The state file."""
        self._said: dict[str, Mapping[str, Any]] = {}
        self._ended: GuardExit | None = None
        self._news = threading.Condition()
        self.patience = ARM_WAIT + members / 1000
        """Seconds to wait for each answer."""
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _START, str(_ROOT)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            raise GuardError(f"The guard can't be started ({error.strerror}); nothing was sent.") from error
        threading.Thread(target=self._listen, name="guard", daemon=True).start()

    @classmethod
    def arm(
        cls,
        steps: Sequence[Step],
        *,
        timeout: float,
        change_wait: float,
        audit: Path | None,
        what: str,
        journal: bool = True,
    ) -> "Guard":
        """Start a guard of a change that is about to be sent; return once it is armed.

        ``timeout``: seconds to take it back after `sent`; ``change_wait``: seconds that the change may take at most:
        without `sent`, it is taken back after both. ``audit``, ``journal``: where the guard puts on record what it
        did. What is to be put back is read now: what ``steps`` say may be what another guard has taken back since.
        Raises GuardError, one sentence: nothing must be sent then; HeldError if another guarded change of one of the
        interfaces isn't decided.
        """
        guard = cls(len(steps))
        try:
            guard._tell(who=here())
            guard._hear("placed")
            # The guard lives in the root directory: a relative path would mean another file there.
            file = None if audit is None else audit.absolute()
            guard.order = GuardOrder(what, *_to_put_back(steps), timeout, change_wait, file, journal)
            guard._hand_over()
            armed = guard._hear("armed")
        except GuardError as error:
            guard._abandon()
            if guard._said.get("unable", {}).get("held"):
                raise HeldError(str(error)) from error
            raise GuardError(f"{str(error).rstrip('.')}; nothing was sent.") from error
        guard.path, guard.deadline = Path(armed["path"]), armed["deadline"]
        return guard

    @property
    def pid(self) -> int:
        """The guard's process id."""
        return self._process.pid

    @property
    def ended(self) -> GuardExit | None:
        """How it ended; None: it stands guard, or is at work. Doesn't block."""
        return self._ended

    @property
    def reverting(self) -> bool:
        """Whether it has begun to take the change back: it can't be kept any more. Doesn't block."""
        return "reverting" in self._said

    def wait(self, timeout: float | None = None) -> GuardExit | None:
        """Wait until it has ended, ``timeout`` seconds at most; return how; None: it has not."""
        with self._news:
            self._news.wait_for(lambda: self._ended is not None, timeout)
        return self._ended

    def sent(self) -> float:
        """Tell that the change has its outcome; return when it will be taken back, on time.monotonic()'s clock.

        Raises GuardError if nobody guards the change (any more): look at `ended`; `take_over` it.
        """
        self._tell(do="sent")
        self.deadline = self._hear("counting")["deadline"]
        return self.deadline

    def leave(self) -> str:
        """Have it stay behind; return the id under which another process finds it.

        From here on the end of this process means nothing: the change is taken back at the deadline, or once the guard
        gets SIGTERM, unless somebody keeps it before. Raises GuardError if the guard didn't confirm, see `ended`.
        """
        self._tell(do="leave")
        self._hear("left")
        return self.path.stem

    def keep(self) -> str:
        """Let the change stand; return what went wrong beside, one sentence, or nothing.

        Raises GuardError if the guard didn't confirm: it takes the change back already, or it ended: see `ended`.
        """
        self._tell(do="keep")
        problem = str(self._hear("kept")["problem"])
        self.wait(self.patience)
        return problem

    def revert(self) -> Reverted:
        """Have the change taken back now; blocks until that is done, half a minute for thousands of links.

        Raises GuardError if the guard died, or the change was kept before.
        """
        with contextlib.suppress(GuardError):
            self._tell(do="revert")
        ended = self.wait()
        if ended is None or ended.reverted is None:
            raise GuardError(self._lost())
        return ended.reverted

    def take_over(self, why: str = "the guard died") -> Reverted:
        """Take the change back in this process, since the guard died. Blocks; never raises for what the kernel does."""
        with contextlib.ExitStack() as lock:
            with contextlib.suppress(OSError):
                lock.callback(os.close, open_locked(self.path))
            done = revert_now(self.order, why)
        try:
            discard(self.path)
        except OSError as error:
            words = f"{visible(str(self.path))} can't be removed ({error.strerror}); remove it by hand."
            return replace(done, problem=done.problem or words)
        return done

    def close(self) -> None:
        """Close our end, which tells a guard that still stands to revert; so does the end of this process."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    def _hand_over(self) -> None:
        """Hand the order over; a guard that doesn't take it is killed, for the pipe doesn't hold all of it."""
        watch = threading.Timer(self.patience, self._process.kill)
        watch.daemon = True
        watch.start()
        try:
            self._tell(order=self.order.as_json())
        finally:
            watch.cancel()

    def _tell(self, **words: object) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(words).encode() + b"\n")
            self._process.stdin.flush()
        except (OSError, ValueError) as error:
            self.wait(1.0)  # its last words may be on their way
            raise GuardError(self._lost()) from error

    def _hear(self, what: str) -> Mapping[str, Any]:
        """Wait for an answer. Raises GuardError."""
        with self._news:
            self._news.wait_for(lambda: what in self._said or self.reverting or self._ended is not None, self.patience)
        if what in self._said:
            return self._said[what]
        raise GuardError(self._lost())

    def _lost(self) -> str:
        """Return why an answer didn't come, one sentence."""
        ended = self._ended
        if ended is not None and ended.kept:
            return "The change was kept already."
        if self.reverting:
            return "The guard takes the change back already."
        if ended is None:
            return f"The guard did not answer within {self.patience:g} s."
        return ended.problem or "The guard died."

    def _abandon(self) -> None:
        """End a guard that can't be used."""
        self.close()
        if self.wait(1.0) is None:
            self._process.kill()
            self.wait()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as stdout:
            for line in stdout:
                with contextlib.suppress(ValueError):  # torn: it was killed as it spoke
                    found = json.loads(line)
                    with self._news:
                        self._said[found["say"]] = found
                        self._news.notify_all()
        self._process.wait()
        self.close()
        with self._news:
            self._ended = self._how()
            self._news.notify_all()

    def _how(self) -> GuardExit:
        if kept := self._said.get("kept"):
            return GuardExit(kept=True, by=kept["by"], problem=kept["problem"])
        if reverted := self._said.get("reverted"):
            return GuardExit(reverted=reverted_of(reverted["report"]), by=reverted["by"], problem=reverted["problem"])
        unable = self._said.get("unable")
        return GuardExit(problem=unable["text"] if unable else "The guard died.")


def _to_put_back(steps: Sequence[Step]) -> tuple[tuple[Step, ...], Losses]:
    """Return the steps from what is now, and what they lose. Raises GuardError."""
    try:
        links = read_links()
        now = tuple(
            step._replace(before=link)
            if (link := links.get(step.before.ifindex)) and same_device(step.before, link)
            else step
            for step in steps
        )
        return now, losses(now, links)
    except (OSError, WireError) as error:
        words = visible(reason(error))
        raise GuardError(f"What the change would lose can't be read ({words}).") from error


def here() -> str:
    """Return who we are and where, for other operators; unsafe to show before `visible`."""
    them = who()
    name = f"{them['sudo_user']} (as {them['user']})" if "sudo_user" in them else f"{them['user']}"
    on = f" on {str(them['tty']).removeprefix('/dev/')}" if "tty" in them else ""
    return f"{name}{on}, pid {os.getpid()}"
