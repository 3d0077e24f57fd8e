"""What the headers of a link message say, and why they say it: rtnetlink(7), net/core/rtnetlink.c."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tui.model.link import LINK_TYPES

RTM_NEWLINK = 16
RTM_DELLINK = 17
RTM_SETLINK = 19
REQUEST = 0x1
ACK = 0x4
CREATE = 0x400

TYPES = {
    1: "NLMSG_NOOP",
    2: "NLMSG_ERROR",
    3: "NLMSG_DONE",
    4: "NLMSG_OVERRUN",
    RTM_NEWLINK: "RTM_NEWLINK",
    RTM_DELLINK: "RTM_DELLINK",
    18: "RTM_GETLINK",
    RTM_SETLINK: "RTM_SETLINK",
}
"""Message types: linux/netlink.h, linux/rtnetlink.h."""

_COMMON = {REQUEST: "REQUEST", 0x2: "MULTI", ACK: "ACK", 0x8: "ECHO", 0x10: "DUMP_INTR", 0x20: "DUMP_FILTERED"}
_OF_NEW = {0x100: "REPLACE", 0x200: "EXCL", CREATE: "CREATE", 0x800: "APPEND"}
_OF_GET = {0x100: "ROOT", 0x200: "MATCH", 0x400: "ATOMIC"}
_OF_ERROR = {0x100: "CAPPED", 0x200: "ACK_TLVS"}
_FAMILIES = {0: "AF_UNSPEC", 2: "AF_INET", 7: "AF_BRIDGE", 10: "AF_INET6"}

# include/uapi/linux/if.h, from bit 0. `ip` words them otherwise (Link.flag_words).
_BITS = (
    *("UP", "BROADCAST", "DEBUG", "LOOPBACK", "POINTOPOINT", "NOTRAILERS", "RUNNING", "NOARP", "PROMISC", "ALLMULTI"),
    *("MASTER", "SLAVE", "MULTICAST", "PORTSEL", "AUTOMEDIA", "DYNAMIC", "LOWER_UP", "DORMANT", "ECHO"),
)


class Setting(NamedTuple):
    """In which sort of message a piece stands."""

    kind: int
    """nlmsghdr.type."""
    flags: int
    """nlmsghdr.flags."""
    ifindex: int = 0
    """ifinfomsg.index."""
    groups: bool = False
    """Whether it carries IFLA_GROUP."""

    @property
    def asks(self) -> bool:
        """Whether it is a request, and no notification."""
        return bool(self.flags & REQUEST)

    @property
    def of_group(self) -> bool:
        """Whether the kernel takes it for a whole group's change."""
        if not self.asks or self.ifindex or not self.groups:
            return False
        return self.kind == RTM_DELLINK or (self.kind == RTM_NEWLINK and not self.flags & CREATE)

    @property
    def meanings(self) -> Mapping[str, str]:
        """What attributes mean here beyond what they always do."""
        if not self.asks:
            return {}
        group = "The group that the interface is to get."
        if self.of_group and self.kind == RTM_DELLINK:
            group = "Selects the members, all of which are deleted."
        elif self.of_group:
            group = "Selects the members; so it can't be the value too: one message can't retag."
        return {"IFLA_GROUP": group, "IFLA_MTU": "The MTU that is asked for, in bytes."}


class HeaderMeanings(NamedTuple):
    """Why a message header's fields are as they are."""

    type: str
    flags: str
    seq: str
    pid: str


class Field(NamedTuple):
    """A field of the ifinfomsg."""

    name: str
    size: int
    value: str
    meaning: str


def type_words(kind: int) -> str:
    """Return a message type with its name."""
    return f"{kind} = {TYPES[kind]}" if kind in TYPES else str(kind)


def flags_words(kind: int, flags: int) -> str:
    """Return a message header's flags as words; what the upper ones mean hangs on the type."""
    upper = {2: _OF_ERROR, 3: {}, 18: _OF_GET}.get(kind, _OF_NEW)
    return _bits(flags, _COMMON | upper)


def _bits(flags: int, table: Mapping[int, str]) -> str:
    words = [word for bit, word in table.items() if flags & bit]
    rest = flags & ~sum(table)
    return f"0x{flags:x}" + (f" = {'|'.join([*words, *([f'0x{rest:x}'] if rest else [])])}" if flags else "")


def header_meanings(kind: int, flags: int, seq: int, pid: int) -> HeaderMeanings:
    """Say why the header of a message is as it is."""
    if kind == 2:
        return HeaderMeanings(
            "The answer; an ACK is an error message with error 0.",
            "CAPPED: of our message only the header comes back. ACK_TLVS: words follow.",
            "The number of the message that is answered.",
            "Our socket's port.",
        )
    if not flags & REQUEST:
        return HeaderMeanings(
            "From the kernel: the interface as it is now." if kind == RTM_NEWLINK else "From the kernel.",
            "Nobody is asked for anything." if not flags else "",
            "The number of the request that it answers." if seq else "It answers nobody's request.",
            "The port of who asked." if pid else "Whose change it was isn't told.",
        )
    said = {
        RTM_NEWLINK: "rtnl_newlink takes it; a group change as RTM_SETLINK would be EINVAL.",
        RTM_DELLINK: "rtnl_dellink takes it; for group 0 it would be EPERM.",
        RTM_SETLINK: "rtnl_setlink takes it: one interface, which must exist.",
    }.get(kind, "")
    if kind == RTM_NEWLINK and flags & CREATE:
        why = "CREATE: an interface is made."
    elif kind == RTM_NEWLINK:
        why = "CREATE must be absent: it asks for a new interface."
    else:
        why = "" if flags & ACK else "No ACK is asked for; an error is answered all the same."
    return HeaderMeanings(said, why, "Ours to choose; the answer bears it too.", "To the kernel.")


def link_meanings(setting: Setting, family: int, arptype: int, flags: int, change: int) -> Iterator[Field]:
    """Yield the fields of an ifinfomsg, in order."""
    bits = {1 << number: word for number, word in enumerate(_BITS)}
    yield Field("family", 1, _named(family, _FAMILIES), "All address families." if family == 0 else "")
    yield Field("pad", 1, "", "Not used.")
    yield Field("type", 2, _named(arptype, LINK_TYPES) if arptype else "0", _type_meaning(setting))
    yield Field("index", 4, str(setting.ifindex), _index_meaning(setting))
    yield Field("flags", 4, _bits(flags, bits), _flags_meaning(setting, change))
    yield Field("change", 4, _change_words(setting, change), _change_meaning(setting, flags, change))


def _named(number: int, table: Mapping[int, str]) -> str:
    return f"{number} = {table[number]}" if number in table else str(number)


def _type_meaning(setting: Setting) -> str:
    return "The kernel knows it." if setting.asks else "The hardware's type (ARPHRD_*)."


def _index_meaning(setting: Setting) -> str:
    if setting.of_group:
        return "With IFLA_GROUP below: the whole group."
    if setting.asks and setting.ifindex == 0:
        return "No single interface."
    return "The interface; names can be mistyped." if setting.asks else "The interface."


def _flags_meaning(setting: Setting, change: int) -> str:
    if not setting.asks:
        return "What it is now."
    return "What the flags are to be, as far as the mask below goes." if change else "Not to be changed."


def _change_words(setting: Setting, change: int) -> str:
    if not setting.asks:
        return f"0x{change:x}"
    return {0: "0", 1: "0x1 = only IFF_UP is to change"}.get(change, f"0x{change:x}")


def _change_meaning(setting: Setting, flags: int, change: int) -> str:
    if not setting.asks:
        return "Which flags changed; all bits: not told."
    if change == 0 and flags:
        return "With flags given, 0 replaces ALL of them."
    if change == 0:
        return "No flags are given: they stay as they are."
    return "If it were 0, the kernel would replace ALL flags."
