"""The listening thread: subscribe, dump, follow, resync, reconcile.

Notifications are lossy, and for group tags often absent (a retag of a DOWN link: netif_state_change, net/core/dev.c;
any write to sysfs: group_store, net/core/net-sysfs.c), so an event is only a hint: a full check (a dump, with mark and
sweep) follows every overrun, every write of our own, and a period chosen so that checks cost at most half a percent of
one core.
"""

import contextlib
import os
import select
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace

from tui.model.health import Health
from tui.model.store import Snapshot, Store
from tui.model.text import reason
from tui.netlink.dump import NoAnswerError, StoppedError
from tui.netlink.sockets import EVENT_BUFFER
from tui.netlink.subscription import LinkSubscription, OverrunError

CHECK_SHARE = 0.005
"""The share of one core that full checks may cost."""
MIN_PERIOD = 2.0
"""Seconds between full checks where they cost next to nothing."""
_AGAIN = 0.5  # seconds until the next check after one that could not be certain
_BACKOFF = (0.2, 0.5, 1.0, 2.0, 5.0)  # seconds between restarts
_LAST = 1.0  # seconds that stop() waits: the kernel may hold the thread while it works on someone's change
_EXPECTED = 1.0  # seconds that events stay undecoded before a check that is expected
_WAY = 0.04  # seconds that whoever expected a check has for himself once it is made: to tell, and to paint it
_QUIET = 0.02  # seconds to let a storm pass that went on through a check; doubled each time


class Monitor:
    """Keeps a store equal to the kernel's links, from a thread of its own."""

    def __init__(
        self,
        store: Store,
        changed: Callable[[], None],
        *,
        after_check: Callable[[], str] = str,
        buffer: int = EVENT_BUFFER,
        force: bool = True,
        lost: Callable[[], None] | None = None,
    ) -> None:
        """Prepare; `start` opens the sockets, with a receive buffer of ``buffer`` bytes if the kernel grants it.

        ``changed`` is called on the monitor's thread after the store or the health changed; it must not block.
        ``after_check`` is called after each full check, on a thread that this one waits for, and its cost counts as
        the check's. It returns which routes and sessions could not be asked for (`Health.protection`).
        ``lost``: see LinkSubscription; it is also called where the monitor was started again.
        """
        self._store = store
        self._changed = changed
        self._after_check = after_check
        self._buffer = buffer
        self._force = force
        self._lost = lost
        self._thread = threading.Thread(target=self._run, name="netlink-monitor", daemon=True)
        self._stop = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._nudge = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._lock = threading.Lock()
        self._waiting: list[Future[Snapshot]] = []
        self._stopped = False
        self._backoff = 0.0
        self._expected = 0.0
        self._unanswered = 0
        self.health = Health()
        """The latest condition; replaced as a whole, so any thread may read it."""
        self.heard: bytes | None = None
        """One of the RTM_NEWLINK notifications that were received last, as it came; None: none came yet."""

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread at once, and wait for it a moment; what waits for a check gets StoppedError."""
        with self._lock:
            if self._stopped:
                return
            self._stopped = True
        os.eventfd_write(self._stop, 1)
        if self._thread.is_alive():
            self._thread.join(_LAST)
        for future in self._take_waiting():
            future.set_exception(StoppedError())
        if not self._thread.is_alive():
            os.close(self._stop)
            os.close(self._nudge)

    def check(self) -> Future[Snapshot]:
        """Ask for a full check that begins after this call; the future holds what was known once it was taken in.

        The future fails with StoppedError if the monitor is stopped before.
        """
        future: Future[Snapshot] = Future()
        with self._lock:
            if self._stopped:
                future.set_exception(StoppedError())
                return future
            self._waiting.append(future)
            os.eventfd_write(self._nudge, 1)
        return future

    def expect_check(self) -> None:
        """Take note that somebody sends a change and asks for a check once it is acknowledged.

        The events until then aren't decoded: the check tells the same, and whoever waits for it needn't wait for that.
        """
        self._expected = time.monotonic() + _EXPECTED

    def _run(self) -> None:
        failures = 0
        while not self._stopped:
            begun = time.monotonic()
            try:
                with LinkSubscription(self._store, self._stop, self._buffer, self._force, self._lost) as subscription:
                    if self._lost is not None and self.health.restarts:
                        self._lost()
                    subscription.events, subscription.foreign = self.health.events, self.health.foreign
                    self._publish(buffer=subscription.buffer, forced=subscription.forced)
                    self._follow(subscription)
            except StoppedError:
                return
            except Exception as error:
                # Whatever it was, the screen says so and we start again: a console that silently stopped
                # following would lie.
                self._publish(state="stale", reason=reason(error), restarts=self.health.restarts + 1)
                failures = 0 if time.monotonic() - begun > _BACKOFF[-1] else failures + 1
                self._pause(_BACKOFF[min(failures, len(_BACKOFF) - 1)])

    def _follow(self, subscription: LinkSubscription) -> None:
        poll = select.poll()
        for descriptor in (subscription.fileno(), self._stop, self._nudge):
            poll.register(descriptor, select.POLLIN)
        subscription.hurried = self._is_check_near
        next_check = 0.0
        while True:
            now = time.monotonic()
            due = min(next_check, self._expected) if self._expected > now else next_check
            timeout = max(0.0, due - now)
            ready = {fd for fd, _ in poll.poll(timeout * 1000)}
            if self._stop in ready:
                raise StoppedError
            if self._nudge in ready:
                with contextlib.suppress(BlockingIOError):
                    os.eventfd_read(self._nudge)
            try:
                if self._is_awaited() or time.monotonic() >= next_check:
                    next_check = self._check(subscription)
                elif subscription.take_events():
                    self._changed()
            except OverrunError:
                self._publish(state="resyncing", overruns=self.health.overruns + 1)
                more = subscription.wait_for_quiet()
                self._publish(overruns=self.health.overruns + more)
                next_check = 0.0
            except NoAnswerError as error:
                self._publish(state="stale", reason=reason(error))
                subscription.ask_anew()
                next_check = time.monotonic() + _BACKOFF[min(self._unanswered, len(_BACKOFF) - 1)]
                self._unanswered += 1
            self._tell_heard(subscription)

    def _check(self, subscription: LinkSubscription) -> float:
        """Check in full, answer who waits, and return when (time.monotonic()) the next check is due."""
        waiting = self._take_waiting()
        begun = time.monotonic()
        expected, self._expected = self._expected > begun, 0.0

        def meanwhile() -> None:
            if self.health.state == "live":
                self._publish(state="checking", since=begun)
            self._tell_heard(subscription)
            self._changed()

        try:
            found = subscription.check(meanwhile)
            # The first check isn't complete before it is known who carries us.
            first = None if self.health.checked_at else subscription.ask(self._after_check)
        except BaseException:
            # They wait for the check that follows the restart.
            with self._lock:
                self._waiting[:0] = waiting
            raise
        self._unanswered = 0
        # The screen learns of it below: it would take the interpreter from who waits.
        self._note_heard(subscription)
        self._note(
            state="resyncing" if found.overruns else "live",
            reason="",
            doubt=found.doubt,
            overruns=self.health.overruns + found.overruns,
            checked_at=begun if found.certain or not self.health.checked_at else self.health.checked_at,
        )
        snapshot = self._store.snapshot()
        for future in waiting:
            future.set_result(snapshot)
        if expected and waiting:
            self._pause(_WAY)
        protection, after = first or subscription.ask(self._after_check)
        cost = found.cost + after
        period = max(MIN_PERIOD, cost / CHECK_SHARE)
        self._note(protection=protection, check_cost=cost, period=period)
        self._changed()
        self._backoff = min(max(_QUIET, self._backoff * 2), _BACKOFF[-1]) if found.overruns else 0.0
        if found.overruns:
            return time.monotonic() + self._backoff
        return time.monotonic() + (period if found.certain else max(_AGAIN, cost * 10))

    def _tell_heard(self, subscription: LinkSubscription) -> None:
        if self._note_heard(subscription):
            self._changed()

    def _note_heard(self, subscription: LinkSubscription) -> bool:
        """Take note of what was heard so far; return whether that is news."""
        self.heard = subscription.heard or self.heard
        return self._note(events=subscription.events, foreign=subscription.foreign)

    def _pause(self, seconds: float) -> None:
        """Wait, unless we are stopped."""
        poll = select.poll()
        poll.register(self._stop, select.POLLIN)
        poll.poll(seconds * 1000)

    def _is_awaited(self) -> bool:
        """Whether somebody waits for a check that can begin now."""
        return bool(self._waiting) and not self._unanswered

    def _is_check_near(self) -> bool:
        return self._is_awaited() or time.monotonic() < self._expected

    def _take_waiting(self) -> list[Future[Snapshot]]:
        with self._lock:
            waiting, self._waiting = self._waiting, []
        return waiting

    def _publish(self, **fields: object) -> None:
        if self._note(**fields):
            self._changed()

    def _note(self, **fields: object) -> bool:
        """Put this into the health; return whether it is news."""
        before = self.health
        self.health = replace(before, **fields)  # type: ignore[arg-type]
        return self.health != before
