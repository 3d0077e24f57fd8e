"""Records read back: as they were written, as others may have written them, and as `ip` lines."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.changes import setting
from tests.hostile import NAMES
from tests.links import a_link, fuzz
from tui.model.change.attributes import MASTER
from tui.model.change.audit import change_record
from tui.model.change.intent import Intent
from tui.model.change.outcome import Outcome, Reply
from tui.model.change.past import NOWHERE, Netns, Past, past_of
from tui.model.change.replay import replay
from tui.model.change.settings import Settings
from tui.model.change.shell_word import quote
from tui.model.names.map import parse
from tui.model.text import bytes_of, harmless, visible
from tui.present.past import comment, line, outcome, past_entry

WHEN: dict[str, Any] = {"time": "2026-01-02T03:04:05.678Z", "user": "root", "netns": "net:[1]", "host": "here"}
NO_NAMES = parse(b"")
HERE = Netns("net:[1]", "")
GOOD: dict[str, Any] = {**WHEN, "event": "change", "what": "x", "outcome": "done", "messages": 1, "group_id": 7}


def past(**record: Any) -> Past:
    found = past_of(json.dumps({**WHEN, **record}).encode())
    assert found is not None
    return found


def lines(here: str = "net:[1]", names: bytes = b"", **record: Any) -> list[str]:
    return replay(past(**record), parse(names), Netns(here, "b1/5"))


def recorded(settings: Settings | dict[int, Settings], group_id: int | None = 7, **more: Any) -> dict[str, Any]:
    """Return the record of a change of two members that both did as asked."""
    links = {1: a_link(1, name=b"a\x1b'"), 2: a_link(2, name=b"b")}
    intent = Intent(settings, group_id, links, 0)
    outcome = Outcome(intent, Reply(0, "", 1, 40, 0.1), changed=tuple(links.values()), **more)
    return json.loads(json.dumps(change_record("x", outcome, guarded=False, links={})))  # type: ignore[no-any-return]


@fuzz
@given(st.binary(max_size=40))
def test_what_was_made_visible_is_found_again(raw: bytes) -> None:
    shown = visible(raw)
    assert bytes_of(shown) == raw
    assert harmless(shown) == shown


@fuzz
@given(st.text(max_size=30))
def test_what_was_not_made_visible_is_harmless_all_the_same(text: str) -> None:
    shown = harmless(text)
    assert visible(shown.replace("\\", "").replace("<U+", "")) == shown.replace("\\", "").replace("<U+", "")
    try:
        raw = bytes_of(text)
    except ValueError:
        return
    assert isinstance(raw, bytes)


@pytest.mark.parametrize("text", ["\\", "\\x1", "\\xAB", "<U+12>", "<U+", "<U+D800>", "<U+110000>", "a\\y"])
def test_what_visible_never_makes_is_no_name(text: str) -> None:
    with pytest.raises(ValueError, match=r"text that was made visible|surrogates|chr"):
        bytes_of(text)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (setting(mtu=9000), "mtu 9000"),
        (setting(up=False), "down"),
        (setting(mtu=1400, up=True, txqueuelen=5), "mtu 1400 up txqueuelen 5"),
    ],
)
def test_a_groups_change_is_its_line_by_number(settings: Settings, words: str) -> None:
    record = recorded(settings)
    assert lines(**record, names=b"7 dmz\n") == [f"ip link set group 7 {words}"]
    assert lines(**record, names=b"20 7\n") == [f"ip link set group 0x7 {words}"]  # a name that hides the number
    del record["settings"]  # as earlier versions recorded it
    if len(settings) == 1:
        assert lines(**record) == [f"ip link set group 7 {words}"]


def test_single_interfaces_are_named_whatever_their_names_hold() -> None:
    record = recorded(setting(group=20), None)
    loop = f'for dev in {quote(bytes([97, 27, 39]))} b; do ip link set dev "$dev" group 20; done'
    assert lines(**record) == [loop]
    each = {1: setting(mtu=1400), 2: setting(mtu=9000)}
    record = recorded(each, None)
    wanted = [f"ip link set dev {quote(bytes([97, 27, 39]))} mtu 1400", "ip link set dev b mtu 9000"]
    assert lines(**record) == wanted
    for row in record["members"]:  # as earlier versions recorded it: what it is after is what was wanted
        assert row.pop("settings")
    for index, row in enumerate(record["members"]):
        row["after"] = {"mtu": (1400, 9000)[index]}
    assert lines(**record) == wanted
    record["members"][0] |= {"became": "refused", "reason": "no\nway"}
    assert lines(**record) == [wanted[1], "# not done again: a\\x1b': refused then, no\\x0away"]


def test_a_master_is_named_as_it_was_called_then() -> None:
    links = {5: a_link(5, name=b"br 5"), 6: a_link(6, name=b"-rf")}
    port = a_link(1, name=b"a", master=6)
    outcome = Outcome(Intent(Settings({MASTER: 5}), 7, {1: port}, 0), Reply(0, "", 1, 40, 0.1), changed=(port,))
    record = json.loads(json.dumps(change_record("x", outcome, guarded=False, links=links)))
    assert record["masters"] == {"5": "br 5", "6": "-rf"}
    unclear = "# not done again: which interface had index 5, the master, isn't on record"
    assert lines(**record) == [unclear]  # no interface can be called so
    record["masters"]["5"] = "$(id)"
    assert lines(**record) == ["ip link set group 7 master '$(id)'"]
    wrong: tuple[Any, ...] = (None, [], {"5": 5}, {"five": "br5"}, {"-5": "br5"}, {"\u0665": ""})
    for masters in wrong:
        assert lines(**record | {"masters": masters}) == [unclear]
    back: dict[str, Any] = {
        "event": "revert",
        "masters": {"6": "br6"},
        "put_back": [{"ifname": "a", "settings": {"master": 6}}],
    }
    assert lines(**WHEN | back) == ["ip link set dev a master br6"]


@pytest.mark.parametrize("raw", NAMES)
def test_hostile_names_are_quoted(raw: bytes) -> None:
    row = {"ifname": visible(raw), "became": "changed", "before": {}, "after": {}}
    [found] = lines(**GOOD | {"group_id": None, "settings": {"up": True}, "members": [row]})
    assert found == f"ip link set dev {quote(raw)} up"


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ({"outcome": "refused"}, "nothing was sent"),
        ({"outcome": "nothing"}, "nothing was sent"),
        ({"outcome": "failed"}, "it changed nothing"),
        ({"outcome": "unknown"}, "what came of it isn't on record"),
        ({"outcome": ["done"]}, "what came of it isn't on record"),
        ({"outcome": "splendid"}, "what came of it isn't on record"),
        ({"netns": "net:[2]"}, "that was in another network namespace, net:[2]"),
        ({"netns_id": "b1/6"}, "that was in another network namespace, net:[1]"),
        ({"settings": None}, "what was set isn't on record"),
        ({"settings": {}}, "what was set isn't on record"),
        ({"settings": {"mtu": 9, "colour": 3}}, "it set something that this ifgroup doesn't know"),
        ({"settings": {"mtu": "9; reboot"}}, "its mtu is none that can be set"),
        ({"settings": {"mtu": -1}}, "its mtu is none that can be set"),
        ({"settings": {"up": 1}}, "its up is none that can be set"),
        ({"group_id": -7}, "there is no such group"),
        ({"group_id": None}, "no interface is on record"),
        ({"group_id": None, "members": [{"ifname": "a b", "became": "changed"}]}, "its name is none that"),
        ({"group_id": None, "members": [{"ifname": "\\q", "became": "changed"}]}, "its name isn't on record"),
        ({"group_id": None, "members": [{"ifname": "x" * 16, "became": "changed"}]}, "its name is none that"),
        ({"group_id": None, "members": [{"ifname": "..", "became": "changed"}]}, "its name is none that"),
        ({"event": "save", "outcome": "saved"}, "the name map was saved"),
        ({"event": "keep"}, "a change was kept"),
        ({"event": "dance"}, "doesn't know what that is"),
        ({"event": "revert"}, "what the guard put back isn't on record"),
        ({"event": "revert", "put_back": []}, "the guard put no interface back"),
    ],
)
def test_what_is_unclear_is_a_comment(record: dict[str, Any], says: str) -> None:
    assert lines(**GOOD | {"settings": {"mtu": 9}}) == ["ip link set group 7 mtu 9"]
    [found] = lines(**GOOD | {"settings": {"mtu": 9}} | record)
    assert found.startswith("# not done again: ")
    assert says in found


@pytest.mark.parametrize("identity", ["", "b1/5", "b2/6", "b1", "/", "b2/"])
def test_a_namespace_is_known_by_its_cookie_while_the_kernel_runs_and_else_by_its_number(identity: str) -> None:
    record = GOOD | {"settings": {"mtu": 9}, "netns_id": identity}
    assert ("ip link" in lines(**record)[0]) is (identity != "b1")
    assert "ip link" in replay(past(**record), NO_NAMES, NOWHERE)[0]
    assert "another network namespace" in replay(past(**record), NO_NAMES, Netns("net:[2]", ""))[0]


def test_several_attributes_of_old_records_are_clear_only_if_the_operation_is_theirs() -> None:
    assert lines(**GOOD | {"operation": "mtu", "mtu": 9}) == ["ip link set group 7 mtu 9"]
    for more in ({"operation": "colour", "mtu": 9}, {"operation": "mtu"}, {"mtu": 9}, {"operation": "mtu", "up": True}):
        assert lines(**GOOD | more) == ["# not done again: what was set isn't on record"]


def test_what_the_guard_put_back_is_put_back_again() -> None:
    rows = [{"ifname": "a", "settings": {"mtu": 1500}}, {"ifname": "b", "settings": {"mtu": 1500, "up": True}}]
    found = lines(event="revert", what="x", put_back=rows, returned=["a route"])
    assert found == [
        "ip link set dev a mtu 1500",
        "ip link set dev b mtu 1500 up",
        "# not done again: routes and addresses (returned then)",
    ]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"x",
        b"[]",
        b"{}",
        b'{"time":"2026-01-01T00:00:00Z"}',
        b'{"time":1,"event":"change"}',
        b'{"time":"yesterday","event":"change"}',
        b'{"time":"2026-01-01T00:00:00Z","event":5}',
        b'{"time":"2026-01-01T00:00:00Z","event":"change","x":NaN}',
        b'{"time":"2026-01-01T00:00:00Z","event":"cha',
        b"[" * 100_000,
        b'{"time":"2026-01-01T00:00:00Z","event":"change","x":' + b"9" * 10_000 + b"}",
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_record_is_none(raw: bytes) -> None:
    assert past_of(raw) is None


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
KEYS = [
    "event",
    "what",
    "outcome",
    "members",
    "put_back",
    "group_id",
    "settings",
    "messages",
    "errno",
    "kernel",
    "user",
    "sudo_user",
    "netns",
    "host",
    "diff",
    "groups",
    "bytes",
    "seconds",
    "back",
    "missing",
    "why",
    "stopped",
]


@fuzz
@given(st.dictionaries(st.sampled_from(KEYS), values), st.sampled_from(["change", "save", "revert", "keep", "x"]))
def test_whatever_a_record_holds_it_is_told_on_one_harmless_line(record: dict[str, Any], event: str) -> None:
    found = past_of(json.dumps({**WHEN, **record, "event": event}).encode())
    assert found is not None
    assert harmless(line(found, HERE, "here")) == line(found, HERE, "here")
    entry = past_entry(found, NO_NAMES, HERE, -1)
    assert entry.obstacle
    for one in (*entry.lines, *replay(found, NO_NAMES, NOWHERE)):
        assert one.isascii()
        assert one.isprintable()
    found.concerns((7,))


def test_problems_of_members_are_told_in_short() -> None:
    rows = [{"ifname": f"m{i}", "became": "changed"} for i in range(1234)]
    rows += [{"ifname": f"r{i}", "became": "refused", "reason": "Invalid argument"} for i in range(5)]
    rows += [{"ifname": "last", "became": "not reached"}]
    told = outcome(past(**GOOD | {"outcome": "partly", "members": rows}))
    assert told == (
        "partly: 1,234 changed, "
        "5 refused (r0: Invalid argument, r1: Invalid argument, r2: Invalid argument and 2 more), 1 not reached (last)"
    )
    refused = past(**GOOD | {"outcome": "refused", "messages": 0, "kernel": "the guard could not be started"})
    assert outcome(refused) == "refused: the guard could not be started"


def test_who_and_where_are_told_where_it_was_elsewhere() -> None:
    found = past(**GOOD | {"sudo_user": "alice", "settings": {"mtu": 9}})
    assert re.search(r"  alice as root  x  done: ", line(found, HERE, "here"))
    assert "  alice as root in net:[1] on here  x" in line(found, Netns("net:[2]", ""), "there")
    assert comment(found, HERE, "here").startswith("# 20")


@pytest.mark.parametrize(
    ("record", "concerned"),
    [
        ({"group_id": 7}, True),
        ({"group_id": 8}, False),
        ({"new_group_id": 7}, True),
        ({"groups": [3, 7]}, True),
        ({"by_group": [{"group_id": 7, "messages": 0}]}, True),
        ({"by_group": [{"group_id": "7"}, 7, {"group_id": True}]}, False),
        ({"members": [{"ifname": "a", "before": {"group": 7}}]}, True),
        ({"members": [{"ifname": "a", "before": {"mtu": 7}}]}, False),
        ({"event": "save", "diff": ["--- before", "+++ after", "@@ -1 +1 @@", "+7    dmz"]}, True),
        ({"event": "save", "diff": ["--- before", "+++ after", "@@ -7 +7 @@", " 7    dmz", "+8 x"]}, False),
        ({"group_id": True}, False),
    ],
)
def test_a_record_knows_the_groups_it_concerns(record: dict[str, Any], concerned: bool) -> None:
    assert past(**{"event": "change"} | record).concerns([5, 7]) is concerned
