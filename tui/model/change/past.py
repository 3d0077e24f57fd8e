"""A record of the audit file, read back: what any program may have written there, taken as no more than it is."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

from tui.model.change.log import LogVerdict
from tui.model.change.outcome import Verdict
from tui.model.names.map import entry
from tui.model.text import harmless

_LONGEST = 400  # characters of one text that are shown
_VERDICTS: frozenset[str] = frozenset(get_args(Verdict))
Fields: TypeAlias = Mapping[str, Any]
"""Values by the ids of attributes, as recorded: nothing is known of them yet."""


class Netns(NamedTuple):
    """A network namespace; empty is what can't be told."""

    name: str
    """As /proc names it, "net:[4026531840]". Another may bear it once this one is gone: the kernel gives the lowest
    free number."""
    id: str
    """The kernel's boot and the namespace's cookie, which no other ever bears as long as it runs."""


NOWHERE = Netns("", "")
"""It isn't known where."""


@dataclass(frozen=True, slots=True)
class Row:
    """A member of a change. All its text is harmless to show."""

    ifname: str
    """As `visible` made it."""
    became: str
    reason: str
    settings: Fields | None
    """What it alone was to be; None: what all were."""
    before: Fields
    after: Fields | None
    alone: bool
    """Whether it had a message of its own beside those of several groups."""


class PastGroup(NamedTuple):
    """One of several groups, changed as a whole. All its text is harmless to show."""

    group_id: int
    """Negative: there is none such."""
    outcome: str
    settings: Fields | None
    """What it was to be; None: it isn't on record."""


@dataclass(frozen=True, slots=True)
class Past:
    """A record. All text is harmless to show, and a number that isn't one is 0."""

    record: Mapping[str, Any]
    """As it was read."""
    time: datetime
    """Aware."""
    event: str
    """"change", "delete", "move", "save", "revert", "keep", or what later versions call theirs."""

    def text(self, key: str) -> str:
        """Return a text of it; empty: there is none."""
        return _text(self.record, key)

    def fields(self, key: str) -> Fields:
        """Return an object of it; empty: there is none."""
        value = self.record.get(key)
        return value if isinstance(value, dict) else {}

    def number(self, key: str) -> int:
        """Return a whole number of it; 0: there is none."""
        value = self.record.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else 0

    @property
    def verdict(self) -> LogVerdict:
        """The whole in one word."""
        outcome = self.text("outcome")
        match self.event:
            case "change" | "delete" | "move":
                return outcome if outcome in _VERDICTS else "unknown"  # type: ignore[return-value]
            case "save":
                return "saved" if outcome == "saved" else "failed"
            case "revert":
                return "reverted"
            case "keep":
                return "done"
            case _:
                return "unknown"

    @property
    def group_id(self) -> int | None:
        """The group that was changed as a whole; None: none was."""
        value = self.record.get("group_id")
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    @property
    def seconds(self) -> float:
        """From send to ACK."""
        value = self.record.get("seconds")
        return value if isinstance(value, float) else 0.0

    def elsewhere(self, here: Netns) -> bool:
        """Whether it was in another network namespace, as far as can be told."""
        boot, _, cookie = self.text("netns_id").partition("/")
        boot_here, _, cookie_here = here.id.partition("/")
        if boot and boot == boot_here and cookie != cookie_here:
            return True
        there = self.text("netns")
        return bool(there and here.name and there != here.name)

    def rows(self, key: Literal["members", "put_back"] = "members") -> Iterator[Row]:
        """Yield the members that are recorded properly."""
        for row in _rows(self.record.get(key)):
            if isinstance(row, dict) and isinstance(row.get("ifname"), str):
                settings, after = row.get("settings"), row.get("after")
                yield Row(
                    harmless(row["ifname"]),
                    _text(row, "became"),
                    _text(row, "reason"),
                    settings if isinstance(settings, dict) else None,
                    before if isinstance(before := row.get("before"), dict) else {},
                    after if isinstance(after, dict) else None,
                    row.get("alone") is True,
                )

    @property
    def by_group(self) -> list[PastGroup]:
        """Several groups that were changed as wholes, in the order in which they were sent."""
        return [
            PastGroup(
                group_id if isinstance(group_id := row.get("group_id"), int) and not isinstance(group_id, bool) else -1,
                _text(row, "outcome"),
                settings if isinstance(settings := row.get("settings"), dict) else None,
            )
            for row in _rows(self.record.get("by_group"))
            if isinstance(row, dict)
        ]

    @property
    def diff(self) -> list[str]:
        """The lines that a save of the name map changed."""
        return [harmless(line) for line in _rows(self.record.get("diff")) if isinstance(line, str)]

    def concerns(self, group_ids: Collection[int]) -> bool:
        """Whether it was a change of one of these groups or of members of it, into it or out of it; or of its name."""
        numbers: list[object] = [self.record.get("group_id"), self.record.get("new_group_id")]
        numbers += _rows(self.record.get("groups"))
        numbers += [group.group_id for group in self.by_group]
        for row in self.rows():
            numbers += [row.before.get("group"), (row.after or {}).get("group"), (row.settings or {}).get("group")]
        numbers += [(row.settings or {}).get("group") for row in self.rows("put_back")]
        for line in self.diff[2:]:
            if line[:1] in ("+", "-") and (found := entry(line[1:].encode(errors="replace"))) is not None:
                numbers.append(found.group_id)
        whole = (number for number in numbers if isinstance(number, int) and not isinstance(number, bool))
        return any(number in group_ids for number in whole)


def past_of(line: bytes) -> Past | None:
    """Read a line of the audit file; None: it is no record."""
    try:
        record = json.loads(line, parse_constant=_refuse)
        when = datetime.fromisoformat(record["time"])
        event = record["event"]
    except (ValueError, TypeError, KeyError, IndexError, RecursionError):
        return None
    if not isinstance(record, dict) or not isinstance(event, str):
        return None
    return Past(record, when if when.tzinfo else when.replace(tzinfo=UTC), harmless(event))


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _rows(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    if not isinstance(value, str):
        return ""
    return harmless(value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…")
