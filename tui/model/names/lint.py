"""The name map's lint: what is wrong with a file, on which line, why it matters, and what mends it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tui.model.group import DEFAULT_GROUP
from tui.model.names.document import NameDocument
from tui.model.names.lint_line import WORST_FIRST, Problem, line_problems
from tui.model.names.map import name_map
from tui.model.names.mend import Mender, Texts, off, plain
from tui.model.names.rules import DEFAULT_NAME
from tui.model.text import plural, visible

_SHOWN = 5
"""Names that a sentence lists before it only counts."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong; every text of it is safe to show."""

    line: int
    """Counted from 1; 0: the whole file."""
    rule: str
    """One of WORST_FIRST."""
    what: str
    """What is there, one sentence."""
    why: str
    """Why it matters, one sentence or two."""
    mend: str
    """What `mended` does, a label; empty: there is nothing that it could do."""
    texts: Texts | None = None
    """What takes the line's place, each line without its end."""

    def mended(self, document: NameDocument) -> NameDocument:
        """Return the document that was linted, without this finding. Lint the result anew before the next mend."""
        return document if self.texts is None else document.replace(self.line, self.texts)


def lint(document: NameDocument, *, group_d: Sequence[str] = ()) -> list[Finding]:
    """Return what is wrong with a name map, by line; what `ip` doesn't get to is looked at too.

    ``group_d``: the paths of the files in a ``group.d`` beside it, if there are any.
    """
    mender = Mender(document)
    problems = [
        *_malformed(document, mender),
        *(problem for line in document.lines for problem in line_problems(line, mender)),
        *_duplicate_ids(document),
        *_duplicate_names(document, mender),
    ]
    found = [_finding(problem) for problem in problems]
    if group_d:
        files = _listed(visible(path) for path in group_d)
        what = f"A group.d is read by pyroute2 alone: {files}."
        found.append(Finding(0, "group-d", what, "`ip` and nft read one file; move its entries there.", ""))
    return sorted(found, key=lambda finding: (finding.line, WORST_FIRST.index(finding.rule)))


def _finding(problem: Problem) -> Finding:
    line, rule, what, why, texts = problem
    if texts[-1].startswith(b"#"):
        mend = "Make it a comment"
    elif not texts[-1]:
        mend = "Make it an empty line"
    else:
        mend = f"Write “{visible(texts[-1].expandtabs(1))}”"
        mend += " and the rest as a comment above" if len(texts) > 1 else ""
    return Finding(line, rule, what, why, mend, texts)


def _malformed(document: NameDocument, mender: Mender) -> Iterator[Problem]:
    stop = document.names().corrupt_line
    lost = [name for line in document.lines[stop:] for group, name in line.entries() if group >= 0]
    for line in document.lines:
        if line.kind != "malformed":
            continue
        why = f"`ip` would stop here too, were it not for line {stop}."
        if line.number == stop:
            why = "`ip` calls the file corrupt and stops here; nothing is lost after it."
        if line.number == stop and lost:
            names = f"{plural(len(lost), 'name')} after it: {_listed(map(visible, lost))}"
            why = f"`ip` calls the file corrupt, stops here and loses {names}."
        shown = visible(line.text[:40]) + "…" * (len(line.text) > 40)
        what = (
            f"This is no entry: “{shown}”."
            if line.text.strip()
            else "This looks empty, but is white space that `ip` trips over."
        )
        yield Problem(line.number, "malformed", what, why, mender.malformed(line))


def _duplicate_ids(document: NameDocument) -> Iterator[Problem]:
    last = _last(document)
    for line in document.lines:
        if line.kind != "entry" or line.group_id is None or line.number == last[line.group_id][0]:
            continue
        number, name = last[line.group_id]
        what = f"Group {line.group_id} is named again on line {number}."
        why = f"`ip` shows the last name, {visible(name)}; nft shows the first, and pyroute2 knows no other."
        yield Problem(line.number, "duplicate-id", what, why, off(line))


def _duplicate_names(document: NameDocument, mender: Mender) -> Iterator[Problem]:
    winners = name_map(entry for line in document.lines for entry in line.entries()).by_name
    last = _last(document)
    for line in document.lines:
        # A line whose group is named again later has to go: then nothing is left of its name either.
        if line.kind != "entry" or line.group_id is None or line.number != last[line.group_id][0]:
            continue
        winner = DEFAULT_GROUP if line.name == DEFAULT_NAME.encode() else winners[line.name]
        if winner == line.group_id:
            continue
        shown = visible(line.name)
        what = f"The name {shown} is group {winner}'s too."
        why = f"`ip` takes {shown} for the group whose number's last byte is smallest, nft for the first in the file."
        yield Problem(line.number, "duplicate-name", what, why, mender.rename(line, plain(line.name)))


def _last(document: NameDocument) -> dict[int, tuple[int, bytes]]:
    """Return the line on which each group is named last, counted from 1, and that name."""
    return {group: (line.number, name) for line in document.lines for group, name in line.entries()}


def _listed(names: Iterable[str]) -> str:
    known = list(names)
    return ", ".join(known[:_SHOWN]) + f" and {len(known) - _SHOWN} more" * (len(known) > _SHOWN)
