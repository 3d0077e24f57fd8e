"""The deletion of a group's interfaces → sentences: what goes, what stays, what became of each."""

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, assert_never

from tui.model.change.move import Move
from tui.model.change.moved import Moved
from tui.model.change.removal import WITHOUT_DELLINK, Companion, Deletion
from tui.model.change.removed import Removed
from tui.model.link import Link, kind_word
from tui.model.names.map import NameMap, group_title, ip_delete
from tui.model.text import plural, visible
from tui.present.move import move_asked, move_whom, moved_line, moved_report, sent_lines
from tui.present.words import Field, count, milliseconds, some
from tui.session.session import Words

if TYPE_CHECKING:
    from tui.session.removal import Bar

_FEW = 4  # companions that are named with why they go
_MANY = 200  # names that a report lists; past that nobody reads them


def removal_asked(removal: Deletion | Move, names: NameMap) -> str:
    """Return what was asked in a few words: "delete group dmz (10)"."""
    return deletion_asked(removal, names) if isinstance(removal, Deletion) else move_asked(removal, names)


def deletion_asked(deletion: Deletion, names: NameMap) -> str:
    """Return the same of a deletion."""
    return f"delete {group_title(deletion.group_id, names)}"


def removal_in_short(deletion: Deletion, names: NameMap) -> str:
    """Return on one line what it deletes, what it takes, and the `ip` line that does the same."""
    return f"{_whom(deletion)}    one message    {ip_delete(deletion.group_id, names)}"


def _whom(deletion: Deletion) -> str:
    also = f", and {count(len(deletion.also))} more with them" if deletion.also else ""
    return f"{plural(deletion.number, 'interface')}{also}"


def bar_sentence(why: "Bar", deletion: Deletion, names: NameMap) -> str:
    """Return why nothing can be sent; empty: it can."""
    title = group_title(deletion.group_id, names)
    match why:
        case "default":
            refuses = "can't be deleted: it holds lo and every untagged interface, and the kernel refuses."
            return f"{title[0].upper()}{title[1:]} {refuses}"
        case "nobody":
            return f"Nobody is in {title}: there is nothing to delete."
        case "undeletable":
            them = "it" if len(deletion.undeletable) == 1 else "them"
            return (
                f"The kernel would delete nobody, since it can't delete {_undeletable(deletion.undeletable)}. "
                f"Retag {them} first."
            )
        case "session":
            return (
                f"Your SSH session comes over {_protected(deletion)}: no guard can take a deletion back, so it isn't "
                "sent unless ifgroup was started with --no-guard."
            )
        case "":
            return ""
    assert_never(why)


def _undeletable(links: Sequence[Link]) -> str:
    named = ", ".join(f"{visible(link.name)} ({_sort(link)})" for link in links[:_FEW])
    return named + (f" and {count(len(links) - _FEW)} more" if len(links) > _FEW else "")


def _sort(link: Link) -> str:
    return "the loopback" if link.is_loopback else kind_word(link.kind)


def _protected(deletion: Deletion) -> str:
    links = {**deletion.members, **{companion.link.ifindex: companion.link for companion in deletion.also}}
    named = [f"{visible(links[index].name)} ({why})" for index, why in deletion.protected.items()]
    return ", ".join(named[:_FEW]) + (f" and {count(len(named) - _FEW)} more" if len(named) > _FEW else "")


def removal_sentences(deletion: Deletion, names: NameMap) -> list[str]:
    """Return what must be known before it is agreed to, a sentence each, the worst first."""
    found = []
    if deletion.protected:
        found.append(f"The way to this machine goes with them: {_protected(deletion)}.")
    if deletion.also:
        found.append(f"{plural(len(deletion.also), 'more goes', 'more go')} too: {some_companions(deletion.also)}.")
    if deletion.torn:
        ends, go = ("The other end of", "goes") if len(deletion.torn) == 1 else ("The other ends of", "go")
        found.append(f"{ends} {some(deletion.torn)}, in another netns, can't be seen from here and {go} too.")
    if deletion.released:
        found.append(f"No port of anything any more, but not deleted: {some(deletion.released)}.")
    if deletion.staying:
        found.append(f"The kernel passes over {some(deletion.staying)}: it agrees, and they stay.")
    kept = (
        f" The name {names.name(deletion.group_id)} stays in the name map." if deletion.group_id in names.by_id else ""
    )
    found.append(f"It can't be undone: addresses, routes and settings go with them.{kept}")
    return found


def some_companions(companions: Sequence[Companion]) -> str:
    """Return the first of them with why they go, and how many more there are."""
    named = ", ".join(f"{visible(one.link.name)} ({why_it_goes(one)})" for one in companions[:_FEW])
    return named + (f" and {count(len(companions) - _FEW)} more" if len(companions) > _FEW else "")


def why_it_goes(companion: Companion) -> str:
    """Return why it goes too, a few words: "peer of v0", "vlan on eth0"."""
    of = visible(companion.of.name)
    return f"peer of {of}" if companion.is_peer else f"{kind_word(companion.link.kind)} on {of}"


def removed_line(removed: Removed | Moved, names: NameMap) -> Field:
    """Return the whole in one line, the numbers first."""
    if isinstance(removed, Moved):
        return moved_line(removed, names)
    head, reply = f"{deletion_asked(removed.deletion, names)}: ", removed.reply
    if removed.verdict == "refused":
        return Field(f"{head}nothing sent: {visible(reply.text)}.", "bad")
    sent = f"1 message, {plural(reply.size, 'byte')}"
    if not removed.checked:
        return Field(f"{head}{sent}; outcome unknown: it could not be read back.", "bad")
    parts = "; ".join(text for text, links in _categories(removed) if links)
    kernel = f" · the kernel: {visible(reply.text) or os.strerror(reply.errno)}" if reply.errno else ""
    match removed.verdict:
        case "done":
            everybody = not (removed.left or removed.vanished or removed.stayed) and len(removed.gone) > 1
            done = f"all {parts}" if everybody else parts
            return Field(f"{head}{done} · {sent}, ACK after {milliseconds(reply.waited)}", "good")
        case "unknown":
            return Field(f"{head}unknown: {visible(reply.text)}; read back: {parts or 'nobody is gone'}", "bad")
        case "nothing":
            return Field(f"{head}nobody was in it any more; {parts}{kernel}", "warn")
    return Field(f"{head}{_why_nobody(removed) or parts}{kernel}", "bad")


def _why_nobody(removed: Removed) -> str:
    """Return why the kernel deleted nobody, if that can be told; empty: it can't."""
    if removed.gone or not removed.reply.errno:
        return ""
    culprits = [link for link in removed.stayed if link.kind in WITHOUT_DELLINK]
    if not culprits:
        return ""
    return f"nobody deleted, since the kernel can't delete {_undeletable(culprits)}: retag it, then delete again"


def _categories(removed: Removed) -> Iterator[tuple[str, Sequence[Link]]]:
    """Yield each sort of fate with its interfaces."""
    too = [companion.link for companion in removed.went_too]
    passed = [link for link in removed.stayed if link not in removed.missed]
    yield f"{count(len(removed.gone))} deleted", removed.gone
    yield f"{count(len(too))} more went too", too
    yield (
        f"{count(len(removed.unforeseen))} more gone, which wasn't foreseen ({some(removed.unforeseen, 3)})",
        removed.unforeseen,
    )
    yield f"{count(len(removed.missed))} still there ({some(removed.missed, 3)})", removed.missed
    yield f"{count(len(passed))} passed over ({some(passed, 3)})", passed
    yield f"{count(len(removed.left))} left the group before, and stay ({some(removed.left, 3)})", removed.left
    yield f"{count(len(removed.vanished))} were gone before ({some(removed.vanished, 3)})", removed.vanished
    yield f"{count(len(removed.caught))} of them had just joined ({some(removed.caught, 3)})", removed.caught


def removed_report(removed: Removed | Moved, names: NameMap) -> list[str]:
    """Return the whole, interface by interface, as lines."""
    if isinstance(removed, Moved):
        return moved_report(removed, names)
    lines = [
        removed_line(removed, names).text,
        "",
        f"asked      {deletion_asked(removed.deletion, names)}, {plural(len(removed.deletion.members), 'member')}",
        f"equals     {ip_delete(removed.deletion.group_id, names)}",
        *sent_lines(removed.reply),
    ]
    too = {one.link: why_it_goes(one) for one in removed.went_too}
    for text, links in _categories(removed):
        if links:
            lines += ["", f"{text.split(' (')[0]}:", *_listed(links, too)]
    return lines


def _listed(links: Sequence[Link], why: dict[Link, str]) -> Iterable[str]:
    for link in links[:_MANY]:
        yield f"  {visible(link.name)}" + (f": {why[link]}" if link in why else "")
    if len(links) > _MANY:
        yield f"  and {count(len(links) - _MANY)} more"


def removal_words(removed: Removed | Moved, told: str, names: NameMap) -> Words:
    """Return what the log says of it. ``told``: its outcome, as `removed_line` tells it."""
    if isinstance(removed, Moved):
        what, plan = move_asked(removed.move, names), ", ".join(move_whom(removed.move).split("    "))
    else:
        what, plan = deletion_asked(removed.deletion, names), f"{_whom(removed.deletion)}, one message"
    return Words(what, plan, told.removeprefix(f"{what}: "))
