"""Every way to change many interfaces: what it is called, what it does, and what it takes for N of them.

The counts of our own ways are exact. Those of `ip` are what iproute2 6.1 does (a probe of the kernel, the lookup of a
name, the change); those of pyroute2 what 0.9.7 does. The tests prove all of them with strace(1).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from tui.model.change.attribute import Bit, Number, Text
from tui.timing.ways.operations import Operation

PER_SEND = 1024
"""Messages in one send at most: 40 kB, which fits the send buffer; few enough that a failure's answer finds room."""
NAME = "t%05d"
"""The sandbox's names, all of one length, so that messages with a name are too."""

_HEAD, _U32, _NAME = 32, 8, 12  # bytes: nlmsghdr with ifinfomsg; a number; a name of six letters
_IFREQ = 40  # bytes, netdevice(7)
_FLAGS = 10  # bytes: 0x00001003
_SPAWN_CALLS = 138  # posix_spawn(3), most of them resetting signals, and the wait
_IP_GROUP_CALLS, _IP_LINK_CALLS = 122, 127  # one `ip`: half of them load its libraries
_IP_LINE_CALLS = 14  # each further line of a batch
_LIBRARY_CALLS = 9


class Cost(NamedTuple):
    """What one change takes, the kernel's own work apart."""

    processes: int
    """Started for it."""
    messages: int
    """Netlink messages sent to the kernel."""
    size: int
    """Bytes handed to the kernel: messages, ioctl arguments, file contents."""
    system_calls: int
    exact: bool
    """Whether the system calls are exact; else they are about right, and depend on the tool's version."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to change many interfaces."""

    way: str
    """Its id, stable: part of the command line and of the JSON."""
    label: str
    sentence: str
    """What it does, one sentence."""
    each: bool
    """Whether it addresses every interface by itself, so that it slows down with their number."""
    rest: str
    """What makes it dearer than one group message, apart from the kernel's own work."""
    _cost: Callable[[int, Operation, int], Cost]

    def cost(self, links: int, operation: Operation, value: int) -> Cost:
        """Return what it takes to change ``links`` interfaces; ``value`` is written as text by some ways."""
        return self._cost(links, operation, value)


def _payload(operation: Operation) -> int:
    """Return the bytes of the attribute that carries the value; flags are part of the head, a deletion has none."""
    match operation.carrier:
        case Number():
            return _U32
        case Bit() | Text() | None:
            return 0


def _group(links: int, operation: Operation, value: int) -> Cost:
    return Cost(0, 1, _HEAD + _payload(operation) + _U32, 2, True)


def _sendmsg(links: int, operation: Operation, value: int) -> Cost:
    return Cost(0, links, links * (_HEAD + _payload(operation)), 2 * -(-links // PER_SEND), True)


def _ack(links: int, operation: Operation, value: int) -> Cost:
    return Cost(0, links, links * (_HEAD + _payload(operation)), 2 * links, True)


def _ip_group(links: int, operation: Operation, value: int) -> Cost:
    size = _HEAD + _group(links, operation, value).size
    return Cost(1, 2, size, _SPAWN_CALLS + _IP_GROUP_CALLS, False)


def _lookup_and_change(operation: Operation) -> int:
    """Return the bytes of the two messages in which `ip` looks up one name and changes that interface."""
    return _HEAD + _U32 + _NAME + _HEAD + _payload(operation)


def _ip_batch(links: int, operation: Operation, value: int) -> Cost:
    size = _HEAD + links * _lookup_and_change(operation)
    return Cost(1, 1 + 2 * links, size, _SPAWN_CALLS + _IP_LINK_CALLS + (links - 1) * _IP_LINE_CALLS, False)


def _process(links: int, operation: Operation, value: int) -> Cost:
    size = links * (_HEAD + _lookup_and_change(operation))
    return Cost(links, 3 * links, size, links * (_SPAWN_CALLS + _IP_LINK_CALLS), False)


def _ioctl(links: int, operation: Operation, value: int) -> Cost:
    calls = links if _payload(operation) else 2 * links
    return Cost(0, 0, calls * _IFREQ, calls, True)


def _sysfs(links: int, operation: Operation, value: int) -> Cost:
    if _payload(operation):
        return Cost(0, 0, links * len(str(value)), 3 * links, True)
    return Cost(0, 0, links * _FLAGS, 6 * links, True)


def _pyroute2(links: int, operation: Operation, value: int) -> Cost:
    return Cost(0, links, links * (_HEAD + _payload(operation)), links * _LIBRARY_CALLS, False)


_ALL = (
    Way(
        "group",
        "one group message",
        "One message names the group and the kernel walks its members; one send, one receive.",
        False,
        "",
        _group,
    ),
    Way(
        "sendmsg",
        "N messages, one send",
        f"A message for each interface by its index, without the group attribute, up to {PER_SEND:,} of them in one "
        "send, an ACK for the last; one send and one receive for each such batch.",
        True,
        "building a message for each interface",
        _sendmsg,
    ),
    Way(
        "ack",
        "N messages, an ACK each",
        "A message for each interface, the next sent when the one before is acknowledged; "
        "one send and one receive each.",
        True,
        "waiting for an answer from the kernel for each interface",
        _ack,
    ),
    Way(
        "ip-group",
        "one ip for the group",
        "One process of iproute2's `ip` sends a probe and the same group message.",
        False,
        "starting one process",
        _ip_group,
    ),
    Way(
        "ip-batch",
        "ip -batch",
        "One process of `ip` reads a line for each interface, looks its name up and changes it, "
        "waiting for both answers.",
        True,
        "starting one process, then looking up each name and waiting for each answer",
        _ip_batch,
    ),
    Way(
        "process",
        "a process per interface",
        "The paper's baseline: `ip link set dev X …`, or `ip link del dev X`, once for each interface, one process "
        "after the other.",
        True,
        "starting processes",
        _process,
    ),
    Way(
        "ioctl",
        "ioctl each",
        "ifconfig's way, which the paper calls deprecated: an ioctl for each interface by name (two for a flag), "
        "no netlink.",
        True,
        "a system call for each interface",
        _ioctl,
    ),
    Way(
        "sysfs",
        "sysfs write each",
        "A file below /sys/class/net opened, written and closed for each interface (for a flag read before).",
        True,
        "opening, writing and closing a file for each interface",
        _sysfs,
    ),
    Way(
        "pyroute2",
        "pyroute2 each (a library's cost)",
        "The Python library pyroute2 makes the same messages with an ACK each: what it takes more is the library's.",
        True,
        "the library's own work in Python",
        _pyroute2,
    ),
)
WAYS: dict[str, Way] = {way.way: way for way in _ALL}
"""All of them by id, in the order in which they are shown."""
