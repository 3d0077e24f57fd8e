"""Asks what is to be measured: which operation, how many interfaces, and how they are before."""

from dataclasses import replace

from textual.app import App

from tui.model.group import Group
from tui.present.commands import OnTiming
from tui.screens.dialogs.choice import ChoiceScreen
from tui.screens.dialogs.prompt import PromptScreen
from tui.screens.timing.run import Request, parse_sizes
from tui.timing.ways.operations import OPERATIONS

_OPERATIONS = {operation.key: operation for operation in OPERATIONS.values()}
_CONDITIONS = {
    "g": ("as the group", "", False),
    "d": ("down", "down", False),
    "u": ("up", "up", False),
    "6": ("up with IPv6", "up", True),
}
"""By key: label, state (empty: the group's), IPv6."""


async def ask_operation(app: App[object], request: Request) -> Request | None:
    """Ask what to measure; None: no other."""
    lines = [
        "Up and down are measured on interfaces that are the other before; the rest as the group is now, or as "
        f"{OnTiming.conditions} says.",
        "Only interfaces of the private namespace are ever deleted; they are made anew before each run.",
    ]
    labels = {key: operation.label for key, operation in _OPERATIONS.items()}
    key = await app.push_screen_wait(ChoiceScreen("Measure which operation?", lines, labels))
    return replace(request, operation=_OPERATIONS[key].id) if key else None


async def ask_sizes(app: App[object], request: Request, group: Group) -> Request | None:
    """Ask for the numbers of interfaces; None: no others. Raises ValueError, as `Request.order` does."""
    now = request.order(group).links
    prompt = PromptScreen(
        "How many interfaces? Several numbers make a sweep.", _size_problem, value=",".join(map(str, now))
    )
    text = await app.push_screen_wait(prompt)
    return None if text is None else replace(request, links=parse_sizes(text))


async def ask_conditions(app: App[object], request: Request) -> Request | None:
    """Ask how the interfaces are before each run; None: no otherwise."""
    lines = [
        "IPv6 is off unless it is asked for. Where many interfaces are up with it, most changes take the kernel far "
        "longer, and one message by group longer than many without the group attribute.",
    ]
    labels = {key: label for key, (label, _, _) in _CONDITIONS.items()}
    key = await app.push_screen_wait(ChoiceScreen("How are the interfaces before each run?", lines, labels))
    if not key:
        return None
    _, state, ipv6 = _CONDITIONS[key]
    return replace(request, state=state, ipv6=ipv6)


def _size_problem(text: str) -> str:
    try:
        parse_sizes(text)
    except ValueError as error:
        return str(error)
    return ""
