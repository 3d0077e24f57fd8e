"""Everything that can be set on a group: sent, read back and taken back, by what `ip` and sysctl(8) say."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.console import Console, console
from tests.links import Ip, add, raw_links, reference
from tui.model.change.attribute import Attribute, Text
from tui.model.change.attributes import (
    ADDRGENMODE,
    ALIAS,
    ALLMULTICAST,
    ARP,
    ATTRIBUTES,
    FORWARDING,
    GRO_IPV4_MAX_SIZE,
    GRO_MAX_SIZE,
    GROUP,
    GSO_IPV4_MAX_SIZE,
    GSO_MAX_SEGS,
    GSO_MAX_SIZE,
    MASTER,
    MTU,
    MULTICAST,
    PROMISC,
    PROTODOWN,
    RP_FILTER,
    TXQUEUELEN,
    UP,
)
from tui.model.change.entries import Value
from tui.model.change.intent import make_intent
from tui.model.change.outcome import Outcome, steps_taken
from tui.model.change.plan import make_preview
from tui.model.change.settings import Settings
from tui.model.change.undo import plan_undo
from tui.model.link import ADDRGENMODES
from tui.model.names.map import NameMap
from tui.present.change import limits, outcome_line, risks

VALUES: dict[Attribute, Value] = {
    MTU: 1400,
    UP: True,
    TXQUEUELEN: 77,
    PROMISC: True,
    ALLMULTICAST: True,
    ARP: False,
    MULTICAST: False,
    ALIAS: "a line: “ü” $(x)".encode(),
    GSO_MAX_SIZE: 30000,
    GSO_IPV4_MAX_SIZE: 20000,
    GSO_MAX_SEGS: 64,
    GRO_MAX_SIZE: 40000,
    GRO_IPV4_MAX_SIZE: 10000,
    ADDRGENMODE: 1,
    FORWARDING: 1,
    RP_FILTER: 2,
}
"""What a veth takes and hasn't; master and protodown have tests of their own."""
_SYSCTL = Path("/proc/sys/net/ipv4/conf")


class Hands(Console):
    """Sets things on group 7: v0 and v1, a pair."""

    def __init__(self, ip: Ip, console: Console) -> None:
        super().__init__(console.watch, console.writer)
        self.ip = ip

    def set(self, **values: Value) -> Outcome:
        self.watch.check()
        settings = Settings({one: values[one.id] for one in ATTRIBUTES if one.id in values})
        return self.act(make_intent(self.watch.store.snapshot(), settings, 7))

    def undo(self, outcome: Outcome) -> Outcome:
        self.watch.check()
        intent, _ = plan_undo(1, steps_taken(outcome), outcome.intent.revision, self.watch.store.snapshot())
        assert intent is not None
        return self.act(intent)

    def seen(self, *names: str) -> list[dict[str, Any]]:
        """Return all that `ip` and sysctl say of interfaces that a change can be seen by."""
        raw = {link.name.decode(): link for link in map(reference, raw_links())}
        return [
            {
                **{key: value for key, value in link.items() if key not in ("operstate", "linkmode", "qdisc")},
                "flags": sorted({*link["flags"]} - {"NO-CARRIER", "LOWER_UP", "M-DOWN"}),
                **{name: int((_SYSCTL / link["ifname"] / name).read_text()) for name in ("forwarding", "rp_filter")},
                # This `ip` may not know them.
                **{name: getattr(raw[link["ifname"]], name) for name in ("gso_ipv4_max_size", "gro_ipv4_max_size")},
            }
            for link in json.loads(self.ip("-j", "-d", "link"), strict=False)
            if link["ifname"] in names
        ]


@pytest.fixture
def hands(ip: Ip) -> Iterator[Hands]:
    ip("link", "add", "v0", "type", "veth", "peer", "name", "v1")
    for name in ("v0", "v1"):
        ip("link", "set", name, "group", 7)
    with console() as made:
        yield Hands(ip, made)


def test_each_attribute_has_a_value_here() -> None:
    assert {*VALUES} | {GROUP, MASTER, PROTODOWN} == {*ATTRIBUTES}


@pytest.mark.parametrize("up", [False, True], ids=["down", "up"])
@pytest.mark.parametrize("attribute", VALUES, ids=repr)
def test_it_is_set_by_one_message_read_back_and_taken_back(hands: Hands, attribute: Attribute, up: bool) -> None:
    value = not up if attribute is UP else VALUES[attribute]
    if up:
        hands.ip("link", "set", "group", "7", "up")
    before = hands.seen("v0", "v1")
    outcome = hands.set(**{attribute.id: value})
    assert (outcome.verdict, outcome.reply.messages, len(outcome.changed)) == ("done", 1, 2)
    after = hands.seen("v0", "v1")
    for old, new in zip(before, after, strict=True):
        assert _told(attribute, new) == _shown(attribute, value)
        assert _told(attribute, old) != _shown(attribute, value)
    undone = hands.undo(outcome)
    assert undone.verdict == "done"
    assert hands.seen("v0", "v1") == before


def test_a_master_takes_and_releases_a_group(hands: Hands) -> None:
    add(hands.ip, "bridge", "br0")
    (bridge,) = [index for index, link in hands.watch.check().items() if link.name == b"br0"]
    before = hands.seen("v0", "v1")
    outcome = hands.set(master=bridge)
    assert (outcome.verdict, outcome.reply.messages, len(outcome.changed)) == ("done", 1, 2)
    assert [link["master"] for link in hands.seen("v0", "v1")] == ["br0", "br0"]
    preview = make_preview(make_intent(hands.watch.store.snapshot(), Settings({MASTER: 0}), 7), {}, NameMap())
    assert [text.partition(": ")[0] for text in risks(preview, NameMap())] == ["2 members leave a master"]
    assert hands.undo(outcome).verdict == "done"
    assert ["master" in link for link in hands.seen("v0", "v1")] == [False, False]
    assert [link["mtu"] for link in hands.seen("v0", "v1")] == [link["mtu"] for link in before]


def test_an_undo_gives_no_port_to_whoever_has_the_index_of_its_former_master(hands: Hands) -> None:
    for name in ("br0", "br1"):
        add(hands.ip, "bridge", name)
    for name in ("v0", "v1"):
        hands.ip("link", "set", name, "master", "br0")
    index = {link.name: index for index, link in hands.watch.check().items()}
    outcome = hands.set(master=index[b"br1"], alias=b"x")
    hands.ip("link", "delete", "br0")
    hands.watch.check()
    hands.ip("link", "add", "wrong", "index", index[b"br0"], "type", "bridge")
    hands.watch.check()
    intent, found = plan_undo(1, steps_taken(outcome), outcome.sent.revision, hands.watch.store.snapshot())
    assert [link.name for link in found.orphaned] == [b"v1", b"v0"]
    assert intent is not None
    assert hands.act(intent).verdict == "done"
    assert [(link["master"], link.get("ifalias")) for link in hands.seen("v0", "v1")] == [("br1", None)] * 2


def test_a_master_that_is_among_its_own_ports_is_foreseen(hands: Hands) -> None:
    add(hands.ip, "bridge", "br0")
    hands.ip("link", "set", "br0", "group", 7)
    (bridge,) = [index for index, link in hands.watch.check().items() if link.name == b"br0"]
    snapshot = hands.watch.store.snapshot()
    intent = make_intent(snapshot, Settings({MASTER: bridge}), 7)
    preview = make_preview(intent, {}, NameMap(devices=snapshot.links))
    assert [link.name for link in preview.refusing] == [b"br0"]
    assert preview.ip_line == "ip link set group 7 master br0"
    outcome = hands.act(intent)
    assert [refusal.link.name for refusal in outcome.refused] == [b"br0"]


def test_protodown_keeps_a_macvlan_down_and_a_veth_is_known_to_have_none(hands: Hands) -> None:
    for name in ("v0", "v1"):
        hands.ip("link", "set", name, "group", 0, "up")
    hands.ip("link", "add", "mv0", "link", "v0", "type", "macvlan")
    hands.ip("link", "set", "mv0", "group", 7, "up")
    outcome = hands.set(protodown=1)
    assert outcome.verdict == "done"
    (link,) = hands.seen("mv0")
    assert link["proto_down"] is True
    assert hands.undo(outcome).verdict == "done"
    assert "proto_down" not in hands.seen("mv0")[0]
    hands.ip("link", "set", "v1", "group", 7)
    hands.watch.check()
    snapshot = hands.watch.store.snapshot()
    preview = make_preview(make_intent(snapshot, Settings({PROTODOWN: 1}), 7), {}, NameMap())
    assert [link.name for link in preview.refusing] == [b"v1"]
    assert [refusal.link.name for refusal in hands.set(protodown=1).refused] == [b"v1"]


def test_a_size_beyond_the_drivers_limit_is_foreseen(hands: Hands) -> None:
    limit = {link.name: link.tso_max_size for link in map(reference, raw_links())}[b"v0"]
    hands.watch.check()
    intent = make_intent(hands.watch.store.snapshot(), Settings({GSO_MAX_SIZE: limit + 1}), 7)
    assert [link.name for link in make_preview(intent, {}, NameMap()).refusing] == [b"v1", b"v0"]
    assert intent.members[min(intent.members)].tso_max_size == limit
    assert hands.act(intent).verdict == "failed"


def test_what_was_set_of_a_device_before_it_refused_is_told_and_taken_back(hands: Hands) -> None:
    for name in ("br0", "br1"):
        add(hands.ip, "bridge", name)
    for name, group in (("v0", 0), ("v1", 0), ("br0", 7)):
        hands.ip("link", "set", name, "group", group)
    (other,) = [index for index, link in hands.watch.check().items() if link.name == b"br1"]
    before = hands.seen("br0")
    outcome = hands.set(mtu=1400, alias=b"half", master=other)
    assert outcome.verdict == "partly"
    assert [refusal.link.name for refusal in outcome.refused] == [b"br0"]
    assert outcome.halves == ((outcome.refused[0].link, Settings({MTU: 1400, ALIAS: b"half"})),)
    assert (
        "1 of these half changed (br0: MTU 1400, alias “half” is set, the rest isn't)"
        in outcome_line(outcome, NameMap()).text
    )
    assert hands.undo(outcome).verdict == "done"
    assert hands.seen("br0") == before


def test_a_port_that_lost_its_master_to_one_that_refused_it_is_told_and_put_back(hands: Hands) -> None:
    add(hands.ip, "bridge", "br0")
    for name in ("v0", "v1"):
        hands.ip("link", "set", name, "master", "br0")
    add(hands.ip, "ifb", "none0")
    (wrong,) = [index for index, link in hands.watch.check().items() if link.name == b"none0"]
    outcome = hands.set(master=wrong)
    assert (outcome.verdict, len(outcome.refused), len(outcome.not_reached)) == ("partly", 1, 1)
    (off,) = [link["ifname"] for link in hands.seen("v0", "v1") if "master" not in link]
    assert outcome.halves == ((outcome.refused[0].link, Settings({MASTER: 0})),)
    assert f"1 of these half changed ({off}: no master now)" in outcome_line(outcome, NameMap()).text
    assert hands.undo(outcome).verdict == "done"
    assert [link["master"] for link in hands.seen("v0", "v1")] == ["br0", "br0"]


def test_what_has_no_ipv6_is_known_to_have_no_addrgenmode(hands: Hands) -> None:
    hands.ip("link", "set", "v1", "mtu", 1000)
    hands.watch.check()
    intent = make_intent(hands.watch.store.snapshot(), Settings({ADDRGENMODE: 1}), 7)
    preview = make_preview(intent, {}, NameMap())
    assert [limits(link, preview.alike) for link in preview.refusing] == ["v1 (has no IPv6)"]
    assert [refusal.link.name for refusal in hands.act(intent).refused] == [b"v1"]


def _shown(attribute: Attribute, value: Value) -> object:
    if attribute is ARP:
        return not value
    if isinstance(attribute.carrier, Text):
        return value.decode()
    return ADDRGENMODES[value] if attribute is ADDRGENMODE else value


def _told(attribute: Attribute, link: dict[str, Any]) -> object:
    """Return what `ip` or sysctl says of it; of what this `ip` doesn't know, what we read."""
    flags = {PROMISC: "PROMISC", ALLMULTICAST: "ALLMULTI", ARP: "NOARP", MULTICAST: "MULTICAST", UP: "UP"}
    keys = {ALIAS: "ifalias", ADDRGENMODE: "inet6_addr_gen_mode", TXQUEUELEN: "txqlen"}
    if attribute in flags:
        return flags[attribute] in link["flags"]
    if attribute in (FORWARDING, RP_FILTER):
        return int(link[attribute.id])
    return link.get(keys.get(attribute, attribute.id))
