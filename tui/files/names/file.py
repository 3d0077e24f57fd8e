"""The name map on disk: which file is in force, read whole, and read again when it changes."""

import os
import stat
from dataclasses import replace
from pathlib import Path

from tui.model.names.map import NameMap, parse
from tui.model.text import reason, visible

SEARCH = (Path("/etc/iproute2/group"), Path("/usr/share/iproute2/group"))
"""Where `ip` looks; the first that exists hides the other (iproute2 lib/rt_names.c)."""
LIMIT = 1024 * 1024
"""Bytes; a name map is never larger."""


class NameFile:
    """Reads the name map; never fails, but says in `problem` what was wrong."""

    def __init__(self, path: Path | None = None, ip: str = "ip") -> None:
        """``path`` replaces the search; ``ip``: how `ip` is called where we look, see NameMap."""
        self._ip = ip
        self.explicit = path
        """The file that replaces the search; None: it is searched."""
        self._signature: tuple[object, ...] | None = None
        self.path: Path | None = None
        """The file in force; None: there is none."""
        self.names = NameMap(ip=ip)
        """What it says."""
        self.problem = ""
        """Why it could not be read in full, one sentence; empty: all is well."""

    def refresh(self) -> bool:
        """Read again if the file changed; return whether the names or the problem differ."""
        path, signature = self._look()
        if signature == self._signature:
            return False
        before = (self.names, self.problem, self.path)
        self._signature, self.path = signature, path
        names, self.problem = self._read(path)
        self.names = replace(names, ip=self._ip)
        return (self.names, self.problem, self.path) != before

    def _look(self) -> tuple[Path | None, tuple[object, ...]]:
        for path in (self.explicit,) if self.explicit else SEARCH:
            try:
                found = path.stat()
            except (OSError, ValueError) as error:
                if self.explicit:
                    return path, (str(error),)
                continue
            return path, (path, found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_mode)
        return None, ("none",)

    def _read(self, path: Path | None) -> tuple[NameMap, str]:
        if path is None:
            return NameMap(), ""
        shown = visible(os.fsencode(path))
        try:
            # Non-blocking, so that a FIFO without a writer can't hold us.
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except (OSError, ValueError) as error:
            return (
                NameMap(),
                f"The name map {shown} can't be read ({reason(error)}); showing numbers.",
            )
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            return NameMap(), f"The name map {shown} is no regular file; showing numbers."
        with open(descriptor, "rb") as file:
            try:
                data = file.read(LIMIT + 1)
            except OSError as error:
                return NameMap(), f"The name map {shown} can't be read ({error.strerror}); showing numbers."
        if len(data) > LIMIT:
            return NameMap(), f"The name map {shown} is larger than 1 MiB; showing numbers."
        names = parse(data)
        if names.corrupt_line:
            return (
                names,
                f"The name map {shown} is malformed at line {names.corrupt_line}; `ip` reads no further, nor do we.",
            )
        return names, ""
