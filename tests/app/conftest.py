"""What the tests of the console stand on."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import textual.app
import textual.pilot

from tests.idle import idle
from tests.links import Ip, cheap_kind, many
from tests.writers import record_sends


@pytest.fixture(autouse=True, scope="session")
def hurry() -> Iterator[None]:
    """With IFGROUP_HURRY set, have each Pilot wait for what it awaits, not for a time: three minutes less.

    Not by itself: a test that looks before a thread has told the screen passes by Textual's waits alone.
    """
    if not os.environ.get("IFGROUP_HURRY"):
        yield
        return
    with pytest.MonkeyPatch.context() as patched:
        for module in (textual.app, textual.pilot):
            patched.setattr(module, "wait_for_idle", idle)
        yield


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[int, bytes]]:
    """The batches of messages that this process sent, not its guards; no SSH session is protected."""
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    return record_sends(monkeypatch)


@pytest.fixture
def names(tmp_path: Path) -> Path:
    """A name map of the groups 7 and 8."""
    path = tmp_path / "group"
    path.write_text("7\tcustomers\n8\tdmz\n")
    return path


@pytest.fixture
def kind(ip: Ip) -> str:
    """a0, a1, a2 in group 7 and b0, b1 in group 8, all down, in the order of their indexes; return their kind."""
    kind = cheap_kind(ip)
    many(kind, 3, 7, up=False, prefix="a")
    many(kind, 2, 8, up=False, prefix="b")
    return kind
