"""A monitor under test: started, watched, broken on purpose, and always stopped."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.links import PATIENCE, Ip, as_ip, from_ip, until
from tui.model.link import Link
from tui.model.store import Store
from tui.netlink.monitor import Monitor
from tui.netlink.sockets import EVENT_BUFFER

RTMGRP_LINK = 1


class Watch:
    """A running monitor and its store."""

    def __init__(self, buffer: int, force: bool) -> None:
        self.store = Store()
        self.pause = threading.Event()
        """Cleared: the monitor's thread stands still as soon as it tells of a change."""
        self.pause.set()
        self.paused = threading.Event()
        self.monitor = Monitor(self.store, self._changed, buffer=buffer, force=force)

    def _changed(self) -> None:
        if not self.pause.is_set():
            self.paused.set()
            self.pause.wait(PATIENCE)

    @property
    def links(self) -> dict[int, Link]:
        return dict(self.store.snapshot().links)

    def named(self, name: str) -> Link | None:
        return next((link for link in self.links.values() if link.name == name.encode()), None)

    def wait_live(self) -> None:
        until(lambda: self.monitor.health.state == "live", "a live monitor")

    def check(self) -> dict[int, Link]:
        """Return the links after a full check."""
        return dict(self.monitor.check().result(PATIENCE).links)

    def agree(self, ip: Ip) -> None:
        """The store equals what `ip` shows, after a full check, and a snapshot handed out is the store's."""
        checked = self.check()
        assert as_ip(checked) == from_ip(ip)
        assert self.links == checked


@contextmanager
def watching(buffer: int = EVENT_BUFFER, force: bool = True) -> Iterator[Watch]:
    """Run a monitor that has made its first full check."""
    watch = Watch(buffer, force)
    watch.monitor.start()
    try:
        watch.wait_live()
        yield watch
    finally:
        watch.pause.set()
        watch.monitor.stop()


def netlink_descriptors(groups: int) -> list[int]:
    """Return this process' netlink descriptors that are subscribed to exactly ``groups``."""
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            if not os.readlink(f"/proc/self/fd/{name}").startswith("socket:"):
                continue
            with socket.socket(fileno=os.dup(int(name))) as sock:
                if sock.family == socket.AF_NETLINK and sock.getsockname()[1] == groups:
                    found.append(int(name))
        except OSError:
            continue
    return found


def port_of(descriptor: int) -> int:
    """Return the netlink port id of a descriptor."""
    with socket.socket(fileno=os.dup(descriptor)) as sock:
        return int(sock.getsockname()[0])
