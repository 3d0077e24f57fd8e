"""What is on the screen at one moment: a snapshot, the chosen group, order and filter, and the words for all of it."""

from tui.model.group import Group, empty_group
from tui.model.link import Link
from tui.model.plan import Operation, Plan, make_intent, make_preview
from tui.model.store import EMPTY, Snapshot
from tui.model.text import visible
from tui.model.view import ALL_GROUPS, LinkView, all_groups, group_order
from tui.present import (
    Field,
    count,
    group_cells,
    group_detail,
    group_title,
    link_cells,
    link_pane,
    members,
    spaced,
    total_cells,
)
from tui.present_change import plan_line
from tui.services import Services

_INTRODUCTION = (
    " Choose a group with j and k: its interfaces are shown, and here what each key would do to it.",
    " One key sends one netlink message to the kernel, however many members the group has.",
)


class Picture:
    """Holds what the operator sees; the tables ask it for their rows."""

    def __init__(self, services: Services, where: str, preset: int) -> None:
        """``where``: the place that we look at; ``preset``: the MTU of the key M, in bytes."""
        self._services = services
        self._where = where
        self.preset = preset
        self.snapshot: Snapshot = EMPTY
        self.view = LinkView()
        self.sorted_by = ("id", False)
        """The column by which the groups are ordered, and whether in reverse."""
        self._groups: dict[int, Group] = {}
        self._reasons: dict[int, list[str]] = {}
        self._plans: tuple[object, list[list[Field]]] = (None, [])

    def take(self) -> None:
        """Take in what is known now."""
        self.snapshot = self._services.snapshot()
        self.view.forget(self.snapshot)
        self.recount()

    def recount(self) -> None:
        """Work out the groups anew; after the name map or the protected interfaces changed."""
        self._groups = all_groups(self.snapshot, self._services.names)
        self._plans = (None, [])
        self._reasons = {}
        for index, reason in self._services.protected(self.snapshot).items():
            self._reasons.setdefault(self.snapshot.links[index].group, []).append(reason)

    def group_keys(self) -> list[int]:
        """Return the rows of the group table, in order; the first stands for all groups."""
        return [ALL_GROUPS, *group_order(self._groups, self._services.names, *self.sorted_by)]

    def link_keys(self) -> list[int]:
        """Return the ifindexes of the interface table, in order."""
        return self.view.order(self.snapshot, self._services.names)

    def group_row(self, key: int) -> list[Field]:
        """Return the cells of one row of the group table."""
        if key == ALL_GROUPS:
            return total_cells(self._groups.values())
        return group_cells(self.group(key), self._services.names, self._reasons.get(key, ()))

    def link_row(self, key: int) -> list[Field]:
        """Return the cells of one row of the interface table."""
        return link_cells(self.snapshot.links[key], self.snapshot, self._services.names, self.reason(key))

    def reason(self, ifindex: int) -> str | None:
        """Return why an interface is protected; None: it isn't."""
        return self._services.protected(self.snapshot).get(ifindex)

    def group(self, group_id: int) -> Group:
        """Return a group, empty if it has neither members nor a name."""
        return self._groups.get(group_id) or empty_group(group_id)

    def plan(self, operation: Operation, group_id: int, mtu: int | None = None) -> Plan:
        """Work out what an operation on a group would take; ``mtu`` in bytes."""
        return self._services.plan(make_intent(self.snapshot, operation, group_id, mtu), self.snapshot)

    def title(self, frozen: bool) -> list[Field]:
        """Return the first line: where we are, how much there is, what is not as usual."""
        pending = self._services.revision - self.snapshot.revision
        fields = [Field(" ifgroup")]
        if frozen:
            fields.append(Field(f"FROZEN, {count(pending)} change{'' if pending == 1 else 's'} pending", "warn"))
        if obstacle := self._services.obstacle():
            fields.append(Field(f"READ-ONLY: {obstacle}", "warn"))
        fields += [
            Field(self._where),
            Field(f"{count(len(self.snapshot.links))} interfaces"),
            Field(f"{count(len(self.snapshot.groups))} groups in use"),
        ]
        return spaced(fields)

    def caption(self, shown: int) -> list[Field]:
        """Return the line above the interfaces: whose they are, and how many of them are shown."""
        chosen, text = self.view.group_id, self.view.text
        everything = chosen == ALL_GROUPS
        of = len(self.snapshot.links) if everything else self.group(chosen).members
        fields = [Field(f" interfaces of {'all groups' if everything else group_title(chosen, self._services.names)}")]
        if text:
            fields += [
                Field(f"{count(shown)} of {count(of)} shown", "warn"),
                Field(f"filter: {visible(text)}", "warn"),
            ]
        else:
            fields.append(
                Field(f"{count(of)} interface{'' if of == 1 else 's'}" if everything else members(of), "muted")
            )
        return spaced(fields)

    def pane(self, link: Link | None) -> list[list[Field]]:
        """Return the lines for the row under the cursor: of ``link`` if given, else of the chosen group."""
        names = self._services.names
        if link is not None:
            return [[Field(f" {line}")] for line in link_pane(link, self.snapshot, names, self.reason(link.ifindex))]
        chosen = self.view.group_id
        if chosen == ALL_GROUPS:
            return [[Field(line, "muted")] for line in _INTRODUCTION]
        key = (chosen, self.preset)
        if self._plans[0] != key:
            self._plans = (key, self._plan_lines(chosen))
        return self._plans[1]

    def _plan_lines(self, chosen: int) -> list[list[Field]]:
        keys: tuple[tuple[str, Operation, int | None], ...] = (
            ("u", "up", None),
            ("d", "down", None),
            ("M", "mtu", self.preset),
        )
        group = self.group(chosen)
        protected = self._services.protected(self.snapshot)
        names = self._services.names
        lines = [
            plan_line(f" {key} ", make_preview(group, operation, mtu, self.snapshot.links, protected, names))
            for key, operation, mtu in keys
        ]
        return [*lines, [Field(f"   {group_detail(group)}", "muted")]]
