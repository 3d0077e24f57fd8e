"""Plan and Outcome → sentences."""

import os
from collections import Counter
from collections.abc import Sequence

from tui.model.link import Link
from tui.model.names import NameMap
from tui.model.outcome import Outcome, Reply
from tui.model.plan import Intent, Plan
from tui.model.text import visible
from tui.present import Field, count, group_title, members, milliseconds, some

_MANY = 200  # names that a report lists; past that nobody reads them


def what(intent: Intent) -> str:
    """Return what was asked: "up", "down", "MTU 9000"."""
    return f"MTU {intent.mtu}" if intent.operation == "mtu" else intent.operation


def transition(plan: Plan) -> str:
    """Return old → new in a few words: "93 of 128: 1500 → 9000"."""
    intent, changing = plan.intent, plan.changing
    if not intent.members:
        return "no members"
    if not changing:
        return f"all {count(len(intent.members))} already are"
    number = f"{count(len(changing))} of {count(len(intent.members))}"
    if intent.operation != "mtu":
        return f"{number}: {'down → up' if intent.operation == 'up' else 'up → down'}"
    before = Counter(link.mtu for link in changing).most_common(3)
    old = "/".join(str(mtu) for mtu, _ in before) + ("/…" if len({link.mtu for link in changing}) > len(before) else "")
    return f"{number}: {old} → {intent.mtu}"


def limits(link: Link) -> str:
    """Return a member's name with the MTUs that it takes."""
    return f"{visible(link.name)} ({link.min_mtu}…{link.max_mtu or 'no limit'})"


def warning(plan: Plan) -> str:
    """Return the worst that is known beforehand, one clause; empty: nothing."""
    if plan.intent.members and plan.needs_name:
        return (
            f"asks for the name: carries the way to this machine ({some(plan.protected, 1)})"
            if plan.protected
            else ("asks for the name: the default group")
        )
    if plan.refusing:
        more = len(plan.refusing) - 1
        return f"refused by {limits(plan.refusing[0])}" + (f" and {count(more)} more" if more else "")
    return "IPv6 is lost below 1280" if plan.loses_ipv6 else ""


def plan_line(key: str, plan: Plan) -> list[Field]:
    """Return the line that shows, before the key is pressed, what it would do."""
    risk = warning(plan)
    return [
        Field(f"{key} ", ""),
        Field(f"{what(plan.intent):<9}", ""),
        Field(f" {transition(plan)}  ", "" if plan.changing else "muted"),
        Field(f"{risk}  " if risk else "", "warn"),
        Field(plan.ip_line, "muted"),
    ]


def risks(plan: Plan, names: NameMap) -> list[str]:
    """Return every risk of a plan, a sentence each."""
    found = []
    intent = plan.intent
    if plan.protected:
        found.append(f"{group_title(intent.group_id, names)} carries the way to this machine: {some(plan.protected)}.")
    if intent.group_id == 0:
        found.append("Group 0 holds lo and every interface that nobody tagged: this can take the machine off the net.")
    if plan.refusing:
        refusing = ", ".join(limits(link) for link in plan.refusing[:8])
        more = len(plan.refusing) - 8
        found.append(
            f"{members(len(plan.refusing))} can't take MTU {intent.mtu}: {refusing}"
            + (f" and {count(more)} more" if more > 0 else "")
            + ". The kernel stops at the first that refuses; members after it stay as they are."
        )
    if plan.loses_ipv6:
        found.append("Below 1280 bytes IPv6 is taken off an interface, and its addresses don't come back.")
    return found


def outcome_line(outcome: Outcome, names: NameMap) -> Field:
    """Return the whole in one line, the numbers first."""
    intent, reply = outcome.intent, outcome.reply
    head = f"{group_title(intent.group_id, names)} {what(intent)}: "
    sent = messages(reply)
    if outcome.verdict == "refused":
        return Field(f"{head}nothing sent: {visible(reply.text)}.", "bad")
    if outcome.verdict == "nothing":
        return Field(f"{head}no members, nothing done.", "warn")
    if not outcome.checked:
        return Field(f"{head}{sent}; outcome unknown: it could not be read back.", "bad")
    if reply.messages == 0:
        return Field(
            f"{head}nothing sent: the view was behind, {members(len(outcome.joined))} found. Look, and press again.",
            "warn",
        )
    parts = "; ".join(text for text, links in _categories(outcome) if links)
    if outcome.verdict == "done":
        all_of_them = not outcome.left and not outcome.vanished and not outcome.joined and not outcome.already
        text = f"all {count(len(outcome.changed))} changed" if all_of_them else parts
        return Field(f"{head}{text} · {sent}, ACK after {milliseconds(reply.waited)}", "good")
    if outcome.verdict == "unknown":
        return Field(f"{head}unknown: {visible(reply.text)}; read back: {parts or 'nobody changed'}", "bad")
    return Field(f"{head}{parts or 'failed'} · {_kernel(outcome)}", "bad")


def messages(reply: Reply) -> str:
    """Return what was sent: "1 message, 48 bytes"."""
    asked = f" (and {count(reply.messages - 1)} to learn who refused)" if reply.messages > 1 else ""
    return f"1 message{asked}, {reply.size} bytes"


def _kernel(outcome: Outcome) -> str:
    reply = outcome.reply
    words = visible(reply.text) or os.strerror(reply.errno or 0)
    return f"the kernel: {words}"


def _categories(outcome: Outcome) -> list[tuple[str, Sequence[Link]]]:
    refused = [refusal.link for refusal in outcome.refused]
    reached = [link for link in outcome.joined if outcome.intent.reached(link)]
    missed = [link for link in outcome.joined if not outcome.intent.reached(link)]
    return [
        (f"{count(len(outcome.changed))} changed", outcome.changed),
        (f"{count(len(outcome.already))} already were", outcome.already),
        (f"{count(len(refused))} refused ({some(refused, 3)})", refused),
        (f"{count(len(outcome.not_reached))} not reached", outcome.not_reached),
        (f"{count(len(outcome.left))} left the group ({some(outcome.left, 3)})", outcome.left),
        (f"{count(len(outcome.vanished))} vanished ({some(outcome.vanished, 3)})", outcome.vanished),
        (f"{count(len(reached))} joined meanwhile and are so too ({some(reached, 3)})", reached),
        (f"{count(len(missed))} joined meanwhile and are not ({some(missed, 3)})", missed),
        (f"{count(len(outcome.renamed))} renamed", [link for _, link in outcome.renamed]),
    ]


def outcome_report(outcome: Outcome, plan: Plan, names: NameMap) -> list[str]:
    """Return the whole outcome, member by member, as lines."""
    reply = outcome.reply
    intent = outcome.intent
    answer = "no answer" if reply.errno is None else visible(reply.text) or os.strerror(reply.errno)
    lines = [
        outcome_line(outcome, names).text,
        "",
        f"asked      {what(intent)} for {group_title(intent.group_id, names)}, {members(len(intent.members))}",
        f"equals     {plan.ip_line}",
        f"sent       {messages(reply)}; answer after {milliseconds(reply.waited)}",
        f"kernel     {answer}",
    ]
    for refusal in outcome.refused:
        lines += ["", f"refused: {limits(refusal.link)}: {visible(refusal.reason)}"]
    for text, links in _categories(outcome):
        if links and not text.endswith("already were"):
            lines += ["", text.split(" (")[0] + ":", *_listed(links)]
    return lines


def _listed(links: Sequence[Link]) -> list[str]:
    listed = [f"  {visible(link.name)}" for link in links[:_MANY]]
    more = len(links) - _MANY
    return [*listed, f"  and {count(more)} more"] if more > 0 else listed
