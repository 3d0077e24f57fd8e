"""What earlier sittings put on record: the last so many, from before this one began."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tui.files.audit import Audit
from tui.files.names.file import NameFile
from tui.model.change.log import LIMIT, WHOLE
from tui.model.change.past import NOWHERE
from tui.model.names.map import parse
from tui.present.past import past_entries
from tui.session.earlier import earlier_sittings
from tui.session.services import Services
from tui.session.session import Session

BEGAN = datetime(2026, 1, 2, tzinfo=UTC)


def record(number: int, when: datetime) -> bytes:
    members = [{"ifname": f"m{i}", "became": "changed"} for i in range(60)]
    more = {"settings": {"up": True}, "members": members, "outcome": "done", "messages": 60}
    return (
        json.dumps({"time": when.isoformat(), "event": "change", "what": f"change {number}", **more}).encode() + b"\n"
    )


def test_the_last_so_many_from_before_are_told_the_newest_first(tmp_path: Path) -> None:
    path = tmp_path / "audit"
    old = [record(number, BEGAN - timedelta(seconds=LIMIT + 50 - number)) for number in range(LIMIT + 50)]
    old.insert(LIMIT + 20, b"torn\n")
    path.write_bytes(b"".join(old) + record(9999, BEGAN) + b'{"time":')
    found = [past.text("what") for past in earlier_sittings(path, BEGAN)]
    assert (len(found), found[0], found[-1]) == (LIMIT, f"change {LIMIT + 49}", "change 50")
    entries = past_entries(earlier_sittings(path, BEGAN), parse(b""), NOWHERE)
    assert [entry.number for entry in entries[:2]] == [-1, -2]
    assert entries[WHOLE - 1].lines[0].startswith("for dev in m0 m1")
    assert "not kept whole" in entries[WHOLE].lines[0]


def test_a_session_reads_its_own_audit_file(tmp_path: Path, netns: None) -> None:
    path = tmp_path / "audit"
    path.write_bytes(record(1, BEGAN))
    for audit, found in ((Audit(path, ()), ["change 1"]), (Audit(None), [])):
        session = Session(Services(NameFile(tmp_path / "group"), read_only=True, audit=audit))
        audit.write({"event": "change", "what": "of this sitting"})
        assert [past.text("what") for past in session.earlier()] == found
        session.services.stop()
    session = Session(Services(NameFile(tmp_path / "group"), read_only=True, audit=Audit(tmp_path / "none")))
    with pytest.raises(FileNotFoundError, match="There is no audit file"):
        [*session.earlier()]
    session.services.stop()
