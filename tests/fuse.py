"""A file system whose server says what it likes: one file, root's own by its own word. The protocol: linux/fuse.h."""

import contextlib
import errno
import os
import stat
import struct
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.netlink import namespace

_IN = struct.Struct("=IIQQIIII")  # length, opcode, unique, node, uid, gid, pid, padding
_OUT = struct.Struct("=IiQ")
_ATTR = struct.Struct("=QQQQQQIIIIIIIIII")
_FORGET, _BATCH_FORGET = 2, 42
_ROOT, _FILE = 1, 2


class _Server:
    def __init__(self, descriptor: int, name: bytes, data: bytes) -> None:
        self._descriptor = descriptor
        self._name = name
        self._data = data

    def run(self) -> None:
        """Serve until the file system is unmounted."""
        with contextlib.suppress(OSError):
            while True:
                request = os.read(self._descriptor, 1 << 17)
                _, code, unique, node, *_ = _IN.unpack_from(request)
                if code not in (_FORGET, _BATCH_FORGET):
                    answer = self._answer(code, node, request[_IN.size :])
                    error, body = (answer, b"") if isinstance(answer, int) else (0, answer)
                    os.write(self._descriptor, _OUT.pack(_OUT.size + len(body), -error, unique) + body)

    def _answer(self, code: int, node: int, words: bytes) -> bytes | int:
        match code:
            case 26:  # INIT
                return struct.pack("=IIIIHHIIHHI28x", 7, 31, 0, 0, 0, 0, 1 << 16, 1, 0, 0, 0)
            case 1:  # LOOKUP
                if words.rstrip(b"\0") != self._name:
                    return errno.ENOENT
                return struct.pack("=QQQQII", _FILE, 0, 0, 0, 0, 0) + self._attributes(_FILE)
            case 3:  # GETATTR
                return struct.pack("=QII", 0, 0, 0) + self._attributes(node)
            case 14 | 27:  # OPEN, OPENDIR
                return struct.pack("=QII", 0, 0, 0)
            case 15:  # READ
                _, offset, size = struct.unpack_from("=QQI", words)
                return self._data[offset : offset + size]
            case 28:  # READDIR
                offset = struct.unpack_from("=QQ", words)[1]
                entry = struct.pack("=QQII", _FILE, 1, len(self._name), 8) + self._name
                return b"" if offset else entry + bytes(-len(entry) % 8)
            case 17:  # STATFS
                return bytes(80)
            case 18 | 29:  # RELEASE, RELEASEDIR
                return b""
        return errno.ENOSYS

    def _attributes(self, node: int) -> bytes:
        mode = stat.S_IFDIR | 0o700 if node == _ROOT else stat.S_IFREG | 0o600
        size = 0 if node == _ROOT else len(self._data)
        return _ATTR.pack(node, size, 1, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)


@contextlib.contextmanager
def claims_to_be_roots(place: Path, name: str, data: bytes) -> Iterator[None]:
    """Mount such a file system, as another user's would be; skip the test where none can be."""
    try:
        descriptor = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        options = f"fd={descriptor},rootmode=40000,user_id=65534,group_id=65534,allow_other"
        namespace.mount("liar", str(place), "fuse", 0, options)
    except OSError as error:
        pytest.skip(f"no FUSE here: {error.strerror}")
    server = threading.Thread(target=_Server(descriptor, name.encode(), data).run, daemon=True)
    server.start()
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", place], check=True)
        server.join(10)
        os.close(descriptor)
