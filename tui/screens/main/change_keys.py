"""The writing keys of the main screen: propose, confirm, send once, tell what happened."""

import time

from textual.message import Message
from textual.screen import Screen

from tui.guard.ending import GuardedChange
from tui.guard.losses import Losses
from tui.model.change.attributes import GROUP, MTU, Attribute
from tui.model.change.plan import Plan
from tui.model.change.progress import Progress
from tui.model.change.settings import UNTOUCHED, Settings
from tui.model.names.map import group_title
from tui.model.text import plural
from tui.model.view.order import ALL_GROUPS
from tui.present.change import asked, outcome_line, outcome_report
from tui.present.commands import BY_ID
from tui.present.guard import guard_notice, loss_sentences
from tui.present.words import Field
from tui.screens.dialogs.confirm import ConfirmScreen, ValueScreen
from tui.screens.dialogs.progress import MANY, ProgressScreen
from tui.screens.dialogs.report import ReportScreen
from tui.screens.dialogs.retag import RetagScreen
from tui.screens.main.shown import NO_MARKS, READING, Chosen, Picture, Target
from tui.session.services import Result, Services
from widgets.keyed_table.table import KeyedTable

_HELD = 1.0  # seconds within which the same key again is taken for a held one; terminals don't tell
_PAINTED = 0.05  # seconds in which an outcome is painted: three times Textual's period
_DISPLACED = 0.7  # seconds after the row under the cursor was taken away in which no key writes


class Changes(Screen[None]):
    """What the keys u, d, m, M and r do."""

    services: Services
    picture: Picture
    group_table: KeyedTable
    frozen: bool
    ascii: bool

    class Ended(Message):
        """A change has its outcome. Posted from the thread that made it."""

        def __init__(self, result: Result) -> None:
            """Report what became of a plan."""
            super().__init__()
            self.result = result

    class Unrecorded(Message):
        """A change is not on record. Posted from the thread that made it."""

        def __init__(self, complaint: str) -> None:
            """``complaint``: one sentence."""
            super().__init__()
            self.complaint = complaint

    class Weighed(Message):
        """It is known what a change would cut off for good. Posted from another thread."""

        def __init__(self, screen: ConfirmScreen, lost: Losses | str) -> None:
            """``screen`` asks about it; ``lost``: what goes with the change, or why that isn't known."""
            super().__init__()
            self.screen = screen
            self.lost = lost

    def __init__(self) -> None:
        """Start with nothing under way."""
        super().__init__()
        self._under_way: Plan | None = None
        self._pressed: dict[tuple[str, Chosen | None], float] = {}
        self._last: Result | None = None
        self._shown: Result | None = None
        self.guarded: GuardedChange | None = None
        """The last change, if it stands only if it is kept."""

    @property
    def counts_down(self) -> bool:
        """Whether a change waits for K or R."""
        raise NotImplementedError

    @property
    def on_links(self) -> bool:
        """Whether the interface table has the cursor, or gets it back from an input."""
        raise NotImplementedError

    @property
    def plan_is_seen(self) -> bool:
        """Whether the operator sees now, in full, what u, d and M would do."""
        raise NotImplementedError

    def show_plan(self) -> None:
        """Show anew what the keys would do."""
        raise NotImplementedError

    def spell(self, text: str) -> str:
        """Write our own words as this terminal can show them."""
        raise NotImplementedError

    def show_report(self, title: str, lines: list[str]) -> None:
        """Open a page of text."""
        self.app.push_screen(ReportScreen(self.spell(title), [self.spell(line) for line in lines]))

    def say(self, field: Field) -> None:
        """Show one sentence."""
        raise NotImplementedError

    def complain(self, complaint: str) -> None:
        """Tell what went wrong beside a change."""
        raise NotImplementedError

    def ended(self, result: Result) -> None:
        """Take note of what became of a change."""

    def action_up(self) -> None:
        """Bring the chosen group, or the marked interfaces, up."""
        self._propose("u")

    def action_down(self) -> None:
        """Take the chosen group, or the marked interfaces, down."""
        self._propose("d")

    def action_preset_mtu(self) -> None:
        """Set the preset MTU."""
        self._propose("M")

    def action_mtu(self) -> None:
        """Ask for an MTU, and set it; it becomes the preset when it is sent."""
        self._ask(MTU, str(self.picture.preset))

    def _ask(self, attribute: Attribute, preset: str = "") -> None:
        """Ask for a value, and set it on the chosen group, or the marked interfaces; ``preset``: what stands there."""
        assert attribute.typed is not None
        if self.is_repeat(attribute.id) or (chosen := self._chosen()) is None:
            return
        seen = self.picture.snapshot

        def plan(value: int) -> Plan:
            return self.picture.plan(Settings({attribute: value}), chosen, seen)

        def answered(value: int | None) -> None:
            if value is None:
                self.say(Field("Left as it is; nothing was sent."))
            else:
                self.confirm(plan(value))

        title = f"{attribute.label} for {self._title(chosen)}"
        self.app.push_screen(
            ValueScreen(title, attribute.typed, preset, plan, self.picture.names, self.spell), answered
        )

    def action_retag(self) -> None:
        """Ask for the group that the marked interfaces are to go to, and retag them."""
        if self.is_repeat("retag") or not self.ready():
            return
        if not (chosen := self.picture.marks.indexes):
            away = "Go to the interfaces with Tab and mark some with space (all that are shown: *): r retags those."
            self.say(Field(NO_MARKS.why if self.on_links else away, "warn"))
            return
        seen = self.picture.snapshot

        def plan(group_id: int) -> Plan:
            return self.picture.plan(Settings({GROUP: group_id}), chosen, seen)

        def answered(group_id: int | None) -> None:
            if group_id is None:
                self.say(Field("Left as it is; nothing was sent."))
            else:
                self.confirm(plan(group_id))

        self.app.push_screen(
            RetagScreen(
                self._title(chosen),
                self.picture.groups,
                plan,
                self.picture.names,
                self.spell,
                self.ascii,
            ),
            answered,
        )

    def action_report(self) -> None:
        """Show the last outcome, member by member."""
        self.settle()
        if self._last is None:
            self.say(Field("Nothing was changed yet."))
            return
        self.show_report("Outcome", outcome_report(self._last.outcome, self._last.plan, self.picture.names))

    def reasons_to_stay(self) -> list[str]:
        """Return what would be lost if the console ended now, a sentence each."""
        if self._under_way is None:
            return []
        under_way = asked(self._under_way.intent, self.picture.names)
        return [f"{under_way} is still under way: you wouldn't see what becomes of it."]

    def choose(self, command: str) -> None:
        """Do what a command does that was chosen by its name: nothing of the system is changed by that alone."""
        if (key := BY_ID[command].shown) in self.picture.at_once:
            self._propose(key, unseen=True)
        else:
            getattr(self, f"action_{command}")()

    def _propose(self, key: str, *, unseen: bool = False) -> None:
        """Ask or send what ``key`` sets; ``unseen``: what the operator pressed didn't say what it would do."""
        if self.is_repeat(key) or (chosen := self._chosen()) is None:
            return
        plan = self.picture.plan(self.picture.at_once[key], chosen)
        self.confirm(plan, unseen=unseen or not self.plan_is_seen)

    def is_repeat(self, command: str) -> bool:
        """Whether this is the auto-repeat of a held key, which must not send twice."""
        now = time.monotonic()
        key = (command, self.target.chosen)
        before, self._pressed = self._pressed.get(key, -_HELD), {key: now}
        return now - before < _HELD

    def _title(self, chosen: Chosen) -> str:
        if isinstance(chosen, int):
            return group_title(chosen, self.picture.names)
        return plural(len(chosen), "marked interface")

    def ready(self) -> bool:
        """Whether now is the moment to change something; say why if not."""
        self.settle()
        if why := self.services.obstacle():
            self.say(Field(f"Nothing can be changed: {why}.", "warn"))
        elif self._under_way is not None:
            under_way = asked(self._under_way.intent, self.picture.names)
            self.say(Field(f"{under_way} is still under way; nothing more was sent.", "warn"))
        elif self.counts_down:
            self.say(Field("Nothing more is sent before you keep the last change (K) or take it back (R).", "warn"))
        elif self.guarded is not None:
            self.say(Field("The guard is still at work on the last change; nothing more was sent.", "warn"))
        elif self.picture.reading:
            self.say(Field(f"{READING} Nothing is sent before all of them are shown.", "warn"))
        elif self.frozen:
            self.say(Field("The picture is frozen, so nothing is sent by it: press f first.", "warn"))
        else:
            return True
        return False

    @property
    def target(self) -> Target:
        """What the writing keys act on now."""
        if self.on_links:
            return self.picture.target(None)
        group_id = self.group_table.cursor_key
        return self.picture.target(ALL_GROUPS if group_id is None else group_id)

    def aimed(self) -> Chosen | None:
        """Return what a key acts on; None, and say why: on nothing."""
        target = self.target
        if target.chosen is None:
            self.say(Field(target.why, "warn"))
        return target.chosen

    def _chosen(self) -> Chosen | None:
        """Return what to change; None, and say why, if now is not the moment."""
        if not self.ready():
            return None
        if not self.on_links and time.monotonic() - self.group_table.displaced_at < _DISPLACED:
            self.say(Field("The row under the cursor has just gone; look, and press again.", "warn"))
            return None
        return self.aimed()

    def confirm(self, plan: Plan, more: list[str] | None = None, *, unseen: bool = False) -> None:
        """Ask whatever the plan's risks demand; then send it.

        ``more``: what the operator must hear too; ``unseen``: he hasn't seen the plan, so it is shown in any case.
        """
        more = [*(more or []), *self._hidden(plan)]
        # An undo is always shown first: which change it takes back isn't on the screen.
        risky = plan.preview.needs_name or plan.preview.needs_yes or more or plan.intent.undoes is not None
        if not plan.intent.members or not (risky or unseen):
            self._send(plan)
            return

        def answered(agreed: bool | None) -> None:
            if not agreed:
                self.say(Field("Left as it is; nothing was sent."))
            elif news := self._news(plan):
                self.say(Field(f"Nothing was sent: while you read, {news}. Press again.", "warn"))
            else:
                self._send(plan)

        weighing = bool(plan.preview.endangered and plan.preview.changing)
        if plan.preview.endangered and not weighing:
            more.append(guard_notice(self.services.guard_timeout))
        screen = ConfirmScreen(plan, self.picture.names, self.spell, more, weighing=weighing)
        # At once, so that what is typed next comes to it and isn't taken for commands.
        self.app.push_screen(screen, answered)
        if weighing:
            self.services.weigh(plan, lambda lost: self.post_message(self.Weighed(screen, lost)))

    def on_changes_weighed(self, message: Weighed) -> None:
        """Say, now that it is known, what would be lost."""
        sentences = [*loss_sentences(message.lost), guard_notice(self.services.guard_timeout)]
        message.screen.weighed(sentences)

    def _hidden(self, plan: Plan) -> list[str]:
        """Return a warning if marked interfaces are changed that the operator doesn't see now."""
        by_marks = self.on_links or plan.intent.group_id is None
        if not by_marks or plan.intent.undoes is not None or not self.picture.marks:
            return []
        hidden = self.picture.hidden(plan.intent.members.keys() & self.picture.marks.indexes)
        return (
            [f"{plural(hidden, 'marked interface')} not shown: hidden by the filter, or of another group."]
            if hidden
            else []
        )

    def _news(self, plan: Plan) -> str:
        """Return who joined or left the group since the plan was shown; empty: the plan still holds."""
        if plan.intent.group_id is None or plan.intent.undoes is not None:
            return ""  # an undo looks for itself, right before it is sent
        if self.services.revision == plan.intent.revision:
            return ""
        seen = {(index, link.name) for index, link in plan.intent.members.items()}
        members = self.services.snapshot().members(plan.intent.group_id)
        now = {(index, link.name) for index, link in members.items()}
        joined, left = len(now - seen), len(seen - now)
        return f"{joined} joined the group and {left} left it" if joined or left else ""

    def _send(self, plan: Plan) -> None:
        pressed = time.monotonic()
        self._under_way = plan
        title = asked(plan.intent, self.picture.names)
        self.say(Field(f"{title}: sent, waiting for the kernel…"))
        progress = Progress(len(plan.intent.members))
        if plan.intent.group_id is None and progress.total > MANY:
            self.app.push_screen(ProgressScreen(title, progress, self.spell))
        self.services.change(
            plan,
            title,
            pressed,
            progress,
            lambda result: self.post_message(self.Ended(result)),
            lambda complaint: self.post_message(self.Unrecorded(complaint)),
        )

    async def on_changes_ended(self, message: Ended) -> None:
        """Tell what happened; what is to be done about it comes once that is painted."""
        result = message.result
        if result.outcome.reply.messages and result.outcome.intent.undoes is None:
            self.picture.preset = (result.outcome.intent.alike or UNTOUCHED).get(MTU, self.picture.preset)
        if isinstance(self.app.screen, ProgressScreen):
            await self.app.screen.dismiss()
        self.show_plan()
        self.say(outcome_line(result.outcome, self.picture.names))
        self._shown = result
        # Not `call_after_refresh`: a screen that doesn't know yet of the changed line calls back before it paints.
        self.set_timer(_PAINTED, self.settle)

    def on_changes_unrecorded(self, message: Unrecorded) -> None:
        """Say why a change isn't on record."""
        self.complain(message.complaint)

    def settle(self) -> None:
        """Log the change whose outcome is shown, and show it in full if anything is not as asked.

        Whatever looks at the log calls this first: a key may come between the outcome and its being painted.
        """
        result, self._shown = self._shown, None
        if result is None:
            return
        self._under_way = None
        self._last = result
        self.services.outcome_shown()
        self.ended(result)
        if result.outcome.verdict in ("partly", "failed", "unknown") and self.is_current:
            self.action_report()
