"""Our decoder against pyroute2's, attribute by attribute, on generated messages of any shape."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from tests.links import NAMES, fuzz, reference
from tui.model.link import Link
from tui.netlink.link_decoder import LinkDecoder, decode_link

NESTED = 0x8000


def attr(kind: int, payload: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(payload), kind) + payload + bytes(-len(payload) % 4)


def link_message(*attrs: bytes, ifindex: int = 5, flags: int = 0x1003, arptype: int = 1) -> bytes:
    body = struct.pack("=BxHiII", 0, arptype, ifindex, flags, 0) + b"".join(attrs)
    return struct.pack("=IHHII", 16 + len(body), 16, 0, 1, 0) + body


def number(kind: int) -> st.SearchStrategy[bytes]:
    return st.integers(0, 0xFFFFFFFF).map(lambda value: attr(kind, struct.pack("=I", value)))


def text(kind: int, most: int) -> st.SearchStrategy[bytes]:
    """A string attribute: any bytes, then the NUL that ends it."""
    return st.binary(max_size=most).map(lambda value: attr(kind, value.replace(b"\0", b"\n") + b"\0"))


def address(kind: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=6, max_size=6).map(lambda mac: attr(kind, mac))


# Attribute numbers that mean nothing to us, of any size: stats, queues, statistics, the future.
NOISE = st.builds(attr, st.sampled_from((6, 14, 17, 23, 30, 31, 61, 200, 0x3FFF)), st.binary(max_size=40))
KIND = st.sampled_from((b"veth", b"bridge", b"vxlan", b"x", b"", b"a kind with a rather long name")).map(
    lambda kind: attr(1, kind + b"\0")
)
INFO_NOISE = st.builds(attr, st.sampled_from((2, 3, 4, 5, 77)), st.binary(max_size=24))
INFO = st.one_of(
    st.tuples(KIND, INFO_NOISE),  # as the kernel sends it
    st.tuples(INFO_NOISE, KIND, INFO_NOISE),
    st.tuples(KIND),
    st.tuples(INFO_NOISE),
    st.just(()),
).flatmap(lambda inner: st.sampled_from((18, 18 | NESTED)).map(lambda kind: attr(kind, b"".join(inner))))
PROPERTIES = st.lists(st.one_of(text(53, 127), NAMES.map(lambda name: attr(53, name + b"\0")), NOISE), max_size=4).map(
    lambda inner: attr(52 | NESTED, b"".join(inner))
)
INET = st.lists(st.integers(0, 2), min_size=33, max_size=33).map(
    lambda conf: attr(2 | NESTED, attr(1, struct.pack("=33I", *conf)))
)
CONF6 = st.lists(st.integers(0, 1), min_size=60, max_size=60).map(lambda conf: attr(2, struct.pack("=60I", *conf)))
INET6 = st.builds(
    lambda before, conf, mode, after: attr(10 | NESTED, before + conf + attr(8, bytes((mode,))) + after),
    st.builds(attr, st.sampled_from((1, 5, 7)), st.binary(min_size=16, max_size=16)),
    st.one_of(st.just(b""), CONF6),
    st.integers(0, 3),
    st.one_of(st.just(b""), st.just(attr(9, bytes(4)))),
)
AF_SPEC = st.lists(st.one_of(INET, INET6), max_size=2, unique_by=lambda family: family[2]).map(
    lambda families: attr(26 | NESTED, b"".join(families))
)
SHOWN: tuple[st.SearchStrategy[bytes], ...] = (
    NAMES.map(lambda name: attr(3, name + b"\0")),
    *(number(kind) for kind in (27, 4, 50, 51, 13, 10, 5)),
    st.integers(-(2**31), 2**31 - 1).map(lambda value: attr(37, struct.pack("=i", value))),
    st.integers(0, 6).map(lambda state: attr(16, bytes((state,)))),
    *(address(kind) for kind in (1, 2)),
    text(20, 255),
    *(number(kind) for kind in (40, 41, 58, 59, 60, 63, 64)),
    st.integers(0, 1).map(lambda value: attr(39, bytes((value,)))),
    AF_SPEC,
    INFO,
    PROPERTIES,
)


@st.composite
def link_messages(draw: st.DrawFn) -> bytes:
    """A well-formed link message: each attribute at most once, in any order, between any others."""
    chosen = draw(st.lists(st.sampled_from(range(len(SHOWN))), unique=True))
    attrs = [draw(SHOWN[which]) for which in chosen]
    for _ in range(draw(st.integers(0, 3))):
        attrs.insert(draw(st.integers(0, len(attrs))), draw(NOISE))
    return link_message(
        *attrs,
        ifindex=draw(st.integers(1, 2**31 - 1)),
        flags=draw(st.integers(0, 0xFFFFFFFF)),
        arptype=draw(st.integers(0, 0xFFFF)),
    )


def whole(raw: bytes) -> Link:
    return decode_link(raw, 0, len(raw))


@fuzz
@given(link_messages())
def test_each_attribute_is_read_as_pyroute2_reads_it(raw: bytes) -> None:
    assert whole(raw)._asdict() == reference(raw)._asdict()


@fuzz
@given(st.lists(link_messages(), min_size=1, max_size=6))
def test_a_compiled_shape_reads_like_the_walk(raws: list[bytes]) -> None:
    decoder = LinkDecoder()
    for _ in range(2):  # the first round learns the shapes, the second uses them
        for raw in raws:
            assert decoder.decode(raw, 0, len(raw)) == whole(raw) == reference(raw)


@fuzz
@given(link_messages(), st.data())
def test_messages_of_one_shape_and_other_values(raw: bytes, data: st.DataObject) -> None:
    """Overwrite bytes at random: either the shape still holds, or its headers have changed. The walk decides."""
    decoder = LinkDecoder()
    decoder.decode(raw, 0, len(raw))
    for _ in range(8):
        other = bytearray(raw)
        for _ in range(data.draw(st.integers(1, 4))):
            other[data.draw(st.integers(16, len(raw) - 1))] = data.draw(st.sampled_from((0, 1, 4, 5, 27, 53, 128, 255)))
        assert both(decoder, bytes(other)) == both(None, bytes(other))


def both(decoder: LinkDecoder | None, raw: bytes) -> Link | str:
    try:
        return decoder.decode(raw, 0, len(raw)) if decoder else whole(raw)
    except ValueError as error:
        return str(error)


@fuzz
@given(link_messages(), st.binary(max_size=50), st.binary(max_size=50))
def test_a_message_in_the_middle_of_a_buffer(raw: bytes, before: bytes, after: bytes) -> None:
    decoder = LinkDecoder()
    start, end = len(before), len(before) + len(raw)
    for buffer in (before + raw + after, bytearray(before + raw + after), memoryview(before + raw + after)):
        assert decode_link(buffer, start, end) == decoder.decode(buffer, start, end) == reference(raw)


def test_a_duplicate_attribute_reads_alike_both_ways() -> None:
    twice = link_message(attr(3, b"a\0"), attr(3, b"b\0"), attr(18, attr(1, b"x\0")), attr(18, b""), attr(52, b""))
    decoder = LinkDecoder()
    assert {decoder.decode(twice, 0, len(twice)) for _ in range(3)} == {whole(twice)}


def test_hardware_without_linkinfo_after_a_message_with_it() -> None:
    decoder = LinkDecoder()
    veth = link_message(attr(3, b"v0\0"), attr(18, attr(1, b"veth\0")))
    eth0 = link_message(attr(3, b"v0\0"), attr(30, attr(1, b"veth\0")))
    assert [decoder.decode(raw, 0, len(raw)).kind for raw in (veth, eth0, veth, eth0)] == [b"veth", b"", b"veth", b""]


def test_more_shapes_than_are_kept() -> None:
    decoder = LinkDecoder()
    for size in range(decoder.LAYOUTS * 2 + 3):
        raw = link_message(attr(3, b"n\0"), attr(20, b"a" * size + b"\0"))
        assert decoder.decode(raw, 0, len(raw)).alias == b"a" * size
        assert len(decoder._layouts) <= decoder.LAYOUTS


def test_addresses_of_any_length() -> None:
    for size in (0, 1, 4, 6, 16, 20, 32):
        raw = link_message(attr(1, bytes(range(size))), attr(2, b"\xff" * size))
        decoder = LinkDecoder()
        for _ in range(2):
            link = decoder.decode(raw, 0, len(raw))
            assert (link.address, link.broadcast) == (bytes(range(size)), b"\xff" * size)
