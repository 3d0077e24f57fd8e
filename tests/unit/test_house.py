"""What holds of the house as a whole; import-linter proves the rest."""

import subprocess
import sys

import pytest

import tui


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


def test_version_is_one_version() -> None:
    done = subprocess.run([sys.executable, "-m", "tui", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"ifgroup {tui.__version__}"
