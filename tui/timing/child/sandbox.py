"""The sandbox: real interfaces in a private namespace that vanishes with the measuring process."""

import contextlib
import errno
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic, sleep
from typing import NamedTuple

from tui.model.change.attributes import MTU, UP
from tui.model.change.settings import Settings
from tui.model.text import visible
from tui.netlink.dump import read_links
from tui.netlink.namespace import enter_private, identity, mount
from tui.netlink.wire import link_change, link_deletion
from tui.timing.child.kinds import CHEAP, LOWER, apportion, creation, needs_lower
from tui.timing.events import SandboxFacts
from tui.timing.order import AUTO, BenchOrder
from tui.timing.ways.ack_socket import AckSocket
from tui.timing.ways.change import Member
from tui.timing.ways.ways import NAME

GROUP = 7
"""The group that all measured interfaces are in; peers and lower interfaces stay out of it."""
_BATCH = 64  # messages a send: even if all fail, their answers fit the receive buffer
_WIDE = 65535  # bytes; a macvlan takes no more than its lower interface has
_IPV6 = Path("/proc/sys/net/ipv6/conf")
_ADDRESSES = Path("/proc/net/if_inet6")
_TENTATIVE = 0x40  # IFA_F_TENTATIVE, linux/if_addr.h
_DETECTION = 5.0  # seconds that the search for a duplicate of an address may take; it takes one or two
_LOOK = 0.1


class SandboxError(OSError):
    """The sandbox can't be made; one sentence."""


class Sandbox:
    """The interfaces, made as the sizes grow."""

    def __init__(self, order: BenchOrder) -> None:
        """Enter the namespace, before any thread exists. Raises NamespaceError, SandboxError, OSError."""
        outside = identity()
        enter_private()
        inside = identity()
        self._own = inside if inside != outside else ""
        self._order = order
        self._notes: list[str] = []
        self._ipv6 = self._set_ipv6(order.ipv6)
        self._sysfs = self._mount_sysfs(order.sysfs)
        self._acks = AckSocket()
        self._lower = 0
        self._made: list[str] = []  # the kind of the nth interface
        self._addressed = ""
        self._kinds = self._possible(dict(order.kinds))

    def grow(self, size: int, progress: Callable[[int], None]) -> list[Member]:
        """Have ``size`` interfaces in all, new ones down, and return them; ``progress(made)`` is called now and then.

        Those that were deleted are made anew. Raises SandboxError, OSError.
        """
        there = {link.name for link in read_links().values() if link.group == GROUP}
        to_make = [number for number in range(len(self._made)) if (NAME % number).encode() not in there]
        made = Counter(self._made)
        for kind, wanted in apportion(self._kinds, size).items():
            more = min(wanted - made[kind], size - len(self._made))
            to_make += range(len(self._made), len(self._made) + more)
            self._made += [kind] * more
        for first in range(0, len(to_make), _BATCH):
            self._make(to_make[first : first + _BATCH])
            progress(size - len(to_make[first + _BATCH :]))
        found = sorted(link for link in read_links().values() if link.group == GROUP)
        if len(found) != size:
            raise SandboxError(errno.EIO, f"{size} interfaces were made, but {len(found)} are there.")
        return [Member(link.ifindex, link.name.decode()) for link in found]

    def put(self, members: list[Member]) -> None:
        """Bring every member into the order's state before its first run. Raises OSError."""
        share = {"down": 0.0, "up": 1.0, "mixed": self._order.up_share}[self._order.state]
        self.change_all(Settings({UP: False}), members)
        # Spread evenly, so that a prefix of the members is mixed alike.
        ups = [m for n, m in enumerate(members) if int((n + 1) * share + 1e-9) > int(n * share + 1e-9)]
        self.change_all(Settings({UP: True}), ups)
        if self._ipv6 and ups:
            self._await_addresses(ups)

    def assure(self) -> None:
        """See to it that what is deleted next is in a namespace of our own. Raises SandboxError where it may not be."""
        if not self._own or identity() != self._own:
            raise SandboxError(errno.EPERM, "Nothing is deleted: this may not be the sandbox's own network namespace.")

    def change_all(self, settings: Settings, members: list[Member]) -> None:
        """Set the same on each by itself, past those that refuse; nobody times it. Raises OSError."""
        for first in range(0, len(members), _BATCH):
            part = members[first : first + _BATCH]
            data, last = [], 0
            for member in part:
                last = self._acks.next_seq()
                data.append(link_change(last, member.ifindex, settings, ack=member is part[-1]))
            self._acks.send(b"".join(data), last)

    def facts(self) -> SandboxFacts:
        """Return what it is made of, for the report."""
        notes = (*self._notes, *filter(None, [self._addressed]))
        return SandboxFacts(dict(Counter(self._made)), self._ipv6, self._sysfs, notes)

    def _set_ipv6(self, wanted: bool) -> bool:
        """Turn IPv6 on or off for all that is made from now on; return whether it is on. Raises SandboxError."""
        files = [_IPV6 / which / "disable_ipv6" for which in ("default", "all")]
        for file in files:
            with contextlib.suppress(OSError):
                file.write_text("0" if wanted else "1")
        try:
            on = all(file.read_text().strip() == "0" for file in files)
        except OSError:
            on = False  # this kernel has none
        if wanted and not on:
            raise SandboxError(errno.EAFNOSUPPORT, "IPv6 can't be turned on in the sandbox: measure without it.")
        if on and not wanted:
            self._notes.append("IPv6 can't be turned off in the sandbox: its work is measured along.")
        if not on:
            self._notes.append("IPv6 is off in the sandbox: its multicast joins would drown what is measured.")
        return on

    def _await_addresses(self, ups: Sequence[Member]) -> None:
        """Wait until the addresses that IPv6 gives by itself are there to stay; note how many interfaces have one."""
        # A veth without a peer that is up has no carrier, and IPv6 waits for one.
        peers = [link for link in read_links().values() if link.kind == b"veth" and link.group != GROUP]
        self.change_all(Settings({UP: True}), [Member(link.ifindex, link.name.decode()) for link in peers])
        until = monotonic() + _DETECTION
        while (found := _addresses()).tentative and monotonic() < until:
            sleep(_LOOK)
        have = sum(member.name in found.names for member in ups)
        self._addressed = f"IPv6 is on: of {len(ups):,} interfaces that are up, {have:,} have an address of it."

    def _mount_sysfs(self, wanted: bool) -> bool:
        """Mount the sysfs of our network namespace, or cover the one that is there; return whether there is one."""
        # Covered and not unmounted: a user namespace may not take away what was mounted before it.
        kind = "sysfs" if wanted else "tmpfs"
        try:
            mount(kind, "/sys", kind)
        except OSError as error:
            self._notes.append(f"/sys shows the outside, not the sandbox: {kind} can't be mounted ({error.strerror}).")
            return False
        return wanted

    def _possible(self, kinds: dict[str, int]) -> dict[str, int]:
        """Replace the kinds that can't be made here by the cheapest that can."""
        cheapest = self._cheapest(CHEAP)
        possible: dict[str, int] = {}
        for kind, count in kinds.items():
            stand_in = cheapest if kind == AUTO else self._tried(kind, cheapest)
            possible[stand_in] = possible.get(stand_in, 0) + count
        return possible

    def _cheapest(self, kinds: tuple[str, ...]) -> str:
        for kind in kinds:
            if not self._refusal(kind):
                return kind
        raise SandboxError(errno.EOPNOTSUPP, f"This kernel makes no interfaces of kind {' or '.join(kinds)}.")

    def _tried(self, kind: str, cheapest: str) -> str:
        if needs_lower(kind) and not self._lower:
            self._lower = self._make_lower(cheapest)
        if why := self._refusal(kind) if kind else "hardware":
            self._notes.append(
                f"{visible(kind) or 'A real device'} can't be made here ({visible(why)}); {cheapest} stands in."
            )
            return cheapest
        return kind

    def _refusal(self, kind: str) -> str:
        """Try to make one interface of ``kind``; return why that fails, and if it doesn't, keep nothing of it."""
        seq = self._acks.next_seq()
        ack = self._acks.send(creation(seq, 0, NAME % 0, kind, 0, self._lower), seq)
        if ack.errno:
            return ack.words
        self._delete(NAME % 0)
        return ""

    def _delete(self, name: str) -> None:
        index = next(link.ifindex for link in read_links().values() if link.name == name.encode())
        seq = self._acks.next_seq()
        self.assure()
        self._acks.send(link_deletion(seq, index), seq)

    def _make_lower(self, kind: str) -> int:
        """Make the interface that others stand on: up, and as wide as it can be."""
        seq = self._acks.next_seq()
        self._acks.send_all([(seq, creation(seq, 0, LOWER, kind, 0, 0))])
        index = next(link.ifindex for link in read_links().values() if link.name == LOWER.encode())
        lower = [Member(index, LOWER)]
        self.change_all(Settings({MTU: _WIDE}), lower)
        self.change_all(Settings({UP: True}), lower)
        return index

    def _make(self, numbers: Sequence[int]) -> None:
        """Make the interfaces with these numbers, each of its kind. Raises SandboxError."""
        seqs = {self._acks.next_seq(): number for number in numbers}
        batch = [creation(seq, n, NAME % n, self._made[n], GROUP, self._lower) for seq, n in seqs.items()]
        ack = self._acks.send(b"".join(batch), max(seqs))
        if ack.errno:
            kind = self._made[seqs[ack.seq]]
            raise SandboxError(ack.errno, f"Interfaces of kind {kind} can't be made: {ack.words}.")


class _Addresses(NamedTuple):
    names: frozenset[str]
    """The interfaces that have an IPv6 address."""
    tentative: bool
    """Whether the search for a duplicate of one goes on."""


def _addresses() -> _Addresses:
    lines = [line.split() for line in _ADDRESSES.read_text().splitlines()]
    return _Addresses(frozenset(line[5] for line in lines), any(int(line[4], 16) & _TENTATIVE for line in lines))
