"""What is to be set, typed on one line: read, completed word by word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.links import a_link, fuzz
from tui.model.change.attributes import ALIAS, ARP, MASTER, MTU, PROMISC, UP
from tui.model.change.settings import Settings
from tui.model.change.typed import candidates, completed, settings_of, split

LINKS = {
    link.ifindex: link
    for link in (a_link(1), a_link(5, name=b"br0", kind=b"bridge"), a_link(6, name=b"b'\\r\xff", kind=b"bond"))
}


@pytest.mark.parametrize(
    ("line", "settings"),
    [
        ("mtu 9000 promisc on up", {MTU: 9000, PROMISC: True, UP: True}),
        ('alias "core uplink" arp off', {ALIAS: b"core uplink", ARP: False}),
        ("alias ''", {ALIAS: b""}),
        ("master br0", {MASTER: 5}),
        ("master none", {MASTER: 0}),
        ("nomaster down", {MASTER: 0, UP: False}),
    ],
)
def test_a_line_is_read_as_the_command_line_is(line: str, settings: Settings) -> None:
    assert settings_of(split(line), LINKS) == Settings(settings)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("m", ["mtu", "multicast", "master", "promisc", "allmulticast"]),
        ("mtu 9000 up m", ["multicast", "master", "promisc", "allmulticast"]),
        ("promisc ", ["on", "off"]),
        ("promisc f", ["off"]),
        ("promisc on  n", ["nomaster"]),
        ("mtu ", []),
        ("alias b", []),
        ('alias "b m', []),
        ("master ", ["b'\\\\r\\xff", "br0", "none"]),
        ("addrgenmode st", ["stable_secret"]),
    ],
)
def test_the_last_word_can_become_what_is_not_given_yet(line: str, words: list[str]) -> None:
    found = [one.word for one in candidates(line, LINKS)]
    assert (found[: len(words)], words == []) == (words, found == [])


def test_what_begins_so_comes_first() -> None:
    found = [one.word for one in candidates("m", LINKS)]
    begin = [word.startswith("m") for word in found]
    assert begin == sorted(begin, reverse=True)


@pytest.mark.parametrize("line", ["", "pro", "mtu 9000 pro", "alias 'x y' pro"])
def test_to_complete_word_by_word_makes_a_line_that_can_be_set(line: str) -> None:
    (named, *_) = [one for one in candidates(line, LINKS) if one.attribute is PROMISC]
    line = completed(line, named)
    line = completed(line, candidates(line, LINKS)[1])
    assert settings_of(split(line), LINKS)[PROMISC] is False


def test_a_name_that_a_shell_would_take_apart_is_quoted() -> None:
    line = completed("master ", candidates("master ", LINKS)[0])
    assert settings_of(split(line), LINKS) == Settings({MASTER: 6})


@fuzz
@given(st.text(max_size=30))
def test_whatever_is_typed_is_read_or_told_in_one_sentence(line: str) -> None:
    candidates(line, LINKS)
    said = problem(line)
    assert said.isprintable()
    assert said == "" or said.endswith((".", "?"))


def problem(line: str) -> str:
    try:
        settings_of(split(line), LINKS)
    except ValueError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(("kind", "said"), [(b"veth", "veth"), (b"", "hardware")])
def test_what_can_be_nobodys_master_is_refused(kind: bytes, said: str) -> None:
    links = {7: a_link(7, name=b"wan", kind=kind)}
    with pytest.raises(ValueError, match=f"“wan” can't be a master, it is {said}: give a bridge, bond or VRF"):
        settings_of(split("master wan"), links)
