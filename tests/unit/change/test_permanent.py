"""What makes tags permanent, in each consumer's own grammar; and what may hang on a name."""

import configparser
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.links import LINKS, a_link, fuzz
from tui.model.change.permanent import Export, exports
from tui.model.link import Link
from tui.model.names.map import NameMap, parse
from tui.model.names.usage import GivenUp, NameChange, usage

NAMES = parse(b"7 dmz\n8 \x1b[2J\\\n9 7\n")


def made(*links: Link, names: NameMap = NAMES, group_id: int | None = None) -> dict[str, Export]:
    return {export.key: export for export in exports(links, names, group_id)}


def text(export: Export) -> str:
    return b"".join(data for _, data in export.files).decode()


def commands(export: Export) -> list[str]:
    """Return the lines that aren't comments."""
    return [line for line in text(export).splitlines() if line and not line.startswith("#")]


def test_plain_names_in_every_grammar() -> None:
    found = made(a_link(1, group=0), a_link(2, group=8), a_link(3, group=8), a_link(4, group=10))
    assert [export.left_out for export in found.values()] == [()] * 4
    assert commands(found["ip-batch"]) == [
        "link set dev v2 group 8",
        "link set dev v3 group 8",
        "link set dev v4 group 10",
    ]
    assert [path for path, _ in found["networkd"].files] == [
        "/etc/systemd/network/60-group-8.network",
        "/etc/systemd/network/60-group-10.network",
    ]
    assert [line for line in commands(found["networkd"]) if line.startswith(("Name=", "Group="))] == [
        "Name=v2 v3",
        "Group=8",
        "Name=v4",
        "Group=10",
    ]
    assert commands(found["udev"])[0] == ('ACTION=="add|move", SUBSYSTEM=="net", KERNEL=="v2", ATTR{netdev_group}="8"')
    assert commands(found["ifupdown"])[:2] == ["iface v2 inet manual", "    post-up ip link set dev v2 group 8"]


def test_a_number_that_is_a_name_is_spelled_so_that_ip_takes_it_for_a_number() -> None:
    found = made(a_link(1, group=7))
    assert commands(found["ip-batch"]) == ["link set dev v1 group 0x7"]
    assert commands(found["ifupdown"])[1].endswith("group 0x7")
    assert "Group=7" in commands(found["networkd"])


def test_one_group_alone() -> None:
    links = [a_link(1, group=0), a_link(2, group=8), a_link(3, group=10)]
    assert commands(made(*links, group_id=10)["ip-batch"]) == ["link set dev v3 group 10"]
    assert commands(made(*links, group_id=0)["ip-batch"]) == ["link set dev v1 group 0"]
    assert commands(made(*links, group_id=99)["ip-batch"]) == []
    assert made(*links, group_id=99)["networkd"].files == ()


@pytest.mark.parametrize(
    ("name", "word"),
    [
        (b"-rf", b"-rf"),
        (b"'q", b'"\'q"'),
        (b'"q', b"'\"q'"),
        (b"q'\"", b"q'\""),
        (b"'q\"", None),
        (b"a#b", None),
        (b"#", None),
        (b"x\\", b"x\\"),
        (b"\x1b[2J\xff", b"\x1b[2J\xff"),
    ],
)
def test_a_hostile_name_in_a_batch(name: bytes, word: bytes | None) -> None:
    export = made(a_link(1, name=name))["ip-batch"]
    lines = [line for line in export.files[0][1].split(b"\n") if line and not line.startswith(b"#")]
    assert lines == ([] if word is None else [b"link set dev " + word + b" group 0x7"])
    assert len(export.left_out) == (word is None)


def test_names_that_are_not_plain_go_by_an_address_of_their_own() -> None:
    found = made(
        a_link(1, name=b"a*b"),
        a_link(2, name=b"eth|0", address=b"\2\0\0\0\0\1"),
        a_link(3, name=b"[x]"),
        a_link(4, name=b"123"),
        a_link(5, name=b"$(id)", address=bytes(6)),
        a_link(6, name=b'"', address=bytes(20)),
    )
    networkd, udev = commands(found["networkd"]), commands(found["udev"])
    assert networkd[:5] == [
        "[Match]",
        "MACAddress=02:00:00:00:00:03",
        "MACAddress=02:00:00:00:00:04",
        "[Link]",
        "Group=7",
    ]
    assert [re.findall(r'ATTR\{address\}=="(.*?)"', line) for line in udev] == [
        ["02:00:00:00:00:03"],
        ["02:00:00:00:00:04"],
    ]
    reasons = [line.partition(": ")[2] for line in found["networkd"].left_out]
    assert (
        reasons
        == ["its name isn't plain, and it shares its hardware address"] * 2
        + ["its name isn't plain, and it has no hardware address to go by"] * 2
    )
    assert len(found["ifupdown"].left_out) == 6


def test_an_address_that_a_link_of_another_group_shares_is_none_to_go_by() -> None:
    shared = [a_link(1, name=b"a*b"), a_link(2, group=9, address=b"\2\0\0\0\0\1")]
    assert len(made(*shared, group_id=7)["udev"].left_out) == 1


def test_a_group_that_is_too_large_is_udevs_alone() -> None:
    found = made(a_link(1, group=2**32 - 1))
    assert [len(export.left_out) for export in found.values()] == [1, 1, 0, 1]
    assert 'ATTR{netdev_group}="4294967295"' in text(found["udev"])
    # Without a [Match] a .network might match every interface.
    assert [
        path for path, data in found["networkd"].files if b"[Match]" not in data and path.endswith(".network")
    ] == []


@fuzz
@given(
    st.lists(LINKS, max_size=6, unique_by=lambda link: link.ifindex),
    st.sampled_from([NameMap(), NAMES, parse(b"1 # \n2 \xff\n")]),
    st.sampled_from([None, 0, 1]),
)
def test_any_names_leave_every_file_in_its_grammar(links: list[Link], names: NameMap, group_id: int | None) -> None:
    # Such as the kernel takes.
    links = [link._replace(name=re.sub(rb"[\s/:]", b"_", link.name)) for link in links]
    wanted = [x for x in links if (x.group == group_id if group_id is not None else x.group)]
    for key, export in made(*links, names=names, group_id=group_id).items():
        assert all(line.isprintable() for line in (*export.left_out, *export.shown.split("\n")))
        data = b"".join(data for _, data in export.files)
        lines = [line for line in data.split(b"\n") if line and not line.startswith(b"#")]
        comments = [line for line in data.split(b"\n") if line.startswith(b"#")]
        assert all(line.decode().isprintable() and not line.endswith(b"\\") for line in comments)
        kept = len(wanted) - len(export.left_out)
        if key == "ip-batch":
            assert len(lines) == kept
            assert all(b"#" not in line and line.startswith(b"link set dev ") for line in lines)
        elif key == "udev":
            assert len(lines) == kept
            assert all(re.fullmatch(rb'(?:, |[\w{}]+==?"[\w:.|-]+")+', line) for line in lines)
        elif key == "ifupdown":
            assert len(lines) == 2 * kept
            assert all(re.fullmatch(rb"(iface [\w.-]+ inet manual|    post-up [\w .-]+)", line) for line in lines)
        else:
            for path, snippet in export.files:
                if path.endswith(".network"):
                    read = configparser.ConfigParser(strict=False, interpolation=None)
                    read.read_string(snippet.decode())
                    assert sorted(read.sections()) == ["Link", "Match", "Network"]


@pytest.mark.parametrize("change", ["rename", "renumber", "delete"])
def test_what_may_hang_on_a_name(change: NameChange) -> None:
    said = usage([GivenUp(b"\x1bz", 7)], 3, change)
    assert said[0].startswith("3 interfaces bear the tag 7 now.")
    assert all(line.isprintable() for line in said)
    assert "“ip link … group \\x1bz”" in said[-1]
    for user in ("iifgroup", "devgroup", "suppress_ifgroup", "Scripts"):
        assert any(user in line and r"\x1bz" in line for line in said)
    assert usage([GivenUp(b"a", 7)], 1, change)[0].startswith("1 interface bears")
