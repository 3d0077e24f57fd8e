"""Another netns beside the test's own, as long as it is needed."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from tests.links import Ip, until


class Far(NamedTuple):
    """A netns that a process keeps, and how to look into it."""

    path: str
    pid: int

    def ip(self, *words: str) -> str:
        line = ["nsenter", f"--net={self.path}", "ip", *words]
        return os.fsdecode(subprocess.run(line, capture_output=True, check=True).stdout)

    def names(self) -> set[str]:
        return {row.split(": ")[1].split("@")[0] for row in self.ip("-o", "link").splitlines()} - {"lo"}


@contextmanager
def far_netns(ip: Ip) -> Iterator[Far]:
    """Keep another netns; ``ip`` proves that this is one of the test's own."""
    here = os.readlink("/proc/thread-self/ns/net")
    with subprocess.Popen(["unshare", "--net", "sleep", "600"]) as process:
        path = f"/proc/{process.pid}/ns/net"
        try:
            until(lambda: os.readlink(path) != here, "another netns")
            yield Far(path, process.pid)
        finally:
            process.kill()
