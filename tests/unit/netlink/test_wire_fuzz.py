"""Truncated, lying and random bytes: an answer or a WireError that says what was wrong; never a loop, never a crash."""

import re
import struct
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.links import fuzz
from tests.unit.netlink.test_wire import attr, link_message, link_messages
from tui.model.link import Link
from tui.netlink.link_decoder import LinkDecoder, decode_link
from tui.netlink.wire import Ack, Head, WireError, decode_ack, messages

BUSY = link_message(
    attr(3, b"eth0\0"),
    attr(27, bytes(4)),
    attr(18 | 0x8000, attr(1, b"veth\0") + attr(2, attr(1, b"x"))),
    attr(52 | 0x8000, attr(53, b"one\0") + attr(53, b"two\0")),
    attr(20, b"an alias\0"),
    attr(16, b"\6"),
)
SAYS_WHAT = re.compile(r"\d+ bytes")


Read = TypeVar("Read", Link, Ack, list[Head])
Words = ParamSpec("Words")


def attempt(decode: Callable[Words, Read], *args: Words.args, **kwargs: Words.kwargs) -> Read | None:
    """Return what was decoded, or None for a WireError, which must say how much was where."""
    try:
        return decode(*args, **kwargs)
    except WireError as error:
        said = str(error)
    assert SAYS_WHAT.search(said)
    return None


def all_of(data: bytes) -> list[Head]:
    return list(messages(data))


@pytest.mark.parametrize("shared", [True, False])
def test_a_link_cut_off_at_every_byte(shared: bool) -> None:
    decoder = LinkDecoder()
    decoder.decode(BUSY, 0, len(BUSY))
    for end in range(len(BUSY)):
        cut = BUSY if shared else BUSY[:end]  # `end` counts, not what lies behind it in the buffer
        got = attempt(decode_link, cut, 0, end)
        assert attempt(decoder.decode, cut, 0, end) == got
        if end < 32:
            assert got is None


def test_every_byte_replaced_by_every_value() -> None:
    decoder = LinkDecoder()
    decoder.decode(BUSY, 0, len(BUSY))
    for at in range(len(BUSY)):
        for value in (0, 1, 2, 3, 4, 5, 7, 8, 16, 18, 27, 52, 127, 128, 254, 255):
            lie = bytearray(BUSY)
            lie[at] = value
            got = attempt(decode_link, lie, 0, len(lie))
            assert attempt(decoder.decode, lie, 0, len(lie)) == got


@pytest.mark.parametrize("claim", [0, 1, 3, 0xFFFF])
def test_an_attribute_that_lies_about_its_length(claim: int) -> None:
    lie = link_message(attr(3, b"x\0"), struct.pack("=HH", claim, 27) + bytes(4))
    with pytest.raises(WireError, match=rf"attribute 27 at byte 40 claims {claim} bytes of 8"):
        decode_link(lie, 0, len(lie))


@pytest.mark.parametrize(("kind", "size"), [(27, 3), (4, 5), (16, 0), (16, 4), (37, 8), (50, 0), (5, 2)])
def test_a_number_of_another_size(kind: int, size: int) -> None:
    lie = link_message(attr(kind, bytes(size)))
    for _ in range(2):
        with pytest.raises(WireError, match=rf"attribute {kind} .* holds {size} bytes"):
            LinkDecoder().decode(lie, 0, len(lie))


def test_a_lie_within_the_nested_attributes() -> None:
    for lie in (
        link_message(attr(18, struct.pack("=HH", 99, 1) + b"veth")),
        link_message(attr(52, attr(53, b"ok\0") + struct.pack("=HH", 2, 53))),
    ):
        with pytest.raises(WireError, match="claims"):
            decode_link(lie, 0, len(lie))


@fuzz
@given(link_messages(), st.data())
def test_random_damage(raw: bytes, data: st.DataObject) -> None:
    damaged = bytearray(raw)
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)))
    attempt(decode_link, damaged, 0, cut)
    attempt(LinkDecoder().decode, damaged, 0, cut)


@fuzz
@given(st.binary(max_size=300))
def test_random_bytes(data: bytes) -> None:
    attempt(decode_link, data, 0, len(data))
    found = attempt(all_of, data)
    for head in found if isinstance(found, list) else []:
        assert isinstance(head, Head)
        assert 0 <= head.start < head.end <= len(data)
        attempt(decode_ack, data, head)


def test_messages_yields_each_and_says_where_a_lie_is() -> None:
    two = BUSY + link_message(attr(3, b"odd\0"), attr(20, b"xy\0"))
    heads = list(messages(two))
    assert [(head.type, head.start, head.end) for head in heads] == [(16, 0, len(BUSY)), (16, len(BUSY), len(two))]
    assert len(list(messages(two + b"behind", len(two)))) == 2
    with pytest.raises(WireError, match=rf"15 bytes at byte {len(BUSY)} are too few"):
        list(messages(BUSY + bytes(15)))
    for claim in (0, 15, 17, 0xFFFFFFFF):
        with pytest.raises(WireError, match=f"claims {claim} bytes; 16 are there"):
            list(messages(struct.pack("=IHHII", claim, 16, 0, 0, 0)))


def error_message(errno: int, echoed: bytes, flags: int, *attrs: bytes) -> tuple[bytes, Head]:
    body = struct.pack("=i", errno) + echoed + b"".join(attrs)
    raw = struct.pack("=IHHII", 16 + len(body), 2, flags, 77, 0) + body
    return raw, Head(2, flags, 77, 0, 0, len(raw))


ASKED = struct.pack("=IHHII", 40, 16, 5, 77, 0)


@pytest.mark.parametrize("capped", [True, False])
@pytest.mark.parametrize("words", [b"Invalid MTU\0", "zu groß\0".encode(), b"\xff\x1b[31m\0", b"no NUL", b""])
def test_a_refusal_carries_the_kernels_words(capped: bool, words: bytes) -> None:
    echoed = ASKED if capped else ASKED + bytes(24)
    flags = 0x200 | (0x100 if capped else 0)
    raw, head = error_message(-22, echoed, flags, attr(2, bytes(4)), attr(1, words))
    want = words.removesuffix(b"\0").decode("utf-8", "backslashreplace")
    assert decode_ack(raw, head) == Ack(77, 22, want)


def test_a_plain_ack_and_a_bare_refusal() -> None:
    raw, head = error_message(0, ASKED, 0x100)
    assert decode_ack(raw, head) == Ack(77, 0, "")
    raw, head = error_message(-1, ASKED, 0x100)
    assert decode_ack(raw, head) == Ack(77, 1, "")


def test_an_error_message_cut_off_at_every_byte() -> None:
    raw, head = error_message(-22, ASKED, 0x300, attr(1, b"Invalid MTU\0"))
    for end in range(16, len(raw)):
        got = attempt(decode_ack, raw, head._replace(end=end))
        assert got is None or got in (Ack(77, 22, ""), Ack(77, 22, "Invalid MTU"))


@fuzz
@given(st.binary(min_size=16, max_size=120), st.integers(0, 0xFFFF))
def test_random_error_messages(data: bytes, flags: int) -> None:
    attempt(decode_ack, data, Head(2, flags, 1, 0, 0, len(data)))
