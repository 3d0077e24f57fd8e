"""Random verbs against what `ip` says before and after: each tells exactly what it did."""

import io
import json
import os
import random
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.links import Ip, add, cheap_kind
from tui.cli.main import main

_STEPS = int(os.environ.get("IFGROUP_ORACLE_STEPS", "150"))
_GROUPS = (0, 5, 7, 9)
_FILTERS = ("name:a", "group:7", "state:up", "mtu:>1400", "kind:veth", "!group:0", "re:[02468]$", "group:5 state:down")
_READ = {"mtu": "mtu", "txqueuelen": "txqlen", "up": "up", "group": "group"}


def seen(ip: Ip) -> dict[str, dict[str, Any]]:
    """Return what `ip` says of each interface that is to be changed."""
    links = json.loads(ip("-N", "-j", "-d", "link"), strict=False)
    return {
        link["ifname"]: {
            "mtu": link["mtu"],
            "txqlen": link.get("txqlen", 0),
            "up": "UP" in link["flags"],
            "group": int(link["group"]),
        }
        for link in links
    }


class Verbs:
    """Draws verbs, with what standard input holds for them."""

    def __init__(self, seed: int, names: list[str]) -> None:
        self._chance = random.Random(seed)
        self._names = names

    def draw(self) -> tuple[list[str], bytes]:
        pick = self._chance.choice
        words, stdin = self._whom()
        granted = pick([[], ["--yes"], ["--yes=default"], ["--yes=lo"], ["--dry-run"]])
        if pick([True, False, False]) and words[0] != "group":
            return ["retag", "--to", str(pick(_GROUPS)), *words[-1:], *granted], stdin
        target = words[1:] if words[0] == "group" else words
        if pick([True, False, False]):
            return [pick(["up", "down"]), *target, *granted], stdin
        values = [
            ["mtu", str(pick([1400, 1500, 9000, 70000]))],
            ["txqueuelen", str(pick([0, 100, 1000]))],
            [pick(["up", "down"])],
        ]
        chosen = self._chance.sample(values, self._chance.randint(1, 3))
        return ["set", *target, *(word for value in chosen for word in value), *granted], stdin

    def _whom(self) -> tuple[list[str], bytes]:
        match self._chance.randint(0, 3):
            case 0:
                return ["--filter", self._chance.choice(_FILTERS)], b""
            case 1:
                some = self._chance.sample(self._names, self._chance.randint(0, 6))
                return ["-"], "\n".join(some).encode()
            case _:
                return ["group", str(self._chance.choice(_GROUPS))], b""


def run(words: list[str], stdin: bytes, monkeypatch: pytest.MonkeyPatch, audit: Path) -> tuple[int, dict[str, Any]]:
    """Run a verb in this process, and return its status and what it told."""
    out = io.StringIO()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        patched.setattr(sys, "stdout", out)
        with pytest.raises(SystemExit) as ended:
            main([*words, "--json", "--no-guard", "--audit", str(audit)])
    assert isinstance(ended.value.code, int)
    return ended.value.code, json.loads(out.getvalue())


@pytest.mark.parametrize("seed", [1, 2])
def test_each_verb_tells_exactly_what_it_did(
    ip: Ip, seed: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    for number in range(6):
        add(ip, cheap_kind(ip), f"a{number}")
        ip("link", "add", f"v{number}", "type", "veth", "peer", "name", f"w{number}")
    before = seen(ip)
    verbs = Verbs(seed, [*before])
    results: dict[str, int] = {}
    for step in range(_STEPS):
        words, stdin = verbs.draw()
        status, told = run(words, stdin, monkeypatch, tmp_path / "audit")
        after = seen(ip)
        context = f"step {step}: {words} {stdin!r} -> {told}"
        judge(words, status, told, before, after, context)
        results[told["result"]] = results.get(told["result"], 0) + 1
        before = after
    assert {"done", "unchanged", "refused", "partly"} <= results.keys(), results


def judge(
    words: list[str],
    status: int,
    told: dict[str, Any],
    before: dict[str, dict[str, Any]],
    after: dict[str, dict[str, Any]],
    context: str,
) -> None:
    """Compare what a verb told with what became of the interfaces."""
    result = told["result"]
    wanted = {"done": 0, "unchanged": 0, "pending": 0, "partly": 3}.get(result, 1)
    would = "--dry-run" in words and result != "unchanged" and told["changed"]
    assert status == (4 if would else wanted), context
    if "text" in told and "members" not in told:
        assert before == after, context
        return
    changed = {row["ifname"]: row for row in told["changed_members"]}
    if "--dry-run" in words or result in ("refused", "unchanged"):
        assert (before, told["messages"]) == (after, 0), context
        return
    # Who differs was named, with the very values; who was named differs.
    differing = {name for name in before if before[name] != after[name]}
    assert differing - {row["ifname"] for row in (*told["refused"], *told["not_reached"])} <= changed.keys(), context
    for name, row in changed.items():
        for key, value in row["after"].items():
            assert after[name][_READ[key]] == value, context
            assert before[name][_READ[key]] == row["before"][key], context
        assert row["before"] != row["after"], context
    for row in (*told["refused"], *told["not_reached"]):
        assert row["ifname"] not in changed, context
    if result == "done":
        assert not told["refused"], context
        assert not told["not_reached"], context
        assert told["messages"] == (1 if told["group_id"] is not None else len(changed)), context
