"""The name map, read by us and by the real `ip`, in a private /etc/iproute2 that nobody else sees."""

import json
import re
import shutil
import socket
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.changes import setting
from tests.links import Ip, add, fuzz
from tui.model.names.map import NameMap, ip_set, parse
from tui.netlink.wire import link_change

GROUP = Path("/etc/iproute2/group")
LINKS = 6

LIBC = re.compile(rb"0x\s*[+-]?0[xX](?![0-9a-fA-F])")
"""What %x makes of a prefix without digits is the C library's own affair: some read 0, some nothing."""

NUMBERS = [
    "0",
    "1",
    "5",
    "10",
    "010",
    "0x0a",
    "0X0a",
    "0x",
    "266",
    "255",
    "256",
    "2147483647",
    "2147483648",
    "4294967301",
]
NUMBERS += ["-5", "+5", "0x-1", "0x+b", "0x0x0c", "99999999999999999999", "0xffffffffffffffffff", "", "x", "-"]
NAMES = [
    "a",
    "b",
    "same",
    "dmz",
    "two words",
    "name#c",
    "#c",
    "10",
    "5",
    "0x5",
    "default",
    "-rf",
    "ü",
    "\x1b[1m",
    '"',
    "\\",
]
NAMES += ["$(id)", "n" * 70, ""]
GAPS = [" ", "\t", "  \t", "", "\r", "\v", "\f"]
INDENTS = ["", "", " ", "\t "]
ODD_LINES = ["", "# comment", "  # comment", "name 10", "10", "10 ", "10 a # b", " " * 600 + "10 far", "\r", "\v7 v"]
LINE = st.one_of(
    st.tuples(*map(st.sampled_from, (INDENTS, NUMBERS, GAPS, NAMES))).map("".join),
    st.sampled_from(ODD_LINES),
    st.builds(lambda pad, end: f"7 {'p' * pad}{end}", st.integers(480, 520), st.sampled_from(["", " x", "5 y"])),
)
FILES = st.one_of(
    st.builds(
        lambda lines, end, last: (end.join(lines) + last).encode(),
        st.lists(LINE, max_size=7),
        st.sampled_from(["\n", "\n", "\r\n"]),
        st.sampled_from(["\n", ""]),
    ),
    st.binary(max_size=40),
    st.lists(st.sampled_from([b"1 ", b"0x", b"7", b" ", b"\n", b"\0", b"#", b"a", b"\xff", b"-"]), max_size=20).map(
        b"".join
    ),
).filter(lambda data: not LIBC.search(data))


class RealIp:
    """`ip`, and some links to try group ids on."""

    def __init__(self, ip: Ip) -> None:
        self.tool = shutil.which("ip", path="/usr/sbin:/sbin:/usr/bin:/bin") or "ip"
        self.indexes = list(range(101, 101 + LINKS))
        add(ip, "bridge", "x0", "index", self.indexes[0])
        for which, index in enumerate(self.indexes[1:], 1):
            ip("link", "add", f"x{which}", "index", index, "type", "bridge")

    def run(self, *words: str | bytes) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([self.tool, *words], capture_output=True, check=False)

    def tag(self, groups: list[int]) -> None:
        """Set the links' groups by number, without `ip`."""
        pairs = zip(self.indexes, groups, strict=False)
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
            for index, group in pairs:
                sock.send(link_change(1, index, setting(group=group)))
                assert struct.unpack_from("=i", sock.recv(4096), 16)[0] == 0

    def shown(self, groups: list[int]) -> tuple[list[bytes], bool]:
        """Return what `ip` shows for these ids, and whether it calls the file corrupt."""
        self.tag(groups)
        done = self.run("-j", "link", "show", "type", "bridge")
        links = json.loads(done.stdout.decode(errors="surrogateescape"), strict=False)
        names = {link["ifindex"]: link["group"].encode(errors="surrogateescape") for link in links}
        return [names[index] for index, _ in zip(self.indexes, groups, strict=False)], b"corrupted" in done.stderr

    def resolve(self, name: bytes) -> int | None:
        """Return the id that `ip` takes a name for."""
        done = self.run("link", "set", "dev", "x0", "group", name)
        if done.returncode:
            return None
        found = json.loads(self.run("-N", "-j", "link", "show", "dev", "x0").stdout)
        return int(found[0]["group"])


@pytest.fixture
def real(ip: Ip, group_file: Path) -> RealIp:
    """`ip`, with a name map of the test's own."""
    return RealIp(ip)


def agree(real: RealIp, data: bytes) -> NameMap:
    """Compare both readings of ``data``: every id and name that we read, and some that we don't."""
    GROUP.write_bytes(data)
    names = parse(data)
    ids = [group for group in dict.fromkeys((*names.by_id, 5, 10, 7, 1, 11)) if group >= 0][:LINKS]
    shown, corrupted = real.shown(ids)
    assert {group: names.by_id.get(group, str(group).encode()) for group in ids} == dict(zip(ids, shown, strict=True))
    assert corrupted == bool(names.corrupt_line)
    for name, group in list(names.by_name.items())[:4]:
        assert real.resolve(name) == group
    return names


@fuzz
@given(FILES)
@example(b"")
@example(b"0 zero\n")
@example(b"256 bucket\n0 bucket\n")
@example(b"1 a\0b\n2 c\n")
def test_any_file_is_read_as_ip_reads_it(real: RealIp, data: bytes) -> None:
    agree(real, data)


@pytest.mark.parametrize(
    ("data", "by_id", "by_name", "corrupt"),
    [
        (b"10 name\n", {10: b"name"}, {b"name": 10}, 0),
        (b"0x0a name\n", {10: b"name"}, {b"name": 10}, 0),
        (b"# 9 comment\n\n10 name", {10: b"name"}, {b"name": 10}, 0),
        (b"10\tname\r\n11 other\r\n", {10: b"name", 11: b"other"}, {b"name": 10, b"other": 11}, 0),
        (b"10 a\n10 b\n", {10: b"b"}, {b"a": 10, b"b": 10}, 0),
        (b"10 two words\n", {10: b"two"}, {b"two": 10}, 0),
        (b"10 name#c\n", {10: b"name#c"}, {b"name#c": 10}, 0),
        (b"010 x\n", {10: b"x"}, {b"x": 10}, 0),
        (b"-5 x\n6 y\n", {6: b"y"}, {b"y": 6}, 0),
        (b"10 a\nname 10\n11 b\n", {10: b"a"}, {b"a": 10}, 2),
        (b"10 a\n12\n11 b\n", {10: b"a"}, {b"a": 10}, 2),
        (b"266 same\n11 same\n", {266: b"same", 11: b"same"}, {b"same": 266}, 0),
        (b"11 same\n266 same\n", {266: b"same", 11: b"same"}, {b"same": 266}, 0),
        (b"10 77\n", {10: b"77"}, {b"77": 10}, 0),
        (b"0 none\n", {0: b"none"}, {b"none": 0, b"default": 0}, 0),
        (b"7 default\n", {7: b"default"}, {b"default": 0}, 0),
        (b"7 " + b"p" * 509 + b"8 q\n", {7: b"p" * 509, 8: b"q"}, {b"q": 8}, 0),
    ],
)
def test_each_row_of_the_facts(
    real: RealIp, data: bytes, by_id: dict[int, bytes], by_name: dict[bytes, int], corrupt: int
) -> None:
    names = agree(real, data)
    assert {0: b"default", **by_id} == names.by_id
    assert by_name.items() <= names.by_name.items()
    assert names.corrupt_line == corrupt


def test_a_name_that_is_shown_is_safe_to_show() -> None:
    names = parse(b"1 \x1b[2J\n2 \xff\n")
    assert [names.name(group) for group in (0, 1, 2, 3, 4294967295)] == [
        "default",
        r"\x1b[2J",
        r"\xff",
        "3",
        "4294967295",
    ]


MAPS = (
    b"",
    b"5 dmz\n",
    b"5 two words\n",
    b"5 dc1/rack2\n",
    b"5 10/24\n",
    b"5 $(reboot)\n",
    b"5 'q\n",
    b"5 -rf\n",
    b"5 7\n7 5\n",
    b"6 5\n",
    b"6 5\n7 0x5\n",
    b"6 5\n7 0x5\n8 0x05\n",
    b"5 same\n4 same\n",
    b"5 same\n6 same\n",
    b"5 a\n5 b\n",
    b"5 #c\n",
    b"5 \xff\n",
    "5 ü\n".encode(),
    b"5 0x9\n",
    b"5 05\n9 5\n",
    b"5 dev\n",
    b"5 default\n",
    b"0 none\n",
    b"7 default\n",
)


def test_the_command_that_is_shown_does_it_in_a_shell(real: RealIp) -> None:
    for mtu, (data, group) in enumerate(((data, group) for data in MAPS for group in (5, 0, 2147483647)), 1300):
        GROUP.write_bytes(data)
        groups = [group, 8, 9, 6, 7, 4]
        real.tag(groups)
        line = ip_set(group, f"mtu {mtu}", parse(data))
        done = subprocess.run(["sh", "-c", line], capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b""), (data, line)
        links = json.loads(real.run("-N", "-j", "link", "show", "type", "bridge").stdout, strict=False)
        changed = [real.indexes.index(link["ifindex"]) for link in links if link["mtu"] == mtu]
        assert changed == [0], (data, line)


def test_the_command_for_a_group_that_ip_cannot_name_is_a_comment(real: RealIp) -> None:
    done = subprocess.run(["sh", "-c", ip_set(2**31, "up", NameMap())], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")
