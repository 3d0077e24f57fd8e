"""Records of the audit file in words: who, what, and what came of it."""

from collections.abc import Iterable

from tui.model.change.log import WHOLE, LogEntry, aged
from tui.model.change.past import Netns, Past
from tui.model.change.replay import replay
from tui.model.names.map import NameMap
from tui.model.text import harmless, plural

_FEW = 3  # members that are named, of each kind
_WELL = ("changed", "already", "deleted", "went too", "moved")
_MOST = 80  # characters of a reason that are shown


def by_whom(past: Past) -> str:
    """Return who did it: "root", "alice as root", "root on host2"."""
    user = past.text("user") or "nobody known"
    caller = past.text("sudo_user")
    return f"{caller} as {user}" if caller and caller != user else user


def what(past: Past) -> str:
    """Return what was asked, or what happened by itself."""
    asked = past.text("what") or "something that isn't on record"
    match past.event:
        case "revert":
            return f"taken back: {asked}"
        case "keep":
            return f"kept: {asked}"
    return asked


def outcome(past: Past) -> str:
    """Return what came of it, one line; members' problems in short."""
    match past.event:
        case "change" | "delete" | "move":
            return _of_change(past)
        case "save":
            return past.text("outcome") or "unknown"
        case "revert":
            return _of_revert(past)
        case "keep":
            return "kept"
    return past.text("outcome") or f"a record of “{past.event}”, which this ifgroup doesn't know"


def _of_change(past: Past) -> str:
    number: dict[str, int] = {}
    told: dict[str, list[str]] = {}
    for row in past.rows():
        number[row.became] = number.get(row.became, 0) + 1
        if row.became not in _WELL and len(few := told.setdefault(row.became, [])) < _FEW:
            few.append(f"{row.ifname}: {row.reason[:_MOST]}" if row.reason else row.ifname)
    if not past.number("messages"):
        return f"{past.verdict}: {past.text('kernel') or 'nothing was sent'}"
    parts = []
    for became, members in number.items():
        more = members - len(told.get(became, ()))
        names = ", ".join(told.get(became, ())) + (f" and {more:,} more" if more else "")
        parts.append(f"{members:,} {became}" + (f" ({names})" if became in told else ""))
    if past.record.get("errno") and not told:
        parts.append(past.text("kernel"))
    if past.record.get("stopped") is True:
        parts.append("stopped by the operator")
    return f"{past.verdict}: {', '.join(filter(None, parts)) or 'it had no members'}"


def _of_revert(past: Past) -> str:
    parts = [] if past.record.get("complete") is True else ["not all of it"]
    for key, words in (
        ("back", "put back"),
        ("as_before", "as before already"),
        ("changed_since", "changed by another since"),
        ("gone", "gone"),
        ("refused", "refused"),
    ):
        rows = past.record.get(key)
        if isinstance(rows, list) and rows:
            parts.append(f"{plural(len(rows), 'interface')} {words}" + _named(rows, key))
    missing = past.record.get("missing")
    if isinstance(missing, list) and missing:
        parts.append(f"{len(missing)} of its routes and addresses missing")
    told = ", ".join(filter(None, [*parts, past.text("problem")])) or "nothing was left to put back"
    return f"reverted ({past.text('why') or 'nobody knows why'}): {told}"


def _named(rows: Iterable[object], key: str) -> str:
    if key in ("back", "as_before"):
        return ""
    names = [harmless(row[1]) for row in rows if isinstance(row, list) and len(row) > 1 and isinstance(row[1], str)]
    more = f" and {len(names) - _FEW:,} more" if len(names) > _FEW else ""
    return f" ({', '.join(names[:_FEW])}{more})" if names else ""


def line(past: Past, here: Netns, host: str) -> str:
    """Return it as one line. ``here``, ``host``: where the reader is; what was done elsewhere says where."""
    where = [past.text("netns")] if past.elsewhere(here) else []
    where += [there] if (there := past.text("host")) not in ("", host) else []
    place = f" in {' on '.join(where)}" if where else ""
    return f"{past.time.astimezone():%Y-%m-%d %H:%M:%S}  {by_whom(past)}{place}  {what(past)}  {outcome(past)}"


def comment(past: Past, here: Netns, host: str) -> str:
    """Return it as a comment for a shell; one line whatever it holds."""
    return f"# {line(past, here, host)}"


def past_entries(records: Iterable[Past], names: NameMap, here: Netns) -> list[LogEntry]:
    """Return records, the newest first, as entries of the log, keyed -1, -2 …; older ones without what takes memory."""
    entries = (past_entry(past, names, here, -number) for number, past in enumerate(records, 1))
    return [entry if -entry.number <= WHOLE else aged(entry) for entry in entries]


def past_entry(past: Past, names: NameMap, here: Netns, number: int) -> LogEntry:
    """Return it as an entry of the log. ``number``: its key there, below 1."""
    return LogEntry(
        time=past.time,
        netns=past.text("netns"),
        what=what(past),
        plan="",
        outcome=outcome(past),
        verdict=past.verdict,
        messages=max(past.number("messages"), 0),
        size=max(past.number("bytes"), 0),
        waited=past.seconds,
        lines=tuple(replay(past, names, here)),
        number=number,
        by=by_whom(past),
    )
