"""Nexthop objects, which go with their interface (nexthop_flush_dev, net/ipv4/nexthop.c): named, not put back.

Their ids belong to whoever made them, as a rule a routing daemon, which makes them anew by itself.
"""

import struct
from collections.abc import Container, Iterable

from tui.netlink.dependants.record import Names, RouteOrAddress
from tui.netlink.dependants.text import address, device
from tui.netlink.wire import WireError, attributes

# linux/rtnetlink.h, linux/nexthop.h
RTM_NEWNEXTHOP, RTM_GETNEXTHOP = 104, 106
NHMSG_SIZE = 8
_NHA_ID, _NHA_GROUP, _NHA_OIF, _NHA_GATEWAY = 1, 2, 5, 6
_ENTRY_SIZE = 8  # struct nexthop_grp
_U32 = struct.Struct("=I")
_WHY_NOT = "nexthop objects are left to who made them; routes come back without"


def read_nexthops(bodies: Iterable[bytes], indexes: Container[int], names: Names) -> list[RouteOrAddress]:
    """Return the objects that lead out by ``indexes``, and the groups that lose one of those. Raises WireError.

    ``bodies``: of every RTM_NEWNEXTHOP that the kernel lists.
    """
    found: dict[int, RouteOrAddress] = {}
    groups = []
    for body in bodies:
        if len(body) < NHMSG_SIZE:
            raise WireError(f"{len(body)} bytes are too few for a nexthop object ({NHMSG_SIZE})")
        values = {kind: body[first:last] for kind, first, last in attributes(body, NHMSG_SIZE, len(body))}
        number = _number(values.get(_NHA_ID, b""))
        if _NHA_GROUP in values:
            entries = values[_NHA_GROUP]
            groups.append((number, [_number(entries[at : at + 4]) for at in range(0, len(entries), _ENTRY_SIZE)]))
        elif _NHA_OIF in values and (index := _number(values[_NHA_OIF])) in indexes:
            via = f"via {address(values[_NHA_GATEWAY])} " if _NHA_GATEWAY in values else ""
            found[number] = _held(number, body[0], (index,), f"{number} {via}dev {device(index, names)}")
    for number, members in groups:
        if lost := [found[member] for member in members if member in found]:
            uses = tuple(dict.fromkeys(index for one in lost for index in one.indexes))
            words = f"{number} (a group, over {', '.join(device(index, names) for index in uses)})"
            found[number] = _held(number, 0, uses, words)
    return list(found.values())


def _held(number: int, family: int, uses: tuple[int, ...], words: str) -> RouteOrAddress:
    key = bytes((RTM_NEWNEXTHOP,)) + _U32.pack(number)
    return RouteOrAddress(
        "nexthop", family, uses, RTM_NEWNEXTHOP, b"", key, 0, False, f"nexthop object {words}", _WHY_NOT
    )


def _number(raw: bytes) -> int:
    if len(raw) != _U32.size:
        raise WireError(f"a nexthop object's number has {len(raw)} bytes, not 4")
    return int(_U32.unpack(raw)[0])
