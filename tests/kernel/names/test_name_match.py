"""What `names match` prints, loaded by the real nft and iptables, and hit by packets from in and out of the subtree."""

import json
import re
import shutil
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.links import Ip
from tui.model.names.map import parse
from tui.model.names.match import Way, match
from tui.model.names.rules import check_name
from tui.present.match import match_lines

_SYSTEM = "/usr/sbin:/sbin:/usr/bin:/bin"
_PATIENCE = 10.0  # seconds
TEXT = b"""\
0x100 dc1
0x101 dc1/a
0x105 dc1/r/web
0x200 dc2
0x201 dc2/a
0x202 dc2/b
0x210 other
7 small/a
20 small/b
0x10000 big
0x10203 big/r
"""
PATHS = (b"dc1", b"dc1/r", b"dc2", b"small", b"big", b"other")
IDS = (0, 7, 20, 0xFF, 0x100, 0x101, 0x102, 0x105, 0x1FF, 0x200, 0x202, 0x203, 0x210)
LARGE = (0x10000, 0x10101, 0x10203, 0x1FFFF, 0x20000, 0x7FFFFFFF)


def shell(line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", line], capture_output=True, text=True, check=False, env={"PATH": _SYSTEM, "LC_ALL": "C"}
    )


def tool(name: str, probe: str) -> None:
    """Skip where there is no such tool, or where it can do nothing here."""
    if shutil.which(name, path=_SYSTEM) is None:
        pytest.skip(f"{name} is not installed")
    if (done := shell(probe)).returncode:
        pytest.skip(f"{name} can do nothing here: {done.stderr.strip()}")


class Wire:
    """A veth pair of which one end is tagged, and a rule that counts whatever comes in or goes out there."""

    def __init__(self, ip: Ip, way: Way) -> None:
        self.ip = ip
        self.way = way
        ip("link", "add", "tagged", "type", "veth", "peer", "name", "other")
        for name in ("tagged", "other"):
            ip("link", "set", name, "up")
        self.key, self.hook = {"in": ("iifname", "prerouting"), "out": ("oifname", "output")}[way]
        assert not shell(
            "nft add table ip last; "
            f"nft 'add chain ip last c {{ type filter hook {self.hook} priority 300; }}'; "
            f"nft add rule ip last c {self.key} tagged counter"
        ).stderr

    def pass_one(self, group_id: int) -> None:
        """Let one packet pass while the end bears this tag; return when all hooks have seen it."""
        self.ip("link", "set", "tagged", "group", group_id)
        before = self.passed()
        if self.way == "out":
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"tagged")
                sock.sendto(b"x", ("255.255.255.255", 9))
        else:
            with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
                sock.bind(("other", 0))
                sock.send(b"\xff" * 6 + b"\x02" + bytes(5) + b"\x08\x00" + datagram())
        end = time.monotonic() + _PATIENCE
        while self.passed() == before:
            assert time.monotonic() < end, f"no packet passed {self.way} by group {group_id:#x}"

    def passed(self) -> int:
        return by_nft("last")[0]


def datagram() -> bytes:
    """Return an IPv4 packet with one empty UDP datagram (RFC 791)."""
    ends = socket.inet_aton("192.0.2.1") + socket.inet_aton("255.255.255.255")
    head = struct.pack("!BBHHHBBH", 0x45, 0, 28, 0, 0, 64, socket.IPPROTO_UDP, 0) + ends
    total = sum(struct.unpack("!10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    checksum = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
    return b"".join((head[:10], checksum.to_bytes(2, "big"), head[12:], struct.pack("!HHHH", 9, 9, 8, 0)))


def by_nft(table: str) -> list[int]:
    """Return the packets that each rule of a table counted."""
    found = json.loads(shell(f"nft -n -j list table ip {table}").stdout)["nftables"]
    rules = [entry["rule"] for entry in found if "rule" in entry]
    return [part["counter"]["packets"] for rule in rules for part in rule["expr"] if "counter" in part]


def by_iptables() -> list[int]:
    return [int(count) for count in re.findall(r"^\[(\d+):\d+\] -A", shell("iptables-save -c -t raw").stdout, re.M)]


@pytest.fixture(params=["in", "out"])
def wire(ip: Ip, request: pytest.FixtureRequest) -> Wire:
    tool("nft", "nft list tables")
    return Wire(ip, request.param)


class Line(NamedTuple):
    """A line that is printed; several of iptables may stand for the same."""

    text: str
    what: str
    ids: frozenset[int]
    """Of which a packet is to hit one of the lines that stand for ``what``."""


def printed(way: Way, tool_of: str) -> Iterator[Line]:
    names = parse(TEXT)
    for path in PATHS:
        found = match(names, path)
        assert found is not None
        what, ids = f"{path!r} today", frozenset(found.group_ids)
        for line in match_lines(found, way):
            if "as it grows" in line:
                what, ids = f"{path!r} as it grows", frozenset(found.block or ())
            if line[0] != "#" and ("iptables" if line.startswith("-m") else "nft") == tool_of:
                yield Line(line, what, ids)


def all_hit(wire: Wire, lines: list[Line], counts: Callable[[], list[int]]) -> None:
    """Let packets of many groups pass, and compare what each hit."""
    assert len({line.what for line in lines}) == len(PATHS) + 2
    before = counts()
    assert len(before) == len(lines)
    for group_id in IDS + LARGE:
        wire.pass_one(group_id)
        after = counts()
        hits = [line.what for line, old, new in zip(lines, before, after, strict=True) if new > old]
        wanted = [what for what, ids in dict.fromkeys(line[1:] for line in lines) if group_id in ids]
        assert hits == wanted, f"{wire.way} by group {group_id:#x}"  # none twice
        before = after


def test_nft_matches_exactly_the_ids(wire: Wire) -> None:
    lines = [*printed(wire.way, "nft")]
    chain = f"{{ type filter hook {wire.hook} priority -350; }}"
    assert not shell(f"nft add table ip t; nft 'add chain ip t c {chain}'").stderr
    for line in lines:
        done = shell(f"nft add rule ip t c {line.text} counter  # as it is pasted")
        assert (done.returncode, done.stderr) == (0, ""), line
    all_hit(wire, lines, lambda: by_nft("t"))


def test_iptables_matches_exactly_the_ids(wire: Wire) -> None:
    tool("iptables", "iptables -t raw -S && iptables -t raw -A OUTPUT -m devgroup --dst-group 1 && iptables -t raw -F")
    lines = [*printed(wire.way, "iptables")]
    for line in lines:
        done = shell(f"iptables -t raw -A {wire.hook.upper()} {line.text}  # as it is pasted")
        assert done.returncode == 0, done.stderr
    all_hit(wire, lines, by_iptables)


@pytest.mark.parametrize("name", ["dc1/rack2", "dc1/24", "dc1/0x10", "a/b.c-d", "10/24", "9a/b", "1/x"])
def test_a_name_with_parents_is_allowed_where_nft_and_iptables_read_it(ip: Ip, group_file: Path, name: str) -> None:
    tool("nft", "nft list tables")
    tool("iptables", "iptables -S")
    group_file.write_text(f"77 {name}\n")
    shell("nft add table ip t; nft add chain ip t c")
    loaded = shell(f"nft add rule ip t c iifgroup {name}").returncode == 0
    right = loaded and "iifgroup 77" in shell("nft -n list table ip t").stdout
    loaded = shell(f"iptables -A INPUT -m devgroup --src-group {name}").returncode == 0
    right = right and loaded and f"--src-group {name}\n" in shell("iptables -S").stdout
    assert right == (check_name(name) == "")
