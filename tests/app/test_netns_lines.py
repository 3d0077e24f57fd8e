"""With --netns every `ip` line acts in that namespace: run in a real shell against a real one."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.app.test_cli import run
from tests.changes import setting
from tests.driven import driven
from tests.links import Ip, a_link, cheap_kind, many
from tests.terminal import terminal
from tui.model.change.permanent import exports
from tui.model.change.shell import device_lines, ip_in, pasteable, shortened
from tui.model.link import Link
from tui.model.names.map import NameMap, ip_set, parse
from tui.netlink import namespace

NAMES = ("plain", "a b", "-n", "$(id)", "x'y", "é", "a; do b", "\x1b[7m", "a\nb", '"', "`id`", "\udcff", "..x", "#")
Netns = Callable[[str], str]


@pytest.fixture
def netns_of(ip: Ip) -> Iterator[Netns]:
    """Makes namespaces with a name, each with three interfaces in group 7, where the host's /run can't be seen."""
    kind = cheap_kind(ip)
    try:
        namespace.mount("none", "/run", "tmpfs")
    except OSError as error:
        pytest.skip(f"nothing can be mounted here: {error.strerror}")

    def made(name: str) -> str:
        try:
            ip("netns", "add", name.encode(errors="surrogateescape"))
        except RuntimeError as error:
            pytest.skip(f"no named namespaces here: {error}")
        for number in range(3):
            inside(ip, name, "link", "add", f"m{number}", "type", kind)
            inside(ip, name, "link", "set", f"m{number}", "group", 7)
        return name

    yield made
    subprocess.run(["umount", "-l", "/run"], check=True)


def inside(ip: Ip, name: str, *words: str | int) -> str:
    return ip("-n", name.encode(errors="surrogateescape"), *words)


def mtus(ip: Ip, name: str) -> list[int]:
    return [link["mtu"] for link in json.loads(inside(ip, name, "-j", "link")) if link["ifname"] != "lo"]


def paste(shell: str, lines: list[str]) -> None:
    if (program := shutil.which(shell)) is None:
        pytest.skip(f"{shell} is not installed")
    env = {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}
    done = subprocess.run([program], input=pasteable(lines).encode(), env=env, capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")


def lines_for(command: str) -> list[str]:
    names, members = NameMap(ip=command), {number: a_link(number, name=b"m%d" % (number - 1)) for number in (1, 2, 3)}
    return [
        *device_lines({1: members[1]}, setting(mtu=1401), names),
        *device_lines({2: members[2], 3: members[3]}, setting(mtu=1402), names),
        ip_set(7, "up", names),
    ]


@pytest.mark.parametrize("shell", ["dash", "bash"])
@pytest.mark.parametrize("name", NAMES)
def test_lines_act_in_the_namespace_with_that_name(ip: Ip, netns_of: Netns, name: str, shell: str) -> None:
    paste(shell, lines_for(ip_in(netns_of(name))))
    assert mtus(ip, name) == [1401, 1402, 1402]
    assert all("UP" in link["flags"] for link in json.loads(inside(ip, name, "-j", "link")) if link["ifname"] != "lo")


@pytest.mark.parametrize("shell", ["dash", "bash"])
@pytest.mark.parametrize("folder", ["plain", "it's a $(place) \x1b[7m; do é"])
def test_lines_act_in_the_namespace_at_that_path(
    ip: Ip, netns_of: Netns, tmp_path: Path, folder: str, shell: str
) -> None:
    if shutil.which("nsenter") is None:
        pytest.skip("nsenter is not installed")
    (tmp_path / folder).mkdir()
    path = tmp_path / folder / "ns"
    path.symlink_to(f"/run/netns/{netns_of('blue')}")
    paste(shell, lines_for(ip_in(str(path))))
    assert mtus(ip, "blue") == [1401, 1402, 1402]


def test_the_batch_is_run_there_and_nothing_else_is_offered(ip: Ip, netns_of: Netns, tmp_path: Path) -> None:
    links = [a_link(number, name=b"m%d" % number, group=9) for number in range(3)]
    [batch] = exports(links, NameMap(ip=ip_in(netns_of("a b"))))
    assert batch.key == "ip-batch"
    [(_, data)] = batch.files
    file = tmp_path / "batch"
    file.write_bytes(data)
    [line] = re.findall("once the interfaces exist: (.* -force -batch FILE)", data.decode())
    paste("dash", [line.replace("FILE", str(file))])
    assert {link["group"] for link in json.loads(inside(ip, "a b", "-j", "link")) if link["ifname"] != "lo"} == {"9"}


def test_a_long_line_is_shortened_behind_the_interfaces() -> None:
    members: dict[int, Link] = {number: a_link(number) for number in range(1, 400)}
    [line] = device_lines(members, setting(mtu=1400), NameMap(ip=ip_in("a; do b")))
    assert re.fullmatch(
        r"for dev in (v\d+ )+\.\.\. and \d+ more; do ip -n 'a; do b' link set dev \"\$dev\" mtu 1400; done",
        shortened(line, 200),
    )


async def test_plan_copy_log_and_export_all_name_the_namespace(ip: Ip, tmp_path: Path) -> None:
    many(cheap_kind(ip), 3, 7, up=False)
    names = tmp_path / "group"
    names.write_text("7 seven\n")
    seen: list[str] = []
    async with driven(names, size=(160, 40), ip="ip -n blue") as hands:
        await hands.choose(7)
        await hands.sees("ip -n blue link set group seven")
        seen.append(hands.text)
        await hands.press("u")
        await hands.hears("seven", "ACK after")
        await hands.press("y")
        await hands.sees("Copy the `ip` lines")
        seen.append(hands.text)
        await hands.press("l")
        await hands.sees("copied if your terminal allows it")
        seen.append(hands.text)
        await hands.press("escape", "l")
        await hands.sees("log:", "ip -n blue link set group seven up")
        seen.append(hands.text)
        await hands.press("escape")
        await hands.mark("m0", "m1")
        await hands.sees("for dev in m0 m1; do ip -n blue link set dev")
        seen.append(hands.text)
        await hands.press("n", "p")
        await hands.sees("ip -n blue -force -batch FILE")
        seen.append(hands.text)
    found = [line for text in seen for line in re.findall(r"\bip (?:-n \w+ )?(?:link|-force)", text)]
    assert len(found) > 6
    assert {line for line in found if not line.startswith("ip -n blue ")} == set()


def test_the_console_takes_it_from_its_option(ip: Ip, netns_of: Netns) -> None:
    name = netns_of("a b")
    wanted = {name: "ip -n 'a b' link set group 7", f"/run/netns/{name}": "nsenter --net='/run/netns/a b' ip link"}
    for option, line in wanted.items():
        with terminal("-m", "tui", "--netns", option, columns=100) as made:
            made.press("jj")
            made.shows(line)
            made.press("q")
            assert made.ended() == 0


def test_a_name_that_no_line_can_hold_is_one_sentence(ip: Ip, netns_of: Netns) -> None:
    name = netns_of("a\n")
    assert run("list", "--netns", name).returncode == 0
    with terminal("-m", "tui", "--netns", name, ready="") as made:
        assert made.ended(20) == 2
    assert made.output.decode().startswith("ifgroup: --netns: A NUL, or a newline at the end")


def test_without_a_namespace_nothing_is_said_of_one() -> None:
    assert parse(b"").ip == "ip"
