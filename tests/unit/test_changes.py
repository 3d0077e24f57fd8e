"""A change of an interface as a line: every part of it has a word, and no name is obeyed."""

import json
import re
from typing import Any

import pytest
from hypothesis import given

from tests.links import LINKS, a_link, fuzz
from tui.cli.watch_faces import JsonFace, TextFace
from tui.model.health import Health
from tui.model.link import Link
from tui.model.names.map import NameMap
from tui.model.names.map import parse as parse_names
from tui.model.store import Change, Snapshot, Store
from tui.model.view.filter import EVERYTHING
from tui.present.changes import Around, change_line
from tui.session.feed import Began, Checked, Dropped, Took

AROUND = Around({1: a_link(1), 2: a_link(2), 3: a_link(3, name=b"br0")}, parse_names(b"7 dmz\n8 web\n"))

CASES: list[tuple[dict[str, Any], str]] = [
    ({"name": b"new"}, "name v1 → new"),
    ({"group": 8}, "group dmz → web"),
    ({"flags": 0x1003, "operstate": 6}, "state down → up/up"),
    ({"flags": 0x1102}, "flags +PROMISC"),
    ({"operstate": 0}, "state down → down/unknown"),
    ({"mtu": 9000}, "mtu 1500 → 9000"),
    ({"min_mtu": 0}, "least mtu 68 → 0"),
    ({"max_mtu": 0}, "greatest mtu 65535 → 0"),
    ({"txqlen": 5}, "txqueuelen 1000 → 5"),
    ({"kind": b""}, "kind veth → hardware"),
    ({"master": 3}, "master none → br0"),
    ({"lower": 2}, "lower link none → v2"),
    ({"lower": 2, "lower_netnsid": 4}, "lower link none → if2 in netns id 4"),
    ({"address": b"\xfe"}, "address 02:00:00:00:00:01 → fe"),
    ({"broadcast": b""}, "broadcast ff:ff:ff:ff:ff:ff → none"),
    ({"alias": b"\x1b[2J"}, r"alias none → \x1b[2J"),
    ({"altnames": (b"a", b"b")}, "altnames none → a b"),
    ({"arptype": 772}, "type ether → loopback"),
    ({"protodown": 1}, "protodown off → on"),
    ({"gso_max_size": 9000}, "gso_max_size 65536 → 9000"),
    ({"gso_ipv4_max_size": 9000}, "gso_ipv4_max_size 65536 → 9000"),
    ({"gso_max_segs": 64}, "gso_max_segs 65535 → 64"),
    ({"gro_max_size": 9000}, "gro_max_size 65536 → 9000"),
    ({"gro_ipv4_max_size": 9000}, "gro_ipv4_max_size 65536 → 9000"),
    ({"tso_max_size": 65536}, "tso_max_size 524280 → 65536"),
    ({"tso_max_segs": 64}, "tso_max_segs 65535 → 64"),
    ({"addrgenmode": 1}, "addrgenmode eui64 → none"),
    ({"addrgenmode": -1, "forwarding": 1}, "addrgenmode eui64 → none, forwarding off → on"),
    ({"rp_filter": 2}, "rp_filter off → loose"),
    ({"disable_ipv6": 1}, "disable_ipv6 off → on"),
    ({"mtu": 1400, "group": 8}, "group dmz → web, mtu 1500 → 1400"),
]


@pytest.mark.parametrize(("fields", "words"), CASES)
def test_the_words_of_a_change(fields: dict[str, Any], words: str) -> None:
    assert change_line(a_link(1), a_link(1)._replace(**fields), AROUND) == f"v1 dmz: {words}"


def test_every_field_of_a_link_has_words() -> None:
    assert {name for fields, _ in CASES for name in fields} == {*Link._fields} - {"ifindex"}


def test_what_comes_and_goes() -> None:
    assert change_line(None, a_link(1, master=3), AROUND) == "v1 dmz: new, down, mtu 1500, veth, master br0"
    assert change_line(a_link(1), None, AROUND) == "v1 dmz: gone"


@fuzz
@given(LINKS, LINKS)
def test_no_line_moves_a_cursor(before: Link, after: Link) -> None:
    assert change_line(before, after, AROUND).isprintable()
    assert change_line(None, after, AROUND).isprintable()
    assert change_line(before, None, AROUND).isprintable()


def seen(*links: Link) -> Snapshot:
    store = Store()
    store.replace({link.ifindex: link for link in links})
    return store.snapshot()


def test_the_keys_of_json_are_those_that_the_readme_lists() -> None:
    face = JsonFace(EVERYTHING)
    first = seen(a_link(1))
    lines = [
        *face.begin(Began(5.0, first, {}, 4.0), NameMap(), snapshot=True),
        face.heartbeat(Health()),
        *face.took(Took(6.25, [Change(a_link(1), a_link(1, mtu=9))], first.revision + 1, False)),
        face.overrun(7.0, "kernel"),
        *face.checked(Checked(8.0, 7.5, True), Health()),
        *face.renamed(parse_names(b"7 dmz\n")),
        *face.dropped(Dropped(9.0, seen(a_link(1), a_link(2), a_link(3)), {}, False)),
    ]
    events = [json.loads(line) for line in lines]
    said = [event["event"] for event in events]
    assert said == ["snapshot", "heartbeat", "link", "overrun", "resync", "group", "overrun", *["link"] * 3, "resync"]
    keys = {event["event"]: {*event} - {"event", "time"} for event in events}
    assert keys == {
        "snapshot": {"interfaces", "groups"},
        "heartbeat": {"state", "checked", "events", "overruns"},
        "link": {"before", "after", "changed", "matches", "ours", "by"},
        "overrun": {"lost"},
        "resync": set(),
        "group": {"before", "after"},
    }
    assert (events[0]["time"], events[1]["checked"], events[2]["time"]) == (
        "1970-01-01T00:00:05.000Z",
        "1970-01-01T00:00:04.000Z",
        "1970-01-01T00:00:06.250Z",
    )
    assert (events[2]["changed"], events[2]["by"], events[2]["ours"]) == (["mtu"], "event", False)
    assert {event["by"] for event in events[7:10]} == {"check"}
    assert all(line.isascii() for line in lines)


def test_ascii_alone() -> None:
    face = TextFace(EVERYTHING, ascii=True)
    lines = list(face.begin(Began(5.0, seen(a_link(1, name="ä".encode())), {}, 4.0), NameMap(), snapshot=True))
    lines += face.took(Took(6.0, [Change(a_link(1), a_link(1, mtu=9))], 5, True))
    assert [re.sub(r"^\d\d:\d\d:\d\d ", "", line) for line in lines] == [
        "<U+00E4> 7: down, mtu 1500, veth",
        "watching 1 interface.",
        "<U+00E4> 7: name <U+00E4> -> v1, mtu 1500 -> 9 (found by a check)",
    ]
