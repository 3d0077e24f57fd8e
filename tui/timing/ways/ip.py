"""The three ways that run iproute2's `ip`: once for the group, once for a batch, once for each interface."""

import os
import shutil
from collections.abc import Sequence

from tui.timing.ways.change import Change, Member
from tui.timing.ways.client import UnavailableError

_PLACES = "/usr/sbin:/sbin:/usr/bin:/bin"
_ENVIRONMENT = {"LC_ALL": "C"}
_MOST_ERROR = 200  # bytes of what `ip` complained


def ip_path() -> str | None:
    """Return where `ip` is; None: nowhere.

    For root the system's directories come first: a PATH that was kept by sudo may hold a user's, with an `ip` of his.
    """
    own = os.environ.get("PATH", "")
    return shutil.which("ip", path=f"{_PLACES}:{own}" if os.geteuid() == 0 else f"{own}:{_PLACES}")


class IpClient:
    """Starts `ip` by vfork(2) and execve(2), the cheapest start there is, and waits for it."""

    def __init__(self, way: str, tool: str) -> None:
        """``tool`` is the path of `ip`."""
        self._way = way
        self._tool = tool
        self._input = os.memfd_create("batch")
        self._errors = os.memfd_create("errors")
        self._nowhere = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)

    def change(self, change: Change, members: Sequence[Member], group: int) -> None:
        """See Client."""
        match self._way:
            case "ip-group":
                self._run(*change.words("group", str(group)))
            case "ip-batch":
                before, _, after = " ".join(change.words("dev", "%")).partition("%")
                lines = "".join(f"{before}{member.name}{after}\n" for member in members)
                os.ftruncate(self._input, 0)
                os.pwrite(self._input, lines.encode(), 0)
                os.lseek(self._input, 0, os.SEEK_SET)
                self._run("-batch", "-", stdin=self._input)
            case "process":
                for member in members:
                    self._run(*change.words("dev", member.name))
            case other:
                raise ValueError(f"`ip` makes no changes the way “{other}”")

    def close(self) -> None:
        """See Client."""
        for descriptor in (self._input, self._errors, self._nowhere):
            os.close(descriptor)

    def _run(self, *words: str, stdin: int | None = None) -> None:
        files = [
            (os.POSIX_SPAWN_DUP2, self._nowhere if stdin is None else stdin, 0),
            (os.POSIX_SPAWN_DUP2, self._nowhere, 1),
            (os.POSIX_SPAWN_DUP2, self._errors, 2),
        ]
        pid = os.posix_spawn(self._tool, ["ip", *words], _ENVIRONMENT, file_actions=files)
        _, status = os.waitpid(pid, 0)
        if code := os.waitstatus_to_exitcode(status):
            raise OSError(abs(code), f"`ip {words[0]} …` failed: {self._complaint() or code}")

    def _complaint(self) -> str:
        said = os.pread(self._errors, _MOST_ERROR, 0).partition(b"\n")[0]
        os.ftruncate(self._errors, 0)
        os.lseek(self._errors, 0, os.SEEK_SET)
        return said.decode(errors="surrogateescape")


def open_ip(way: str, first: Member) -> IpClient:
    """Return the client of ``way``: ip-group, ip-batch or process. Raises UnavailableError."""
    tool = ip_path()
    if tool is None:
        raise UnavailableError("`ip` (iproute2) is not installed here.")
    return IpClient(way, tool)
