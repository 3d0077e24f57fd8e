"""Model → cells and sentences: every word that people read. The only user of humanize."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from tui.model.change.attributes import OF_THE_LINK_ALONE
from tui.model.group import Group
from tui.model.health import Health
from tui.model.link import LINK_TYPES, NONE, Link, flags_as_ip, kind_word, link_name
from tui.model.names.map import NameMap, group_title
from tui.model.store import Snapshot
from tui.model.text import ascii_text, plural, visible

_STALE_PERIODS = 3  # full checks that may be missed before what is shown counts as old
_STALE_GRACE = 10.0  # seconds


Spelling = Callable[[str], str]
"""How our own words are written on this terminal."""

_ASCII = str.maketrans(
    {
        "…": "...",
        "▸": "+",
        "▾": "-",
        "←": "<-",
        "→": "->",
        "·": "-",
        "×": "x",
        "●": "*",
        "✖": "!",
        "◌": "o",
        "“": '"',
        "”": '"',
        "↑": "Up",
        "↓": "Down",
        "↔": "<->",
        "–": "-",
        "—": "-",
        "≈": "~",
        "≤": "<=",
        "≥": ">=",
        "─": "-",
        "µ": "u",
        "ă": "a",
        "ș": "s",
        "Ț": "T",
    }
)


def as_ascii(text: str) -> str:
    """Return text for terminals that show ASCII alone: our own signs as words, what names hold as ``<U+00E4>``."""
    return text if text.isascii() else ascii_text(text.translate(_ASCII))


class Field(NamedTuple):
    """A piece of text and what it means: "", "good", "bad", "warn" or "muted"."""

    text: str
    tone: str = ""


def count(number: int) -> str:
    """Return 16384 as 16,384."""
    return f"{number:,}"


def some(links: Iterable[Link], most: int = 5) -> str:
    """Return the names of the first few, and how many more there are."""
    names = [visible(link.name) for link in links]
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {count(more)} more" if more > 0 else "")


def members(number: int) -> str:
    """Return "1 member", "1,024 members"."""
    return plural(number, "member")


def milliseconds(seconds: float) -> str:
    """Return a short time as people compare them."""
    return f"{seconds * 1000:.1f} ms" if seconds < 0.1 else f"{seconds:.2f} s"


def about(seconds: float) -> str:
    """Return an estimate, no more exact than it is: "about 3 s", "about 40 s", "about 2 min"."""
    if seconds < 1:
        return "less than 1 s"
    if seconds < 10:
        return f"about {seconds:.0f} s"
    if seconds < 57:
        return f"about {5 * round(seconds / 5)} s"
    return f"about {count(round(seconds / 60))} min"


def state_field(link: Link) -> Field:
    """Return the administrative and the operational state as words."""
    if not link.is_up:
        return Field(link.state, "muted")
    return Field(link.state, "good" if link.oper in ("UP", "UNKNOWN") else "warn")


def lower_text(link: Link, links: Mapping[int, Link]) -> str:
    """Return the lower link or veth peer in words."""
    if link.lower_netnsid is not None:
        return f"if{link.lower} in netns id {link.lower_netnsid}"
    return link_name(link.lower, links)


def link_details(link: Link, snapshot: Snapshot, names: NameMap, reason: str | None) -> list[tuple[str, str]]:
    """Return everything that is known of an interface, as (what, value)."""
    limit = count(link.max_mtu) if link.max_mtu else "no limit"
    rows = [
        ("name", visible(link.name)),
        ("index", str(link.ifindex)),
        ("altnames", ", ".join(visible(name) for name in link.altnames)),
        ("alias", visible(link.alias)),
        ("group", group_title(link.group, names)),
        ("state", state_field(link).text),
        ("flags", " ".join(flags_as_ip(link, snapshot.links))),
        ("MTU", f"{link.mtu} bytes (takes {link.min_mtu} … {limit})"),
        ("queue", plural(link.txqlen, "packet")),
        ("kind", kind_word(link.kind)),
        ("type", LINK_TYPES.get(link.arptype, str(link.arptype))),
        ("MAC", link.address.hex(":")),
        ("master", link_name(link.master, snapshot.links)),
        ("lower or peer", lower_text(link, snapshot.links)),
        *((one.label, one.value(one.read(link), names)) for one in OF_THE_LINK_ALONE if one.read(link) != NONE),
        ("tso_max_size", str(link.tso_max_size)),
        ("tso_max_segs", str(link.tso_max_segs)),
        ("protected", reason or ""),
    ]
    return [(what, value) for what, value in rows if value]


def link_pane(link: Link, snapshot: Snapshot, names: NameMap, reason: str | None) -> list[str]:
    """Return what matters of an interface, in a few lines of 80 cells."""
    rows = dict(link_details(link, snapshot, names, reason))
    above = [f"{what} {rows[what]}" for what in ("master", "lower or peer") if what in rows]
    address = f"MAC {rows['MAC']}" if "MAC" in rows else ""
    relations = [*above, *([f"protected: {reason}"] if reason else [])]
    return [
        f"{rows['name']}  index {rows['index']}  {rows['group']}  {rows['state']}  {rows['kind']}",
        f"MTU {rows['MTU']}  queue {rows['queue']}  {address}",
        f"{'  '.join(relations) or 'no master, no lower link'}  <{','.join(flags_as_ip(link, snapshot.links))}>",
        "  ".join(f"{what} {rows[what]}" for what in ("alias", "altnames") if what in rows) or "no alias, no altnames",
    ]


def is_stale(health: Health, now: float) -> bool:
    """Whether what is shown is too old to be believed."""
    overdue = health.period * _STALE_PERIODS + _STALE_GRACE
    return health.state == "stale" or (health.state in ("live", "checking") and now - health.checked_at > overdue)


def _state_text(health: Health, stale: bool, now: float) -> str:
    """Return the state, and why it isn't live: first of all that a narrow terminal has room for."""
    unanswered = f"no answer for {short_age(now - health.since)}"
    if stale:
        late = unanswered if health.state == "checking" else "no check has ended"
        return f"✖ stale: {visible(health.reason or health.doubt or late)}"
    word = "checking…" if health.checked_at else "reading…"
    if health.state == "checking":
        return f"◌ {word} {unanswered}" if now - health.since >= 1 else f"◌ {word}"
    if health.state == "starting":
        return f"◌ {word}"
    return f"{'●' if health.state == 'live' else '◌'} {health.state}"


def status_fields(health: Health, rate: float) -> list[Field]:
    """Return the status line: the state and why, events per second, overruns, age of the last full check."""
    now = time.monotonic()
    stale = is_stale(health, now)
    tone = "bad" if stale else "good" if health.state == "live" else "warn"
    if not health.checked_at:
        age = "never checked"
    elif now - health.checked_at < 1:
        age = "checked just now"
    else:
        age = f"checked {short_age(_age(now - health.checked_at))} ago"
    lost = Field(
        plural(health.overruns, "overrun"),
        "warn" if health.overruns else "muted",
    )
    import humanize  # a verb of the command line that tells no health does without

    size = humanize.naturalsize(health.buffer, binary=True, format="%.0f")
    return [
        Field(_state_text(health, stale, now), tone),
        *([Field(f"protection: {visible(health.protection)}", "bad")] if health.protection else []),
        Field(f"{plural(round(rate), 'event')}/s"),
        lost,
        Field(age, "bad" if stale else ""),
        Field(f"buffer {size}{' forced' if health.forced else ''}", "muted"),
        *([Field(f"{count(health.foreign)} foreign dropped", "warn")] if health.foreign else []),
    ]


def _age(seconds: float) -> int:
    """Return an age as it is told: whole seconds, past ten the next multiple of five, which is never less than it is.

    A console that waits repaints its status line for nothing else.
    """
    whole = int(seconds)
    return whole if whole <= 10 else -(-whole // 5) * 5


def short_age(seconds: float) -> str:
    """Return an age in a few characters: "12 s", "3 min"."""
    if seconds < 6000:
        return f"{int(seconds)} s" if seconds < 100 else f"{int(seconds // 60)} min"
    import humanize

    return humanize.naturaldelta(seconds)


def group_detail(group: Group) -> str:
    """Return the MTUs and kinds of a group's members with their numbers."""
    mtus = [f"{count(number)} × {mtu}" for mtu, number in group.mtus]
    kinds = [f"{count(number)} × {kind_word(kind)}" for kind, number in group.kinds]
    return f"MTU: {_first(mtus)}    kind: {_first(kinds)}"


def _first(texts: Sequence[str], most: int = 4) -> str:
    more = len(texts) - most
    return (", ".join(texts[:most]) or "none") + (f" and {more} more" if more > 0 else "")


def spaced(fields: Iterable[Field]) -> list[Field]:
    """Return the fields with room between them."""
    return [piece for field in fields for piece in (Field("   "), field)][1:]


def wrapped(text: str, width: int) -> list[str]:
    """Return a sentence as one line of ``width`` cells, or two; who shows it cuts what is longer still."""
    room = max(width - 2, 20)
    if len(text) <= room:
        return [f" {text}"]
    cut = text.rfind(" ", 0, room)
    if cut < room // 2:
        cut = room
    return [f" {text[:cut]}", f"   {text[cut:].strip()}"]
