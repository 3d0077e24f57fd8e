"""What is protected where the questions for it fail, or somebody else answers them."""

import contextlib
import errno
import os
import socket
import struct
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.links import Ip, add, fuzz, index_of
from tui.model.health import Health
from tui.netlink import routes
from tui.netlink.ask import Body, ask
from tui.netlink.connections import read_connection
from tui.netlink.dump import NoAnswerError
from tui.netlink.routes import Carriers, read_interfaces
from tui.netlink.sockets import open_socket
from tui.netlink.wire import WireError, attribute, u32
from tui.present.words import status_fields

DEFAULT = "carries the default route"


@pytest.fixture
def wan0(ip: Ip) -> int:
    """The index of an interface that carries both default routes."""
    add(ip, "veth", "wan0")
    ip("link", "set", "wan0", "up")
    ip("address", "add", "192.0.2.2/24", "dev", "wan0")
    ip("route", "add", "default", "via", "192.0.2.1")
    return index_of(ip, "wan0")


@pytest.mark.parametrize(
    "error", [OSError(errno.EIO, "Input/output error"), NoAnswerError("the kernel is mute"), WireError("short")]
)
def test_what_was_answered_before_stands_while_the_question_fails(
    wan0: int, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    ways = Carriers()
    assert ways.find() == {wan0: DEFAULT}
    assert ways.problem == ""

    def fails(*_: object, **__: object) -> Iterator[Body]:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(routes, "ask", fails)
        assert ways.find() == {wan0: DEFAULT}
        why = error.strerror if isinstance(error, OSError) and error.strerror else error
        assert ways.problem.startswith(f"IPv4 default route known from before ({why})")
        # Also where no news of a route came since: the question is still open.
        assert ways.find(routes=False) == {wan0: DEFAULT}
        assert ways.problem.startswith(f"IPv4 default route known from before ({why})")
        fresh = Carriers()
        assert fresh.find() == {}
        assert fresh.problem.startswith(f"IPv4 default route unknown ({why})")
    assert ways.find() == {wan0: DEFAULT}
    assert ways.problem == ""


def test_the_status_line_says_that_protection_is_old() -> None:
    texts = [
        field.text for field in status_fields(Health(state="live", protection="IPv4 default route unknown (x)"), 0.0)
    ]
    assert "protection: IPv4 default route unknown (x)" in texts


def test_nobody_but_the_kernel_answers_and_nothing_but_our_question(wan0: int, ip: Ip) -> None:
    """Another process sends a route over an interface of its choice to us, and an earlier answer lies unread."""
    route = struct.pack("=BBBBBBBBI", socket.AF_INET, 0, 0, 0, 254, 3, 0, 1, 0) + u32(4, 1)
    done = struct.pack("=i", 0)
    with open_socket() as sock, socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as liar:
        unread = struct.pack("=BBBBBBBBI", socket.AF_INET, 32, 0, 0, 0, 0, 0, 0, 0) + attribute(
            1, bytes((127, 0, 0, 1))
        )
        sock.send(struct.pack("=IHHII", 16 + len(unread), 26, 1, 77, 0) + unread)
        body = struct.pack("=BBBBBBBBI", socket.AF_INET, 0, 0, 0, 0, 0, 0, 1, 0)
        try:
            for kind, what in ((24, route), (3, done)):
                for seq in (0, 77):
                    message = struct.pack("=IHHII", 16 + len(what), kind, 2, seq, 0) + what
                    liar.sendto(message, (sock.getsockname()[0], 0))
        except PermissionError:
            pytest.skip("the kernel doesn't let us send to another socket")
        found = [read_interfaces(answer.data) for answer in ask(sock, 26, body, dump=True) if answer.type == 24]
    assert [indexes for prefix, _, indexes in found if prefix in (0, 32)] == [[wan0]]


@fuzz
@given(st.binary(max_size=80))
def test_a_short_route_or_connection_is_told_as_such(data: bytes) -> None:
    for size, read in ((12, read_interfaces), (72, lambda data: read_connection(socket.AF_INET6, data))):
        if len(data) < size:
            with pytest.raises(WireError, match="too short"):
                read(data)
        else:
            with contextlib.suppress(WireError):
                read(data)


@fuzz
@given(st.lists(st.tuples(st.integers(0, 40), st.binary(max_size=24)), max_size=4), st.integers(0, 30))
def test_a_route_with_any_attributes_cut_anywhere(made: list[tuple[int, bytes]], cut: int) -> None:
    body = struct.pack("=BBBBBBBBI", 2, 0, 0, 0, 254, 3, 0, 1, 0) + b"".join(attribute(*pair) for pair in made)
    with contextlib.suppress(WireError):
        assert read_interfaces(body[: len(body) - cut])[:2] == (0, 1)


def test_a_message_to_a_descriptor_that_is_no_socket_is_an_error() -> None:
    """So that no such failure is taken for an empty answer."""
    with open_socket() as sock:
        os.dup2(nothing := os.open(os.devnull, os.O_RDWR), sock.fileno(), inheritable=False)
        os.close(nothing)
        with pytest.raises(OSError, match="non-socket"):
            list(ask(sock, 26, b"", dump=True))
