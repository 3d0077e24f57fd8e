"""Who may change links, and how many messages go out: looked at from outside the process."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.links import Ip, cheap_kind, from_ip, many
from tests.terminal import ROOT


def act(*words: str, before: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    line = [*before, sys.executable, "-m", "tests.act", *words]
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def ups(ip: Ip) -> int:
    return sum(link["group"] == "7" and "UP" in link["flags"] for link in from_ip(ip).values())


def test_without_the_capability_nothing_is_sent_and_the_reason_is_told(ip: Ip) -> None:
    many(cheap_kind(ip), 3, 7, up=False)
    (result,) = act("up", "7", "before")
    assert (result["verdict"], result["messages"]) == ("refused", 0)
    assert "CAP_NET_ADMIN" in result["text"]
    assert "CAP_NET_ADMIN" in result["obstacle"]
    assert ups(ip) == 0


def test_losing_the_capability_between_two_changes(ip: Ip) -> None:
    many(cheap_kind(ip), 3, 7, up=False)
    first, second = act("up", "7", "meanwhile")
    assert (first["verdict"], first["changed"], first["obstacle"]) == ("done", 3, "")
    assert (second["verdict"], second["messages"]) == ("refused", 0)
    assert "CAP_NET_ADMIN" in second["text"]
    assert ups(ip) == 3


def test_the_kernels_own_refusal_is_told_and_remembered(ip: Ip) -> None:
    many(cheap_kind(ip), 3, 7, up=False)
    first, second = act("up", "7", "unseen")
    assert first["obstacle"] == ""
    assert (second["verdict"], second["errno"]) == ("failed", 1)
    assert "EPERM" in second["obstacle"]
    assert ups(ip) == 3


def test_in_a_user_namespace_below_the_netns_nothing_is_sent(ip: Ip) -> None:
    """Root there, every capability held, and none that counts here."""
    below = ("unshare", "--user", "--map-root-user")
    if shutil.which("unshare") is None or subprocess.run([*below, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no user namespace can be made here")
    many(cheap_kind(ip), 3, 7, up=False)
    (result,) = act("up", "7", before=below)
    assert (result["verdict"], result["messages"]) == ("refused", 0)
    assert "user namespace above" in result["text"]
    assert ups(ip) == 0


@pytest.mark.parametrize("count", [1, 300])
def test_strace_counts_one_message_whatever_the_size_of_the_group(ip: Ip, count: int, tmp_path: Path) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    if subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False).returncode:
        pytest.skip("strace may not trace here")
    many(cheap_kind(ip), count, 7, up=False)
    log = tmp_path / "trace"
    trace = ("strace", "-f", "-s", "4096", "-e", "trace=sendto,sendmsg,sendmmsg,write,writev", "-o", str(log))
    (result,) = act("up", "7", before=trace)
    assert (result["verdict"], result["changed"], result["messages"]) == ("done", count, 1)
    assert ups(ip) == count
    sent = re.findall(r"nlmsg_type=(RTM_\w+)", log.read_text())
    assert sent.count("RTM_NEWLINK") == 1
    assert set(sent) == {"RTM_NEWLINK", "RTM_GETLINK"}  # read-back dumps aside
    (change,) = (line for line in log.read_text().splitlines() if "RTM_NEWLINK" in line)
    assert "NLM_F_REQUEST|NLM_F_ACK" in change
    assert "NLM_F_CREATE" not in change
    assert "ifi_index=0" in change
    assert "IFLA_GROUP" in change
    assert "IFLA_IFNAME" not in change
