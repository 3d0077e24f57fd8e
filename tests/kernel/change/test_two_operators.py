"""Two operators at once, on real interfaces, at random: outcome, audit and undo tell what happened to each member."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.changes import setting
from tests.links import Ip, add, from_ip, fuzz, index_of
from tests.watch import Watch, watching
from tests.writers import ActingWriter, once
from tui.files.audit import Audit
from tui.model.change.audit import change_record
from tui.model.change.intent import Intent, intent_for_links, make_intent
from tui.model.change.outcome import steps_taken
from tui.model.change.plan import make_plan
from tui.model.change.progress import Progress
from tui.model.change.undo import plan_undo
from tui.model.names.map import NameMap
from tui.session.change_runner import ChangeRunner, Result

NAMES = ("m0", "m1", "m2", "m3")
MTUS = st.sampled_from((1400, 1500, 9000))
ACTS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(("mtu", "group", "anew", "delete", "rename")), MTUS), max_size=3
)
Act = tuple[str, str, int]
ALL = [7, 7, 7, 7]


class Seen(NamedTuple):
    """What `ip` says of an interface, and which of the devices with its index it is."""

    name: str
    life: int
    group: int
    mtu: int


class World:
    """The interfaces, the console's parts, and the other operator."""

    def __init__(self, ip: Ip, watch: Watch, writer: ActingWriter) -> None:
        self.ip = ip
        self.watch = watch
        self.writer = writer
        self.lives: dict[int, int] = {}
        self.runner = ChangeRunner(writer, watch.monitor, watch.store, Audit(None), None)

    def reset(self, groups: list[int]) -> None:
        """Make all of them anew, with the MTU 1500."""
        for name in [link["ifname"] for link in from_ip(self.ip).values() if link["ifname"].startswith("m")]:
            self.ip("link", "del", name)
        for name, group in zip(NAMES, groups, strict=True):
            add(self.ip, "ifb", name)
            self.ip("link", "set", name, "group", group)
        self.lives = {}
        self.watch.check()

    def act(self, acts: list[Act]) -> None:
        """Be the other operator; what an act is about may be gone by then."""
        for name, what, mtu in acts:
            if not any(seen.name == name for seen in self.look().values()):
                continue
            if what == "mtu":
                self.ip("link", "set", name, "mtu", mtu)
            elif what == "group":
                self.ip("link", "set", name, "group", 7 if mtu == 1500 else 8)
            elif what == "rename":
                self.ip("link", "set", name, "name", f"{name}x")
            else:
                index = index_of(self.ip, name)
                self.ip("link", "del", name)
                if what == "anew":
                    add(self.ip, "ifb", name, "index", index)
                    self.ip("link", "set", name, "mtu", mtu, "group", 7)
                self.lives[index] = self.lives.get(index, 0) + 1

    def look(self) -> dict[int, Seen]:
        return {
            index: Seen(link["ifname"], self.lives.get(index, 0), int(link["group"]), link["mtu"])
            for index, link in from_ip(self.ip).items()
            if link["ifname"].startswith("m")
        }

    def change(self, intent: Intent) -> Result:
        plan = make_plan(intent, {}, NameMap())
        progress = Progress(len(intent.members))
        nobody: dict[int, str] = {}
        return self.runner.carry_out(plan, "a test", time.monotonic(), progress, lambda _: nobody)


@pytest.fixture
def world(ip: Ip) -> Iterator[World]:
    writer = ActingWriter()
    with watching() as watch:
        yield World(ip, watch, writer)
    writer.close()


def mtu_of(row: dict[str, Any], when: str) -> int | None:
    found = row.get(when)
    return None if found is None else found["mtu"]


@settings(fuzz, max_examples=20)
@example(groups=ALL, whole=True, between=[], meanwhile=[], asked=[("m2", "mtu", 1400)])
@example(groups=ALL, whole=False, between=[], meanwhile=[], asked=[("m1", "mtu", 1400), ("m2", "anew", 9000)])
@example(groups=ALL, whole=True, between=[("m1", "mtu", 1400), ("m2", "anew", 1500)], meanwhile=[], asked=[])
@example(groups=[7, 7, 7, 8], whole=True, between=[("m3", "group", 1500)], meanwhile=[], asked=[])
@example(groups=[7, 7, 7, 8], whole=True, between=[], meanwhile=[], asked=[("m3", "mtu", 9000), ("m3", "group", 1500)])
@example(groups=ALL, whole=True, between=[], meanwhile=[("m1", "mtu", 1400), ("m2", "anew", 9000)], asked=[])
@example(groups=ALL, whole=True, between=[("m0", "group", 1400)], meanwhile=[("m0", "group", 1500)], asked=[])
@given(
    groups=st.lists(st.sampled_from((7, 8)), min_size=4, max_size=4),
    whole=st.booleans(),
    between=ACTS,
    meanwhile=ACTS,
    asked=ACTS,
)
def test_what_is_told_is_what_happened(
    world: World,
    tmp_path: Path,
    groups: list[int],
    whole: bool,
    between: list[Act],
    meanwhile: list[Act],
    asked: list[Act],
) -> None:
    world.reset(groups)
    planned, snapshot = world.look(), world.watch.store.snapshot()
    everyone = frozenset(planned)
    intent = (
        make_intent(snapshot, setting(mtu=9000), 7)
        if whole
        else intent_for_links(snapshot, setting(mtu=9000), everyone)
    )
    world.act(between)
    world.watch.check()
    before = world.look()
    right_after: dict[int, Seen] = {}

    def act() -> None:
        right_after.update(world.look())
        world.act(meanwhile)

    answered: list[Callable[[], object]] = [act]
    world.writer.after = once(answered)
    result = world.change(intent)
    answered.clear()
    after = world.look()
    sent = right_after or before

    # Our message went to those, and to nobody else.
    for index, seen in before.items():
        if intent.group_id is not None:
            ours = bool(intent.members) and seen.group == intent.group_id
        else:
            ours = index in intent.members and (seen.name, seen.life) == (planned[index].name, planned[index].life)
        assert sent[index] == (seen._replace(mtu=9000) if ours else seen)

    rows = {row["ifindex"]: row for row in change_record("", result.outcome, guarded=False, links={})["members"]}  # type: ignore[attr-defined]
    assert rows.keys() >= intent.members.keys()
    for index, row in rows.items():
        became, then, now = row["became"], before.get(index), after.get(index)
        same = then is not None and now is not None and then.life == now.life
        if became in ("changed", "already", "changed again by another", "left the group"):
            assert then is not None
            assert now is not None
            assert same
            assert (mtu_of(row, "before"), mtu_of(row, "after")) == (then.mtu, now.mtu)
        if became == "changed":
            assert then is not None
            assert then.mtu != 9000
            assert mtu_of(row, "after") == 9000
        elif became == "changed again by another":
            assert (sent[index].mtu, mtu_of(row, "after") != 9000) == (9000, True)
        elif became == "vanished":
            assert now is None or now.life != planned[index].life
        elif became == "skipped":
            away = then is not None and intent.group_id is not None and then.group != intent.group_id
            assert away or then is None or (then.name, then.life) != (planned[index].name, planned[index].life)
        assert became not in ("refused", "not reached", "unknown")

    # The undo puts back what is still as the change left it when the undo is sent, and touches nothing else.
    world.watch.check()
    steps = steps_taken(result.outcome)
    undo, _ = plan_undo(1, steps, result.outcome.sent.revision or intent.revision, world.watch.store.snapshot())
    if undo is None:
        return
    opened = world.look()
    world.act(asked)
    open_still = world.look()
    world.change(undo)
    changed = {step.before.ifindex: step.before for step in steps}
    for index, seen in world.look().items():
        then = open_still[index]
        mine = (
            index in undo.members
            and (then.name, then.life) == (opened[index].name, opened[index].life)
            and then.mtu in (9000, changed[index].mtu)
        )
        assert seen == (then._replace(mtu=changed[index].mtu) if mine else then)
