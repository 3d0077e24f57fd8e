"""Namespaces: the private one vanishes with its process however that dies; a named one is entered or explained."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.links import descriptors, needs_root, until
from tests.terminal import ROOT
from tui.netlink import namespace


def python(code: str, *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", code, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )


PRIVATE = """
import os, sys
from tui.netlink import namespace
namespace.enter_private()
print(namespace.identity(), os.readlink("/proc/self/ns/mnt"), os.readlink("/proc/self/ns/user"), sep="\\n", flush=True)
sys.stdin.read()
"""


def holders(identity: str) -> list[str]:
    """Return the processes and threads that live in a network namespace."""
    found = []
    for link in Path("/proc").glob("[0-9]*/task/[0-9]*/ns/net"):
        try:
            if os.readlink(link) == identity:
                found.append(str(link))
        except OSError:
            continue
    return found


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_private_namespace_vanishes_with_its_process(netns: None, how: signal.Signals) -> None:
    with python(PRIVATE) as child:
        assert child.stdout is not None
        identity = child.stdout.readline().strip()
        assert re.fullmatch(r"net:\[\d+\]", identity)
        assert identity != namespace.identity()
        assert holders(identity)
        child.send_signal(how)
        child.wait()
    until(lambda: not holders(identity), "the namespace to lose its last process")
    mounts = Path("/proc/self/mountinfo").read_text()
    assert identity not in mounts  # and no name keeps it alive


def test_a_private_namespace_has_mounts_of_its_own_and_holds_only_the_loopback(netns: None) -> None:
    code = PRIVATE.replace("sys.stdin.read()", "import socket; print(*[name for _, name in socket.if_nameindex()])")
    with python(code) as child:
        out, _ = child.communicate()
    assert child.returncode == 0
    _, mounts, _, names = out.splitlines()
    assert mounts != os.readlink("/proc/self/ns/mnt")
    assert names.split()[0] == "lo"
    assert {re.sub(r"\d+$", "", name) for name in names.split()} <= {"lo", "tunl", "sit", "gre", "ip6tnl", "erspan"}


def test_what_is_mounted_there_is_not_seen_here(netns: None, tmp_path: Path) -> None:
    code = PRIVATE.replace(
        "print(", "namespace.mount('none', sys.argv[1], 'tmpfs'); open(sys.argv[1] + '/f', 'w'); print("
    )
    with python(code, str(tmp_path)) as child:
        assert child.stdout is not None
        assert child.stdout.readline()
        assert list(tmp_path.iterdir()) == []
        child.communicate()
    assert child.returncode == 0


def test_no_mount_is_shared_even_where_the_parents_were(netns: None) -> None:
    code = PRIVATE.replace("sys.stdin.read()", "print(open('/proc/self/mountinfo').read())")
    shared = ["unshare", "--mount", "--propagation", "shared", sys.executable, "-c", code]
    try:
        done = subprocess.run(shared, capture_output=True, text=True, check=False, cwd=ROOT)
    except FileNotFoundError:
        pytest.skip("unshare(1) is not installed")
    if "unshare:" in done.stderr:
        pytest.skip(f"no mounts to share here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    assert "net:" in done.stdout
    assert "shared:" not in done.stdout


ENTER = """
import sys
from tui.netlink import namespace
try:
    namespace.enter_named(sys.argv[1])
except namespace.NamespaceError as error:
    print(error.strerror)
else:
    print(namespace.identity())
"""


def entering(name: str) -> str:
    with python(ENTER, name) as child:
        out, _ = child.communicate()
    assert child.returncode == 0
    return out.strip("\n")


def test_a_namespace_by_its_path_is_entered(netns: None) -> None:
    with python(PRIVATE) as child:
        assert child.stdout is not None
        identity = child.stdout.readline().strip()
        mounts, user = child.stdout.readline(), child.stdout.readline().strip()
        assert mounts
        if user == os.readlink("/proc/self/ns/user"):
            assert entering(f"/proc/{child.pid}/ns/net") == identity
        else:  # it belongs to a user namespace beside ours
            assert "needs root" in entering(f"/proc/{child.pid}/ns/net")
        child.communicate()


def test_a_namespace_by_its_name_is_entered(netns: None) -> None:
    """As `ip netns add` makes it: a file in /run/netns with the namespace mounted on it."""
    home = namespace.identity()
    script = (
        "mount -t tmpfs none /run && mkdir /run/netns && touch /run/netns/blue && "
        'mount --bind /proc/self/ns/net /run/netns/blue && exec "$@"'
    )
    line = ["unshare", "--mount", "sh", "-c", script, "sh", "unshare", "--net", sys.executable, "-c", ENTER, "blue"]
    try:
        done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=ROOT)
    except FileNotFoundError:
        pytest.skip("unshare(1) is not installed")
    if "mount:" in done.stderr:
        pytest.skip(f"no /run of our own: {done.stderr.strip()}")
    assert done.stdout.strip() == home


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_no_name_at_all(name: str) -> None:
    with pytest.raises(namespace.NamespaceError, match="give the name of a network namespace"):
        namespace.enter_named(name)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("no-such-netns", "there is no network namespace at /run/netns/no-such-netns; `ip netns` lists the names"),
        ("/no/such/file", "there is no network namespace at /no/such/file"),
        ("/etc/hostname/x", "can't be opened"),
        ("/etc", "is no network namespace"),
        ("/dev/null", "is no network namespace"),
        ("/proc/self/ns/uts", "is no network namespace"),
        ("nul\0inside", "can't be opened"),
        ("n" * 5000, "can't be opened"),
    ],
)
def test_each_failure_is_one_sentence_and_leaves_us_where_we_are(netns: None, name: str, says: str) -> None:
    if name == "/etc/hostname/x":
        name = __file__ + "/x"
    here, before = namespace.identity(), descriptors()
    with pytest.raises(namespace.NamespaceError) as caught:
        namespace.enter_named(name)
    text = str(caught.value.strerror)
    assert says in text
    assert text.startswith("--netns: ")
    assert text.endswith(".") or "lists the names" in text
    assert "\n" not in text
    assert (namespace.identity(), descriptors()) == (here, before)


def test_a_namespace_that_needs_root(netns: None) -> None:
    code = ENTER.replace("try:", "from tests.act import give_up_capability\ngive_up_capability()\ntry:", 1)
    with python(code, "/proc/self/ns/net") as child:
        out, _ = child.communicate()
    assert "needs root" in out


def test_where_no_namespace_can_be_made_the_reason_and_a_way_out_are_told(netns: None) -> None:
    code = """
import sys
from tests.act import give_up_capability
from tui.netlink import namespace
give_up_capability()
try:
    namespace.enter_private()
except namespace.NamespaceError as error:
    print(error.strerror)
"""
    with python(code) as child:
        out, _ = child.communicate()
    assert re.search(r"^A private network namespace can't be made \(.+\): .+\.$", out, re.MULTILINE)


@needs_root
def test_a_root_directory_that_is_no_mount_point_is_named(tmp_path: Path) -> None:
    code = "import os, sys; from tui.netlink import namespace; os.chroot(sys.argv[1]); namespace.enter_private()"
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=False, cwd=ROOT)
    said = "(Invalid argument): the root directory is no mount point; for a chroot, do `mount --bind DIR DIR` before"
    assert said in done.stderr
