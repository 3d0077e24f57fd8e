"""The lab: thousands of real interfaces in a private namespace that vanishes with the process."""

import contextlib
import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tui.model.change.attributes import GROUP, MTU, UP
from tui.model.change.settings import Settings
from tui.netlink.namespace import enter_private, mount
from tui.netlink.stack import MIXED, STACK, UPLINK, build_stack
from tui.netlink.wire import Ack, new_link
from tui.netlink.writer import Writer

KINDS = ("dummy", "ifb", "veth", "bridge")
"""What the lab can be made of, in the order of preference; kernels differ in which they have."""
_BATCH = 256  # messages a send: their errors fit the default receive buffer
_DEADLINE = 60.0  # seconds for one batch
_NAMES = ("customers", "dmz", "edge", "voice", "backup", "mgmt", "guest", "spare")
_ROLES = ("customers", "dmz", "edge", "guest")  # groups of each rack of a tree
_TREE = 4  # sites, racks of each, groups of each rack: 64 leaves
_STEP = 10  # between group ids, so that there is room to play
_NAME_DIRECTORIES = (Path("/etc/iproute2"), Path("/usr/share/iproute2"))


class LabError(OSError):
    """The lab can't be made; one sentence."""


@dataclass(frozen=True, slots=True)
class Plot:
    """One group of the lab."""

    group_id: int
    name: str
    members: int
    prefix: str
    """Of its members' names."""

    def settings(self, member: int) -> Settings:
        """Return how the nth member starts: mostly alike, with a few MTUs (bytes) that deviate to be seen.

        Three of four are up, all of "backup", none of "spare".
        """
        role = self.name.rpartition("/")[2]
        mtu = 9000 if role == "edge" else 1400 if role == "guest" and member % 5 == 0 else 1500
        up = role == "backup" or (role != "spare" and member % 4 != 3)
        return Settings({MTU: mtu, GROUP: self.group_id, **({UP: True} if up else {})})


def layout(links: int, groups: int) -> list[Plot]:
    """Spread ``links`` over ``groups``, each about half the size of the one before, none empty.

    Raises ValueError where there are more groups than links.
    """
    if not 1 <= groups <= links:
        raise ValueError(f"{links} interfaces can't fill {groups} groups.")
    plots, left = [], links
    for number in range(groups):
        rest = groups - number - 1
        members = left if rest == 0 else max(1, min(left - rest, (left + 1) // 2))
        name = _NAMES[number] if number < len(_NAMES) else f"pool{number + 1}"
        plots.append(Plot(_group_id(number), name, members, name[:9]))
        left -= members
    return plots


def tree_layout(links: int) -> list[Plot]:
    """Spread ``links`` evenly over the 64 leaves of a tree of three levels, and over its sites, which have ids too.

    A site's id is 0x100 times its number, and those of all below it are in its block, so that a firewall finds them by
    a mask: 0x100/0xff00 is dc1, 0x120/0xfff0 is dc1/rack2, which has no id of its own. Raises ValueError where there
    are more groups than links.
    """
    named: list[tuple[int, str, str]] = []
    for site in range(1, _TREE + 1):
        named.append((site << 8, f"dc{site}", f"dc{site}up"))
        for rack in range(1, _TREE + 1):
            for number, role in enumerate(_ROLES, 1):
                group_id = site << 8 | rack << 4 | number
                named.append((group_id, f"dc{site}/rack{rack}/{role}", f"d{site}r{rack}{role[:5]}"))
    if links < len(named):
        raise ValueError(f"{links} interfaces can't fill {len(named)} groups.")
    each, over = divmod(links, len(named))
    return [Plot(group_id, name, each + (place < over), prefix) for place, (group_id, name, prefix) in enumerate(named)]


def _group_id(number: int) -> int:
    """Return the id of the nth group, out of the way of the stack's."""
    return (number + 1) * _STEP + (1000 if number >= len(_NAMES) else 0)


def build_lab(plots: list[Plot], kind: str, progress: Callable[[int, int], None]) -> Path | None:
    """Enter a private namespace and fill it; return the name map's path if it isn't where `ip` looks.

    ``plots``: of `layout` or `tree_layout`; ``kind``: one of KINDS, or "auto" for the first that this kernel
    has. ``progress(made, of)`` is called now and then. Call it before any thread starts. Raises LabError and
    NamespaceError.
    """
    enter_private()
    # With IPv6 on, bringing 16,384 links up takes half a minute of kernel time (multicast joins).
    for which in ("default", "all"):
        with contextlib.suppress(OSError):
            Path(f"/proc/sys/net/ipv6/conf/{which}/disable_ipv6").write_text("1")
    with contextlib.suppress(OSError):
        mount("sysfs", "/sys", "sysfs")
    writer = Writer()
    try:
        chosen = _make(writer, _links(plots), KINDS if kind == "auto" else (kind,), progress)
    finally:
        writer.close()
    build_stack(chosen)
    return _name_map(plots)


class _Wanted(NamedTuple):
    name: bytes
    settings: Settings


def _links(plots: list[Plot]) -> list[_Wanted]:
    return [
        _Wanted(f"{plot.prefix}-{member}".encode(), plot.settings(member))
        for plot in plots
        for member in range(plot.members)
    ]


def _make(writer: Writer, wanted: list[_Wanted], kinds: tuple[str, ...], progress: Callable[[int, int], None]) -> str:
    """Make all interfaces, of the first kind that the kernel agrees to make the first one of; return that kind."""
    kind = _first_possible(writer, wanted[0], kinds)
    for first in range(1, len(wanted), _BATCH):
        batch = wanted[first : first + _BATCH]
        if failed := [ack for ack in _send(writer, batch, kind) if ack.errno]:
            raise LabError(failed[0].errno, f"The lab's interfaces can't be made: {failed[0].words}.")
        progress(first + len(batch), len(wanted))
    return kind


def _first_possible(writer: Writer, wanted: _Wanted, kinds: tuple[str, ...]) -> str:
    for kind in kinds:
        ack = _send(writer, [wanted], kind)[0]
        if ack.errno == 0:
            return kind
        if ack.errno != errno.EOPNOTSUPP:
            raise LabError(ack.errno, f"An interface of kind {kind} can't be made: {ack.words}.")
    raise LabError(
        errno.EOPNOTSUPP, f"This kernel makes no interfaces of kind {' or '.join(kinds)}; try another --kind."
    )


def _send(writer: Writer, batch: list[_Wanted], kind: str) -> list[Ack]:
    """Send one batch, an ACK asked for the last only; return the answers: each failure, and the last."""
    messages = {}
    for number, link in enumerate(batch, 1):
        seq = writer.next_seq()
        messages[seq] = new_link(
            seq,
            link.name,
            kind.encode(),
            link.settings,
            ack=number == len(batch),
        )
    try:
        return list(writer.send(messages, _DEADLINE).values())
    except OSError as error:
        raise LabError(error.errno, f"The lab's interfaces can't be made: {error.strerror}.") from error


def _name_map(plots: list[Plot]) -> Path | None:
    """Lay a name map over iproute2's directory, in our mount namespace only, so that `ip` in the lab knows the names.

    Without such a directory it goes into a file without a name, which vanishes with the process too.
    """
    named = [(plot.group_id, plot.name) for plot in plots]
    stack = [(UPLINK, "uplink"), (STACK, "stack"), (MIXED, "mixed")]
    text = "# The lab's groups.\n" + "".join(f"{number}\t{name}\n" for number, name in sorted([*stack, *named]))
    for directory in _NAME_DIRECTORIES:
        if directory.is_dir():
            others = {path.name: path.read_bytes() for path in directory.iterdir() if path.is_file()}
            with contextlib.suppress(OSError):
                mount("tmpfs", str(directory), "tmpfs", data="size=8m,mode=755")
                for name, data in others.items():
                    (directory / name).write_bytes(data)
                (directory / "group").write_text(text)
                return None
    descriptor = os.memfd_create("group")
    os.write(descriptor, text.encode())
    return Path(f"/proc/self/fd/{descriptor}")
