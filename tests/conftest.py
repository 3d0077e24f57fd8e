"""Every test runs in network namespaces of its own and never sees the host's interfaces."""

import contextlib
import gc
import getpass
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.guards import doors, files, left
from tests.links import Ip, add
from tui.netlink import namespace

_HERE = Path(__file__).parent
_forbidden = ""


def pytest_configure() -> None:
    """Leave the host's network before any thread exists: a user namespace can't be entered later."""
    global _forbidden
    # What a shell starts in the background, or nohup, ignores them; what we start would inherit that.
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    # pytest names its directory by the user: by who we are out here, not by the root that we are in there.
    with contextlib.suppress(KeyError, OSError):
        os.environ.setdefault("LOGNAME", getpass.getuser())
    try:
        namespace.enter_private()
    except OSError as error:
        _forbidden = str(error.strerror)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by its room."""
    for item in items:
        if (room := item.path.relative_to(_HERE).parts[0]) in ("kernel", "app"):
            item.add_marker(room)


def pytest_collection_finish() -> None:
    """Spare each collection of garbage the thousands of tests and all that they import: they stay."""
    gc.collect()
    gc.freeze()


def pytest_report_header() -> str:
    """Say where the tests run."""
    return f"netns: {_forbidden or namespace.identity()}"


@pytest.fixture
def netns() -> Iterator[None]:
    """A fresh network namespace for the calling thread and the threads and processes it starts."""
    if _forbidden:
        pytest.skip(_forbidden)
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    namespace.unshare(namespace.CLONE_NEWNET)
    # What IPv6 does when thousands of links come up has nothing to do with what is tested, and takes seconds.
    for which in ("default", "all"):
        setting = Path(f"/proc/sys/net/ipv6/conf/{which}/disable_ipv6")
        if setting.exists():
            setting.write_text("1")
    try:
        yield
    finally:
        namespace.setns(home, namespace.CLONE_NEWNET)
        os.close(home)


@pytest.fixture
def ip(netns: None) -> Callable[..., str]:
    """Run `ip` with these words, in the test's namespace; return what it printed."""
    tool = shutil.which("ip", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if tool is None:
        pytest.skip("iproute2 is not installed")

    def run(*words: str | bytes | int) -> str:
        line = [tool.encode(), *(word if isinstance(word, bytes) else str(word).encode() for word in words)]
        done = subprocess.run(line, capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(f"ip {words}: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout.decode(errors="surrogateescape")

    return run


@pytest.fixture
def way_out(ip: Ip) -> str:
    """A veth in group 5 that carries the default route."""
    add(ip, "veth", "wan0")
    ip("link", "set", "wan0", "group", 5, "up")
    ip("address", "add", "192.0.2.2/24", "dev", "wan0")
    ip("route", "add", "default", "via", "192.0.2.1")
    return "wan0"


@pytest.fixture
def room(netns: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty /run of our own; no guard may outlive the test, nor a state file, unless the test removes them.

    Root of a user namespace looks where its environment says: there too.
    """
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run")
    try:
        namespace.mount("none", "/run", "tmpfs", 0, "mode=0755")
    except OSError as error:
        pytest.skip(f"no tmpfs of our own: {error.strerror}")
    try:
        yield Path("/run/ifgroup")
        assert (left(), files(), doors()) == ([], [], [])
    finally:
        subprocess.run(["umount", "-l", "/run"], check=True)
