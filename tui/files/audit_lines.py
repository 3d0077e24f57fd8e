"""The audit file, read line by line from either end: however large it is, no more than a line of it is in memory."""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from tui.model.text import reason, visible

LONGEST = 16 << 20
"""Bytes of a line that are read; a change of 65,536 interfaces takes less."""
_BLOCK = 1 << 18


def oldest_first(path: Path) -> Iterator[bytes]:
    """Yield each line without its end; of one that is longer than LONGEST only its beginning, which is no record.

    Raises OSError, one sentence. What is appended meanwhile is left out.
    """
    descriptor = _open(path)
    with open(descriptor, "rb") as file:
        left = os.fstat(descriptor).st_size
        while left > 0 and (line := file.readline(min(left, LONGEST))):
            left -= len(line)
            whole = line
            while not line.endswith(b"\n") and left > 0 and (line := file.readline(min(left, LONGEST))):
                left -= len(line)
            yield whole.removesuffix(b"\n")


def newest_first(path: Path, most: int) -> Iterator[bytes]:
    """Yield each line from the end, until ``most`` bytes were read; one that is longer than LONGEST is left out.

    Raises OSError, one sentence.
    """
    descriptor = _open(path)
    with open(descriptor, "rb"):
        at = os.fstat(descriptor).st_size
        end = max(at - most, 0)
        rest: list[bytes] = []  # of a line whose beginning isn't read yet, the last part first
        held = 0
        while at > end:
            size = min(_BLOCK, at - end)
            at -= size
            first, *lines = os.pread(descriptor, size, at).split(b"\n")
            for line in reversed(lines):
                if held <= LONGEST:
                    yield b"".join([line, *reversed(rest)])
                rest, held = [], 0
            held += len(first)
            if held <= LONGEST:
                rest.append(first)
            else:
                rest = []
        if at == 0 and held <= LONGEST:
            yield b"".join(reversed(rest))


def _open(path: Path) -> int:
    shown = visible(os.fsencode(path))
    try:
        # Whatever stands in its place must not hold us up.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except FileNotFoundError as error:
        older = path.with_name(f"{path.name}.1")
        rotated = f"; what was rotated away is in {visible(os.fsencode(older))}" if older.exists() else ""
        raise FileNotFoundError(
            errno.ENOENT, f"There is no audit file {shown}: nothing is on record there{rotated}; --audit names another."
        ) from error
    except (OSError, ValueError) as error:
        raise OSError(errno.EACCES, f"The audit file {shown} can't be read: {reason(error)}.") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, f"The audit file {shown} is no regular file; --audit names another.")
    return descriptor
