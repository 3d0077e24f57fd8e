"""What earlier sittings put on record, read back from the audit file."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from tui.files.audit_lines import newest_first
from tui.model.change.log import LIMIT
from tui.model.change.past import Past, past_of

_MOST = 64 << 20  # bytes of the file's end; read in about a second


def earlier_sittings(path: Path, before: datetime) -> Iterator[Past]:
    """Yield the last LIMIT records from ``before`` a moment, the newest first. Blocks; raises OSError, one sentence."""
    records = (past for line in newest_first(path, _MOST) if (past := past_of(line)) is not None)
    yield from islice((past for past in records if past.time < before), LIMIT)
