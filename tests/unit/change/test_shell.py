"""Shell lines: real shells read back the very bytes, and each change has the line that it needs."""

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.changes import setting
from tests.hostile import ALIASES, NAMES
from tests.links import a_link, fuzz
from tui.model.change.shell import device_lines, pasteable, shortened
from tui.model.change.shell_word import quote
from tui.model.names.map import parse

# As at a prompt, `!` is looked up in the history.
SHELLS = {
    "dash": (["dash"], ""),
    "bash": (["bash", "--norc"], ""),
    "bash at a prompt": (["bash", "--norc"], "set -o history -o histexpand\n"),
    "busybox": (["busybox", "sh"], ""),
}
WORDS = st.one_of(
    st.binary(max_size=20),
    st.text("ab!'\"\\$`%-\n#{}~*? (printf ')\x81\x82é漢", max_size=20).map(str.encode),
    st.sampled_from([*NAMES, *ALIASES]),
).filter(lambda raw: 0 not in raw and not raw.endswith(b"\n"))
NO_NAMES = parse(b"")


def read_by(shell: str, words: list[str], locale: str) -> list[bytes]:
    """Return what a shell makes of words that are given it as a person pastes them."""
    command, before = SHELLS[shell]
    program = shutil.which(command[0])
    if program is None:
        pytest.skip(f"{command[0]} is not installed")
    script = f"{before}printf '%s\\0' {' '.join(words)}\n"
    done = subprocess.run(
        [program, *command[1:]], input=script.encode(), env={"LC_ALL": locale}, capture_output=True, check=True
    )
    assert not done.stderr
    return done.stdout.split(b"\0")[:-1]


# A shell costs more than what it reads: few lines, of many words each.
@settings(fuzz, max_examples=20)
@given(st.lists(WORDS, min_size=40, max_size=90))
def test_a_shell_reads_the_very_bytes(raws: list[bytes]) -> None:
    words = [quote(raw) for raw in raws]
    for shell, (command, _) in SHELLS.items():
        for locale in ("C", "C.UTF-8") if shutil.which(command[0]) else ():
            assert read_by(shell, words, locale) == raws, f"{shell}, {locale}"


@pytest.mark.parametrize("shell", SHELLS)
def test_every_byte_is_read_alone_and_before_a_digit(shell: str) -> None:
    raws = [raw for byte in range(1, 256) for raw in (bytes([byte]), bytes([byte]) + b"7", b"x" + bytes([byte, 0x2D]))]
    raws.remove(b"\n")
    assert read_by(shell, [quote(raw) for raw in raws], "C.UTF-8") == raws


@given(WORDS)
@fuzz
def test_a_word_is_printable_ascii(raw: bytes) -> None:
    word = quote(raw)
    assert word.isascii()
    assert word.isprintable()


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (b"eth0.5", "eth0.5"),
        (b"-rf", "-rf"),
        (b"", "''"),
        (b"$(id)", "'$(id)'"),
        (b"a'b", "'a'\\''b'"),
        (b"100%\x1b", "\"$(printf '100%%\\033')\""),
        (b"-\xff1", "\"$(printf '\\055\\3771')\""),
    ],
)
def test_a_word_is_as_plain_as_it_can_be(raw: bytes, word: str) -> None:
    assert quote(raw) == word


@pytest.mark.parametrize("raw", [b"a\0b", b"a\n", b"\n"])
def test_what_no_word_can_hold_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match="can't be written as a word"):
        quote(raw)


def test_one_interface_is_one_command() -> None:
    names = parse(b"10 dmz\n")
    members = {3: a_link(3)}
    assert device_lines(members, setting(mtu=9000, up=True, group=10), names) == [
        "ip link set dev v3 mtu 9000 group dmz up"
    ]
    assert device_lines(members, {3: setting(up=False)}, names) == ["ip link set dev v3 down"]


def test_several_alike_are_one_loop_in_ifindex_order() -> None:
    members = {index: a_link(index) for index in (5, 3, 4)}
    assert device_lines(members, setting(group=5), NO_NAMES) == [
        'for dev in v3 v4 v5; do ip link set dev "$dev" group 5; done'
    ]


def test_interfaces_that_differ_have_lines_of_their_own() -> None:
    members = {index: a_link(index) for index in range(1, 6)}
    wanted = {1: setting(mtu=1500), 2: setting(mtu=9000, up=True), 3: setting(mtu=1500), 4: setting()}
    assert device_lines(members, wanted, NO_NAMES) == [
        'for dev in v1 v3; do ip link set dev "$dev" mtu 1500; done',
        "ip link set dev v2 mtu 9000 up",
    ]
    assert device_lines({}, setting(mtu=1500), NO_NAMES) == []


def test_a_group_is_a_word_that_ip_resolves_to_it() -> None:
    def line(group: int, names: bytes) -> list[str]:
        return device_lines({1: a_link(1)}, setting(group=group), parse(names))

    assert line(0, b"") == ["ip link set dev v1 group default"]
    assert line(7, b"8 7\n7 x;reboot\n") == ["ip link set dev v1 group 0x7"]
    assert line(2147483647, b"") == ["ip link set dev v1 group 2147483647"]


def test_a_group_that_ip_cant_name_is_told_and_the_rest_is_kept() -> None:
    told = "# ip can't name group 2147483648: it takes at most 2147483647"
    members = {1: a_link(1)}
    assert device_lines(members, setting(group=1 << 31), NO_NAMES) == [told]
    assert device_lines(members, setting(mtu=9000, group=1 << 31), NO_NAMES) == [told, "ip link set dev v1 mtu 9000"]


def test_a_long_list_is_shortened_to_look_at() -> None:
    members = {index: a_link(index) for index in range(1, 16_385)}
    [line] = device_lines(members, setting(group=5), NO_NAMES)
    assert line.count(" ") > 16_384
    seen = shortened(line, 90)
    assert seen == 'for dev in v1 v2 v3 v4 v5 v6 ... and 16,378 more; do ip link set dev "$dev" group 5; done'
    assert shortened(line, 10).startswith("for dev in v1 ... and 16,383 more; do ")
    assert shortened(line, len(line)) == line
    assert shortened("ip link set dev v1 up", 5) == "ip link set dev v1 up"


@given(st.lists(WORDS.filter(lambda raw: b" " not in raw and len(raw) < 16), min_size=2, max_size=40))
@fuzz
def test_hostile_names_are_counted_right(raws: list[bytes]) -> None:
    members = {index: a_link(index, name=raw) for index, raw in enumerate(raws, 1)}
    [line] = device_lines(members, setting(up=True), NO_NAMES)
    first = f"for dev in {quote(raws[0])} ... and {len(raws) - 1} more; do "
    assert shortened(line, 0).startswith(first)


def test_only_printable_ascii_goes_to_the_clipboard() -> None:
    assert pasteable(["a b", "c"]) == "a b\nc"
    for bad in ("a\nb", "\x1b", "é", "\x7f", "\u202e", "a\tb"):
        with pytest.raises(ValueError, match="clipboard"):
            pasteable(["fine", bad])
