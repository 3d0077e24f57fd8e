"""What several tests of the kernel's side stand on."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.links import Ip
from tui.netlink import namespace

_GROUP = Path("/etc/iproute2/group")
_MS_BIND, _MS_REC = 0x1000, 0x4000  # linux/mount.h


def _cover(folder: Path) -> None:
    try:
        namespace.mount("none", str(folder), "tmpfs", 0, "mode=0755")
    except OSError as error:
        pytest.skip(f"no private {folder}: {error.strerror}")


@pytest.fixture
def group_file(ip: Ip, tmp_path: Path) -> Iterator[Path]:
    """The name map's place in an empty /etc/iproute2 that this process' own mount namespace alone sees.

    Where there is no such directory (iproute2 6.7 and later keep theirs in /usr), its parent is covered, and what is
    in that is linked into the cover.
    """
    folder, parent, beneath = _GROUP.parent, _GROUP.parent.parent, tmp_path / "beneath"
    mounted = [folder]
    if folder.is_dir():
        _cover(folder)
    else:
        beneath.mkdir()
        namespace.mount(str(parent), str(beneath), "", _MS_BIND | _MS_REC)
        mounted = [parent, beneath]
        _cover(parent)
        for entry in beneath.iterdir():
            (parent / entry.name).symlink_to(entry)
        folder.mkdir()
    try:
        yield _GROUP
    finally:
        for place in mounted:
            subprocess.run(["umount", "-l", place], check=True)
