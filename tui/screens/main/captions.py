"""The lines around the tables: where we are, whose interfaces these are, how many are marked."""

import time

from tui.model.names.tree import place_title
from tui.model.text import plural, visible
from tui.model.view.order import ALL_GROUPS
from tui.present.guard import waiting_field
from tui.present.words import Field, count, spaced
from tui.screens.main.view import View
from tui.session.session import Session


def title(session: Session, view: View) -> list[Field]:
    """Return the first line: where we are, how much there is, what is not as usual."""
    services, shown = session.services, view.shown
    fields = [Field(" ifgroup")]
    if view.frozen:
        pending = services.revision - shown.snapshot.revision + (services.names != shown.names)
        fields.append(Field(f"FROZEN, {plural(pending, 'change')} pending", "warn"))
    if obstacle := services.obstacle():
        fields.append(Field(f"READ-ONLY: {obstacle}", "warn"))
    if waiting := services.others.waiting:
        fields.append(waiting_field(waiting, time.monotonic(), looks=session.guarded is None))
    if shown.reading:
        return spaced([*fields, Field(session.where), Field("reading…", "warn")])
    fields += [
        Field(session.where),
        Field(plural(len(shown.snapshot.links), "interface")),
        Field(f"{plural(len(shown.snapshot.groups), 'group')} in use"),
    ]
    return spaced(fields)


def caption(view: View) -> list[Field]:
    """Return the line above the interfaces: whose they are, and how many of them are shown."""
    chosen, text, shown, only = view.links.place, view.links.text, view.shown, view.links.only
    if only is not None:
        whose, of = "marked interfaces alone", len(only)
    elif chosen == ALL_GROUPS:
        whose, of = "interfaces of all groups", len(shown.snapshot.links)
    else:
        whose, of = f"interfaces of {place_title(chosen, shown.names)}", shown.figures(chosen).members
    fields = [Field(f" {whose}", "warn" if only is not None else "")]
    if text:
        fields.append(Field(f"{count(len(view.rows))} of {count(of)} shown", "warn"))
        fields.append(Field(f"filter: {visible(text)}", "warn"))
    else:
        one = "interface" if chosen == ALL_GROUPS or only is not None else "member"
        fields.append(Field(plural(of, one), "muted"))
    return spaced(fields)


def marked(view: View) -> list[Field]:
    """Return how many interfaces are marked, and how many of them aren't shown; empty: none is."""
    if not view.marks:
        return []
    hidden = view.hidden(view.marks.indexes)
    return [Field(f"{count(len(view.marks))} marked" + (f", {count(hidden)} hidden" if hidden else ""), "warn")]
