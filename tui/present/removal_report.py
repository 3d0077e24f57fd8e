"""What `ifgroup delete` or `ifgroup move` came to, before it is JSON or sentences."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from tui.model.change.move import Move
from tui.model.change.moved import Moved
from tui.model.change.removal import Deletion
from tui.model.change.removed import Removed
from tui.present.script import Missing
from tui.present.script_rows import Result

Planned = TypeVar("Planned", Deletion, Move)


@dataclass(frozen=True, slots=True)
class RemovalReport(Generic[Planned]):
    """All that the verb tells."""

    planned: Planned
    why_not: str = ""
    """What bars it; empty: nothing does."""
    dry_run: bool = False
    missing: tuple[Missing, ...] = ()
    """Nothing is sent if there is any."""
    removed: Removed | Moved | None = None
    """None: nothing was sent."""

    @property
    def changes(self) -> bool:
        """Whether anything is gone; of a dry run, whether anything would be."""
        removed = self.removed
        if removed is None:
            return self.dry_run and not self.why_not
        gone = removed.gone if isinstance(removed, Removed) else removed.moved
        return bool(gone) or self.result == "unknown"

    @property
    def result(self) -> Result:
        """The whole in one word; of a dry run, what it would come to."""
        if self.why_not in ("nobody", "here"):
            return "unchanged"
        if self.why_not or self.missing:
            return "refused"
        if self.removed is None:
            return "done"
        return "unchanged" if self.removed.verdict == "nothing" else self.removed.verdict

    def barred(self, asked: str, why: str) -> str:
        """Return why nothing was sent, one line; ``asked``: what was asked, ``why``: a sentence."""
        return f"{asked}: {'unchanged' if self.result == 'unchanged' else 'refused'}; no message was sent. {why}"

    def needs(self) -> Iterator[str]:
        """Yield what is missing, a sentence each."""
        for missing in self.missing:
            needs = "To be sent it needs" if self.dry_run else "Nothing was sent: it needs"
            yield f"{needs} {missing.option}, since {missing.why}."
