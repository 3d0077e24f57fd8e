"""The move of a group's interfaces to another netns → sentences: who goes, what it costs, what became of each."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from tui.model.change.move import Move
from tui.model.change.moved import Moved
from tui.model.change.outcome import Reply
from tui.model.change.shell import ip_in, ip_move
from tui.model.link import Link, kind_word
from tui.model.names.map import NameMap, group_title, ip_set
from tui.model.text import plural, visible
from tui.present.words import Field, count, milliseconds, some

if TYPE_CHECKING:
    from tui.session.move import MoveBar


def move_asked(move: Move, names: NameMap) -> str:
    """Return what was asked in a few words: "move group dmz (10) to netns red"."""
    return f"move {group_title(move.group_id, names)} to netns {visible(move.to.name)}"


def move_in_short(move: Move, names: NameMap) -> str:
    """Return on one line what it moves, what it takes, and the `ip` line that does the same."""
    return f"{move_whom(move)}    {ip_move(move.group_id, move.to.name, names)}"


def move_whom(move: Move) -> str:
    """Return who is moved, and by how much."""
    number = len(move.members)
    effort = plural(number, "message") + (", one each" if number > 1 else "") if move.each else "one message"
    return f"{plural(number, 'interface')}    {effort}"


def move_bar_sentence(why: "MoveBar", move: Move, names: NameMap) -> str:
    """Return why nothing can be sent; empty: it can."""
    title, there = group_title(move.group_id, names), f"netns {visible(move.to.name)}"
    match why:
        case "default":
            return f"{title[0].upper()}{title[1:]} isn't moved: it holds lo, which can't go, and all that is untagged."
        case "nobody":
            return f"Nobody is in {title}: there is nothing to move."
        case "here":
            return f"{there[0].upper()}{there[1:]} is the one that they are in: there is nothing to move."
        case "tied":
            sorts = ", ".join(sorted({"loopback" if link.is_loopback else kind_word(link.kind) for link in move.tied}))
            they = "never leaves its" if len(move.tied) == 1 else "never leave their"
            return f"{some(move.tied)} ({sorts}) {they} netns, and the kernel would stop there. Retag first."
        case "carried":
            one = move.carried[0]
            return (
                f"{visible(one.link.name)} would be deleted when {visible(one.of.name)} moves, on which it stands, and "
                "the kernel would stop there. Retag it first."
            )
        case "clash":
            number = plural(len(move.clashes), "name is", "names are")
            return f"{number} taken in {there}: {some(move.clashes)}. Rename or retag them first."
        case "session":
            return (
                f"Your SSH session comes over {_protected(move)}: no guard can bring it back, so it isn't sent unless "
                "ifgroup was started with --no-guard."
            )
        case "":
            return ""
    assert_never(why)


def _protected(move: Move) -> str:
    return ", ".join(
        f"{visible(move.members[index].name)} ({why})" for index, why in move.protected.items() if index in move.members
    )


def move_sentences(move: Move, names: NameMap) -> list[str]:
    """Return what must be known before it is agreed to, a sentence each, the worst first."""
    found, there = [], f"netns {visible(move.to.name)}"
    if move.protected:
        found.append(f"The way to this machine goes with them: {_protected(move)}.")
    found.append(_duration(move))
    if move.lost:
        lost = ", ".join(f"{visible(one.link.name)} (on {visible(one.of.name)})" for one in move.lost[:4])
        more = f" and {count(len(move.lost) - 4)} more" if len(move.lost) > 4 else ""
        found.append(f"Deleted by it, not moved: {lost}{more}.")
    if move.released:
        found.append(f"No port of anything any more: {some(move.released)}.")
    if move.renumbered:
        found.append(f"{plural(move.renumbered, 'gets', 'get')} another index, since theirs is taken there.")
    if move.joined:
        found.append(f"In {there} {plural(move.joined, 'interface is', 'interfaces are')} in that group already.")
    found.append("They arrive DOWN, without addresses and routes. Nothing here takes it back." + _way_back(move, names))
    return found


def _way_back(move: Move, names: NameMap) -> str:
    """Return how they are moved back by hand; empty: from where we look no shell is near."""
    if names.ip != "ip" or move.joined:
        return ""
    back = ip_set(move.group_id, "netns $$", replace(names, ip=ip_in(move.to.name)))
    return "" if back.startswith("#") else f" By hand, from a shell here: {back}"


def _duration(move: Move) -> str:
    seconds = f"about {move.seconds:,.0f} s" if move.seconds >= 1 else "less than a second"
    if move.each:
        return (
            f"It takes {seconds} (17 ms an interface), longer if others have work: other link changes on this machine "
            "get through in between."
        )
    if move.seconds < 1:
        return f"It takes {seconds} (17 ms an interface)."
    return (
        f"For {seconds} (17 ms an interface) no other link change on this machine gets through, and nothing stops it. "
        "With a message each they would."
    )


def moved_line(moved: Moved, names: NameMap) -> Field:
    """Return the whole in one line, the numbers first."""
    head, reply = f"{move_asked(moved.move, names)}: ", moved.reply
    if moved.verdict == "refused":
        return Field(f"{head}nothing sent: {visible(reply.text)}.", "bad")
    sent = f"{plural(reply.messages, 'message')}, {plural(reply.size, 'byte')}"
    if not moved.checked:
        return Field(f"{head}{sent}; outcome unknown: it could not be read back here and there.", "bad")
    parts = "; ".join(text for text, links in _categories(moved) if links) or "nobody moved"
    if moved.stopped:
        parts = f"stopped by you; {parts}"
    kernel = f" · the kernel: {visible(reply.text) or os.strerror(reply.errno)}" if reply.errno else ""
    match moved.verdict:
        case "done":
            everybody = not (moved.left or moved.vanished) and len(moved.moved) > 1
            done = f"all {parts}" if everybody else parts
            return Field(f"{head}{done} · {sent}, ACK after {milliseconds(reply.waited)}", "good")
        case "unknown":
            return Field(f"{head}unknown: {visible(reply.text)}; read back: {parts}", "bad")
    return Field(f"{head}{parts}{kernel}", "warn" if moved.stopped or moved.verdict == "nothing" else "bad")


def _categories(moved: Moved) -> Iterator[tuple[str, Sequence[Link]]]:
    """Yield each sort of fate with its interfaces."""
    refused = [refusal.link for refusal in moved.refused]
    renumbered = [link for link in moved.moved if link.ifindex in moved.new_index]
    yield f"{count(len(moved.moved))} moved", moved.moved
    yield f"{count(len(renumbered))} of them have another index there", renumbered
    yield f"{count(len(refused))} refused ({_reasons(moved)})", refused
    yield f"{count(len(moved.not_reached))} not reached ({some(moved.not_reached, 3)})", moved.not_reached
    yield f"{count(len(moved.missing))} gone, and not seen there ({some(moved.missing, 3)})", moved.missing
    yield f"{count(len(moved.lost))} more gone from here ({some(moved.lost, 3)})", moved.lost
    yield f"{count(len(moved.left))} left the group before, and stay ({some(moved.left, 3)})", moved.left
    yield f"{count(len(moved.vanished))} were gone before ({some(moved.vanished, 3)})", moved.vanished


def _reasons(moved: Moved) -> str:
    few = moved.refused[:3]
    shown = ", ".join(f"{visible(refusal.link.name)}: {visible(refusal.reason)}" for refusal in few)
    return shown + (f" and {count(len(moved.refused) - 3)} more" if len(moved.refused) > 3 else "")


def moved_report(moved: Moved, names: NameMap, listed: int = 200) -> list[str]:
    """Return the whole, interface by interface, as lines; ``listed``: names of each sort, past that nobody reads."""
    move = moved.move
    lines = [
        moved_line(moved, names).text,
        "",
        f"asked      {move_asked(move, names)}, {plural(len(move.members), 'member')}",
        f"equals     {ip_move(move.group_id, move.to.name, names)}",
        *sent_lines(moved.reply),
    ]
    for text, links in _categories(moved):
        if links:
            more = len(links) - listed
            lines += ["", f"{text.split(' (')[0]}:", *(f"  {visible(link.name)}" for link in links[:listed])]
            lines += [f"  and {count(more)} more"] if more > 0 else []
    return lines


def sent_lines(reply: Reply) -> list[str]:
    """Return what was sent and answered, as a report's lines."""
    answer = "no answer" if reply.errno is None else visible(reply.text) or os.strerror(reply.errno)
    sent = f"{plural(reply.messages, 'message')}, {plural(reply.size, 'byte')}"
    return [f"sent       {sent}; answer after {milliseconds(reply.waited)}", f"kernel     {answer}"]
