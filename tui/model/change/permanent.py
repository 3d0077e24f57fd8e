"""What makes the present tags permanent. Unsaved is lost: a tag goes with its interface and at reboot, a name doesn't.

Nothing here looks at the system: it is text to copy or to write, for consumers that each have their own grammar.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from tui.model.group import DEFAULT_GROUP, MAX_IP_GROUP
from tui.model.link import Link
from tui.model.names.map import NameMap, ip_number
from tui.model.text import visible

# Taken literally by networkd, udev, ifupdown and `ip`: no glob, no quote, no escape, no comment.
_PLAIN = re.compile(rb"[A-Za-z0-9][A-Za-z0-9_.-]*")
_NAMES_PER_LINE = 20


class Export(NamedTuple):
    """One way to make tags permanent."""

    key: str
    """A stable word for it."""
    title: str
    files: tuple[tuple[str, bytes], ...]
    """(where it belongs, what to write there); the bytes may hold names that aren't safe to show."""
    left_out: tuple[str, ...]
    """The interfaces that it can't express, each with the reason; safe to show."""

    @property
    def shown(self) -> str:
        """All files as text that is safe to show; with a hostile name in it, it isn't what is to be written."""
        return "\n".join(
            line for path, data in self.files for line in (f"# {path}", *map(visible, data.splitlines()), "")
        )


def exports(links: Iterable[Link], names: NameMap, group_id: int | None = None) -> tuple[Export, ...]:
    """Return every way to make the tags of ``links`` permanent.

    ``group_id``: of the members of this group alone; None: of all that aren't in group 0, where a new interface is
    anyway. ``names``: the map in force, since `ip` looks a number up as a name first; in another netns `ip` is the only
    way.
    """
    known = sorted(links)
    chosen = [x for x in known if (x.group != DEFAULT_GROUP if group_id is None else x.group == group_id)]
    addresses = Counter(link.address for link in known)
    if names.ip != "ip":
        # The others manage the interfaces of the netns that they run in.
        return (ip_batch(chosen, names),)
    return (
        ip_batch(chosen, names),
        _networkd(chosen, names, addresses),
        _udev(chosen, names, addresses),
        _ifupdown(chosen, names),
    )


def ip_batch(links: Iterable[Link], names: NameMap) -> Export:
    """Return a script for ``ip -force -batch`` that sets each link's tag."""
    return _one_file(
        "ip-batch",
        "ip -batch script",
        "/etc/ifgroup.batch",
        (
            f"Run as root, once the interfaces exist: {names.ip} -force -batch FILE",
            "With -force it goes on when an interface is missing.",
        ),
        links,
        names,
        lambda link: b"link set dev %b group %b\n" % (_batch_word(link.name), _ip_number(link, names)),
    )


def _batch_word(name: bytes) -> bytes:
    """Write a name as one word of a batch line (getcmdline, makeargs, iproute2 lib/utils.c).

    A “#” cuts the line wherever it stands; a quote counts only where a word begins, and ends at the next of its
    kind; there is no escape. Raises ValueError.
    """
    if b"#" in name:
        raise ValueError("ip -batch takes “#” for a comment, even in quotes")
    if not name.startswith((b"'", b'"')):
        return name
    quote = b'"' if name.startswith(b"'") else b"'"
    if quote in name:
        raise ValueError("ip -batch has no way to write a name with both quotes")
    return quote + name + quote


def _networkd(links: Iterable[Link], names: NameMap, addresses: Counter[bytes]) -> Export:
    by_name: dict[int, list[bytes]] = defaultdict(list)
    by_address: dict[int, list[tuple[str, Link]]] = defaultdict(list)
    left_out = []
    for link in links:
        try:
            _ip_number(link, NameMap())
            if _plain(link.name):
                by_name[link.group].append(link.name)
            else:
                by_address[link.group].append((_address(link, addresses), link))
        except ValueError as problem:
            left_out.append(_refusal(link, problem))
    files = []
    # Name= and MACAddress= of one [Match] must both hold, so that they need a file each.
    for group_id, found in sorted(by_name.items()):
        rows = [found[at : at + _NAMES_PER_LINE] for at in range(0, len(found), _NAMES_PER_LINE)]
        match = [f"Name={b' '.join(row).decode()}" for row in rows]
        files.append(_snippet(f"60-group-{group_id}", group_id, match, names))
    for group_id, several in sorted(by_address.items()):
        match = [
            line
            for address, link in several
            for line in (f"# {visible(link.name)}, as long as its address stays", f"MACAddress={address}")
        ]
        files.append(_snippet(f"60-group-{group_id}-address", group_id, match, names))
    if left_out:
        # No .network: without a [Match] it might match every interface.
        files.append(("/etc/systemd/network/60-group-left-out.txt", _text(_left_out_lines(left_out))))
    return Export("networkd", "systemd-networkd", tuple(files), tuple(left_out))


def _snippet(stem: str, group_id: int, match: list[str], names: NameMap) -> tuple[str, bytes]:
    lines = [
        f"# Group {group_id} ({names.name(group_id)})." if group_id in names.by_id else f"# Group {group_id}.",
        "# networkd takes the first .network file that matches an interface, and no other: if one does already, put",
        "# Group= under its [Link], and do without this file.",
        "[Match]",
        *match,
        "",
        "[Link]",
        f"Group={group_id}",
        # Whatever a .network file matches, networkd sets up and takes foreign addresses and routes from.
        "# The rest leaves state, addresses and routes alone; only the kernel's own router discovery (accept_ra) ends.",
        "ActivationPolicy=manual",
        "RequiredForOnline=no",
        "",
        "[Network]",
        "KeepConfiguration=yes",
        "LinkLocalAddressing=ipv6",
        "IPv6AcceptRA=no",
    ]
    return f"/etc/systemd/network/{stem}.network", _text(lines)


def _udev(links: Iterable[Link], names: NameMap, addresses: Counter[bytes]) -> Export:
    def rule(link: Link) -> bytes:
        key = (
            f'KERNEL=="{link.name.decode()}"'
            if _plain(link.name)
            else f'ATTR{{address}}=="{_address(link, addresses)}"'
        )
        comment = "" if _plain(link.name) else f"# {visible(link.name)}, as long as its address stays\n"
        # A rename is a "move": only then does KERNEL hold the name that the interface keeps.
        text = f'{comment}ACTION=="add|move", SUBSYSTEM=="net", {key}, ATTR{{netdev_group}}="{link.group}"\n'
        return text.encode()

    head = ("Then: udevadm control --reload", "udev sees the interfaces of the first network namespace only.")
    return _one_file("udev", "udev rule", "/etc/udev/rules.d/90-ifgroup.rules", head, links, names, rule)


def _ifupdown(links: Iterable[Link], names: NameMap) -> Export:
    def stanza(link: Link) -> bytes:
        if not _plain(link.name):
            raise ValueError("its name isn't made of letters, digits, “_”, “.” and “-” alone")
        number = _ip_number(link, names)
        return b"iface %b inet manual\n    post-up ip link set dev %b group %b\n" % (link.name, link.name, number)

    head = (
        "Where an interface has an iface stanza already, move the post-up line there, or leave both:",
        "ifupdown runs every stanza of an interface.",
    )
    return _one_file("ifupdown", "ifupdown", "/etc/network/interfaces.d/ifgroup", head, links, names, stanza)


def _one_file(
    key: str,
    title: str,
    path: str,
    head: Iterable[str],
    links: Iterable[Link],
    names: NameMap,
    write: Callable[[Link], bytes],
) -> Export:
    """Make an export of one file: ``write`` gives a link's lines, or raises ValueError with the reason why it can't."""
    body: list[bytes] = []
    left_out: list[str] = []
    group_id = None
    for link in sorted(links, key=lambda link: (link.group, link.ifindex)):
        try:
            lines = write(link)
        except ValueError as problem:
            left_out.append(_refusal(link, problem))
            continue
        if link.group != group_id:
            group_id = link.group
            shown = f"{group_id} ({names.name(group_id)})" if group_id in names.by_id else str(group_id)
            body.append(f"\n# Group {shown}\n".encode())
        body.append(lines)
    data = _text([f"# {line}" for line in head]) + b"".join(body)
    if left_out:
        data += b"\n" + _text(_left_out_lines(left_out))
    return Export(key, title, ((path, data),), tuple(left_out))


def _plain(name: bytes) -> bool:
    # networkd takes no name of digits only: that's an ifindex to it.
    return bool(_PLAIN.fullmatch(name)) and not name.isdigit()


def _ip_number(link: Link, names: NameMap) -> bytes:
    if link.group > MAX_IP_GROUP:
        raise ValueError(f"its group {link.group} is above {MAX_IP_GROUP}")
    return ip_number(link.group, names).encode()


def _address(link: Link, addresses: Counter[bytes]) -> str:
    if len(link.address) != 6 or not any(link.address):
        raise ValueError("its name isn't plain, and it has no hardware address to go by")
    if addresses[link.address] > 1:
        raise ValueError("its name isn't plain, and it shares its hardware address")
    return link.address.hex(":")


def _refusal(link: Link, problem: ValueError) -> str:
    return f"{visible(link.name)} (group {link.group}): {problem}"


def _left_out_lines(left_out: Iterable[str]) -> Iterator[str]:
    yield "# Left out:"
    yield from (f"#   {line}" for line in left_out)


def _text(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
