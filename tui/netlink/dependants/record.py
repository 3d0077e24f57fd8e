"""Something that interfaces hold, and the message that makes it anew: the record."""

from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias

Sort = Literal["address", "neighbour", "nexthop", "route"]
Names: TypeAlias = Mapping[int, bytes]


class RouteOrAddress(NamedTuple):
    """Something that one or several interfaces hold."""

    sort: Sort
    family: int
    """AF_INET or AF_INET6."""
    indexes: tuple[int, ...]
    """ifindex of each interface that it needs."""
    type: int
    """The type of the message that makes it: RTM_NEW*."""
    body: bytes
    """That message's body."""
    key: bytes
    """Equal in two readings if it is the same thing."""
    scope: int
    """RT_SCOPE_*, of an address or a route."""
    leans: bool
    """Whether it may need the others first: a route with a gateway."""
    text: str
    """For people, harmless: ``route default via 192.0.2.1 dev wan0``."""
    why_not: str = ""
    """Why it isn't ours to put back; empty: it is."""
