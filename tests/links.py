"""What the tests know of links without asking the product: pyroute2's decoder, `ip`, raw sockets, generated links."""

import json
import math
import os
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from pyroute2.netlink.rtnl.ifinfmsg import ifinfmsg

from tests.changes import setting
from tui.model.link import ADDRGENMODES, NONE, OPERSTATES, Link
from tui.netlink.wire import new_link

Ip = Callable[..., str]

PATIENCE = 60.0
"""Seconds after which a test stops hoping. Far more than anything takes: no test measures time."""


def _real_root() -> bool:
    """Whether we are the machine's own root, not that of a user namespace, which maps one id alone."""
    with open("/proc/self/uid_map") as uid_map:
        return os.geteuid() == 0 and int(uid_map.read().split()[2]) > 1


REAL_ROOT = _real_root()
needs_root = pytest.mark.skipif(not REAL_ROOT, reason="needs the machine's own root, not a user namespace's")

fuzz = settings(
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    database=None,
)
"""For generated tests: no time limit, and nothing left on the disk; other examples in each run."""

NAMES = st.binary(min_size=1, max_size=15).filter(lambda name: 0 not in name)
_FORMS: dict[str, tuple[Any, ...]] = {
    "ifindex": tuple(range(1, 9)),
    "group": (0, 1, 2, 0xFFFFFFFF),
    "flags": (0, 1, 0x1003, 0x1002),
    "operstate": tuple(range(7)),
    "mtu": (68, 1280, 1500, 9000),
    "min_mtu": (0, 68),
    "max_mtu": (0, 1500, 65535),
    "txqlen": (0, 1000),
    "kind": (b"", b"veth", b"bridge"),
    "master": (0, 1, 2, 3),
    "lower": (0, 1, 2, 3),
    "lower_netnsid": (None, 0, 1),
    "arptype": (1, 772),
    "protodown": (0, 1),
    "gso_max_size": (9000, 65536),
    "gso_ipv4_max_size": (9000, 65536),
    "gro_max_size": (9000, 65536),
    "gso_max_segs": (64, 65535),
    "tso_max_size": (9000, 524280),
    "addrgenmode": (NONE, 0, 1),
    "forwarding": (NONE, 0, 1),
    "rp_filter": (NONE, 0, 2),
    "disable_ipv6": (0, 1),
}


def _formed(number: int, **rest: Any) -> Link:
    fields = {}
    for name, values in _FORMS.items():
        number, at = divmod(number, len(values))
        fields[name] = values[at]
    return Link(**fields, **rest)


LINKS = st.builds(
    _formed,
    # One number for all that has few values: to draw each by itself would take three times as long.
    st.integers(0, math.prod(map(len, _FORMS.values())) - 1),
    name=NAMES,
    address=st.binary(min_size=6, max_size=6),
    broadcast=st.just(b"\xff" * 6),
    alias=st.binary(max_size=4),
    altnames=st.lists(NAMES, max_size=2).map(tuple),
)
"""Links in every form that a few values of each field make, eight indexes among them."""


def a_link(ifindex: int, **fields: Any) -> Link:
    """Return a plain veth in group 7, but for ``fields``."""
    made = Link(
        ifindex=ifindex,
        name=f"v{ifindex}".encode(),
        group=7,
        flags=0x1002,
        operstate=2,
        mtu=1500,
        min_mtu=68,
        max_mtu=65535,
        txqlen=1000,
        kind=b"veth",
        master=0,
        lower=0,
        lower_netnsid=None,
        address=bytes((2, 0, 0, 0, 0, ifindex & 255)),
        broadcast=b"\xff" * 6,
        alias=b"",
        altnames=(),
        arptype=1,
        protodown=0,
        gso_max_size=65536,
        gso_ipv4_max_size=65536,
        gro_max_size=65536,
        gro_ipv4_max_size=65536,
        gso_max_segs=65535,
        tso_max_size=524280,
        tso_max_segs=65535,
        addrgenmode=0,
        forwarding=0,
        rp_filter=0,
    )
    return made._replace(**fields)


def until(true: Callable[[], object], what: str) -> None:
    """Wait for ``true``, however slow the machine."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"waited {PATIENCE:g} s in vain for: {what}"
        time.sleep(0.005)


def descriptors() -> int:
    """Return how many descriptors this process holds."""
    return len(os.listdir("/proc/self/fd"))


def ask(sock: socket.socket, kind: int, flags: int, body: bytes) -> Iterator[bytes]:
    """Send one request over rtnetlink and yield every message of the answer, up to the one that ends it."""
    sock.send(struct.pack("=IHHII", 16 + len(body), kind, flags, 99, 0) + body)
    while True:
        data = sock.recv(1 << 18)
        while data:
            length, answer = struct.unpack_from("=IH", data)
            yield data[:length]
            if answer in (2, 3) or not flags & 0x300:
                return
            data = data[(length + 3) & ~3 :]


def raw_links() -> list[bytes]:
    """Return the kernel's own message about each interface."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
        sock.bind((0, 0))
        answer = ask(sock, 18, 0x301, struct.pack("=BxHiII", 0, 0, 0, 0, 0))
        return [raw for raw in answer if struct.unpack_from("=H", raw, 4)[0] == 16]


def _bytes(value: str | bytes | None) -> bytes:
    return value.encode() if isinstance(value, str) else value or b""


def _address(value: str | None) -> bytes:
    return bytes.fromhex((value or "").replace(":", ""))


def reference(raw: bytes) -> Link:
    """Return what pyroute2's decoder reads in a link message, in our form."""
    found = ifinfmsg(raw)
    found.decode()

    def get(name: str, default: Any = None) -> Any:
        value = found.get_attr(name)
        return default if value is None else value

    info, properties = get("IFLA_LINKINFO"), get("IFLA_PROP_LIST")
    return Link(
        ifindex=found["index"],
        name=_bytes(get("IFLA_IFNAME")),
        group=get("IFLA_GROUP", 0),
        flags=found["flags"],
        operstate=OPERSTATES.index(get("IFLA_OPERSTATE", "UNKNOWN")),
        mtu=get("IFLA_MTU", 0),
        min_mtu=get("IFLA_MIN_MTU", 0),
        max_mtu=get("IFLA_MAX_MTU", 0),
        txqlen=get("IFLA_TXQLEN", 0),
        kind=_bytes(info.get_attr("IFLA_INFO_KIND")) if info else b"",
        master=get("IFLA_MASTER", 0),
        lower=get("IFLA_LINK", 0),
        lower_netnsid=get("IFLA_LINK_NETNSID"),
        address=_address(get("IFLA_ADDRESS")),
        broadcast=_address(get("IFLA_BROADCAST")),
        alias=_bytes(get("IFLA_IFALIAS")),
        altnames=tuple(_bytes(name) for name in properties.get_attrs("IFLA_ALT_IFNAME")) if properties else (),
        arptype=found["ifi_type"],
        gso_max_size=get("IFLA_GSO_MAX_SIZE", 0),
        gso_max_segs=get("IFLA_GSO_MAX_SEGS", 0),
        gro_max_size=get("IFLA_GRO_MAX_SIZE", 0),
        tso_max_size=get("IFLA_TSO_MAX_SIZE", 0),
        tso_max_segs=get("IFLA_TSO_MAX_SEGS", 0),
        # Those that pyroute2 doesn't know: IFLA_PROTO_DOWN, IFLA_GSO_IPV4_MAX_SIZE, IFLA_GRO_IPV4_MAX_SIZE.
        protodown=_scan(raw, 39, "=B"),
        gso_ipv4_max_size=_scan(raw, 63, "=I"),
        gro_ipv4_max_size=_scan(raw, 64, "=I"),
        **_by_family(get("IFLA_AF_SPEC")),
    )


def _scan(raw: bytes, wanted: int, form: str) -> int:
    """Return the number in an attribute of a link message; 0: there is none."""
    at = 32
    while at + 4 <= len(raw):
        length, kind = struct.unpack_from("=HH", raw, at)
        if kind == wanted:
            return int(struct.unpack_from(form, raw, at + 4)[0])
        at += max((length + 3) & ~3, 4)
    return 0


def _by_family(spec: Any) -> dict[str, int]:
    inet = spec.get_attr("AF_INET") if spec else None
    inet6 = spec.get_attr("AF_INET6") if spec else None
    mode = inet6.get_attr("IFLA_INET6_ADDR_GEN_MODE") if inet6 else None
    conf = inet6.get_attr("IFLA_INET6_CONF") if inet6 else None
    return {
        "forwarding": inet["forwarding"] if inet else NONE,
        "rp_filter": inet["rp_filter"] if inet else NONE,
        "addrgenmode": NONE if mode is None else mode,
        "disable_ipv6": conf["disable_ipv6"] if conf else 0,
    }


def from_ip(ip: Ip) -> dict[int, dict[str, Any]]:
    """Return what `ip` says of every interface, by ifindex, in the words of `as_ip`: the independent oracle."""
    shown = json.loads(ip("-N", "-j", "-d", "link"), strict=False)
    return {link["ifindex"]: _plain(link) for link in shown}


def _plain(link: dict[str, Any]) -> dict[str, Any]:
    keys = ("ifindex", "ifname", "group", "operstate", "mtu", "min_mtu", "max_mtu", "address", "broadcast")
    return {
        **{key: link.get(key) for key in keys},
        # `ip` adds the peer's state as if it were a flag.
        "flags": sorted(set(link["flags"]) - {"M-DOWN"}),
        "txqlen": link.get("txqlen", 0),
        "kind": link.get("linkinfo", {}).get("info_kind", ""),
        "master": link.get("master", ""),
        "lower": link.get("link", link.get("link_index", "")),
        "netnsid": link.get("link_netnsid"),
        "alias": link.get("ifalias", ""),
        "altnames": link.get("altnames", []),
        # With -N `ip` prints the number in brackets.
        "arptype": int(link["link_type"].strip("[]")),
        "addrgenmode": link.get("inet6_addr_gen_mode", ""),
        **{key: link.get(key, 0) for key in _SIZES},
    }


_SIZES = ("gso_max_size", "gso_max_segs", "gro_max_size", "tso_max_size", "tso_max_segs")


def as_ip(links: dict[int, Link]) -> dict[int, dict[str, Any]]:
    """Return ``links`` in the words of `from_ip`."""
    return {index: _in_ip_words(link, links) for index, link in links.items()}


def _in_ip_words(link: Link, links: dict[int, Link]) -> dict[str, Any]:
    def text(raw: bytes) -> str:
        return raw.decode(errors="surrogateescape")

    lower: str | int = ""
    if link.lower_netnsid is not None:
        lower = link.lower
    elif link.lower:
        lower = text(links[link.lower].name)
    return {
        "ifindex": link.ifindex,
        "ifname": text(link.name),
        "group": str(link.group),
        "operstate": link.oper,
        "mtu": link.mtu,
        "min_mtu": link.min_mtu,
        "max_mtu": link.max_mtu,
        "address": link.address.hex(":") or None,
        "broadcast": link.broadcast.hex(":") or None,
        "flags": sorted(link.flag_words()),
        "txqlen": link.txqlen,
        "kind": text(link.kind),
        "master": text(links[link.master].name) if link.master else "",
        "lower": lower,
        "netnsid": link.lower_netnsid,
        "alias": text(link.alias),
        "altnames": [text(name) for name in link.altnames],
        "arptype": link.arptype,
        "addrgenmode": "" if link.addrgenmode == NONE else ADDRGENMODES[link.addrgenmode],
        **{key: getattr(link, key) for key in _SIZES},
    }


_OPTIONS: dict[str, tuple[str | int, ...]] = {
    "vlan": ("id", 5),
    "vxlan": ("id", 9, "dstport", 4789),
    "vrf": ("table", 10),
}


def add(ip: Ip, kind: str, name: str | bytes, *words: str | bytes | int) -> None:
    """Make a link of ``kind``; skip the test, with the reason, where that kind can't be made."""
    try:
        if kind in ("tap", "tun"):
            ip("tuntap", "add", "dev", name, "mode", kind)
        else:
            ip("link", "add", "name", name, *words, "type", kind, *_OPTIONS.get(kind, ()))
    except RuntimeError as error:
        if "Unknown device type" in str(error) or "open:" in str(error):  # /dev/net/tun
            pytest.skip(f"no {kind} links here: {str(error).rpartition(': ')[2]}")
        raise


def index_of(ip: Ip, name: str) -> int:
    """Return the ifindex of ``name``, as `ip` tells it."""
    return int(json.loads(ip("-j", "link", "show", "dev", name))[0]["ifindex"])


def cheap_kind(ip: Ip) -> str:
    """Return the cheapest kind of link that this kernel has."""
    for kind in ("dummy", "ifb", "bridge"):
        try:
            ip("link", "add", "probe", "type", kind)
        except RuntimeError:
            continue
        ip("link", "del", "probe")
        return kind
    pytest.skip("this kernel has neither dummy nor ifb nor bridge links")


def many(kind: str, count: int, group: int, *, up: bool, prefix: str = "m") -> None:
    """Make ``count`` links of ``kind`` in one go."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
        sock.bind((0, 0))
        for first in range(0, count, 64):
            numbers = range(first, min(first + 64, count))
            parts = [
                new_link(
                    1,
                    f"{prefix}{n}".encode(),
                    kind.encode(),
                    setting(group=group, mtu=1500, up=up or None),
                    ack=n == numbers[-1],
                )
                for n in numbers
            ]
            sock.send(b"".join(parts))
            assert struct.unpack_from("=i", sock.recv(1 << 16), 16)[0] == 0


def ipv6_on() -> None:
    """Have links that are made from now on have IPv6."""
    for which in ("all", "default"):
        Path(f"/proc/sys/net/ipv6/conf/{which}/disable_ipv6").write_text("0")


def slow_group(ip: Ip, count: int = 400, group: int = 7) -> None:
    """Make ``count`` links that are UP with IPv6, and so many IPv6 routes that a group message to them takes long."""
    ipv6_on()
    many(cheap_kind(ip), count, group, up=True)
    lines = "".join(f"route add 2001:{number:x}::/48 dev m0\n" for number in range(25_000))
    subprocess.run(["ip", "-6", "-batch", "-"], input=lines, text=True, check=True)
