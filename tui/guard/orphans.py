"""What killed guards and consoles left behind: found, claimed by one console alone, forgotten."""

import contextlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tui.guard.errors import GuardError
from tui.guard.order import GuardOrder
from tui.guard.place import SUFFIX, check, discard, door_of, folders, is_ours
from tui.guard.record import record_of
from tui.guard.state import LIMIT, open_locked
from tui.model.change.reversal import Step
from tui.model.text import reason, visible

_ASIDE = ".unreadable"


@dataclass(frozen=True, slots=True)
class Orphan:
    """A change that nobody guards any more: guard and console were both killed."""

    path: Path
    what: str
    """The change in the operator's words; unsafe to show before `visible`."""
    when: datetime
    """When it was armed, UTC."""
    order: GuardOrder | None
    """What takes it back; None: another version of ifgroup wrote the file."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """The members as they were."""
        return () if self.order is None else self.order.steps

    @contextlib.contextmanager
    def claimed(self) -> Iterator[None]:
        """Have it for ourselves meanwhile. Raises GuardError if another console has it, or had it."""
        try:
            descriptor = open_locked(self.path)
        except (BlockingIOError, FileNotFoundError) as error:
            raise GuardError("Another console sees to it, or has done so; nothing was sent.") from error
        except OSError as error:
            raise GuardError(f"{_shown(self.path)} can't be locked ({error.strerror}); nothing was sent.") from error
        try:
            yield
        finally:
            os.close(descriptor)

    def forget(self) -> None:
        """Remove the file; the next start says nothing of it. Raises GuardError."""
        try:
            discard(self.path)
        except OSError as error:
            raise GuardError(f"{_shown(self.path)} can't be removed ({error.strerror}).") from error


@dataclass(frozen=True, slots=True)
class Left:
    """What was left behind."""

    orphans: tuple[Orphan, ...] = ()
    """Oldest first."""
    problems: tuple[str, ...] = ()
    """What can't be read, a sentence each, harmless to show."""


def left_over() -> Left:
    """Return what was left unguarded in this netns since the machine started.

    Files of an earlier start are removed, and torn ones: those were never armed. What is no record is set aside under
    another name, and told this once. Files of other netns are left alone.
    """
    found: list[Orphan] = []
    problems: list[str] = []
    for folder in folders():
        try:
            check(folder)
            paths = sorted(folder.glob(f"*{SUFFIX}"))
        except FileNotFoundError:
            continue
        except OSError as error:
            problems.append(f"What guards left in {_shown(folder)} isn't read: {error.strerror}.")
            continue
        for path in paths:
            try:
                with contextlib.suppress(BlockingIOError, FileNotFoundError):
                    found += _look(path)
            except (OSError, ValueError) as error:
                problems.append(_set_aside(path, reason(error)))
    return Left(tuple(sorted(found, key=lambda orphan: orphan.when)), tuple(problems))


def _look(path: Path) -> Iterator[Orphan]:
    """Raises ValueError for what is no record, OSError."""
    if not is_ours(path.lstat(), stat.S_IFREG):
        raise ValueError("it is not a file of ours alone")
    with open(open_locked(path), "rb") as file:
        data = file.read(LIMIT)
        if not data.endswith(b"\n"):
            discard(path)
            return
        record = record_of(data)
        if record.stale:
            discard(path)
        elif record.here:
            yield Orphan(path, record.what, record.when, record.order)


def _set_aside(path: Path, why: str) -> str:
    aside = path.with_name(path.name + _ASIDE)
    try:
        path.rename(aside)
        door_of(path).unlink(missing_ok=True)
    except OSError as error:
        return f"A guard's record, {_shown(path)}, can't be read ({visible(why)}) nor renamed ({error.strerror})."
    return (
        f"A guard's record can't be read ({visible(why[:80])}); it is {_shown(aside)} now: "
        "if a change was not kept, set it back by hand."
    )


def _shown(path: Path) -> str:
    return visible(os.fsencode(path))
