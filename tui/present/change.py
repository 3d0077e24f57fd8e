"""Plan and Outcome → sentences."""

import os
from collections import Counter
from collections.abc import Sequence

from tui.model.change.attribute import Attribute, Harm
from tui.model.change.attributes import GROUP, LEAST_IPV4_MTU, MASTER
from tui.model.change.intent import Intent
from tui.model.change.outcome import Outcome, Refusal, Reply, sent_to
from tui.model.change.plan import Former, Plan, Preview, ip_lines
from tui.model.change.settings import Settings
from tui.model.change.shell import shortened
from tui.model.group import MAX_IP_GROUP
from tui.model.link import LEAST_IPV6_MTU, Link
from tui.model.names.map import NameMap, group_title
from tui.model.names.tree import branch_title
from tui.model.text import plural, visible
from tui.present.busy import busy
from tui.present.words import Field, about, count, members, milliseconds, some

_VALUES = 3  # values that are told of those that the members have
_ROOM = 200  # characters of a line that is to be looked at
_MANY = 200  # names that a report lists; past that nobody reads them
_FEW_GROUPS = 4  # groups that a sentence names
_STOPS = {
    False: "The kernel stops at the first that refuses; members after it stay as they are.",
    True: "In its group the kernel stops at the first that refuses; the other groups are changed all the same.",
}
"""What a refusal leads to; whether there are several groups."""


def what(change: Intent | Preview, names: NameMap) -> str:
    """Return what was asked: "up", "down", "MTU 9000", "to group dmz (10)"."""
    settings = change.alike
    if settings is None:
        return "back as they were"
    return ", ".join(attribute.preposition + attribute.words(value, names) for attribute, value in settings.items())


def target(intent: Intent, names: NameMap) -> str:
    """Return whom it is asked of: "group dmz (10)", "interface eth0", "12 interfaces"."""
    if intent.group_id is not None:
        return group_title(intent.group_id, names)
    if intent.each_of:
        number = plural(len(intent.members), "interface")
        return f"{number} of {_whose(intent, names)}"
    if intent.path:
        return branch_title(intent.path, len(intent.groups))
    if intent.groups:
        alone = len(intent.alone)
        return plural(len(intent.groups), "group") + (f" and {plural(alone, 'interface')}" if alone else "")
    if len(intent.members) == 1:
        return f"interface {visible(next(iter(intent.members.values())).name)}"
    return plural(len(intent.members), "interface")


def _whose(intent: Intent, names: NameMap) -> str:
    groups = intent.each_of
    if intent.path:
        return branch_title(intent.path, len(groups))
    return group_title(groups[0], names) if len(groups) == 1 else plural(len(groups), "group")


def asked(intent: Intent, names: NameMap) -> str:
    """Return the whole wish in a few words: "group dmz (10) MTU 9000", "undo 3: group dmz (10) MTU 1500"."""
    undo = "" if intent.undoes is None else f"undo {intent.undoes}: "
    return f"{undo}{target(intent, names)} {what(intent, names)}"


def transition(preview: Preview, names: NameMap) -> str:
    """Return old → new in a few words: "93 of 128: 1500 → 9000"."""
    if not preview.members:
        return "no members"
    if not preview.changing:
        return "it already is" if preview.members == 1 else f"all {count(preview.members)} already are"
    number = f"{count(preview.changing)} of {count(preview.members)}"
    if preview.alike is None:
        return f"{number} go back"
    several = len(preview.former) > 1
    steps = (
        (f"{attribute.label} " if several else "")
        + f"{former_values(attribute, known, names)} → {attribute.value(preview.alike[attribute], names)}"
        for attribute, known in preview.former.items()
    )
    return f"{number}: {', '.join(steps)}"


def former_values(attribute: Attribute, known: Former, names: NameMap) -> str:
    """Return what they have now, the commonest first: "1500/1400"; of groups also how many: "12 of web, 3 of dmz"."""
    values = [attribute.value(value, names) for value, _ in known[:_VALUES]]
    more = len(known) - _VALUES
    if attribute is not GROUP or len(known) == 1:
        return "/".join(values) + ("/…" if more > 0 else "")
    shown = ", ".join(f"{count(number)} of {name}" for name, (_, number) in zip(values, known, strict=False))
    return shown + (f" and {plural(more, 'more group')}" if more > 0 else "")


def effort(preview: Preview) -> str:
    """Return what it takes: "one message", "12 messages, one each", "3 messages, one a group"."""
    if preview.messages == 1:
        return "one message"
    each = "one each"
    if preview.groups:
        each = "one a group" + (" or interface" if preview.alone else "")
    return f"{count(preview.messages)} messages, {each}"


def in_short(preview: Preview, names: NameMap) -> str:
    """Return on one line what a plan changes, what it takes, and the `ip` line that does the same."""
    return f"{transition(preview, names)}    {effort(preview)}    {preview.ip_line}"


def limits(link: Link, wanted: Settings | None) -> str:
    """Return a member's name with what it takes instead of what it is wanted to be, as far as that is known."""
    known = wanted.limits(link) if wanted is not None else ""
    return f"{visible(link.name)} ({known})" if known else visible(link.name)


def warning(preview: Preview, names: NameMap) -> str:
    """Return the worst that is known beforehand, one clause, and how long it takes if that is long."""
    time = about(preview.estimate.seconds) if preview.estimate.long else ""
    return "  ".join(filter(None, [time, _worst(preview, names)]))


def _worst(preview: Preview, names: NameMap) -> str:
    if preview.needs_name:
        return f"asks for the name ({preview.accepted(names)[0]})"
    if preview.refusing:
        more = len(preview.refusing) - 1
        return f"refused by {limits(preview.refusing[0], preview.alike)}" + (f" and {count(more)} more" if more else "")
    return next((f"{what} is lost below {least}" for what, least in _ended(preview)), "")


def _ended(preview: Preview) -> list[tuple[str, int]]:
    """Return the protocols that end for want of MTU, with the bytes that they take."""
    both = (preview.loses_ipv6, "IPv6", LEAST_IPV6_MTU), (preview.loses_ipv4, "IPv4", LEAST_IPV4_MTU)
    return [(what, least) for ends, what, least in both if ends]


def plan_line(key: str, preview: Preview, names: NameMap) -> list[Field]:
    """Return the line that shows, before the key is pressed, what it would do."""
    risk = warning(preview, names)
    return [
        Field(f"{key} ", ""),
        Field(f"{what(preview, names):<9}", ""),
        Field(f" {transition(preview, names)}  ", "" if preview.changing else "muted"),
        Field(f"{risk}  " if risk else "", "warn"),
        Field(preview.ip_line, "muted"),
    ]


def risks(preview: Preview, names: NameMap) -> list[str]:
    """Return every risk of a plan, a sentence each."""
    found = [sentence] if (sentence := busy(preview)) else []
    if preview.protected:
        whole = preview.group_id
        who = "The choice" if whole is None else group_title(whole, names)
        who = branch_title(preview.path, len(preview.groups)) if preview.path else who
        found.append(f"{who} carries the way to this machine: {some(preview.protected)}.")
    if preview.alike is not None and GROUP in preview.former:
        found += _retag_risks(preview.alike[GROUP], preview)
    if preview.group_id == 0:
        found.append("Group 0 holds lo and every interface that nobody tagged: this can take the machine off the net.")
    found += _untagged_risks(preview.untagged)
    if preview.refusing:
        stops = preview.group_id is not None or preview.groups
        refusing = ", ".join(limits(link, preview.alike) for link in preview.refusing[:8])
        more = len(preview.refusing) - 8
        found.append(
            f"{members(len(preview.refusing))} can't take {what(preview, names)}: {refusing}"
            + (f" and {count(more)} more" if more > 0 else "")
            + (f". {_STOPS[bool(preview.groups)]}" if stops else ".")
        )
    if Harm.FORGETS in preview.harms and preview.changing_up:
        found.append("Permanent neighbours of those that are UP go with it, and an undo doesn't bring them back.")
    if Harm.LEAVES in preview.harms:
        leaving = sum(number for master, number in preview.former.get(MASTER, ()) if master)
        found.append(
            f"{members(leaving)} {'leaves' if leaving == 1 else 'leave'} a master: what was set on them as ports"
            " (VLANs, cost, static FDB entries) goes with it, and neither an undo nor a guard brings it back."
        )
    found += [
        f"Below {least} bytes {what} is taken off an interface, and its addresses don't come back."
        for what, least in _ended(preview)
    ]
    return found


def empty_groups(empty: Sequence[int], names: NameMap) -> list[str]:
    """Return why groups of a parent take no message, a sentence; nothing if there are none."""
    if not empty:
        return []
    listed = ", ".join(names.name(group_id) for group_id in empty[:_FEW_GROUPS])
    more = f" and {count(len(empty) - _FEW_GROUPS)} more" if len(empty) > _FEW_GROUPS else ""
    return [f"No message for {plural(len(empty), 'group')} without members: {listed}{more}."]


def _untagged_risks(untagged: Sequence[Link]) -> list[str]:
    others = [link for link in untagged if not link.is_loopback]
    found = [
        f"Programs on this machine reach each other over {visible(link.name)}." for link in untagged if link.is_loopback
    ]
    if others:
        found.append(
            f"Nobody tagged {some(others)} (group 0): the way to this machine may lead over such an interface."
        )
    return found


def _retag_risks(new: int, preview: Preview) -> list[str]:
    up, down = preview.changing_up, preview.changing - preview.changing_up
    found = [
        "A group is often a firewall's or a routing rule's criterion: what passed before may be dropped then.",
        f"UP: {count(up)}, of which the kernel tells every listener. DOWN: {count(down)}, for which it sends no event.",
    ]
    if new > MAX_IP_GROUP:
        found.append(
            f"`ip` can't name group {new}: it takes at most {MAX_IP_GROUP}. You can retag them back from here."
        )
    return found


def outcome_line(outcome: Outcome, names: NameMap) -> Field:
    """Return the whole in one line, the numbers first."""
    intent, reply = outcome.intent, outcome.reply
    head = f"{asked(intent, names)}: "
    sent = messages(reply, intent)
    if outcome.verdict == "refused":
        return Field(f"{head}nothing sent: {visible(reply.text)}.", "bad")
    if not outcome.checked:
        return Field(f"{head}{sent}; outcome unknown: it could not be read back.", "bad")
    if reply.messages == 0 and outcome.joined:
        return Field(
            f"{head}nothing sent: the view was behind, {members(len(outcome.joined))} found. Look, and press again.",
            "warn",
        )
    parts = "; ".join([*_group_count(outcome), *(text for text, links in _categories(outcome) if links)])
    if outcome.stopped:
        parts = f"stopped by you; {parts or 'nobody changed'}"
    if outcome.verdict == "nothing":
        return Field(f"{head}{f'nothing sent: {parts}' if _unsent(outcome) else 'no members, nothing done.'}", "warn")
    if outcome.verdict == "done":
        all_of_them = not outcome.left and not outcome.vanished and not outcome.joined and not outcome.already
        text = f"all {parts}" if all_of_them and len(outcome.changed) > 1 else parts
        return Field(f"{head}{text} · {sent}, ACK after {milliseconds(reply.waited)}", "good")
    if outcome.verdict == "unknown":
        return Field(f"{head}unknown: {visible(reply.text)}; read back: {parts or 'nobody changed'}", "bad")
    ours = outcome.refused or outcome.not_reached or outcome.skipped
    return Field(f"{head}{parts or 'failed'}{_kernel(outcome)}", "bad" if ours and not outcome.stopped else "warn")


def _unsent(outcome: Outcome) -> bool:
    """Whether there was somebody to send to, and yet nothing was sent."""
    return outcome.reply.messages == 0 and bool(outcome.skipped or outcome.stopped)


def messages(reply: Reply, intent: Intent) -> str:
    """Return what was sent: "1 message, 48 bytes"."""
    if intent.groups:
        planned = len(intent.by_group()) + len(intent.alone)
        more = f" (and {count(reply.messages - planned)} to learn who refused)" if reply.messages > planned else ""
        return f"{plural(min(reply.messages, planned), 'message')}{more}, {plural(reply.size, 'byte')}"
    if intent.group_id is None:
        return f"{plural(reply.messages, 'message')}, {plural(reply.size, 'byte')}"
    more = f" (and {count(reply.messages - 1)} to learn who refused)" if reply.messages > 1 else ""
    return f"1 message{more}, {plural(reply.size, 'byte')}"


def _kernel(outcome: Outcome) -> str:
    reply = outcome.reply
    if not reply.errno:
        return ""
    return f" · the kernel: {visible(reply.text) or os.strerror(reply.errno)}"


def _group_count(outcome: Outcome) -> list[str]:
    """Return how many of several groups came to what, unless all are done: "62 groups done, 1 partly"."""
    groups = [part for part in outcome.parts if part.intent.group_id is not None and part.verdict != "nothing"]
    found = Counter(part.verdict for part in groups)
    if found.keys() <= {"done"}:
        return []
    first = f"{plural(found['done'], 'group')} done"
    return [", ".join([first, *(f"{count(number)} {word}" for word, number in found.items() if word != "done")])]


def part_lines(outcome: Outcome, names: NameMap, *, but_done: bool = False) -> list[str]:
    """Return what became of each of several groups, a line each: those that aren't done first, then the empty ones.

    ``but_done``: the first of these alone.
    """
    bad: list[str] = []
    empty: list[str] = []
    done: list[str] = []
    for part in outcome.parts:
        group_id = part.intent.group_id
        whom = (
            plural(len(part.intent.members), "single interface") if group_id is None else group_title(group_id, names)
        )
        fine = done if part.verdict == "done" else empty
        told = fine if part.verdict == "done" or (part.verdict == "nothing" and not part.joined) else bad
        told.append(f"{whom}: {_part(part)}")
    return bad if but_done else [*bad, *empty, *done]


def _part(part: Outcome) -> str:
    found = "; ".join(text for text, links in _categories(part) if links)
    if not part.reply.messages:
        return "; ".join(filter(None, ["not sent" if part.reply.errno else "no members, no message", found]))
    return f"{part.verdict}: {found or 'nobody changed'}{_kernel(part)}"


def _categories(outcome: Outcome) -> list[tuple[str, Sequence[Link]]]:
    refused = [refusal.link for refusal in outcome.refused]
    halves = _halves(outcome)
    reached = [link for link in outcome.joined if outcome.intent.reached(link)]
    missed = [link for link in outcome.joined if not outcome.intent.reached(link)]
    since = [link for link in outcome.overtaken if outcome.intent.reached(outcome.before(link))]
    again = [link for link in outcome.overtaken if not outcome.intent.reached(outcome.before(link))]
    return [
        (f"{count(len(outcome.changed))} changed", outcome.changed),
        (f"{count(len(outcome.already))} already {'was' if len(outcome.already) == 1 else 'were'}", outcome.already),
        (f"{count(len(again))} changed, then changed again by another ({_reasons(_overtaken(outcome, again))})", again),
        (f"{count(len(since))} already were, then changed by another ({_reasons(_overtaken(outcome, since))})", since),
        (f"{count(len(refused))} refused ({some(refused, 3)})", refused),
        (f"{count(len(outcome.not_reached))} not reached", outcome.not_reached),
        (f"{count(len(halves))} of these half changed ({_reasons(halves)})", [half.link for half in halves]),
        (f"{count(len(outcome.skipped))} skipped ({_reasons(outcome.skipped)})", [why.link for why in outcome.skipped]),
        (f"{count(len(outcome.left))} left the group ({some(outcome.left, 3)})", outcome.left),
        (f"{count(len(outcome.vanished))} vanished ({some(outcome.vanished, 3)})", outcome.vanished),
        (f"{count(len(reached))} joined meanwhile and {_is(reached)} so too ({some(reached, 3)})", reached),
        (f"{count(len(missed))} joined meanwhile and {_is(missed)} not ({some(missed, 3)})", missed),
        (f"{count(len(outcome.renamed))} renamed", [link for _, link in outcome.renamed]),
    ]


def _overtaken(outcome: Outcome, links: Sequence[Link]) -> list[Refusal]:
    """Return what each is now instead of what was asked."""
    return [Refusal(link, outcome.intent.wanted(link.ifindex).otherwise(link)) for link in links]


def _halves(outcome: Outcome) -> list[Refusal]:
    """Return who was changed in part, what of it is set, and what was left midway."""
    return [Refusal(link, _half(part, outcome.intent.wanted(link.ifindex))) for link, part in outcome.halves]


def _half(part: Settings, wanted: Settings) -> str:
    done = Settings({one: value for one, value in part.items() if value == wanted[one]})
    midway = Settings({one: value for one, value in part.items() if one not in done})
    nobody = NameMap()
    told = [f"{done.words(nobody)} is set, the rest isn't"] if done else []
    return ", ".join([*told, *([f"{midway.words(nobody)} now"] if midway else [])])


def _is(links: Sequence[Link]) -> str:
    return "is" if len(links) == 1 else "are"


def _reasons(refusals: Sequence[Refusal], most: int = 3) -> str:
    shown = ", ".join(f"{visible(refusal.link.name)}: {visible(refusal.reason)}" for refusal in refusals[:most])
    return shown + (f" and {count(len(refusals) - most)} more" if len(refusals) > most else "")


def outcome_report(outcome: Outcome, plan: Plan, names: NameMap) -> list[str]:
    """Return the whole outcome, member by member, as lines."""
    reply = outcome.reply
    intent = outcome.intent
    answer = "no answer" if reply.errno is None else visible(reply.text) or os.strerror(reply.errno)
    lines = [
        outcome_line(outcome, names).text,
        "",
        f"asked      {asked(intent, names)}" + (f", {members(len(intent.members))}" if intent.whole else ""),
        f"equals     {_line(outcome, plan, names)}",
        f"sent       {messages(reply, intent)}; answer after {milliseconds(reply.waited)}",
        f"kernel     {answer}",
    ]
    if outcome.parts:
        lines += ["", "group by group:", *_listed(part_lines(outcome, names))]
    for refusal in outcome.refused[:_MANY]:
        lines += [
            "",
            f"refused: {limits(refusal.link, intent.wanted(refusal.link.ifindex))}: {visible(refusal.reason)}",
        ]
    for refusal in _overtaken(outcome, outcome.overtaken[:_MANY]):
        lines += ["", f"changed by another since: {visible(refusal.link.name)}: {visible(refusal.reason)}"]
    for refusal in outcome.skipped[:_MANY]:
        lines += ["", f"skipped: {visible(refusal.link.name)}: {visible(refusal.reason)}"]
    for text, links in _categories(outcome):
        if links and links is not outcome.already:
            lines += ["", text.split(" (")[0] + ":", *_listed([visible(link.name) for link in links])]
    return lines


def _line(outcome: Outcome, plan: Plan, names: NameMap) -> str:
    """Return the `ip` line of what was sent, which can be less than was planned."""
    sent = sent_to(outcome)
    if sent is plan.intent:
        return plan.preview.ip_line or "nothing"
    return next((shortened(line, _ROOM) for line in ip_lines(sent, names)), "nothing")


def _listed(found: Sequence[str]) -> list[str]:
    listed = [f"  {text}" for text in found[:_MANY]]
    more = len(found) - _MANY
    return [*listed, f"  and {count(more)} more"] if more > 0 else listed
