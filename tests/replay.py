"""A reader of `ifgroup watch --json`: replays its lines, and knows by them alone what the kernel's state is."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from tests.links import PATIENCE, Ip, until
from tests.terminal import ROOT, stat_fields

WATCH = (sys.executable, "-m", "tui", "watch")
# The same with less room: the kernel's receive buffer in bytes, and how many changes may wait for the reader.
_NARROW = (
    "import sys, tui.session.feed as feed; from tui.cli.main import main;"
    "feed.Feed.__init__.__kwdefaults__.update(buffer={buffer}, force=False, most={most});"
    "main(['watch', *sys.argv[1:]])"
)


class Watched(subprocess.Popen[Any]):
    """Is killed where the test fails: else its end would be waited for for ever."""

    def __exit__(self, kind: type[BaseException] | None, *rest: Any) -> None:
        if kind is not None:
            self.kill()
        super().__exit__(kind, *rest)


class Reader:
    """Reads lines on a thread of its own, as fast as they come unless it is held."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.lines: list[str] = []
        self.going = threading.Event()
        """Cleared: it reads no further."""
        self.going.set()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.take(line)
            self.going.wait(PATIENCE)

    def take(self, line: str) -> None:
        self.lines.append(line.rstrip("\n"))

    def said(self, text: str) -> str:
        """Wait for a line with ``text`` in it, and return it."""
        until(lambda: any(text in line for line in self.lines), f"a line with {text!r}")
        return next(line for line in self.lines if text in line)

    def stop(self) -> None:
        """Hold the command itself, until `go_on`."""
        self.process.send_signal(signal.SIGSTOP)
        until(lambda: stat_fields(self.process.pid)[0] == "T", "it to stop")

    def go_on(self) -> None:
        """Let it go on."""
        self.process.send_signal(signal.SIGCONT)

    def ended(self) -> int:
        """Wait for the end; return the status."""
        status = self.process.wait(PATIENCE)
        self._thread.join(PATIENCE)
        return status


class Replay(Reader):
    """Replays JSON."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.links: dict[int, dict[str, Any]] = {}
        self.events: Counter[str] = Counter()
        self.by: Counter[str] = Counter()
        self.checked = 0.0
        self.wrong: list[str] = []
        """Lines that don't follow from those before."""
        self.all: list[dict[str, Any]] = []
        super().__init__(process)

    def take(self, line: str) -> None:
        super().take(line)
        event = json.loads(line)
        self.events[event["event"]] += 1
        self.all.append(event)
        match event["event"]:
            case "snapshot":
                self.links = {link["ifindex"]: link for link in event["interfaces"]}
            case "link":
                self._link(event, line)
            case "heartbeat":
                self.checked = datetime.fromisoformat(event["checked"] or "1970-01-01T00:00Z").timestamp()

    def _link(self, event: dict[str, Any], line: str) -> None:
        self.by[event["by"]] += 1
        link = event["after"] or event["before"]
        known = self.links.pop(link["ifindex"], None)
        if known is not None and known != event["before"]:
            self.wrong.append(line)
        if event["after"] and event["matches"]:
            self.links[link["ifindex"]] = event["after"]

    def links_said(self) -> list[dict[str, Any]]:
        """Return the events of links so far."""
        return [event for event in self.all if event["event"] == "link"]


def from_ip(ip: Ip) -> list[dict[str, Any]]:
    """Return what `ip` tells, in those of its keys that we have too."""
    return [_shared(link) for link in json.loads(ip("-j", "-d", "link"))]


_KEYS = frozenset(
    {"ifindex", "ifname", "flags", "mtu", "min_mtu", "max_mtu", "operstate", "group", "txqlen", "link_type", "address"}
    | {"broadcast", "link", "link_index", "link_netnsid", "master", "ifalias", "altnames"}
)


def _shared(link: dict[str, Any]) -> dict[str, Any]:
    kind = link.get("linkinfo", {}).get("info_kind")
    return {key: link[key] for key in link.keys() & _KEYS} | {"kind": kind}


def replayed(replay: Replay) -> list[dict[str, Any]]:
    """Return what the lines tell by now, in the same form."""
    links = dict(replay.links)
    return [_shared(links[index]) for index in sorted(links)]


@contextmanager
def watching(*words: str, buffer: int = 0, most: int = 40000, **streams: Any) -> Iterator[Any]:
    """Run `watch`; yield its reader: a Replay with --json. Ended by closing its input, if nothing ended it before."""
    code = ("-c", _NARROW.format(buffer=buffer, most=most)) if buffer else WATCH[1:]
    with Watched(
        [sys.executable, *code, *words],
        stdin=streams.pop("stdin", subprocess.PIPE),
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm"},
        **streams,
    ) as process:
        reader = (Replay if "--json" in words else Reader)(process)
        try:
            yield reader
        finally:
            reader.going.set()
            if process.stdin is not None:
                process.stdin.close()
            else:
                process.terminate()
            try:
                assert reader.ended() == 0
            finally:
                process.kill()
