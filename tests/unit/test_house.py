"""What holds of the house as a whole; import-linter proves the rest."""

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
