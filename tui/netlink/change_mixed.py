"""An undo of whole groups and of single interfaces beside them: the messages of both, one after the other."""

from collections.abc import Callable
from dataclasses import replace

from tui.model.change.intent import Intent
from tui.model.change.merge import merged
from tui.model.change.outcome import Outcome, Reply
from tui.model.change.progress import Progress
from tui.model.store import Snapshot
from tui.netlink.change_groups import change_groups
from tui.netlink.change_links import change_links
from tui.netlink.read_back import Checker, ack_deadline
from tui.netlink.writer import Writer


def change_mixed(
    intent: Intent,
    writer: Writer,
    checker: Checker,
    known: Callable[[], Snapshot],
    progress: Progress,
    estimate: float = 0.0,
) -> Outcome:
    """Change the groups first, then who is in none of them; as change_groups and change_links do.

    Where it isn't known what came of the groups, the others are left as they are.
    """
    alone = intent.alone
    grouped = replace(intent, members={i: link for i, link in intent.members.items() if i not in alone})
    single = replace(intent, members=alone, groups=())
    groups = change_groups(grouped, writer, checker, known, ack_deadline(len(grouped.members), estimate))
    if not groups.checked:
        return replace(groups, intent=intent, parts=())
    progress.done += len(grouped.members)
    if groups.reply.errno is None:
        rest = Outcome(single, Reply(0, "", 0, 0, 0.0), groups.sent, not_reached=(*alone.values(),))
    else:
        rest = change_links(single, writer, checker, known, progress, estimate)
        if rest.reply.messages == 0 and not rest.checked:
            rest = replace(rest, not_reached=(*alone.values(),), checked=True)
    links = {**groups.sent.links, **rest.sent.links}
    return merged(intent, (*groups.parts, rest), replace(groups.sent, links=links))
