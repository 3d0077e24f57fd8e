"""What the counting process counts: the kernel's notifications, and nobody else's."""

import socket

import pytest

from tests.links import Ip, cheap_kind, raw_links
from tui.timing.child.listener import Listener


def test_what_another_process_sends_is_not_counted(ip: Ip) -> None:
    (lie,) = raw_links()
    kind = cheap_kind(ip)
    listener = Listener()
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as liar:
            listener.begin()
            ip("link", "add", "x0", "type", kind)
            try:
                for _ in range(5):
                    # The kernel gives a process' first socket its process id (netlink_autobind).
                    liar.sendto(lie, (listener.pid, 0))
            except PermissionError:
                pytest.skip("the kernel doesn't let us send to another socket")
            heard = listener.end(0.2)
            listener.begin()
            ip("link", "set", "x0", "up")
            assert heard.notifications == listener.end(0.2).notifications == 1
    finally:
        listener.close()
