"""Short notices to the system's log: the journal, or whatever else listens at /dev/log."""

import errno
import os
import socket
import time
from collections.abc import Iterable
from pathlib import Path

from tui.model.text import reason

SOCKETS = (Path("/dev/log"), Path("/run/systemd/journal/dev-log"))
"""Where a system's log listens; the second is where systemd points the first at, missing in many a container."""

# syslog(3), LOG_USER | LOG_NOTICE: with what else operators' programs did. LOG_AUTHPRIV is for logins, and some sites
# raise an alarm on what they don't know there.
_PRIORITY = 1 << 3 | 5
_ABSENT = (errno.ENOENT, errno.ECONNREFUSED, errno.ENOTDIR, errno.EACCES)


def notice(line: str, sockets: Iterable[Path] = SOCKETS) -> str:
    """Send one line of printable ASCII to the first of ``sockets`` that somebody listens at. Doesn't wait.

    Return why it wasn't taken, one sentence; empty: it was, or there is no system log that we may write to.
    """
    # The form of syslog(3): the time without year and zone, which asctime(3) words alike in every locale.
    datagram = f"<{_PRIORITY}>{time.asctime()[4:19]} ifgroup[{os.getpid()}]: {line}".encode("ascii", "replace")
    for path in sockets:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as sock:
                sock.connect(os.fspath(path))
                sock.send(datagram)
        except OSError as error:
            if error.errno in _ABSENT:
                continue
            return f"The system log at {path} did not take the change ({reason(error)})."
        return ""
    return ""
