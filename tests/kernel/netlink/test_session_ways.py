"""Which interfaces a real SSH session protects: by its socket, its scope, its source, its VRF."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.links import Ip, add, index_of, until
from tests.sshd import Ssh, an_sshd
from tests.terminal import ROOT

CARRIERS = """from tui.netlink.routes import Carriers
ways = Carriers()
print(*(f"{index} {why}" for index, why in sorted(ways.find().items())), ways.problem, sep="\\n")
"""
OURS = "carries this SSH session"
ANY = "carries an SSH session"


@pytest.fixture
def ssh(ip: Ip, tmp_path: Path) -> Iterator[Ssh]:
    for which in ("default", "all"):
        setting = Path(f"/proc/sys/net/ipv6/conf/{which}/disable_ipv6")
        if setting.exists():
            setting.write_text("0")
    with an_sshd(ip, tmp_path) as made:
        yield made


def carried(ip: Ip, why: str, *names: str) -> list[str]:
    """What CARRIERS prints where these interfaces carry a session, and nothing went wrong."""
    return [*(f"{index} {why}" for index in sorted(index_of(ip, name) for name in names)), ""]


def locally() -> list[str]:
    """Ask from a process that no session has anything to do with."""
    env = {name: value for name, value in os.environ.items() if name not in ("SSH_CONNECTION", "TMUX", "STY")}
    words = [sys.executable, "-c", CARRIERS]
    return subprocess.run(words, env=env, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()


@pytest.mark.parametrize("hidden", [False, True])
def test_a_session_is_found_also_where_no_environment_tells(ssh: Ssh, ip: Ip, hidden: bool) -> None:
    ssh.wire("a0", "a1", ("192.0.2.1/24", "192.0.2.2/24"))
    ssh.wire("b0", "b1", ("198.51.100.1/24", "198.51.100.2/24"))
    assert ssh.ask("198.51.100.1", CARRIERS, hidden=hidden) == carried(ip, OURS, "b0")


def test_without_any_session_of_ours_those_of_everybody_are_protected(ssh: Ssh, ip: Ip) -> None:
    ssh.wire("a0", "a1", ("192.0.2.1/24", "192.0.2.2/24"))
    ssh.wire("b0", "b1", ("198.51.100.1/24", "198.51.100.2/24"))
    if locally() != [""]:
        pytest.skip("this test run came by SSH itself")
    line = ["nsenter", f"--net=/proc/{ssh.client}/ns/net", *ssh.words("192.0.2.1"), "echo; read _"]
    with subprocess.Popen(line, stdin=-1, stdout=-1) as session:
        assert session.stdout is not None
        session.stdout.readline()
        # A port other than 22: known as SSH's by the process that serves it.
        assert locally() == carried(ip, ANY, "a0")
        session.communicate(b"\n")
    until(lambda: locally() == [""], "the session to end")


@pytest.mark.parametrize("hidden", [False, True])
def test_a_link_local_address_that_two_links_share(ssh: Ssh, ip: Ip, hidden: bool) -> None:
    for name in ("a", "b"):
        ssh.wire(f"{name}0", f"{name}1", ("fe80::77/64", "fe80::78/64"))
    for name in ("a", "b"):
        assert ssh.ask(f"fe80::77%{name}1", CARRIERS, hidden=hidden) == carried(ip, OURS, f"{name}0")


def test_a_link_local_address_whose_scope_nobody_knows_protects_every_holder(ssh: Ssh, ip: Ip) -> None:
    for name in ("a", "b"):
        ssh.wire(f"{name}0", f"{name}1", ("fe80::77/64", "fe80::78/64"))
    env = {**os.environ, "SSH_CONNECTION": "fe80::78%gone 50000 fe80::77%gone 2222"}
    done = subprocess.run(
        [sys.executable, "-c", CARRIERS], env=env, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert set(carried(ip, OURS, "a0", "b0")) <= set(done.stdout.splitlines())


@pytest.mark.parametrize("rule", ["from 198.51.100.1", "ipproto tcp sport 2222"])
def test_a_way_back_that_rules_choose(ssh: Ssh, ip: Ip, rule: str) -> None:
    """The way back to the client leaves by another link than the main table says."""
    ssh.wire("a0", "a1", ("192.0.2.1/24", "192.0.2.2/24"))
    ssh.wire("b0", "b1", ("198.51.100.1/24", "198.51.100.2/24"))
    ssh.wire("c0", "c1", ("203.0.113.1/30", "203.0.113.2/30"))
    ssh.there("ip", "address", "add", "203.0.113.99/32", "dev", "lo")
    ssh.there("ip", "route", "add", "198.51.100.1", "dev", "b1", "src", "203.0.113.99", "metric", "0")
    for name in ("a1", "b1", "c1", "all"):
        ssh.there("sysctl", "-qw", f"net.ipv4.conf.{name}.rp_filter=0")
    ip("route", "add", "203.0.113.99", "via", "192.0.2.2")
    ip("route", "add", "203.0.113.99", "via", "203.0.113.2", "table", 100)
    ip("rule", "add", *rule.split(), "table", 100)
    assert ssh.ask("198.51.100.1", CARRIERS) == carried(ip, OURS, "b0", "c0")


def test_a_session_in_a_vrf(ssh: Ssh, ip: Ip) -> None:
    add(ip, "vrf", "red")
    ip("link", "set", "red", "up")
    Path("/proc/sys/net/ipv4/tcp_l3mdev_accept").write_text("1")
    ssh.wire("a0", "a1", ("192.0.2.1/24", "192.0.2.2/24"))
    ssh.wire("b0", "b1", ("198.51.100.1/24", "198.51.100.2/24"))
    ip("link", "set", "b0", "master", "red")
    assert ssh.ask("198.51.100.1", CARRIERS) == carried(ip, OURS, "b0")
