"""What makes an interface the same one, where nobody told of deletions."""

import pytest

from tests.links import a_link
from tui.model.identity import same_device

OTHER = b"\2" * 6

CASES = [
    ("nothing else", {}, {}, True),
    ("a rename", {}, {"name": b"new"}, True),
    ("another MAC", {}, {"address": OTHER}, False),
    ("another kind", {}, {"kind": b"ifb"}, False),
    ("the MAC of a bond", {"kind": b"bond"}, {"address": OTHER}, True),
    ("the MAC of a bridge", {"kind": b"bridge"}, {"address": OTHER}, True),
    ("the MAC of hardware", {"kind": b""}, {"address": OTHER}, True),
    ("name and MAC of a bridge", {"kind": b"bridge"}, {"address": OTHER, "name": b"new"}, False),
    ("the MAC of a new port of a bond", {}, {"flags": 0x1803, "master": 9, "address": OTHER}, True),
    ("the MAC of a former port of a bond", {"flags": 0x1803, "master": 9}, {"address": OTHER, "flags": 0x1003}, True),
    ("the MAC of a port of a bridge", {"master": 9}, {"address": OTHER}, False),
    ("no address at all", {"address": b"", "kind": b"wireguard"}, {"mtu": 1400}, True),
]


@pytest.mark.parametrize(("first", "later", "same"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_the_looks_tell(first: dict[str, object], later: dict[str, object], same: bool) -> None:
    before = a_link(1, **first)
    now = before._replace(**later)  # type: ignore[arg-type]
    assert same_device(before, now) == same
    assert same_device(before, now, told=True) == (before.kind == now.kind)
