"""Namespaces full of links, and another process that changes them."""

from __future__ import annotations

import contextlib
import json
import os
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.changes import setting
from tui.model.change.settings import Settings
from tui.netlink import namespace, wire
from tui.netlink.writer import Writer

ROOT = Path(__file__).parent.parent.parent
GROUP = 10
"""The group that all links are in, but for `OTHERS`."""
OTHERS = 16
"""Further links, in two groups of their own, so that the group table has rows to move over."""
_BATCH = 256
_RTM_DELLINK = 17


@contextlib.contextmanager
def farm(links: int) -> Iterator[None]:
    """Enter a namespace with ``links`` DOWN links in `GROUP`, named m0, m1, … and leave it empty.

    For the calling thread, and the threads and processes that it starts meanwhile. IPv6 is off: with it, bringing
    16,384 links up takes half a minute of multicast joins.
    """
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    namespace.unshare(namespace.CLONE_NEWNET)
    for which in ("default", "all"):
        setting = Path(f"/proc/sys/net/ipv6/conf/{which}/disable_ipv6")
        if setting.exists():
            setting.write_text("1")
    writer = Writer()
    try:
        kind = _kind(writer)
        _make(writer, kind, [(f"m{n}", GROUP) for n in range(links)])
        _make(writer, kind, [(f"x{n}", GROUP + 10 + n % 2 * 10) for n in range(OTHERS)])
        try:
            yield
        finally:
            # By hand, and waited for: left to the kernel it would go on behind the next measurement.
            _delete(writer, GROUP)
    finally:
        writer.close()
        namespace.setns(home, namespace.CLONE_NEWNET)
        os.close(home)


def here() -> str:
    """Return a path of the main thread's netns."""
    return f"/proc/{os.getpid()}/ns/net"


def send(writer: Writer, *data: tuple[int, bytes], deadline: float = 120.0) -> None:
    """Send messages, by sequence number; raises OSError for the first that failed."""
    for ack in writer.send(dict(data), deadline).values():
        if ack.errno:
            raise OSError(ack.errno, ack.text or os.strerror(ack.errno))


def change(writer: Writer, *, mtu: int | None = None, up: bool | None = None) -> None:
    """Change the whole group by one message."""
    seq = writer.next_seq()
    send(writer, (seq, wire.group_change(seq, GROUP, setting(mtu=mtu, up=up))))


def _kind(writer: Writer) -> bytes:
    for kind in (b"dummy", b"ifb"):
        with contextlib.suppress(OSError):
            _make(writer, kind, [("probe", GROUP + 50)])
            _delete(writer, GROUP + 50)
            return kind
    raise OSError("this kernel makes neither dummy nor ifb links")


def _make(writer: Writer, kind: bytes, wanted: Sequence[tuple[str, int]]) -> None:
    for first in range(0, len(wanted), _BATCH):
        part = wanted[first : first + _BATCH]
        batch = []
        for number, (name, group) in enumerate(part, 1):
            seq, last = writer.next_seq(), number == len(part)
            batch.append((seq, wire.new_link(seq, name.encode(), kind, setting(group=group, mtu=1500), ack=last)))
        send(writer, *batch)


def _delete(writer: Writer, group: int) -> None:
    seq = writer.next_seq()
    body = struct.pack("=BxHiII", 0, 0, 0, 0, 0) + wire.u32(wire.IFLA_GROUP, group)
    send(writer, (seq, wire.message(_RTM_DELLINK, wire.NLM_F_ACK, seq, body)))


class Other:
    """Another process in this namespace (tests.perf.other), with a bare socket."""

    def __init__(self) -> None:
        """Start it."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.perf.other"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            text=True,
        )
        self._answer()

    def __enter__(self) -> Other:
        """Return itself; leaving ends it."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)

    def change(self, *, mtu: int | None = None, up: bool | None = None) -> tuple[float, float]:
        """Change the whole group; return when (time.monotonic()) it was sent and when the ACK was there."""
        return self.set(setting(mtu=mtu, up=up))

    def set(self, settings: Settings) -> tuple[float, float]:
        """Set it on the whole group; return the same."""
        self.begin(do="once", data=[wire.group_change(1, GROUP, settings).hex()])
        sent, acked = self._answer()
        return sent, acked

    def begin(self, **order: Any) -> None:
        """Give an order; those that go on do so until `end`."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()

    def end(self) -> Any:
        """End what goes on; return what it tells."""
        self.begin(do="nothing")
        told = self._answer()
        self._answer()
        return told

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        if not (line := self._process.stdout.readline()):
            raise RuntimeError("the other process has died")
        return json.loads(line)
