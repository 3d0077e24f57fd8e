"""`ifgroup delete` and `move` where they must not: no right over the namespace, and the way of the SSH session."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.app.cli.verbs import Done, verb
from tests.app.test_cli import TUI
from tests.driven import states
from tests.elsewhere import Far, far_netns
from tests.links import Ip, cheap_kind, many, needs_root
from tests.sshd import Ssh, an_sshd
from tests.terminal import ROOT

DEEDS = ("delete", "move")
BARS = """from tests.sitting import sitting
from tui.session.move import move_bar
from tui.session.removal import bar
with sitting() as hands:
    deletion, move = hands.weigh(7), hands.weigh_move(7, {path!r})
    for guarded in (True, False):
        print(bar(deletion, guarded=guarded), move_bar(move, guarded=guarded))
"""


def words(deed: str, far: Far) -> list[str]:
    return [deed, "7", *([far.path] if deed == "move" else []), "--yes=7"]


NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
OWN_ROOT = ("unshare", "--user", "--map-root-user")
ABOVE = "this network namespace belongs to a user namespace above ours"


@needs_root
@pytest.mark.parametrize(
    ("before", "says"),
    [(NOBODY, "CAP_NET_ADMIN is missing"), (OWN_ROOT, ABOVE), ((*NOBODY, *OWN_ROOT), ABOVE)],
    ids=["nobody", "root of a user namespace", "nobody as root of a user namespace"],
)
def test_who_has_no_right_over_the_namespace_sends_nothing(ip: Ip, before: tuple[str, ...], says: str) -> None:
    """The root of a user namespace has CAP_NET_ADMIN, but not here: the kernel would answer EPERM."""
    probe = [*before, sys.executable, "-c", "import tui.cli.delete"]
    if subprocess.run(probe, cwd=ROOT, check=False, capture_output=True).returncode:
        pytest.skip("who has no right can't run this Python either, or make a user namespace")
    many(cheap_kind(ip), 2, 7, up=False)
    there = states(ip)
    with far_netns(ip) as far:
        for deed in DEEDS:
            done = verb(*words(deed, far), "--json", before=before)
            assert (done.status, done.json["result"]) == (1, "refused")
            # /proc shows another's namespaces to nobody else: that is told first.
            assert says in done.json["text"] or (deed == "move" and far.path in done.json["text"]), done.json["text"]
        assert far.names() == set()
    assert states(ip) == there


def over(ssh: Ssh, *line: str) -> Done:
    """Run a command over a connection of its own."""
    run = f"cd {shlex.quote(str(ROOT))} && {shlex.join(line)}"
    there = ["nsenter", f"--net=/proc/{ssh.client}/ns/net", *ssh.words("10.9.0.1"), run]
    return Done(subprocess.run(there, input=b"", capture_output=True, check=False, timeout=60))


def test_the_interface_that_the_session_comes_by_stays(ip: Ip, tmp_path: Path) -> None:
    with an_sshd(ip, tmp_path) as ssh, far_netns(ip) as far:
        ssh.wire("u0", "w0", ("10.9.0.1/24", "10.9.0.2/24"))
        ip("link", "set", "u0", "group", 7)
        for deed in DEEDS:
            done = over(ssh, *TUI, *words(deed, far), "--json")
            assert (done.status, done.json["result"], done.json["needs"]) == (1, "refused", ["--no-guard"]), done.err
            assert "u0 (carries this SSH session)" in done.json["risks"][0]
            assert over(ssh, *TUI, *words(deed, far), "--no-guard", "--dry-run").status == 4
        told = over(ssh, sys.executable, "-c", BARS.format(path=far.path))
        assert told.out == "session session\n \n", told.err
        assert (states(ip)["u0"].up, far.names()) == (True, set())
        assert over(ssh, "echo", "here").out == "here\n"
