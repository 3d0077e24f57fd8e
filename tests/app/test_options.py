"""Options mean the same before and after the command; what a command can't honour is an error there."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.app.cli.verbs import parsed
from tests.app.test_cli import TUI, run
from tests.links import Ip, add, cheap_kind, needs_root
from tests.terminal import ROOT, terminal

GIVEN = {
    "--netns": ("--netns", "x"),
    "--read-only": ("--read-only",),
    "--names": ("--names", "/dev/null"),
    "--audit": ("--audit", "/dev/null"),
    "--confirm-timeout": ("--confirm-timeout", "60"),
    "--no-guard": ("--no-guard",),
    "--no-mouse": ("--no-mouse",),
    "--dry-run": ("--dry-run",),
    "--yes": ("--yes",),
    "--expect": ("--expect", "1"),
    "--confirm": ("--confirm",),
    "--each": ("--each",),
    "--json": ("--json",),
    "--ascii": ("--ascii",),
}
SCRIPTED = {"--dry-run", "--yes", "--expect", "--confirm", "--each", "--json"}
HONOURED = {
    "": set(GIVEN) - SCRIPTED,
    "console": set(GIVEN) - SCRIPTED,
    "lab": set(GIVEN) - SCRIPTED - {"--netns"},
    "list": {"--netns", "--read-only", "--names", "--json", "--ascii"},
    "names": {"--read-only", "--names", "--audit", "--dry-run", "--yes", "--json", "--ascii"},
    "log": {"--netns", "--read-only", "--names", "--audit", "--json", "--ascii"},
    "watch": {"--netns", "--read-only", "--names", "--json", "--ascii"},
    "bench": {"--ascii"},
    "pending": {"--netns", "--read-only", "--json", "--ascii"},
    "keep": {"--netns", "--read-only", "--audit", "--json", "--ascii"},
    "revert": {"--netns", "--read-only", "--audit", "--json", "--ascii"},
    "delete": set(GIVEN) - {"--confirm-timeout", "--no-mouse", "--confirm", "--each"},
    "move": set(GIVEN) - {"--confirm-timeout", "--no-mouse", "--confirm"},
    **dict.fromkeys(["set", "up", "down"], set(GIVEN) - {"--confirm-timeout", "--no-mouse"}),
    "retag": set(GIVEN) - {"--confirm-timeout", "--no-mouse", "--each"},
}
REFUSED = [(command, flag) for command, flags in HONOURED.items() for flag in GIVEN if flag not in flags]


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(("command", "flag"), REFUSED)
def test_an_option_that_a_command_cant_honour_is_an_error_there(command: str, flag: str, before: bool) -> None:
    words = [command] if command else []
    done = parsed(*GIVEN[flag], *words) if before else parsed(*words, *GIVEN[flag])
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"ifgroup: {command or 'console'} can't honour {flag}, since ")
    assert done.stderr.endswith(f"; leave {flag} out.\n")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", HONOURED)
def test_the_help_shows_the_options_that_the_command_can_honour(command: str) -> None:
    text = parsed(*filter(None, [command]), "--help").stdout
    assert {flag for flag in GIVEN if re.search(rf"^  {flag}(?![-\w])", text, re.MULTILINE)} == HONOURED[command]
    assert {flag for flag in GIVEN if re.search(rf"\[{flag}(?![-\w])", text)} == HONOURED[command]


@needs_root
@pytest.mark.parametrize("before", [True, False])
def test_a_namespace_is_looked_at_from_either_side(ip: Ip, before: bool) -> None:
    add(ip, cheap_kind(ip), "here0")
    with subprocess.Popen(["unshare", "--net", "sh", "-c", "echo; exec sleep 60"], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        option = ("--netns", f"/proc/{other.pid}/ns/net")
        done = run(*option, "list", "--json") if before else run("list", "--json", *option)
        other.kill()
    assert (done.returncode, done.stderr) == (0, "")
    assert [link["ifname"] for link in json.loads(done.stdout)["interfaces"]] == ["lo"]


def test_of_the_same_option_on_both_sides_the_later_wins(ip: Ip, tmp_path: Path) -> None:
    add(ip, cheap_kind(ip), "one0")
    ip("link", "set", "one0", "group", 7)
    for name in ("first", "second"):
        (tmp_path / name).write_text(f"7 {name}\n")
    done = run("--names", str(tmp_path / "first"), "list", "--names", str(tmp_path / "second"))
    assert "second" in done.stdout
    assert "first" not in done.stdout


@pytest.mark.parametrize("words", [("--read-only", "lab"), ("lab", "--read-only")])
def test_a_lab_is_read_only_from_either_side(netns: None, words: tuple[str, ...]) -> None:
    with terminal("-m", "tui", *words, "--links", "8", "--groups", "2") as lab:
        lab.shows("READ-ONLY: started with --read-only")
        lab.press("q")
        assert lab.ended() == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("lab", "--links", "٩٩"), "'٩٩' is no whole number"),
        (("--confirm-timeout", "٩٩"), "'٩٩' is no whole number"),
        (("bench", "--links", "٩٩"), "'٩٩' is no list of numbers"),
        (("bench", "--repeat", "٩"), "'٩' is no whole number"),
        (("bench", "--budget", "٩"), "'٩' is no number of seconds"),
        (("bench", "--budget", "nan"), "'nan' is no number of seconds"),
    ],
)
def test_digits_of_other_scripts_are_no_number(words: tuple[str, ...], says: str) -> None:
    done = parsed(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    "words",
    [
        ("bench", "x\x1b[7mx"),
        ("x\x1b[7mx",),
        ("list", "--x\x1b[7m"),
        ("lab", "--links", "\x1b[7m"),
        ("bench", "--links", "\x9b7m"),
        ("bench", "a\nb"),
        ("bench", "--ways", "\u202egroup"),
    ],
)
def test_what_argparse_complains_of_is_no_terminals_order(words: tuple[str, ...]) -> None:
    done = parsed(*words)
    assert done.returncode == 2
    assert all(char.isprintable() for char in done.stderr.replace("\n", ""))
    assert done.stderr.splitlines()[-1].startswith("ifgroup")


def test_the_help_can_be_read_where_the_locale_knows_ascii_alone(netns: None) -> None:
    for words in ((), ("bench",), ("lab",), ("list",)):
        done = subprocess.run(
            [*TUI, *words, "--help"],
            capture_output=True,
            check=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONIOENCODING": "ascii:strict", "LC_ALL": "C"},
        )
        assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("lst",), "list"),
        (("names", "lst"), "list"),
        (("names", "remane"), "rename"),
        (("lab", "--kind", "dumy"), "dummy"),
        (("log", "--read-onyl"), "--read-only"),
    ],
)
def test_the_nearest_right_word_is_named(words: tuple[str, ...], meant: str) -> None:
    done = parsed(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith(f"; did you mean {meant}?\n")
    assert "did you mean" not in parsed("xyzzy\x1b[7m").stderr
