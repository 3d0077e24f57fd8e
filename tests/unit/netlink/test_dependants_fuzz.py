"""Addresses, neighbours, routes and nexthops of any bytes at all: read, or a WireError, and nothing else."""

import contextlib
import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.links import fuzz
from tui.netlink.dependants.item import read_message
from tui.netlink.dependants.nexthop import read_nexthops
from tui.netlink.dependants.record import RouteOrAddress
from tui.netlink.wire import WireError, attribute

NAMES = {1: b"lo", 2: b"eth0"}
SIZES = {20: 8, 24: 12, 28: 12}
"""The smallest body by message type: ifaddrmsg, rtmsg, ndmsg."""

HEADS = st.binary(min_size=12, max_size=12) | st.sampled_from(
    [
        bytes((2, 24, 0, 0, 2, 0, 0, 0)),
        bytes((10, 64, 0x80, 0, 0xFF, 0xFF, 0xFF, 0xFF)),
        bytes((2, 0, 0, 0)) + struct.pack("=iHBB", -1, 0x80, 8, 0),
        bytes((2, 0, 0, 0)) + struct.pack("=iHBB", 2, 0x80, 0, 0),
        bytes((2, 0, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0)),
    ]
)
PAYLOADS = st.binary(max_size=24) | st.sampled_from([bytes(4), b"\xff" * 4, struct.pack("=HBBi", 8, 0, 0, -1)])
ATTRIBUTES = st.lists(st.tuples(st.integers(0, 31), PAYLOADS), max_size=5)
BODIES = st.builds(
    lambda head, made, cut: (head + b"".join(attribute(*pair) for pair in made))[: None if cut == 0 else -cut],
    HEADS,
    ATTRIBUTES,
    st.integers(0, 20),
)


def attempt(type: int, body: bytes) -> RouteOrAddress | None:
    """Read it; a WireError says something."""
    with contextlib.suppress(WireError):
        return read_message(type, body, NAMES)
    return None


@fuzz
@given(st.sampled_from(sorted(SIZES)), BODIES | st.binary(max_size=60))
@example(20, bytes((2, 24, 0x80, 0, 0xFF, 0xFF, 0xFF, 0xFF)))
@example(24, bytes((2, 0, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0)) + attribute(18, b"\2"))
@example(28, bytes((2, 0, 0, 0)) + struct.pack("=iHBB", -1, 0x80, 8, 0) + attribute(1, bytes(4)))
def test_what_interfaces_hold(type: int, body: bytes) -> None:
    held = attempt(type, body)
    if len(body) < SIZES[type]:
        with pytest.raises(WireError, match="too few"):
            read_message(type, body, NAMES)
    # What was read can be made into a message, and read again as the same thing.
    assert held is None or (again := attempt(held.type, held.body)) is None or again.key == held.key


@fuzz
@given(st.lists(BODIES | st.binary(max_size=60), max_size=3))
def test_nexthop_objects(bodies: list[bytes]) -> None:
    with contextlib.suppress(WireError):
        for held in read_nexthops(bodies, {1, 2}, NAMES):
            assert held.text
