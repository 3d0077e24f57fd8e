"""A real sshd in the test's namespace, and a client in another one, with wires between them."""

import json
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.links import REAL_ROOT, Ip, add, until
from tests.terminal import ROOT

PORT = 2222
_CONFIG = """
Port {port}
HostKey {directory}/host
AuthorizedKeysFile {directory}/user.pub
PidFile none
UsePAM no
StrictModes no
PermitRootLogin prohibit-password
PasswordAuthentication no
"""


class Ssh:
    """The client's side."""

    def __init__(self, ip: Ip, directory: Path, client: int) -> None:
        self.ip = ip
        self.directory = directory
        self.client = client
        """The process that holds the client's namespace."""

    def wire(self, ours: str, theirs: str, *addresses: tuple[str, str]) -> None:
        """Lay a wire to the client; ``addresses``: pairs of ours and theirs, with their lengths."""
        add(self.ip, "veth", ours)
        peer = json.loads(self.ip("-j", "link", "show", ours))[0]["link"]
        self.ip("link", "set", peer, "name", theirs, "netns", self.client)
        self.ip("link", "set", ours, "up")
        self.there("ip", "link", "set", theirs, "up")
        for our, their in addresses:
            words = ("nodad",) if ":" in our else ()
            self.ip("address", "add", our, "dev", ours, *words)
            self.there("ip", "address", "add", their, "dev", theirs, *words)

    def there(self, *words: str) -> str:
        """Run a command in the client's namespace; return what it printed."""
        line = ["nsenter", f"--net=/proc/{self.client}/ns/net", *words]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{words}: {done.stderr.strip()}")
        return done.stdout

    def ask(self, address: str, code: str, *, hidden: bool = False) -> list[str]:
        """Log in at ``address`` and run Python there; ``hidden``: without SSH_CONNECTION. Return its lines."""
        before = ["env", "-u", "SSH_CONNECTION"] if hidden else []
        line = f"cd {shlex.quote(str(ROOT))} && exec {shlex.join([*before, sys.executable, '-c', code])}"
        return self.there(*self.words(address), line).splitlines()

    def words(self, address: str) -> list[str]:
        """Return the command line that logs in at ``address``."""
        options = {"StrictHostKeyChecking": "no", "UserKnownHostsFile": "/dev/null", "LogLevel": "ERROR"}
        settings = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        return ["ssh", "-F", "none", "-i", f"{self.directory}/user", "-p", str(PORT), *settings, f"root@{address}"]


@contextmanager
def an_sshd(ip: Ip, directory: Path) -> Iterator[Ssh]:
    """Run it; skip the test, with the reason, where that can't be."""
    server = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    for tool in (server, *map(shutil.which, ("ssh", "ssh-keygen", "unshare", "nsenter"))):
        if tool is None:
            pytest.skip("OpenSSH's server and client, unshare and nsenter are not all installed")
    if not REAL_ROOT:
        pytest.skip("sshd needs the machine's own root")
    for key in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", directory / key], check=True)
    config = directory / "config"
    config.write_text(_CONFIG.format(port=PORT, directory=directory))
    ip("link", "set", "lo", "up")
    # It wants a directory of its own in /run, which is none of our business outside.
    script = 'mount -t tmpfs -o mode=755 none /run && mkdir /run/sshd && chmod 755 /run/sshd && exec "$@"'
    line = ["unshare", "--mount", "sh", "-c", script, "sh", str(server), "-D", "-e", "-f", str(config)]
    with (
        (directory / "log").open("wb") as log,
        subprocess.Popen(line, stderr=log) as daemon,
        subprocess.Popen(["unshare", "--net", "sh", "-c", "echo; read _"], stdin=-1, stdout=-1) as client,
    ):
        try:
            assert client.stdout is not None
            client.stdout.readline()
            until(lambda: daemon.poll() is not None or _listens(), "sshd to listen")
            if daemon.poll() is not None:
                pytest.skip(f"sshd doesn't start here: {(directory / 'log').read_text().strip()}")
            ssh = Ssh(ip, directory, client.pid)
            ssh.there("ip", "link", "set", "lo", "up")
            yield ssh
        finally:
            daemon.terminate()
            client.communicate(b"\n")


def _listens() -> bool:
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", PORT)) == 0
