"""The one gate before everything that isn't ours: the kernel's interfaces and the system's files."""

import os
from dataclasses import dataclass
from pathlib import Path

# hier(7): what belongs to the system, but for the parts of it that are there for users.
_SYSTEM = tuple(
    Path("/", name)
    for name in ("bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "proc", "run", "sbin", "sys", "usr", "var")
)
_USERS = tuple(map(Path, ("/dev/shm", "/run/user", "/var/tmp")))


@dataclass(frozen=True, slots=True)
class Gate:
    """Asked right before each message that changes something and before each file of the system's is written.

    Exports to a file of his own that the operator names, and our own state (audit file, crash log, kept measurements),
    need not ask.
    """

    read_only: bool = False
    """Whether the operator wants nothing changed."""

    def obstacle(self) -> str:
        """Return why nothing may be changed, a clause; empty: it may."""
        return "started with --read-only" if self.read_only else ""

    def file_obstacle(self, path: Path) -> str:
        """Return why nothing may be written at ``path``, which must be absolute and free of links; empty: it may."""
        if not self.read_only or _below(path, _USERS) or not _below(path, _SYSTEM):
            return ""
        return f"that is the system's, and ifgroup was {self.obstacle()}"


OPEN = Gate()
"""Lets everything through."""


def _below(path: Path, places: tuple[Path, ...]) -> bool:
    return any(os.path.commonpath((path, place)) == str(place) for place in places)
