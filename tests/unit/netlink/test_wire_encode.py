"""What we send: read back by pyroute2's decoder, and byte by byte where a byte more would change the meaning."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroute2.netlink.rtnl.ifinfmsg import ifinfmsg

from tests.changes import setting
from tests.links import NAMES, fuzz
from tui.netlink import wire

REQUEST, ACK, EXCL, DUMP, CREATE = 0x1, 0x4, 0x200, 0x300, 0x400
GROUPS = st.integers(0, 0xFFFFFFFF)
MTUS = st.integers(0, 0xFFFFFFFF)


def parts(raw: bytes) -> tuple[dict[str, int], list[tuple[str, object]], tuple[int, int]]:
    """Return the header, the attributes in order and (flags, mask) as pyroute2 reads them."""
    assert struct.unpack_from("=I", raw)[0] == len(raw)
    assert len(raw) % 4 == 0
    message = ifinfmsg(raw)
    message.decode()
    attrs = [(slot[0], slot[1]) for slot in message["attrs"]]
    header = {**message["header"], "index": message["index"], "family": message["family"]}
    return header, attrs, (message["flags"], message["change"])


@fuzz
@given(st.integers(0, 0x7FFFFFFF), GROUPS, MTUS)
def test_a_group_mtu_change(seq: int, group: int, mtu: int) -> None:
    header, attrs, flags = parts(wire.group_change(seq, group, setting(mtu=mtu)))
    assert header["type"] == 16
    assert header["flags"] == REQUEST | ACK  # no NLM_F_CREATE: it would make a device
    assert header["sequence_number"] == seq
    assert (header["index"], header["family"]) == (0, 0)
    assert sorted(attrs) == [("IFLA_GROUP", group), ("IFLA_MTU", mtu)]  # no name: it would address one device
    assert flags == (0, 0)


@pytest.mark.parametrize(("up", "bit"), [(True, 1), (False, 0)])
def test_a_group_goes_up_or_down_and_no_other_flag_moves(up: bool, bit: int) -> None:
    header, attrs, flags = parts(wire.group_change(3, 7, setting(up=up)))
    assert (header["type"], header["flags"], header["index"]) == (16, REQUEST | ACK, 0)
    assert attrs == [("IFLA_GROUP", 7)]
    assert flags == (bit, 1)


def test_a_group_change_byte_by_byte() -> None:
    want = struct.pack("=IHHII", 40, 16, 5, 9, 0) + struct.pack("=BBHiII", 0, 0, 0, 0, 0, 1)
    assert wire.group_change(9, 4294967295, setting(up=False)) == want + struct.pack("=HHI", 8, 27, 4294967295)


@fuzz
@given(st.integers(1, 2**31 - 1), st.none() | MTUS, st.none() | st.booleans(), st.none() | GROUPS, st.booleans())
def test_one_link_is_addressed_by_index_alone(
    index: int, mtu: int | None, up: bool | None, group: int | None, ack: bool
) -> None:
    header, attrs, flags = parts(wire.link_change(1, index, setting(mtu=mtu, up=up, group=group), ack=ack))
    assert (header["type"], header["index"]) == (19, index)
    assert header["flags"] == REQUEST | (ACK if ack else 0)
    want = {"IFLA_MTU": mtu, "IFLA_GROUP": group}
    assert dict(attrs) == {name: value for name, value in want.items() if value is not None}
    assert flags == ((0, 0) if up is None else (int(up), 1))


@fuzz
@given(NAMES, st.sampled_from((b"ifb", b"veth")), GROUPS, st.none() | MTUS, st.booleans(), st.booleans())
def test_a_new_link(name: bytes, kind: bytes, group: int, mtu: int | None, up: bool, ack: bool) -> None:
    raw = wire.new_link(1, name, kind, setting(group=group, mtu=mtu, up=up or None), ack=ack)
    header, attrs, flags = parts(raw)
    assert (header["type"], header["index"]) == (16, 0)
    assert header["flags"] == REQUEST | CREATE | EXCL | (ACK if ack else 0)
    found = dict(attrs)
    assert found.pop("IFLA_IFNAME") in (name, name.decode(errors="replace"))
    assert found.pop("IFLA_LINKINFO").get_attr("IFLA_INFO_KIND") == kind.decode()  # type: ignore[attr-defined]
    assert found == {"IFLA_GROUP": group} | ({} if mtu is None else {"IFLA_MTU": mtu})
    assert flags == ((1, 1) if up else (0, 0))


def test_requests() -> None:
    header, attrs, _ = parts(wire.dump_links(5))
    assert (header["type"], header["flags"], header["index"]) == (18, REQUEST | DUMP, 0)
    assert attrs == [("IFLA_EXT_MASK", 8)]
    header, attrs, _ = parts(wire.get_link(5, 12))
    assert (header["type"], header["flags"], header["index"]) == (18, REQUEST, 12)


@fuzz
@given(st.integers(0, 0x3FFF), st.binary(max_size=64))
def test_an_attribute_read_back(kind: int, payload: bytes) -> None:
    raw = wire.attribute(kind, payload)
    assert len(raw) % 4 == 0
    assert [(found, raw[first:end]) for found, first, end in wire.attributes(raw, 0, len(raw))] == [(kind, payload)]


def test_a_message_is_padded_and_its_length_is_not() -> None:
    raw = wire.message(16, 0, 1, b"12345")
    assert len(raw) == 24
    assert [(head.start, head.end) for head in wire.messages(raw)] == [(0, 21)]
