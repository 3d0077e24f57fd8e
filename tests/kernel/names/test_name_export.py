"""Exports, taken in by their real consumers: the same interfaces get the same tags back."""

import os
import struct
import subprocess
from pathlib import Path

import pytest

from tests.links import Ip, add, cheap_kind, raw_links, reference, until
from tui.model.change.permanent import Export, exports, ip_batch
from tui.model.link import Link
from tui.model.names.map import NameMap, parse

GROUP = Path("/etc/iproute2/group")
NETWORKD = Path("/lib/systemd/systemd-networkd")
SNIPPETS = Path("/etc/systemd/network")
HOSTILE = [
    *(b"plain", b"-rf", b"help", b"dev", b"group", b"'q", b'"q', b"q'\"", b"q'", b"x\\", b"\\n", b"$(id)"),
    *(b";reboot", b"[red]x", b"\x1b[2J", b"\x01", b"\x9b1m", b"\xff", "ü".encode(), "\u202e".encode(), b"123"),
    *(b"0x5", b"@x", b"a|b", b"*", b"\xe2\x80\x8b"),
]
UNWRITABLE = [b"a#b", b"#", b"'\"", b"\"'"]


def links() -> dict[bytes, Link]:
    """Return every interface as pyroute2 reads the kernel's own message, but with the name's bytes as they are."""
    return {_name(raw): reference(raw)._replace(name=_name(raw)) for raw in raw_links()}


def _name(raw: bytes) -> bytes:
    """Return IFLA_IFNAME, attribute 3, of a link message."""
    at = 32
    while True:
        length, kind = struct.unpack_from("=HH", raw, at)
        if kind == 3:
            return raw[at + 4 : at + length].rstrip(b"\0")
        at += (length + 3) & ~3


def replay(ip: Ip, export: Export, folder: Path) -> None:
    script = folder / "batch"
    script.write_bytes(export.files[0][1])
    ip("-force", "-batch", script)


def test_hostile_names_get_their_tags_back(ip: Ip, tmp_path: Path) -> None:
    kind = cheap_kind(ip)
    names = [*HOSTILE, *UNWRITABLE]
    for group, name in enumerate(names, 100):
        add(ip, kind, name, "group", group)
    before = links()
    tags = {name: group for group, name in enumerate(names, 100)}
    assert {name: link.group for name, link in before.items() if name in tags} == tags
    export = ip_batch((link for link in before.values() if link.group), NameMap())
    assert len(export.left_out) == len(UNWRITABLE)
    for link in before.values():
        # Those that can't be written keep their tags, to show that no line of the script hits them.
        if link.name in HOSTILE:
            ip("link", "set", "dev", link.name, "group", 0)
    assert {name for name, link in links().items() if link.group} == set(UNWRITABLE)
    replay(ip, export, tmp_path)
    assert {name: link.group for name, link in links().items() if name in tags} == tags


def test_a_number_that_some_group_bears_as_its_name(ip: Ip, group_file: Path, tmp_path: Path) -> None:
    data = b"5 7\n7 5\n6 0x7\n"
    group_file.write_bytes(data)
    kind = cheap_kind(ip)
    for group in (5, 6, 7, 2147483647):
        add(ip, kind, f"g{group}")
        ip("link", "set", "dev", f"g{group}", "group", f"0x0{group:x}")
    before = {name: link.group for name, link in links().items()}
    assert sorted(before.values())[-4:] == [5, 6, 7, 2147483647]
    export = ip_batch(links().values(), parse(data))
    for name in before:
        ip("link", "set", "dev", name, "group", 99)
    replay(ip, export, tmp_path)
    assert {name: link.group for name, link in links().items()} == before


def test_networkd_sets_the_tags_and_nothing_else(ip: Ip, tmp_path: Path) -> None:
    if not os.access(NETWORKD, os.X_OK) or not SNIPPETS.is_dir():
        pytest.skip("systemd-networkd is not installed")
    tags = {b"plain.1": 7, b"other": 7, b"a*b": 8, b"123": 9}
    for name, group in tags.items():
        add(ip, "bridge", name, "group", group)
    ip("link", "set", "dev", "other", "up")
    ip("address", "add", "192.0.2.1/24", "dev", "other")
    before = links()
    (export,) = [each for each in exports(before.values(), NameMap()) if each.key == "networkd"]
    assert export.left_out == ()
    for path, data in export.files:
        snippet = tmp_path / Path(path).name
        snippet.write_bytes(data)
        snippet.chmod(0o644)
    for name in tags:
        ip("link", "set", "dev", name, "group", 0)
    # It gives up its privileges before it reads.
    tmp_path.chmod(0o755)
    # It takes interfaces for ready when /sys is read-only, since there is no udev then.
    script = f"""
        mount --bind {tmp_path} {SNIPPETS} && mkdir -p /run/systemd && mount -t tmpfs -o mode=777 none /run/systemd &&
        mkdir -pm 777 /run/systemd/netif/links /run/systemd/netif/leases && mount -t sysfs -o ro none /sys &&
        exec {NETWORKD}
    """
    with subprocess.Popen(
        ["unshare", "--mount", "sh", "-c", script], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as networkd:
        try:
            until(
                lambda: networkd.poll() is not None or all(links()[name].group == tag for name, tag in tags.items()),
                "networkd's tags",
            )
            ended = networkd.poll()
        finally:
            networkd.kill()
        said = networkd.communicate()[1].decode(errors="replace").strip()
    if ended is not None:
        pytest.skip(f"systemd-networkd doesn't run here: {said[-200:]}")
    after = links()
    assert {name: after[name].group for name in tags} == tags
    assert {name: link.is_up for name, link in after.items()} == {name: link.is_up for name, link in before.items()}
    assert "192.0.2.1" in ip("address", "show", "dev", "other")
