"""`ifgroup list`: what the console knows, once, as text or JSON."""

import argparse
import contextlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from tui.cli.place import enter
from tui.cli.status import DONE
from tui.files.names.file import NameFile
from tui.model.change.protect import protect
from tui.model.group import Group
from tui.model.link import LINK_TYPES, Link, flags_as_ip, link_name
from tui.model.names.map import NameMap, name_as_ip
from tui.model.store import Store
from tui.model.text import ascii_text, visible
from tui.model.view.shown import Shown
from tui.netlink.dump import read_links
from tui.netlink.routes import Carriers
from tui.present.column import Column, Item, cells
from tui.present.columns import GROUP_COLUMNS, LINK_COLUMNS
from tui.present.words import as_ascii

_IP_TUNNELS = (768, 769, 776, 778, 823)  # ARPHRD_*: their hardware address is an IP address


def add(parser: argparse.ArgumentParser) -> None:
    """Tell in the help of ``parser`` whose keys its JSON bears."""
    parser.epilog = "What `ip -j -d link` also prints bears its key and form in the JSON."


def run(options: argparse.Namespace) -> int:
    """Print both tables; return the exit status."""
    enter(options.netns)
    names = NameFile(options.names)
    names.refresh()
    store = Store()
    store.replace(read_links())
    snapshot = store.snapshot()
    ways = Carriers()
    shown = Shown(snapshot, names.names, protect(snapshot, ways.find()))
    with contextlib.suppress(BrokenPipeError):  # the reader has seen enough
        if options.json:
            print(as_json(shown))
        else:
            for line in as_text(shown, options.ascii):
                print(line)
        sys.stdout.flush()
    for problem in filter(None, (names.problem, ways.problem and f"protection: {ways.problem}")):
        print(f"ifgroup: {problem}", file=sys.stderr)
    return DONE


def as_json(shown: Shown) -> str:
    """Return groups and interfaces as JSON; what `ip -j -d link` also prints bears its key and form."""
    links, groups, names = shown.snapshot.links, shown.groups, shown.names
    data = {
        "groups": [_group(groups[group_id], names, group_id in shown.reasons) for group_id in sorted(groups)],
        "interfaces": [_interface(links[index], links, names, shown.protected.get(index)) for index in sorted(links)],
    }
    return json.dumps(data, indent=1)


def _group(group: Group, names: NameMap, protected: bool) -> dict[str, Any]:
    mtus = [mtu for mtu, _ in group.mtus]
    return {
        "group_id": group.group_id,
        "group": name_as_ip(group.group_id, names),
        "members": group.members,
        "up": group.up,
        "down": group.down,
        "mtu": group.mtu,
        "mtu_min": min(mtus, default=None),
        "mtu_max": max(mtus, default=None),
        "mtu_deviating": group.deviating,
        "kinds": {visible(kind): count for kind, count in group.kinds},
        "protected": protected,
    }


def _interface(link: Link, links: Mapping[int, Link], names: NameMap, why: str | None) -> dict[str, Any]:
    data: dict[str, Any] = {"ifindex": link.ifindex, "ifname": visible(link.name)}
    if link.lower_netnsid is not None:
        data["link_index"] = link.lower
        data["link_netnsid"] = link.lower_netnsid
    elif link.lower:
        data["link"] = link_name(link.lower, links)
    data |= {
        "flags": flags_as_ip(link, links),
        "mtu": link.mtu,
        "min_mtu": link.min_mtu,
        "max_mtu": link.max_mtu,
        "operstate": link.oper,
        "group_id": link.group,
        "group": name_as_ip(link.group, names),
        "txqlen": link.txqlen,
        "link_type": LINK_TYPES.get(link.arptype, f"[{link.arptype}]"),
        "address": hardware_address(link.address, link.arptype),
    }
    if link.broadcast:
        data["broadcast"] = hardware_address(link.broadcast, link.arptype)
    if link.master:
        data["master"] = link_name(link.master, links)
    if link.kind:
        data["linkinfo"] = {"info_kind": visible(link.kind)}
    if link.alias:
        data["ifalias"] = visible(link.alias)
    if link.altnames:
        data["altnames"] = [visible(name) for name in link.altnames]
    data["protected"] = why
    return data


def hardware_address(address: bytes, arptype: int) -> str:
    """Return a hardware address as `ip` prints it (ll_addr_n2a, iproute2 lib/ll_addr.c)."""
    if arptype in _IP_TUNNELS and len(address) == 4:
        return str(IPv4Address(address))
    if arptype in _IP_TUNNELS and len(address) == 16:
        return str(IPv6Address(address))
    return address.hex(":")


def as_text(shown: Shown, ascii: bool = False) -> Iterator[str]:
    """Yield the lines of both tables. ``ascii``: write ASCII alone, what names hold beyond it as `ascii_text` does."""
    links, groups = shown.snapshot.links, shown.groups
    yield from _table(GROUP_COLUMNS, ((groups[key], shown) for key in sorted(groups)), ascii)
    yield ""
    yield from _table(LINK_COLUMNS, ((links[index], shown) for index in sorted(links)), ascii)


def _table(columns: Sequence[Column[*Item]], items: Iterable[tuple[*Item]], ascii: bool) -> Iterator[str]:
    spelled = [(ascii_text if column.head.quotes else as_ascii) if ascii else str for column in columns]
    rows = (zip(spelled, cells(columns, *item), strict=True) for item in items)
    lines = [[column.head.title for column in columns], *([spell(field.text) for spell, field in row] for row in rows)]
    widths = [max(map(len, texts)) for texts in zip(*lines, strict=True)]
    for line in lines:
        yield "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
