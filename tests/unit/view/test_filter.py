"""The filter language: what each term finds, what is wrong with it, and that no pattern holds the console up."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile import ALIASES, NAMES
from tests.links import LINKS, a_link, fuzz
from tui.model.link import Link
from tui.model.names.map import NameMap
from tui.model.names.map import parse as parse_names
from tui.model.store import Snapshot, Store
from tui.model.text import visible
from tui.model.view.filter import FilterError, parse
from tui.model.view.pattern import regex
from tui.model.view.words import Words
from tui.present.columns import CRITERIA

GROUPS = parse_names(b"0 default\n7 dmz\n8 DMZ-old\n9 9\n10 12\n11 :colon\n")
TREE = parse_names(b"0 dc1/lo\n7 dc1\n8 dc1/Rack1/dmz\n9 dc1/rack1/a\xff\n10 dc2/rack1\n12 a//b\n")
LABOUR = "((((a+)+)+)+)+b"
"""Tries for hours on the 15 bytes of a name."""


def seen(*links: Link) -> Snapshot:
    store = Store()
    store.replace({link.ifindex: link for link in links})
    return store.snapshot()


def found(text: str, snapshot: Snapshot, names: NameMap = GROUPS) -> list[int]:
    return parse(text, CRITERIA).select(sorted(snapshot.links), snapshot, names, Words())


def problem(text: str) -> str:
    with pytest.raises(FilterError) as caught:
        parse(text, CRITERIA)
    return str(caught.value)


FARM = seen(
    a_link(1, name=b"lo", group=0, kind=b"", flags=9, operstate=0, mtu=65536, address=bytes(6)),
    a_link(2, name=b"eth0", group=7, kind=b"", flags=0x1003, operstate=6, address=b"\x52\x54\0\x12\x34\xab"),
    a_link(3, name=b"br0", group=8, kind=b"bridge", flags=0x1003, operstate=3, alias=b"Two words: uplink"),
    a_link(4, name=b"veth10", group=7, master=3, altnames=(b"a-long-name-of-a-link",)),
    a_link(5, name=b"veth2", group=9, mtu=9000, flags=0x1003, operstate=2, master=3),
    a_link(6, name=b"tap\x1b[7z", group=10, mtu=1280, kind=b"tun", master=99, operstate=5),
    a_link(7, name=b"[b]", group=12, kind=b"tun", alias=b"bad\xff", mtu=68, operstate=1),
    a_link(8, name=b"a'b\"c", group=0xFFFFFFFF, kind=b"tun", operstate=4),
)

CASES = [
    ("", [1, 2, 3, 4, 5, 6, 7, 8]),
    ("  ", [1, 2, 3, 4, 5, 6, 7, 8]),
    # Plain text, in any part.
    ("veth1", [4]),
    ("VETH", [4, 5]),
    ("long-name", [4]),
    ("uplink", [3, 4, 5]),  # of the master too
    ("dmz", [2, 3, 4]),
    ("4294967295", [8]),
    ("52:54:00", [2]),
    ("AB", [2]),
    ("12:34:", [2]),
    (":12", [2]),
    ('"two words"', [3, 4, 5]),
    ('"words: up"', [3, 4, 5]),
    ("two bad", []),
    ("words two", [3, 4, 5]),
    ("\\x1b[7", [6]),
    ("\\xff", [7]),
    ("[b]", [7]),
    ("a'b\"c", [8]),
    ('"a\'b"c"', [8]),
    ("!veth", [1, 2, 3, 6, 7, 8]),
    ('!"two words"', [1, 2, 6, 7, 8]),
    ("!!x", [1, 2, 3, 4, 5, 6, 7, 8]),  # not: holds “!x”
    # By column.
    ("name:eth", [2, 4, 5]),
    ("name:eth*", [2]),
    ("NAME:ETH?", [2]),
    ("name:[[]b]", [7]),
    ("name:*\\x1b*", [6]),
    ("!name:*[0-9]", [1, 6, 7, 8]),
    ("group:dmz", [2, 4]),
    ("group:DMZ", [2, 4]),
    ("group:dmz*", [2, 3, 4]),
    ("group:0x7", [2, 4]),
    ("group:7", [2, 4]),
    ("group:12", [6]),  # a name that looks like a number goes first, as `ip` has it
    ("group:0xffffffff", [8]),
    ("group:dm", []),
    ("group:07", []),
    ("state:up", [1, 2, 3, 5]),
    ("state:down", [4, 6, 7, 8]),
    ("state:lowerlayerdown", [3]),
    ("state:Unknown", [1]),
    ("state:notpresent", [7]),
    ("state:testing", [8]),
    ("state:dormant", [6]),
    ("state:up/down", [5]),
    ("state:down/dormant", [6]),
    ("mtu:1500", [2, 3, 4, 8]),
    ("mtu:=1500", [2, 3, 4, 8]),
    ("mtu:>1500", [1, 5]),
    ("mtu:>=1500", [1, 2, 3, 4, 5, 8]),
    ("mtu:<1280", [7]),
    ("mtu:<=1280", [6, 7]),
    ("mtu:1280..1500", [2, 3, 4, 6, 8]),
    ("mtu:1500..1280", []),
    ("kind:veth", [4, 5]),
    ("kind:v", []),
    ("kind:T*", [6, 7, 8]),
    ("kind:hardware", [1, 2]),
    ("master:br0", [4, 5]),
    ("master:br*", [4, 5]),
    ("master:if99", [6]),
    ("master:none", [1, 2, 3, 7, 8]),
    ("master:any", [4, 5, 6]),
    ("mac:52:54", [2]),
    ("mac:*:AB", [2]),
    ("alias:?*", [3, 7]),
    ("alias:two", [3]),
    ('alias:"two words"', [3]),
    ("index:3", [3]),
    ("index:3..5", [3, 4, 5]),
    # Regular expressions, in the name as it is.
    ("re:^eth", [2]),
    ("re:ETH", [2, 4, 5]),
    ("re:\\x1b", [6]),
    ("re:^[a-z]+$", [1]),
    ('re:"b|c"', [3, 7, 8]),
    ("re:[[b]", [3, 6, 7, 8]),
    ("!re:.", []),
    # All must hold.
    ("group:dmz state:down", [4]),
    ("veth !group:dmz mtu:>1500", [5]),
    ("kind:veth kind:veth", [4, 5]),
]


@pytest.mark.parametrize(("text", "wanted"), CASES, ids=[text for text, _ in CASES])
def test_a_term_finds_what_it_says(text: str, wanted: list[int]) -> None:
    assert found(text, FARM) == sorted(wanted)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        *((f"{column}:", f"{column}: wants ") for column in CRITERIA),
        ("mtu:>", "mtu: wants a number, such as mtu:>1500"),
        ("mtu:1,500", "mtu: wants a number"),
        ("mtu:-1", "mtu: wants a number"),
        ("mtu:1..", "mtu: wants a number"),
        ("mtu:99999999999", "mtu: wants a number"),
        ("index:x", "index: wants a number"),
        ("state:u", "state: wants up, down, unknown, "),
        ("state:up/", "state: wants"),
        ("state:dormant/up", "state: wants"),
        ("state:/", "state: wants"),
        ("!", "“!” and quotes want something"),
        ('"', "“!” and quotes want something"),
        ('!""', "“!” and quotes want something"),
        ('name:""', "name: wants"),
        ("foo:bar", f"No column “foo”: {' '.join(name for name, known in CRITERIA.items() if known.listed)}."),
        ("veth foo:", "No column “foo”"),
        ("e\x1b[7z\u202e:x", "No column “e\\x1b[7z<U+202E>”"),
        ("x" * 80 + ":", f"No column “{'x' * 12}…”"),
        ("re:ab(c", "re: at character 3: missing ), unterminated subpattern."),
        ("re:*", "re: at character 1: nothing to repeat."),
        ("re:(?P<\x1b>a)", "at character 5: bad character in group name '\\\\x1b'."),
        ("re:a{99999999999999999999}", "re: has a pattern with too many repeats"),
        ("re:" + "(" * 3000 + ")" * 3000, "re: has a pattern with too many repeats"),
        (" ".join(f"mtu:{number}" for number in range(17)), "A filter has at most 16 terms; this has 17."),
    ],
)
def test_what_means_nothing_is_said_in_one_sentence(text: str, says: str) -> None:
    said = problem(text)
    assert says in said
    assert said.endswith(".")
    assert said.isprintable()
    assert "\x1b" in text or len(said) < 80  # one line of the smallest screen


@pytest.mark.parametrize(
    "pattern",
    [
        LABOUR,
        "((a+)+)+$",
        "(a|a|a)+c",
        "(a|a|b|ab)*c",
        "(?=((a+)+)+b)",
        "(?:(?:(?:a?)?)*b?)*c",
        "(a?){200}c",
        "(a*){101,}b",
        "(){4000000000}",
        "a*" * 30 + "b",
        "(?:a?b?){30}c",
        "(.*)" * 12 + "\\1x",
        "(?:((a+)+)+)?+b",
        "(?>((a+)+)+)b",
        "(x)?(?(1)b|((a+)+)+c)",
    ],
)
def test_a_pattern_that_could_try_for_ever_is_refused_before_it_is_tried(pattern: str) -> None:
    assert problem(f"re:{pattern}") == "re: could take too long: simplify what repeats inside a repeat."


@pytest.mark.parametrize(
    "pattern",
    [
        "^(eth|veth)[0-9]+$",
        "(vlan[0-9]+-?)+",
        r".*eth.*\.[0-9]+.*x",
        r"^(?!lo$).*$",
        r"(?i:V)eth(\d)\1",
        "^a{10}b{1,4000000000}",
        "(?:[a-z]+[0-9]+)+$",
        "(?<=v)eth",
        "a++b",
        "(?>ab|a)c",
        "(v)?eth(?(1)0|1)",
        "[[a]",
        "(a+)+$",
        "(?!)",
        "",
    ],
)
def test_a_pattern_that_people_write_is_taken(pattern: str) -> None:
    assert regex(pattern).search("veth11") is None or regex(pattern).search("veth11")


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+c", "(a*)*[bc]x"])
def test_a_pattern_that_takes_long_on_many_names_is_stopped(pattern: str) -> None:
    """A moment on each name, over 4,096 names."""
    snapshot = seen(*(a_link(index, name=b"a" * 14 + b"!") for index in range(1, 4097)))
    asked = parse(f"re:{pattern}", CRITERIA)
    with pytest.raises(FilterError, match="re: takes too long on these names: simplify what repeats inside a repeat"):
        asked.select(sorted(snapshot.links), snapshot, GROUPS, Words(), patience=0.02)


def test_an_unknown_group_is_no_error_but_is_hinted_at() -> None:
    def hint(text: str) -> str:
        return parse(text, CRITERIA).hint(FARM, GROUPS)

    assert hint("kind:veth group:dm") == "There is no group “dm”."
    assert hint("group:nobody*") == "There is no group “nobody*”."
    assert hint("group:07") == "There is no group “07”."
    assert hint("group:\x1b") == "There is no group “\\x1b”."
    assert [hint(text) for text in ("", "dm", "group:dmz", "group:DMZ", "group:77", "group:d*")] == [""] * 6


def test_a_renamed_group_is_found_by_its_new_name() -> None:
    asked = parse("group:customers", CRITERIA)
    assert asked.select(FARM.links, FARM, GROUPS, Words()) == []
    assert asked.select(FARM.links, FARM, parse_names(b"7 customers\n"), Words()) == [2, 4]


def test_what_was_remembered_of_an_interface_follows_its_changes() -> None:
    words = Words()
    asked = parse("needle", CRITERIA)

    def now(**fields: object) -> list[int]:
        snapshot = seen(a_link(1, **fields))
        return asked.select(snapshot.links, snapshot, GROUPS, words)

    assert now() == []
    assert now(mtu=9000) == []
    assert now(name=b"needle") == [1]
    assert now(alias=b"a needle") == [1]
    assert now(altnames=(b"x", b"needle")) == [1]
    assert now(kind=b"needle") == [1]
    assert now() == []
    assert asked.select((), seen(), GROUPS, words) == []
    words.forget(seen())
    assert now(name=b"needle") == [1]


def test_nothing_is_found_across_two_parts() -> None:
    assert found('"eth0 one"', seen(a_link(1, name=b"eth0", alias=b"one"))) == []
    assert found('"two words"', seen(a_link(1, name=b"eth0", alias=b"two words"))) == [1]


@pytest.mark.parametrize("raw", [*NAMES, *ALIASES])
def test_hostile_names_are_found_by_what_is_shown_of_them(raw: bytes) -> None:
    snapshot = seen(a_link(1, name=raw[:15], alias=raw), a_link(2))
    shown = visible(raw[:15]).replace('"', "?")
    assert found(f'name:"{shown.replace("[", "[[]")}*"', snapshot) == [1]
    assert found(f'"{visible(raw)}"', snapshot) == [1]


# The naive oracle: each term for each link by itself, in the plainest words.

VALUES = {
    "name": ("v", "?*", "*1", "[!a]*"),
    "group": ("dmz", "7", "0x1", "d*", "4294967295", "none"),
    "state": ("up", "down", "unknown", "up/down", "dormant"),
    "mtu": ("1500", ">1280", "<9000", ">=1500", "<=68", "1280..1500"),
    "kind": ("veth", "hardware", "*e*"),
    "master": ("none", "any", "if*", "?"),
    "mac": ("0", "*f*"),
    "alias": ("a", "?*", "*"),
    "index": ("3", "2..5", ">4"),
}
TERMS = st.one_of(
    st.sampled_from(("v", "e", "7", "\\x", "d", "veth", ":0")).map(lambda text: ("", text)),
    *(st.tuples(st.just(column), st.sampled_from(values)) for column, values in VALUES.items()),
)
NAMED = parse_names(b"0 default\n1 one\n2 dmz\n")


def like(value: str, text: str, *, whole: bool = False) -> bool:
    value, text = value.lower(), text.lower()
    if set(value) & set("*?["):
        return fnmatchcase(text, value)
    return value == text if whole else value in text


def number_in(value: str, number: int) -> bool:
    if ".." in value:
        low, high = value.split("..")
        return int(low) <= number <= int(high)
    digits = value.lstrip("<>=")
    wanted = int(digits)
    match value.removesuffix(digits):
        case ">":
            return number > wanted
        case "<":
            return number < wanted
        case ">=":
            return number >= wanted
        case "<=":
            return number <= wanted
    return number == wanted


def texts(link: Link) -> list[str]:
    return [visible(raw) for raw in (link.name, link.alias, link.kind, *link.altnames)] + [link.address.hex(":")]


def holds(column: str, value: str, link: Link, links: dict[int, Link]) -> bool:
    master = links.get(link.master)
    match column:
        case "":
            everything = [*texts(link), NAMED.name(link.group), *(texts(master) if master else [])]
            return any(value in text.lower() for text in everything)
        case "name":
            return like(value, visible(link.name))
        case "group":
            if value in ("7", "0x1", "4294967295"):
                return link.group == int(value, 0)
            return like(value, NAMED.name(link.group), whole=True)
        case "state":
            shown = ("up" if link.is_up else "down", link.oper.lower())
            return value in (shown[0], "/".join(shown)) if value in ("up", "down", "up/down") else value == shown[1]
        case "mtu":
            return number_in(value, link.mtu)
        case "index":
            return number_in(value, link.ifindex)
        case "kind":
            return like(value, visible(link.kind) or "hardware", whole=True)
        case "master":
            if value in ("none", "any"):
                return bool(link.master) == (value == "any")
            name = visible(master.name) if master else f"if{link.master}" if link.master else ""
            return bool(name) and like(value, name, whole=True)
        case "mac":
            return like(value, link.address.hex(":"))
        case "alias":
            return like(value, visible(link.alias))
    raise AssertionError(column)


def typed(terms: Iterable[tuple[str, str, bool]]) -> str:
    return " ".join(f"{'!' * no}{column}{':' * bool(column)}{value}" for column, value, no in terms)


@fuzz
@given(
    st.lists(LINKS, max_size=8, unique_by=lambda link: link.ifindex),
    st.lists(st.tuples(TERMS, st.booleans()).map(lambda pair: (*pair[0], pair[1])), max_size=4),
)
def test_a_selection_is_what_each_term_says_of_each_link(made: list[Link], terms: list[tuple[str, str, bool]]) -> None:
    snapshot = seen(*made)
    links = {link.ifindex: link for link in made}
    wanted = [
        index
        for index in sorted(links)
        if all(holds(column, value, links[index], links) != no for column, value, no in terms)
    ]
    assert found(typed(terms), snapshot, NAMED) == wanted


@fuzz
@given(st.text(st.characters(), max_size=30) | st.text('ab:!"*[re:()+? ', max_size=30))
def test_whatever_is_typed_is_a_filter_or_a_sentence(text: str) -> None:
    said = ""
    try:
        asked = parse(text, CRITERIA)
    except FilterError as error:
        said = str(error)
    if said:
        assert said.isprintable()
        assert said.endswith((".", "?"))
        return
    assert asked.text == text.strip()
    assert set(asked.select(FARM.links, FARM, GROUPS, Words())) <= FARM.links.keys()
    assert asked.hint(FARM, GROUPS).isprintable()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("under:dc1", [2, 3, 4, 5]),
        ("under:DC1/", [2, 3, 4, 5]),
        ("under:dc1/rack1", [3, 5]),
        ("under:dc1/rack1/dmz", [3]),
        ("under:dc1/rack1/a\\xff", [5]),
        ("under:*/rack1", [3, 5, 6]),
        ("under:dc2", [6]),
        ("under:a//b", [7]),
        ("!under:dc1", [1, 6, 7, 8]),
        ("under:dc1 mtu:9000", [5]),
        ("under:dc", []),
        ("under:a", []),
        ("under:rack1", []),
        ("under:default", []),
        ("under:7", []),
    ],
)
def test_under_finds_what_is_in_a_group_or_in_one_below_it(text: str, expected: list[int]) -> None:
    assert found(text, FARM, TREE) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("dc1", ""),
        ("dc1/rack1/", ""),
        ("dc*", ""),
        ("dc1/rack2", "No group is called “dc1/rack2”, and none is below it. Did you mean dc1/rack1?"),
        ("DC1/rac", "No group is called “DC1/rac”, and none is below it. Did you mean dc1/rack1?"),
        ("elsewhere*", "No group is called “elsewhere*”, and none is below it."),
        ("\x1b", "No group is called “\\x1b”, and none is below it."),
    ],
)
def test_a_hint_says_what_nothing_is_under(value: str, expected: str) -> None:
    hint = parse(f"under:{value}", CRITERIA).hint(FARM, TREE)
    assert hint.replace("dc1/Rack1", "dc1/rack1") == expected
