"""Messages taken apart: every byte once, whatever it is; and what they say agrees with the kernel's own tables."""

import errno
import struct
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroute2.netlink.rtnl.ifinfmsg import IFF_NAMES, ifinfbase

from tests.changes import setting
from tests.hostile import ALIASES, MAP, NAMES, controls
from tests.links import fuzz
from tests.messages import DMZ, IFINFO, error, notification
from tui.model.names.map import parse
from tui.model.wire import attributes
from tui.model.wire import dissect as module
from tui.model.wire import words as dissect_words
from tui.model.wire.dissect import Piece, dissect
from tui.netlink import wire
from tui.netlink.wire import attribute, group_change, link_change, message, new_link, u32


def covers(data: bytes) -> list[Piece]:
    """Take ``data`` apart and prove that every byte is in one piece, in order."""
    pieces = dissect(data, DMZ)
    assert b"".join(piece.raw for piece in pieces) == data
    assert all(piece.raw for piece in pieces)
    assert all(before.offset + len(before.raw) == piece.offset for before, piece in pairwise(pieces))
    return pieces


def said(data: bytes) -> dict[str, tuple[str, str]]:
    """Return value and meaning by name; an attribute's value is its payload's."""
    pieces = covers(data)
    found = {piece.name: (piece.value, piece.meaning) for piece in reversed(pieces)}
    for before, piece in pairwise(pieces):
        if piece.name == "value":
            found[before.name] = (piece.value, before.meaning)
    return found


ATTRIBUTES = st.recursive(
    st.builds(attribute, st.integers(0, 0xFFFF), st.binary(max_size=40)),
    lambda inner: st.builds(
        attribute,
        st.sampled_from((18, 26, 52, 2, 10, 0x8000 | 70, 4)),
        st.lists(inner, max_size=4).map(b"".join),
    ),
    max_leaves=12,
)
BODIES = st.builds(
    lambda head, parts: head + b"".join(parts), st.binary(min_size=16, max_size=20), st.lists(ATTRIBUTES, max_size=6)
)
MESSAGES = st.builds(
    message, st.sampled_from((2, 3, 16, 17, 18, 19, 20, 999)), st.integers(0, 0xFFFF), st.integers(0, 99), BODIES
)


@fuzz
@given(st.binary(max_size=300))
def test_garbage_is_covered_byte_by_byte(data: bytes) -> None:
    covers(data)


@fuzz
@given(st.lists(MESSAGES, max_size=3).map(b"".join), st.integers(0, 400), st.data())
def test_messages_cut_off_and_bent_are_covered_byte_by_byte(whole: bytes, end: int, data: st.DataObject) -> None:
    covers(whole)
    covers(whole[:end])
    if whole:
        at = data.draw(st.integers(0, len(whole) - 1))
        covers(whole[:at] + bytes((data.draw(st.integers(0, 255)),)) + whole[at + 1 :])


def test_nests_as_deep_as_a_message_is_long_are_covered() -> None:
    bomb = b"".join(struct.pack("=HH", size, 0x8000 | 70) for size in range(65532, 0, -4))
    pieces = covers(notification(bomb))
    assert 4 < max(piece.depth for piece in pieces) < 20


def test_messages_are_told_apart_where_one_is_padded() -> None:
    odd = notification(attribute(3, b"m0\0")[:7])
    pieces = covers(odd + bytes(1) + group_change(5, 10, setting(up=True)))
    assert [piece.value for piece in pieces if piece.name == "nlmsghdr.type"] == ["16 = RTM_NEWLINK"] * 2
    assert [piece.offset for piece in pieces if piece.name == "padding"] == [len(odd)]
    assert not [piece for piece in pieces if piece.name in ("cut off", "malformed")]


def test_errors_within_errors_are_covered() -> None:
    """What a refusal echoes is a message again, and may claim to be a refusal."""
    data = b""
    for _ in range(3000):
        data = error(errno.EINVAL, data or group_change(1, 10, setting(up=True)))
    covers(data)


def test_a_group_change_says_why_each_field_is_as_it_is() -> None:
    found = said(group_change(5, 10, setting(mtu=9000, up=True)))
    assert found["nlmsghdr.len"][0] == "48"
    assert found["nlmsghdr.type"] == (
        "16 = RTM_NEWLINK",
        "rtnl_newlink takes it; a group change as RTM_SETLINK would be EINVAL.",
    )
    assert found["nlmsghdr.flags"] == ("0x5 = REQUEST|ACK", "CREATE must be absent: it asks for a new interface.")
    assert found["nlmsghdr.seq"][0] == "5"
    assert found["ifinfomsg.index"] == ("0", "With IFLA_GROUP below: the whole group.")
    assert found["ifinfomsg.flags"][0] == "0x1 = UP"
    assert found["ifinfomsg.change"] == (
        "0x1 = only IFF_UP is to change",
        "If it were 0, the kernel would replace ALL flags.",
    )
    assert found["IFLA_MTU"] == ("9000", "The MTU that is asked for, in bytes.")
    assert found["IFLA_GROUP"][0] == "10: group dmz"
    assert "one message can't retag" in found["IFLA_GROUP"][1]


def test_a_retag_is_told_from_a_group_change() -> None:
    found = said(link_change(6, 3, setting(group=10), ack=False))
    assert found["nlmsghdr.type"][0] == "19 = RTM_SETLINK"
    assert found["nlmsghdr.flags"] == ("0x1 = REQUEST", "No ACK is asked for; an error is answered all the same.")
    assert found["ifinfomsg.index"] == ("3", "The interface; names can be mistyped.")
    assert found["IFLA_GROUP"] == ("10: group dmz", "The group that the interface is to get.")


def test_without_a_group_no_index_is_no_group_change() -> None:
    assert said(message(16, 4, 1, IFINFO.pack(0, 0, 0, 0, 0) + u32(4, 9000)))["ifinfomsg.index"][1] == (
        "No single interface."
    )


def test_a_new_interface_in_a_group_is_told_from_a_group_change() -> None:
    found = said(new_link(7, b"x0", b"veth", setting(group=10), ack=True))
    assert found["nlmsghdr.flags"] == ("0x605 = REQUEST|ACK|EXCL|CREATE", "CREATE: an interface is made.")
    assert found["ifinfomsg.index"][1] == "No single interface."
    assert found["IFLA_INFO_KIND"][0] == "veth"


def test_flags_without_a_mask_are_called_what_they_are() -> None:
    found = said(message(16, 4, 1, IFINFO.pack(0, 0, 0, 1, 0) + u32(27, 10)))
    assert found["ifinfomsg.change"] == ("0", "With flags given, 0 replaces ALL of them.")


def test_an_ack_brings_our_header_back() -> None:
    found = [
        (piece.depth, piece.name, piece.value) for piece in covers(error(0, group_change(5, 10, setting(up=True))))
    ]
    assert (0, "nlmsghdr.flags", "0x100 = CAPPED") in found
    assert (1, "nlmsgerr.error", "0") in found
    assert (1, "nlmsghdr.type", "16 = RTM_NEWLINK") in found
    assert not [name for _, name, _ in found if name.startswith("ifinfomsg")]


def test_a_refusal_brings_our_message_back_and_the_kernels_words() -> None:
    request = group_change(5, 10, setting(mtu=9000))
    pieces = covers(error(errno.EINVAL, request, b"mtu greater than device maximum"))
    values = {piece.name: piece.value for piece in pieces}
    assert values["nlmsgerr.error"] == "-22 = EINVAL: Invalid argument"
    assert values["nlmsghdr.flags"] == "0x5 = REQUEST|ACK"
    assert [piece.value for piece in pieces if piece.name == "value"] == [
        "9000",
        "10: group dmz",
        "mtu greater than device maximum",
    ]


def test_a_notification_is_not_explained_as_a_request() -> None:
    found = said(notification(u32(27, 10), u32(4, 1500)))
    assert found["nlmsghdr.pid"] == ("0", "Whose change it was isn't told.")
    assert found["ifinfomsg.index"] == ("3", "The interface.")
    assert found["ifinfomsg.flags"][0] == "0x1043 = UP|BROADCAST|RUNNING|MULTICAST"
    assert found["IFLA_GROUP"] == ("10: group dmz", "The group that it belongs to.")


def test_what_lies_about_its_length_says_so() -> None:
    assert covers(b"\x05\0\0\0" + bytes(20))[0].value == "claims 5 bytes"
    assert covers(struct.pack("=IHHII", 99, 16, 1, 0, 0))[0].value == "99, but 16 bytes are there"
    assert covers(notification(struct.pack("=HHI", 60, 4, 1500)))[-1][3:5] == ("malformed", "claims 60 bytes of 8")
    assert covers(notification(b"\x01\x02"))[-1].name == "cut off"


def test_an_attribute_that_nobody_knows_has_its_number() -> None:
    found = said(notification(u32(200, 7), attribute(201, b"abc"), attribute(202, bytes(12))))
    assert {name: found[name][0] for name in ("attribute 200", "attribute 201", "attribute 202")} == {
        "attribute 200": "7",
        "attribute 201": "3 bytes",
        "attribute 202": "12 bytes, all 0",
    }


@pytest.mark.parametrize(("raw", "shown"), [*NAMES.items(), *ALIASES.items()])
def test_hostile_bytes_are_made_visible(raw: bytes, shown: str) -> None:
    data = notification(attribute(3, raw + b"\0"), attribute(20, raw + b"\0"), attribute(200, raw))
    pieces = covers(data + error(errno.EINVAL, group_change(1, 10, setting(up=True)), raw))
    assert [piece.value for piece in pieces if piece.name == "value" and piece.value == shown] == [shown] * 3
    assert not controls("".join(f"{piece.name}{piece.value}{piece.meaning}" for piece in pieces))


def test_hostile_group_names_are_made_visible() -> None:
    pieces = dissect(b"".join(notification(u32(27, group)) for group in range(7, 12)), parse(MAP))
    assert not controls("".join(piece.value for piece in pieces))
    assert "7: group map\\x1b[7z" in [piece.value for piece in pieces]


def test_names_are_those_that_pyroute2_knows() -> None:
    theirs = {number: entry[0] for number, entry in enumerate(ifinfbase.nla_map)}
    assert {number: attributes.LINK[number].name for number in theirs} == theirs
    counters = [name for name, _ in ifinfbase.ifstats64.fields]
    assert list(attributes.COUNTERS[: len(counters)]) == counters
    assert len(attributes.LINK) == 70


def test_what_stands_in_two_tables_is_the_same() -> None:
    ours = {known.name: number for number, known in attributes.LINK.items()}
    theirs = {name: value for name, value in vars(wire).items() if name.startswith("IFLA_")}
    theirs.pop("IFLA_INFO_KIND")
    assert {name: ours[name] for name in theirs} == theirs
    assert {name: getattr(module, name) for name in ("NLMSG_ERROR", "NLMSG_DONE", "IFLA_GROUP")} == {
        name: getattr(wire, name) for name in ("NLMSG_ERROR", "NLMSG_DONE", "IFLA_GROUP")
    }
    types = {number: name for name, number in vars(wire).items() if name.startswith("RTM_")}
    assert {number: dissect_words.TYPES[number] for number in types} == types
    assert (dissect_words.REQUEST, dissect_words.ACK, dissect_words.CREATE) == (
        wire.NLM_F_REQUEST,
        wire.NLM_F_ACK,
        wire.NLM_F_CREATE,
    )


def test_flags_are_the_bits_that_the_kernels_header_names() -> None:
    """pyroute2 copied them from include/uapi/linux/if.h too."""
    bits = {1 << number: word for number, word in enumerate(dissect_words._BITS)}
    assert bits == {bit: name.removeprefix("IFF_") for name, bit in IFF_NAMES.items()}
