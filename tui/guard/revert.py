"""Take a change back, and put back what went with it; by the guard, or by the console if the guard died."""

import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from tui.files.audit import Audit
from tui.files.syslog import SOCKETS
from tui.guard.dependants import is_bridge
from tui.guard.order import GuardOrder, Reverted
from tui.model.change.audit import masters_row, settings_row
from tui.model.change.outcome import Refusal
from tui.model.change.reversal import reversal
from tui.model.change.settings import Settings
from tui.model.identity import same_device
from tui.model.link import Link
from tui.model.text import reason, visible
from tui.netlink.batch import send_each
from tui.netlink.deletions import Deletions
from tui.netlink.dependants.restore import Restored, restore
from tui.netlink.dump import LinkReader, StoppedError
from tui.netlink.sockets import open_socket
from tui.netlink.wire import WireError, link_change
from tui.netlink.writer import Writer

_ROUNDS = 3  # of setting what is not yet as before
_FAILURES = (OSError, WireError, StoppedError)

Back: TypeAlias = tuple[Link, Settings]


def revert_now(order: GuardOrder, why: str) -> Reverted:
    """Take the change back with sockets of our own. Blocks; never raises for what the kernel does: the report tells."""
    try:
        with open_socket() as sock:
            writer = Writer()
            try:
                return revert(order, why, sock, writer)
            finally:
                writer.close()
    except OSError as error:
        return _on_record(order, Reverted(why, problem=_sentence(error)), {})


def revert(
    order: GuardOrder, why: str, sock: socket.socket, writer: Writer, deletions: Deletions | None = None
) -> Reverted:
    """Take the change back over ``sock`` (asks) and ``writer`` (changes), and write to the audit file what came of it.

    ``deletions``: those since before the change; None: nobody listened, so a device is known by its looks alone.
    A change that the kernel is still at is waited for: a dump takes the same lock (RTNL; seen on 6.18).
    Blocks; never raises for what the kernel does: the report tells.
    """
    eyes = _Eyes(sock, deletions)
    try:
        done = _revert(order, why, sock, eyes, writer)
    except _FAILURES as error:
        done = Reverted(why, problem=_sentence(error))
    return _on_record(order, done, eyes.links)


def _on_record(order: GuardOrder, done: Reverted, links: Mapping[int, Link]) -> Reverted:
    audit = Audit(order.audit, SOCKETS if order.journal else ())
    return replace(done, audit_problem=audit.write(_record(order, done, links)))


def _sentence(error: Exception) -> str:
    return (
        f"The change could not be taken back ({visible(reason(error))}); look at the interfaces and set them by hand."
    )


class _Eyes:
    """See what the interfaces are now, and whether they are still those that they were."""

    def __init__(self, sock: socket.socket, deletions: Deletions | None) -> None:
        self._reader = LinkReader(sock)
        self._deletions = deletions
        self._deleted: frozenset[int] = frozenset()
        self.links: Mapping[int, Link] = {}
        """All links by ifindex, as last looked at."""

    def look(self) -> None:
        """Ask the kernel. Raises like LinkReader.read."""
        self.links = self._reader.read()
        if self._deletions is not None:
            self._deleted = self._deletions.heard()

    def there(self, ifindex: int) -> bool:
        """Whether an interface is there that wasn't made since, as far as is known."""
        return ifindex in self.links and ifindex not in self._deleted

    def find(self, before: Link) -> Link | None:
        """Return what ``before`` is now; None: it is gone, is called otherwise, or another bears its index."""
        now = self.links.get(before.ifindex)
        if now is None or now.name != before.name or now.ifindex in self._deleted:
            return None
        told = self._deletions is not None and not self._deletions.lost
        return now if same_device(before, now, told=told) else None


def _revert(order: GuardOrder, why: str, sock: socket.socket, eyes: _Eyes, writer: Writer) -> Reverted:
    eyes.look()
    followers = (step for step in order.losses.followers if not is_bridge(step))
    found = reversal((*order.steps, *followers), eyes.find, eyes.there, halves=True)
    members = {step.before.ifindex for step in order.steps}
    # Links on top last: none takes a larger MTU than the one below it.
    todo = sorted(found.back, key=lambda pair: pair[0].ifindex not in members)
    words = _put_back(todo, eyes, writer)
    there = [(now, former) for link, former in todo if (now := eyes.find(link)) is not None]
    orphaned = {link.ifindex for link in found.orphaned}
    done = Reverted(
        why,
        back=tuple(link for link, former in there if former.met_by(link) and link.ifindex not in orphaned),
        as_before=found.as_before,
        changed_since=tuple(link for link in found.changed_since if link.ifindex not in orphaned),
        gone=(*found.gone, *(link for link, _ in todo if eyes.find(link) is None)),
        refused=(
            *(
                Refusal(link, words.get(link.ifindex, "the kernel agreed, and yet it is not so"))
                for link, former in there
                if not former.met_by(link) and link.ifindex not in orphaned
            ),
            *(Refusal(link, "the master that it had is gone") for link in found.orphaned),
        ),
    )
    restored = _put_back_held(order, done, eyes, sock, writer)
    return replace(done, returned=restored.back, missing=restored.missing)


def _put_back(todo: Sequence[Back], eyes: _Eyes, writer: Writer) -> dict[int, str]:
    """Set all of ``todo``, again what isn't so by then; look, and return the refusals' words by ifindex."""
    words: dict[int, str] = {}
    left = list(todo)
    for _ in range(_ROUNDS):
        words = {pair[0].ifindex: ack.words for pair, ack in send_each(left, _message, writer)}
        eyes.look()
        left = [pair for pair in left if (now := eyes.find(pair[0])) is not None and not pair[1].met_by(now)]
        if not left:
            break
    return words


def _message(pair: Back, seq: int, ack: bool) -> bytes:
    link, former = pair
    return link_change(seq, link.ifindex, former, ack=ack)


def _put_back_held(order: GuardOrder, done: Reverted, eyes: _Eyes, sock: socket.socket, writer: Writer) -> Restored:
    left_alone = {link.ifindex for link in (*done.changed_since, *done.gone)}
    left_alone |= {step.before.ifindex for step in order.losses.followers if eyes.find(step.before) is None}
    short = {refusal.link.ifindex for refusal in done.refused}
    able, missing = [], []
    for held in order.losses.held:
        if left_alone.intersection(held.indexes):
            missing.append((held.text, "its interface was left alone"))
        elif short.intersection(held.indexes):
            missing.append((held.text, "its interface is not as it was"))
        else:
            able.append(held)
    names = {index: link.name for index, link in eyes.links.items()}
    try:
        restored = restore(able, sock, writer, names)
    except _FAILURES as error:
        restored = Restored((), tuple((held.text, reason(error)) for held in able))
    return Restored(restored.back, (*restored.missing, *missing))


def _record(order: GuardOrder, done: Reverted, links: Mapping[int, Link]) -> dict[str, object]:
    """Return the line for the audit file."""
    return {
        "event": "revert",
        "what": visible(order.what),
        "why": done.why,
        "complete": done.complete,
        "back": _names(done.back),
        "put_back": [*_put_back_rows(order, done)],
        "masters": masters_row((step.wanted.as_of(step.before) for step in order.steps), links),
        "as_before": _names(done.as_before),
        "changed_since": _names(done.changed_since),
        "gone": _names(done.gone),
        "refused": [[*_named(refusal.link), visible(refusal.reason)] for refusal in done.refused],
        "returned": list(done.returned),
        "missing": [[what, visible(reason)] for what, reason in done.missing],
        "problem": done.problem,
    }


def _put_back_rows(order: GuardOrder, done: Reverted) -> Iterator[dict[str, object]]:
    """Yield what each interface was set to again."""
    former = {
        step.before.ifindex: settings_row(step.wanted.as_of(step.before))
        for step in (*order.steps, *order.losses.followers)
    }
    for link in done.back:
        settings = former.get(link.ifindex, {})
        yield {"ifindex": link.ifindex, "ifname": visible(link.name), "settings": settings}


def _named(link: Link) -> list[object]:
    return [link.ifindex, visible(link.name)]


def _names(links: Sequence[Link]) -> list[list[object]]:
    return [_named(link) for link in links]
