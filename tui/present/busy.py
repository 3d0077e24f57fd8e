"""How long the kernel will be busy with a change → sentences."""

from tui.model.change.plan import Preview
from tui.model.text import plural
from tui.present.words import about, members


def busy(preview: Preview) -> str:
    """Return how long the kernel will be busy, a sentence, if that is long; else nothing."""
    estimate = preview.estimate
    if not estimate.long:
        return ""
    ipv6 = f" with IPv6{' that are UP' if estimate.up == estimate.ipv6 else ''}" if estimate.ipv6 else ""
    return f"{members(estimate.ipv6 or preview.members)}{ipv6}: {about(estimate.seconds)}, {_others(preview)}."


def _others(preview: Preview) -> str:
    """Return whether others on this machine can change links meanwhile."""
    if preview.group_id is not None:
        return "during which no other link change on this machine gets through, and nothing can stop it"
    if preview.groups:
        return "during which other link changes on this machine get through between two messages alone"
    return "during which other link changes get through in between"


def instead(preview: Preview) -> str:
    """Return what a message for each member takes instead, a clause; nothing if it wouldn't be another way."""
    if not (preview.group_id is not None or preview.groups):
        return ""
    number = plural(preview.members, "message")
    time = about(preview.estimate.each)
    return f"{number}, one each, without the group attribute: {time}; other link changes get through in between"


def waiting(title: str, seconds: float, *, one: bool, estimate: float = 0.0) -> str:
    """Return what is said while the kernel is at work, since so many seconds; ``title``: what was asked.

    ``one``: whether it is one message; ``estimate``: how many seconds it takes, if that is long.
    """
    if seconds < 1:
        return f"{title}: sent, waiting for the kernel…"
    of = f" of {about(estimate)}" if estimate >= 1 else ""
    end = " One message can't be interrupted." if one else ""
    return f"{title}: sent, waiting for the kernel for {seconds:.0f} s{of}.{end}"
