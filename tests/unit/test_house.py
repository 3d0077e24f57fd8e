"""What holds of the house as a whole; import-linter proves the rest."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import tui
from tests.terminal import ROOT


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("tui.cli.main", ("textual", "pyroute2", "humanize")),
        ("tui.cli.list", ("textual", "rich", "pyroute2")),
        ("tui.cli.log", ("textual", "rich", "pyroute2", "humanize", "tui.netlink.monitor")),
        ("tui.cli.names", ("textual", "rich", "pyroute2", "humanize", "tui.netlink")),
        ("tui.cli.watch", ("textual", "rich", "pyroute2", "humanize")),
        ("tui.cli.pending", ("textual", "rich", "pyroute2", "humanize")),
        ("tui.cli.keep", ("textual", "rich", "pyroute2", "humanize")),
        ("tui.cli.revert", ("textual", "rich", "pyroute2", "humanize")),
        ("tui.session.session", ("textual", "rich", "pyroute2", "humanize")),
        ("tui.guard.process", ("textual", "rich", "pyroute2", "humanize")),
        ("tui.cli.bench", ("textual", "pyroute2")),
        ("tui.app.app", ("pyroute2",)),
        ("widgets.keyed_table.table", ("tui", "pyroute2")),
    ],
)
def test_import_leaves_out(module: str, heavy: tuple[str, ...]) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert module in loaded
    assert not [name for name in heavy if name in loaded]


def test_a_session_needs_no_screen(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from tui.files.names.file import NameFile\n"
        "from tui.session.services import Services\n"
        "from tui.session.session import Session\n"
        "session = Session(Services(NameFile(Path(sys.argv[1])), read_only=True))\n"
        "print(session.look().reading, session.hindrance, len(session.log)); session.services.stop()\n"
        "print(*sys.modules)"
    )
    line = [sys.executable, "-c", code, str(tmp_path / "group")]
    said, loaded = subprocess.run(line, capture_output=True, text=True, check=True).stdout.splitlines()
    assert said == "True Hindrance.READ_ONLY 0"
    assert not {"textual", "rich", "humanize"} & {*loaded.split()}


def test_version_is_one_version() -> None:
    done = subprocess.run([sys.executable, "-m", "tui", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"ifgroup {tui.__version__}"


def test_the_tests_have_the_rooms_of_the_code() -> None:
    rooms = {folder.name for folder in (ROOT / "tui").rglob("*") if folder.is_dir()}
    found = [folder for kind in ("unit", "kernel", "app") for folder in (ROOT / "tests" / kind).glob("[a-z]*/")]
    assert found
    assert [str(folder) for folder in found if folder.name not in rooms] == []


MAP = (ROOT / "CONTRIBUTING.md").read_text()
PLACES = re.findall(r"`((?:[\w.]+/)*(?:[\w.]+/|[\w.]+\.(?:py|md|toml)|\.ci/run))(?::([\w.]+))?`", MAP)
METHODS = re.findall(r"`([A-Z]+[a-z]\w*)\.(\w+)`", MAP)


def declares(text: str, name: str) -> bool:
    return bool(re.search(rf"\b(class|def) {name}\b|^ *{name}\b[^=\n]* = ", text, re.MULTILINE))


def test_every_path_on_the_map_is_there() -> None:
    paths = {path for path, _ in PLACES}
    assert len(paths) > 50
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize(("path", "dotted"), sorted({place for place in PLACES if place[1]}))
def test_every_name_on_the_map_is_in_its_file(path: str, dotted: str) -> None:
    text = (ROOT / path).read_text()
    assert [name for name in dotted.split(".") if not declares(text, name)] == []


@pytest.mark.parametrize(("kind", "method"), sorted({*METHODS}))
def test_every_method_on_the_map_is_one_of_its_class(kind: str, method: str) -> None:
    texts = [path.read_text() for path in (ROOT / "tui").rglob("*.py")]
    assert any(f"class {kind}" in text and declares(text, method) for text in texts)


def test_every_room_is_on_the_map() -> None:
    rooms = [folder for folder in (ROOT / "tui").rglob("*") if folder.is_dir() and folder.name != "__pycache__"]
    assert len(rooms) > 20
    assert [room for room in sorted(f"{room.relative_to(ROOT)}/" for room in rooms) if f"`{room}`" not in MAP] == []
