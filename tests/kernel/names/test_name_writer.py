"""Saving the name map, and everything that can stand in its way, provoked for real in a private tmpfs."""

import errno
import fcntl
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.name_faults import Faults
from tui.files.names import writer as name_writer
from tui.files.names.writer import (
    ABSENT,
    Conflict,
    NameFileError,
    NeedsInPlace,
    Version,
    backup_path,
    read_version,
    save,
    target,
    writable,
)
from tui.netlink import namespace

OLD = b"# mine\r\n1 old\n"
NEW = b"# mine\r\n1 new\n2 more"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Path]:
    """An empty tmpfs of 128 KiB."""
    try:
        namespace.mount("none", str(tmp_path), "tmpfs", 0, "size=128k,mode=0755")
    except OSError as error:
        pytest.skip(f"no tmpfs of our own: {error.strerror}")
    yield tmp_path
    subprocess.run(["umount", "-l", tmp_path], check=True)


@pytest.fixture
def group(room: Path) -> Path:
    """A name map in a directory of its own."""
    path = room / "iproute2" / "group"
    path.parent.mkdir()
    path.write_bytes(OLD)
    return path


@pytest.fixture(scope="module")
def faults() -> Iterator[Faults]:
    other = Faults()
    yield other
    other.close()


def mount(*words: str | Path) -> None:
    done = subprocess.run(["mount", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"mount {words}: {done.stderr.strip()}")


def chattr(what: str, path: Path) -> None:
    tool = shutil.which("chattr", path="/usr/bin:/bin:/usr/sbin:/sbin")
    if tool is None or subprocess.run([tool, what, path], capture_output=True, check=False).returncode:
        pytest.skip(f"chattr {what} isn't possible here")


def fill(folder: Path) -> Path:
    """Leave no room on the file system; return the file that takes it."""
    filler = folder / "filler"
    free = os.statvfs(folder)
    filler.write_bytes(b"x" * free.f_bavail * free.f_frsize)
    return filler


def names_in(folder: Path) -> set[str]:
    return set(os.listdir(folder))


def a_sentence(text: str, *parts: str) -> None:
    """One sentence, that says what and where, and after a semicolon or colon what to do."""
    assert re.fullmatch(r"The name map /[^\n]*[;:] [^\n]*\.", text), text
    for part in parts:
        assert part in text, text


def refusal(path: Path, *parts: str, expected: Version | None = None, in_place: bool = False) -> NameFileError:
    """Try to save; prove that nothing changed and nothing is left, and that the sentence has these parts."""
    there = names_in(path.parent) if path.parent.is_dir() else set()
    before = path.read_bytes() if path.is_file() else None
    if expected is None:
        expected = read_version(path)[1]
    with pytest.raises(NameFileError) as caught:
        save(path, NEW, expected, in_place=in_place)
    a_sentence(str(caught.value), *parts)
    assert (names_in(path.parent) if path.parent.is_dir() else set()) == there
    assert (path.read_bytes() if path.is_file() else None) == before
    return caught.value


def test_a_save_and_its_backup(group: Path) -> None:
    data, version = read_version(group)
    assert data == OLD
    second = save(group, NEW, version)
    assert read_version(group) == (NEW, second)
    assert backup_path(group).read_bytes() == OLD
    assert names_in(group.parent) == {"group", "group-"}
    third = save(group, b"", second)
    assert read_version(group) == (b"", third)
    assert (group.parent / "group-").read_bytes() == NEW
    assert (group.parent / "group-").stat().st_ino != group.stat().st_ino


def test_owner_mode_and_attributes_are_kept(group: Path) -> None:
    group.chmod(0o640)
    try:
        os.setxattr(group, "user.note", b"kept")
    except OSError as error:
        pytest.skip(f"no user attributes on tmpfs: {error.strerror}")
    owner = 1234
    try:
        os.chown(group, owner, owner)
    except OSError:
        owner = 0  # nobody else is mapped into this user namespace
    save(group, NEW, read_version(group)[1])
    for path in (group, group.with_name("group-")):
        found = path.stat()
        assert (stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid) == (0o640, owner, owner)
        assert {name: os.getxattr(path, name) for name in os.listxattr(path)} == {"user.note": b"kept"}


def test_an_acl_is_kept_and_none_is_inherited(group: Path) -> None:
    def acl(*entries: tuple[int, int]) -> bytes:
        # linux/posix_acl_xattr.h: version 2, then tag, permissions and id of each entry
        parts = [(tag, mode, 0 if tag == 2 else 0xFFFFFFFF) for tag, mode in entries]
        return b"\2\0\0\0" + b"".join(
            tag.to_bytes(2, "little") + mode.to_bytes(2, "little") + who.to_bytes(4, "little")
            for tag, mode, who in parts
        )

    listed = acl((1, 6), (2, 4), (4, 4), (16, 4), (32, 0))
    try:
        os.setxattr(group.parent, "system.posix_acl_default", listed)
    except OSError as error:
        pytest.skip(f"no ACLs here: {error.strerror}")
    mode = group.stat().st_mode
    save(group, NEW, read_version(group)[1])
    assert os.listxattr(group) == []
    assert group.stat().st_mode == mode
    os.setxattr(group, "system.posix_acl_access", listed)
    save(group, OLD, read_version(group)[1])
    assert os.getxattr(group, "system.posix_acl_access") == listed


def test_the_directory_and_the_vendors_content(room: Path) -> None:
    search = (room / "etc" / "group", room / "share" / "group")
    assert target(search) == (search[0], None)
    search[1].parent.mkdir()
    search[1].write_bytes(OLD)
    assert target(search) == search
    assert target(search, room / "x") == (room / "x", None)
    assert writable(search[0]) == ""
    assert read_version(search[0]) == (b"", ABSENT)
    umask = os.umask(0o077)
    try:
        version = save(search[0], read_version(search[1])[0] + b"9 nine\n", ABSENT)
    finally:
        os.umask(umask)
    assert read_version(search[0]) == (OLD + b"9 nine\n", version)
    assert search[1].read_bytes() == OLD
    assert [stat.S_IMODE(path.stat().st_mode) for path in (search[0], search[0].parent)] == [0o644, 0o755]
    assert names_in(search[0].parent) == {"group"}
    assert target(search) == (search[0], None)


def test_a_directory_that_cannot_be_made(room: Path) -> None:
    refusal(room / "no" / "such" / "group", "its directory is missing", "mkdir -p")
    assert not (room / "no").exists()


def test_a_directory_made_for_nothing_goes_again(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(name_writer, "dress", full)
    refusal(room / "iproute2" / "group", "the disk is full")
    assert not (room / "iproute2").exists()


CHANGES: dict[str, Callable[[Path], object]] = {
    "other content": lambda path: path.write_bytes(b"1 them\n"),
    "same size": lambda path: path.write_bytes(OLD.replace(b"old", b"OLD")),
    "another file of the same content": lambda path: (
        path.with_name("tmp").write_bytes(OLD),
        path.with_name("tmp").rename(path),
    ),
    "touched": lambda path: os.utime(path, ns=(1, 1)),
    "removed": lambda path: path.unlink(),
}


@pytest.mark.parametrize("in_place", [False, True])
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_by_somebody_else_is_never_overwritten(group: Path, change: str, in_place: bool) -> None:
    expected = read_version(group)[1]
    CHANGES[change](group)
    conflict = refusal(group, "was changed by somebody else", expected=expected, in_place=in_place)
    assert isinstance(conflict, Conflict)
    assert (conflict.theirs, conflict.version) == read_version(group)
    save(group, NEW, conflict.version)
    assert group.read_bytes() == NEW


def just_before(patch: pytest.MonkeyPatch, step: str, act: Callable[[], object]) -> None:
    """Let somebody else act right before a step of the writer: the moment that no check can foresee."""
    real = getattr(name_writer, step)

    def late(*words: object, **more: object) -> object:
        act()
        return real(*words, **more)

    patch.setattr(name_writer, step, late)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_after_the_last_look_is_given_back(group: Path, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    expected = read_version(group)[1]
    just_before(monkeypatch, "exchange", lambda: CHANGES[change](group))
    with pytest.raises(Conflict) as caught:
        save(group, NEW, expected)
    assert (caught.value.theirs, caught.value.version) == read_version(group)
    assert names_in(group.parent) <= {"group", "group-"}


def test_two_changes_after_the_last_look_the_newest_stays(group: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def replace(data: bytes) -> None:
        group.with_name("editors").write_bytes(data)
        group.with_name("editors").rename(group)

    expected = read_version(group)[1]
    just_before(monkeypatch, "exchange", lambda: replace(b"1 first\n"))
    just_before(monkeypatch, "give_back", lambda: replace(b"1 second\n"))
    with pytest.raises(Conflict):
        save(group, NEW, expected)
    assert group.read_bytes() == b"1 second\n"
    assert names_in(group.parent) == {"group", "group-"}


def test_a_file_that_appears_at_the_last_moment_stays(group: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    group.unlink()
    just_before(monkeypatch, "create", lambda: group.write_bytes(b"1 them\n"))
    with pytest.raises(Conflict) as caught:
        save(group, NEW, ABSENT)
    assert caught.value.theirs == group.read_bytes() == b"1 them\n"
    assert names_in(group.parent) == {"group"}


def test_same_size_and_same_time_are_told_apart(group: Path) -> None:
    before, expected = group.stat(), read_version(group)[1]
    group.write_bytes(OLD.replace(b"old", b"OLD"))
    os.utime(group, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert isinstance(refusal(group, "changed", expected=expected), Conflict)


def test_a_file_that_appeared_is_not_overwritten(group: Path) -> None:
    assert isinstance(refusal(group, "was changed by somebody else", expected=ABSENT), Conflict)


@pytest.mark.parametrize("data", [b"1 a\nname 10\n", b"1 a\n" + b"#" * (1 << 20)])
def test_what_readers_would_lose_is_not_written(group: Path, data: bytes) -> None:
    there = group.stat()
    with pytest.raises(NameFileError) as caught:
        save(group, data, read_version(group)[1])
    a_sentence(str(caught.value), "line 2 is malformed" if len(data) < 99 else "larger than 1 MiB")
    assert (group.stat(), names_in(group.parent)) == (there, {"group"})


def test_a_full_disk(group: Path) -> None:
    filler = fill(group.parent.parent)
    assert writable(group) == ""
    assert refusal(group, "the disk is full", "df").errno == errno.ENOSPC
    filler.unlink()
    save(group, NEW, read_version(group)[1])


def test_a_disk_without_inodes(group: Path) -> None:
    mount("-o", "remount,nr_inodes=4", group.parent.parent)  # the root, two directories' worth, the map
    group.with_name("last").touch()
    refusal(group, "the disk is full", "df -i")


def test_a_full_disk_in_place_puts_the_old_content_back(group: Path) -> None:
    whole = OLD + b"# more\n" * 2000
    group.write_bytes(whole)
    filler = fill(group.parent.parent)
    os.truncate(filler, filler.stat().st_size - 32768)  # enough for the backup and for half of the new content
    expected = read_version(group)[1]
    with pytest.raises(NameFileError) as caught:
        save(group, NEW + b"\n" + b"# longer\n" * 4000, expected, in_place=True)
    a_sentence(str(caught.value), "the disk is full")
    assert group.read_bytes() == whole
    assert backup_path(group).read_bytes() == whole


def test_a_read_only_mount(group: Path) -> None:
    mount("-o", "remount,ro", group.parent.parent)
    assert refusal(group, "read-only", "remount").errno == errno.EROFS
    a_sentence(writable(group), "can't be saved", "read-only")
    a_sentence(writable(group.with_name("new")), "read-only")
    refusal(group.with_name("new"), "read-only")


def test_a_link_into_a_read_only_store(group: Path) -> None:
    store = group.parent.parent / "store"
    store.mkdir()
    (store / "map").write_bytes(OLD)
    mount("--bind", store, store)
    mount("-o", "remount,bind,ro", store)
    group.unlink()
    group.symlink_to(store / "map")
    refusal(group, f"{group} (a link to {store}/map)", "read-only", "where it is made")
    a_sentence(writable(group), "(a link to", "read-only")
    assert os.readlink(group) == f"{store}/map"


def test_a_link_is_followed_and_stays(group: Path) -> None:
    real = group.parent.parent / "elsewhere" / "map"
    real.parent.mkdir()
    group.rename(real)
    group.symlink_to("../elsewhere/map")
    save(group, NEW, read_version(group)[1])
    assert os.readlink(group) == "../elsewhere/map"
    assert (real.read_bytes(), backup_path(group).read_bytes()) == (NEW, OLD)
    assert names_in(real.parent) == {"map", "map-"}
    real.unlink()
    save(group, OLD, ABSENT)
    assert real.read_bytes() == OLD
    shutil.rmtree(real.parent)
    refusal(group, "its directory is missing")
    assert not real.parent.exists()


def test_links_in_a_circle(room: Path) -> None:
    (room / "group").symlink_to("group")
    with pytest.raises(NameFileError) as caught:
        read_version(room / "group")
    a_sentence(str(caught.value), "can't be read")
    with pytest.raises(NameFileError) as caught:
        save(room / "group", NEW, ABSENT)
    a_sentence(str(caught.value), "circle")
    a_sentence(writable(room / "group"), "circle")


def test_a_bind_mounted_file_is_written_in_place_when_asked(group: Path) -> None:
    source = group.parent.parent / "source"
    source.write_bytes(OLD)
    mount("--bind", source, group)
    assert isinstance(refusal(group, "it is a mount point", "in place"), NeedsInPlace)
    assert writable(group) == ""
    inode = source.stat().st_ino
    version = save(group, b"1 x\n", read_version(group)[1], in_place=True)
    assert (source.read_bytes(), source.stat().st_ino) == (b"1 x\n", inode)
    assert read_version(group) == (b"1 x\n", version)
    assert backup_path(group).read_bytes() == OLD
    assert names_in(group.parent) == {"group", "group-"}


def test_without_the_right_to_the_file(group: Path, faults: Faults) -> None:
    group.chmod(0o444)
    found = faults.save(group, NEW, powerless=True)
    assert (found["result"], found["errno"]) == ("refused", errno.EACCES)
    a_sentence(found["text"], "apart from the right to change links", "sudo")
    assert (group.read_bytes(), names_in(group.parent)) == (OLD, {"group"})


def test_with_a_right_to_the_file_but_not_to_its_directory(
    group: Path, faults: Faults, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    state = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("XDG_STATE_HOME", str(state))
    other = Faults()
    group.parent.chmod(0o555)
    found = other.save(group, NEW, powerless=True)
    assert found["result"] == "needs in place"
    a_sentence(found["text"], "its directory", "in place")
    assert (group.read_bytes(), names_in(group.parent)) == (OLD, {"group"})
    found = other.save(group, NEW, powerless=True, in_place=True)
    other.close()
    assert found["result"] == "saved", found
    assert (group.read_bytes(), names_in(group.parent)) == (NEW, {"group"})
    (backup,) = (state / "ifgroup").iterdir()
    assert backup.name == str(group).strip("/").replace("/", "!") + "-"
    assert backup.read_bytes() == OLD


def test_an_owner_that_cannot_be_kept(group: Path, faults: Faults) -> None:
    try:
        os.chown(group, 1234, 1234)
    except OSError:
        pytest.skip("nobody else is mapped into this user namespace")
    group.chmod(0o666)
    found = faults.save(group, NEW, powerless=True)
    assert found["result"] == "needs in place", found
    assert (group.read_bytes(), names_in(group.parent)) == (OLD, {"group"})
    assert faults.save(group, NEW, powerless=True, in_place=True)["result"] == "saved"
    assert (group.read_bytes(), group.stat().st_uid) == (NEW, 1234)


@pytest.mark.parametrize("which", ["file", "directory"])
def test_immutable(group: Path, which: str) -> None:
    path = group if which == "file" else group.parent
    chattr("+i", path)
    try:
        if which == "file":
            assert refusal(group, "immutable", "chattr -i").errno == errno.EPERM
            a_sentence(writable(group), "immutable")
        else:
            assert isinstance(refusal(group, "its directory", "in place"), NeedsInPlace)
    finally:
        chattr("-i", path)


KINDS: dict[str, Callable[[Path], object]] = {
    "a directory": os.mkdir,
    "a FIFO": os.mkfifo,
    "a device": lambda path: os.symlink("/dev/null", path),
}


@pytest.mark.parametrize("kind", KINDS)
def test_no_file_in_its_place(group: Path, kind: str) -> None:
    version = read_version(group)[1]
    group.unlink()
    KINDS[kind](group)
    with pytest.raises(NameFileError) as caught:
        read_version(group)
    a_sentence(str(caught.value), kind, "move it away")
    a_sentence(writable(group), kind)
    if kind != "a device":
        refusal(group, kind, expected=version)


def test_too_large_to_be_a_name_map(room: Path) -> None:
    mount("-o", "remount,size=8m", room)
    path = room / "group"
    path.write_bytes(b"#" * (1 << 20))
    assert len(read_version(path)[0]) == 1 << 20
    path.write_bytes(b"#" * ((1 << 20) + 1))
    with pytest.raises(NameFileError) as caught:
        read_version(path)
    a_sentence(str(caught.value), "larger than 1 MiB")


def test_the_backups_name_taken_by_a_directory(group: Path) -> None:
    group.with_name("group-").mkdir()
    refusal(group, "name of its backup", "move that away")


@pytest.mark.parametrize("in_place", [False, True])
def test_another_ifgroup_holds_the_lock(group: Path, in_place: bool) -> None:
    lock = group.with_name(".group.ifgroup-lock")
    with open(lock, "wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        found = refusal(group, "another ifgroup is saving it", "try again", in_place=in_place)
        assert found.errno == errno.EAGAIN
    save(group, NEW, read_version(group)[1], in_place=in_place)
    assert names_in(group.parent) == {"group", "group-"}


def test_a_hostile_path_is_shown_harmlessly(room: Path) -> None:
    path = room / "\x1b[2J\udcff" / "group"
    path.mkdir(parents=True)
    with pytest.raises(NameFileError) as caught:
        read_version(path)
    assert r"\x1b[2J\xff/group" in str(caught.value)
