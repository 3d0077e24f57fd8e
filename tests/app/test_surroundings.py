"""Console, list and bench in an environment that somebody else prepared."""

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.app.test_cli import TUI
from tests.links import Ip, add, cheap_kind
from tests.terminal import ROOT, terminal
from tui.timing.events import BenchEnd
from tui.timing.order import BenchOrder
from tui.timing.runner import Run
from tui.timing.ways.ip import ip_path


def put(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def listed(ip: Ip, env: Mapping[str, str], *words: str) -> bytes:
    """Return what `list` prints of a group with two MTUs and of an interface with a Chinese name."""
    kind = cheap_kind(ip)
    for name, mtu in (("中文", 1400), ("plain", 1500), ("more", 1500)):
        add(ip, kind, name)
        ip("link", "set", "dev", name, "mtu", mtu, "group", 7)
    own = {key: value for key, value in os.environ.items() if key not in ("LC_ALL", "LC_CTYPE", "LANG", "TERM")}
    done = subprocess.run([*TUI, "list", *words], capture_output=True, check=True, cwd=ROOT, env={**own, **env})
    assert done.stderr == b""
    return done.stdout


@pytest.mark.parametrize("env", [{"LC_ALL": "C"}, {"LANG": "C"}, {"LC_CTYPE": "POSIX"}, {"TERM": "vt100"}])
def test_a_list_where_ascii_alone_is_known(ip: Ip, env: Mapping[str, str]) -> None:
    text = listed(ip, env)
    assert text.isascii()
    assert b"1400...1500, 1 differ" in text
    assert b"<U+4E2D><U+6587>" in text


def test_a_list_in_ascii_on_request(ip: Ip) -> None:
    text = listed(ip, {"LC_ALL": "C.UTF-8"}, "--ascii")
    assert text.isascii()
    assert b"1400...1500, 1 differ" in text


@pytest.mark.parametrize("env", [{"LC_ALL": "C.UTF-8"}, {}])
def test_a_list_in_full_elsewhere(ip: Ip, env: Mapping[str, str]) -> None:
    text = listed(ip, env).decode()
    assert "1400…1500, 1 differ" in text
    assert "中文" in text


def test_a_bench_in_ascii_on_request(netns: None, tmp_path: Path) -> None:
    words = ("bench", "--ascii", "--links", "4", "--ways", "group,sendmsg", "--repeat", "1")
    env = {**os.environ, "LC_ALL": "C.UTF-8", "XDG_DATA_HOME": str(tmp_path)}
    done = subprocess.run([*TUI, *words], capture_output=True, check=True, cwd=ROOT, env=env)
    assert done.stdout.isascii()
    assert b"sendmsg" in done.stdout


@pytest.mark.parametrize("env", [{"LC_ALL": "C"}, {"LC_ALL": "POSIX"}])
def test_a_console_where_the_locale_isnt_utf_8(netns: None, env: Mapping[str, str]) -> None:
    with terminal("-m", "tui", env=env) as made:
        made.shows("ID^", "* live")
        made.press("q")
        assert made.ended() == 0


@pytest.mark.parametrize("env", [{"LINES": "1000000"}, {"COLUMNS": "1000000"}, {"LINES": "0"}, {"COLUMNS": "many"}])
def test_a_size_beyond_reason_is_ignored(netns: None, env: Mapping[str, str]) -> None:
    with terminal("-m", "tui", env=env) as made:
        made.answers()
        made.press("q")
        assert made.ended() == 0


def test_an_unknown_color_system_is_one_sentence(netns: None) -> None:
    with terminal("-m", "tui", env={"TEXTUAL_COLOR_SYSTEM": "mauve"}, ready="") as made:
        assert made.ended(20) == 2
    assert re.fullmatch(r"ifgroup: TEXTUAL_COLOR_SYSTEM is “mauve”; [^\n]* unset it\.\r\n", made.output.decode())


def test_no_variable_presses_keys_or_writes_files(netns: None, tmp_path: Path) -> None:
    env = {"TEXTUAL_PRESS": "n", "TEXTUAL_LOG": str(tmp_path / "log"), "TEXTUAL": "debug"}
    with terminal("-m", "tui", env=env) as made:
        made.answers()
        assert "name map" not in made.screen.text
        made.press("q")
        assert made.ended() == 0
    assert list(tmp_path.iterdir()) == []


def test_root_runs_the_systems_ip_and_not_that_of_a_users_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "ip", "#!/bin/sh\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    found = ip_path()
    if found is None or not found.startswith(("/usr/", "/sbin", "/bin")):
        assert found == str(tmp_path / "ip"), "no system directory holds one here"
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert ip_path() == str(tmp_path / "ip")


def test_the_measuring_process_runs_nobodys_code(netns: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = tmp_path / "told"
    for name in ("sitecustomize.py", "usercustomize.py", "json.py"):
        put(tmp_path / name, f"open({str(told)!r}, 'w')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    events = [*Run(BenchOrder(links=(2,), ways=("group",), repeats=1))]
    assert events[-1] == BenchEnd("done")
    assert not told.exists()


@pytest.mark.parametrize("read_only", [False, True])
def test_an_audit_file_that_cant_be_written_is_told_at_the_start(netns: None, tmp_path: Path, read_only: bool) -> None:
    path = tmp_path / "typo" / "a"
    option = ["--read-only"] if read_only else []
    # A long path is cut by the line.
    with terminal("-m", "tui", "--audit", str(path), *option, columns=200) as made:
        if not read_only:
            made.shows(f"No change will be on record: {path} can't be written (its directory is missing")
        made.answers()
        assert ("on record" in made.screen.text) is not read_only
        made.press("q")
        assert made.ended() == 0
    assert list(tmp_path.iterdir()) == []
