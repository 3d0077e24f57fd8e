"""Which SSH sessions are found: our own, through sudo, and those of whoever is attached to a tmux that we run in."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.links import Ip, add, index_of, needs_root, until
from tests.terminal import ROOT, Terminal, terminal

ASK = """from tui.netlink.session import ssh_sessions; asked = ssh_sessions()
print(*sorted(f"{session.client}>{session.ours}" for session in asked.found if asked.known))
"""
CARRIERS = """from tui.netlink.routes import Carriers
print(*(f"{index}:{why}" for index, why in Carriers().find().items()))
"""
MULTIPLEXED = ("SSH_CONNECTION", "TMUX", "STY")


def clean(**more: str) -> dict[str, str]:
    """Return our environment without what this test run itself may have come through."""
    return {name: value for name, value in os.environ.items() if name not in MULTIPLEXED} | more


def ssh(number: int) -> str:
    """Return the SSH_CONNECTION of a session of its own."""
    return f"192.0.2.{number} 50000 192.0.2.100 22"


def found(number: int) -> str:
    """Return how the question answers with that session."""
    return f"192.0.2.{number}>192.0.2.100"


def answer(*words: str, env: dict[str, str], code: str = ASK) -> set[str]:
    """Ask in a process of its own, begun by ``words``."""
    done = subprocess.run(
        [*words, sys.executable, "-c", code], env=env, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not done.stderr
    return set(done.stdout.split())


OURS = answer(env=clean())
"""What is found whatever a test does: this test run may itself have come by SSH."""


class Tmux:
    """A tmux server of our own, and questions asked inside it."""

    def __init__(self, directory: Path, env: dict[str, str]) -> None:
        self.directory = directory
        self.base = {"TMUX_TMPDIR": str(directory), "TERM": "xterm"}
        self.words = ["tmux", "-f", "/dev/null", "-L", "private"]
        self.run("new-session", "-d", "-s", "main", "-c", str(ROOT), "sleep 1000", env=env)
        # Else a new pane gets the variable of whoever attached last, and tells us nothing of the clients.
        self.run("set-option", "-g", "update-environment", "")
        self._asked = 0

    def run(self, *words: str, env: dict[str, str] | None = None) -> str:
        done = subprocess.run(
            [*self.words, *words], env=(env or clean()) | self.base, capture_output=True, text=True, check=True
        )
        return done.stdout

    def clients(self) -> list[str]:
        return self.run("list-clients", "-F", "#{client_tty}").split()

    @contextmanager
    def attached(self, number: int, *, before: str = "") -> Iterator[Terminal]:
        """Attach from a terminal of its own, in an SSH session; ``before``: words before `tmux`."""
        line = f"{before} {shlex.join(self.words)} attach; exit"
        start = "import os, sys; os.execvp('sh', ['sh', '-c', sys.argv[1]])"
        env = {"TMUX": "", "STY": "", "SSH_CONNECTION": ssh(number), **self.base}
        there = len(self.clients())
        with terminal("-c", start, line, env=env, ready="") as made:
            until(lambda: len(self.clients()) > there, "the client")
            yield made

    def ask(self, *words: str, code: str = ASK) -> set[str]:
        """Ask in a pane, begun by ``words``; `env -i` takes the environment away as sudo does."""
        self._asked += 1
        part, whole = self.directory / "part", self.directory / f"answer{self._asked}"
        line = f"{shlex.join([*words, sys.executable, '-c', code])} >{part} 2>&1; mv {part} {whole}"
        self.run("new-window", "-d", "-c", str(ROOT), line)
        until(whole.exists, "the answer")
        return set(whole.read_text().split())


@contextmanager
def a_server(directory: Path, env: dict[str, str]) -> Iterator[Tmux]:
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    directory.mkdir()
    tmux = Tmux(directory, env)
    try:
        yield tmux
    finally:
        tmux.run("kill-server")


@pytest.fixture
def tmux(netns: None, tmp_path: Path) -> Iterator[Tmux]:
    """A server that was started in the SSH session 1, which is no more."""
    with a_server(tmp_path / "tmux", clean(SSH_CONNECTION=ssh(1))) as server:
        yield server


def test_our_own_environment_tells() -> None:
    assert answer(env=clean(SSH_CONNECTION=ssh(7))) == OURS | {found(7)}
    assert answer(env=clean(SSH_CONNECTION="2001:db8::1 50000 fe80::2%eth0 22")) == OURS | {"2001:db8::1>fe80::2"}


def test_ancestors_tell_where_sudo_dropped_the_variable() -> None:
    inner = shlex.join(["env", "-i", sys.executable, "-c", ASK])
    assert answer("sh", "-c", f"{inner}; true", env=clean(SSH_CONNECTION=ssh(7))) == OURS | {found(7)}


def test_an_ancestor_does_not_hide_another() -> None:
    inner = shlex.join(["env", f"SSH_CONNECTION={ssh(8)}", "sh", "-c", '"$0" "$@"; true'])
    assert answer("sh", "-c", f'{inner} "$@"; true', "sh", env=clean(SSH_CONNECTION=ssh(7))) == OURS | {
        found(7),
        found(8),
    }


@pytest.mark.parametrize(
    "value", ["", "x", "1 2 3 4", "192.0.2.1 5 192.0.2.2", "a b c d e", "\udcff \udcff \udcff \udcff", "1" * 5000]
)
def test_nonsense_is_no_session(value: str) -> None:
    env = clean(SSH_CONNECTION=value, TMUX=f"{value},{value},{value}", STY=f"{value}.{value}")
    assert answer(env=env) == OURS


@needs_root
def test_what_proc_does_not_let_us_read_is_left_out() -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root")
    code = ASK.replace("asked =", "import os; os.setresuid(65534, 65534, 65534); asked =")
    assert answer(env=clean(SSH_CONNECTION=ssh(7)), code=code) <= OURS | {found(7)}


@pytest.mark.parametrize("words", [[], ["env", "-i"]])
def test_inside_tmux_the_attached_clients_tell(tmux: Tmux, words: list[str]) -> None:
    assert tmux.ask(*words) == OURS | {found(1)}
    with tmux.attached(2):
        assert tmux.ask(*words) == OURS | {found(1), found(2)}
        with tmux.attached(3):
            assert tmux.ask(*words) == OURS | {found(1), found(2), found(3)}


def test_a_client_that_left_no_longer_tells(tmux: Tmux) -> None:
    with tmux.attached(2) as client:
        assert found(2) in tmux.ask("env", "-i")
        tmux.run("detach-client", "-s", "main")
        until(lambda: not tmux.clients(), "the client to leave")
        assert client.process.wait(10) == 0
    assert tmux.ask("env", "-i") == OURS | {found(1)}


def test_a_client_without_the_variable_tells_by_what_is_on_its_terminal(tmux: Tmux) -> None:
    kept = shlex.join(f"{name}={value}" for name, value in {**tmux.base, "PATH": os.environ["PATH"]}.items())
    with tmux.attached(2, before=f"env -i {kept}"):
        assert tmux.ask("env", "-i") == OURS | {found(1), found(2)}


def test_the_clients_of_another_server_are_not_ours(tmux: Tmux, tmp_path: Path) -> None:
    with a_server(tmp_path / "other", clean(SSH_CONNECTION=ssh(8))) as other, other.attached(9), tmux.attached(2):
        assert tmux.ask("env", "-i") == OURS | {found(1), found(2)}


def test_a_tmux_in_a_tmux_tells_of_the_outer_clients_too(tmux: Tmux, tmp_path: Path) -> None:
    with a_server(tmp_path / "outer", clean(SSH_CONNECTION=ssh(8))) as outer, outer.attached(9):
        line = shlex.join(["env", "-u", "TMUX", f"TMUX_TMPDIR={tmux.directory}", *tmux.words, "attach"])
        outer.run("new-window", "-d", line)
        until(tmux.clients, "the inner client")
        assert tmux.ask("env", "-i") == OURS | {found(1), found(8), found(9)}


def test_a_server_that_is_no_ancestor_is_found_by_its_variable(tmux: Tmux) -> None:
    pid = tmux.run("display-message", "-p", "#{pid}").strip()
    with tmux.attached(2):
        assert answer(env=clean(TMUX=f"/nowhere,{pid},0")) == OURS | {found(1), found(2)}
        # screen(1) keeps the clients' terminals open in the same way, and names its server so.
        assert answer(env=clean(STY=f"{pid}.pts-0.here")) == OURS | {found(1), found(2)}
        inner = shlex.join(["env", "-i", sys.executable, "-c", ASK])
        assert answer("sh", "-c", f"{inner}; true", env=clean(TMUX=f"x,{pid},0")) == OURS | {found(1), found(2)}


def test_the_way_of_an_attached_client_is_protected(tmux: Tmux, ip: Ip) -> None:
    add(ip, "veth", "wan0")
    ip("link", "set", "wan0", "up")
    ip("address", "add", "192.0.2.100/24", "dev", "wan0")
    wan0 = index_of(ip, "wan0")
    with tmux.attached(2):
        assert f"{wan0}:carries" in tmux.ask("env", "-i", code=CARRIERS)
