"""The filter's input: what it tells, what it says is wrong, and the last filters behind the arrow keys."""

import pytest
from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.pilot import Pilot
from textual.widgets import Input

from tests.hosted import cells_of
from tests.hostile import controls
from tests.links import a_link
from tui.model.names.map import parse as parse_names
from tui.model.store import Store
from tui.model.view.shown import Shown
from tui.present.columns import link_view
from tui.present.words import Spelling, as_ascii
from tui.screens.main.filter_box import FilterBox, History, TermSuggester
from widgets.lines import Lines

NAMES = parse_names(b"0 default\n7 dmz\n8 dmz-old\n")
WORDS = {"": ("dmz", "group:"), "group": ("dmz", "dmz-old"), "state": ("up", "down")}


class FilterHost(App[None]):
    """What the main screen does with the box, over three interfaces."""

    AUTO_FOCUS = None
    BINDINGS = [Binding("slash", "look", show=False), Binding("escape", "leave", show=False)]  # noqa: RUF012

    def __init__(self, spell: Spelling = str) -> None:
        super().__init__()
        store = Store()
        store.replace({index: a_link(index, group=index + 5, mtu=1000 * index) for index in (1, 2, 3)})
        self.snapshot = store.snapshot()
        self.view = link_view()
        self.box = FilterBox(spell)
        self.table = Lines(id="table")
        self.changes: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.box
        yield self.table

    @on(FilterBox.Changed)
    def _changed(self, event: FilterBox.Changed) -> None:
        self.changes.append(event.text)
        self.view.set_filter(event.text)
        self.view.order(Shown(self.snapshot, NAMES, {}))
        self.box.say(self.view.problem, self.view.hint)

    @on(FilterBox.Accepted)
    def _kept(self, event: FilterBox.Accepted) -> None:
        if self.view.problem:
            self.bell()
        else:
            self.box.keep(event.text)
            self.screen.set_focus(None)

    def action_look(self) -> None:
        self.box.open(self.view.text, ["dmz", "dmz-old"])

    def action_leave(self) -> None:
        self.view.set_filter("")
        self.box.close()
        self.screen.set_focus(None)

    @property
    def shown(self) -> list[int]:
        return self.view.order(Shown(self.snapshot, NAMES, {}))

    @property
    def line(self) -> str:
        return self.box.query_one(Lines).text

    @property
    def screen_text(self) -> list[str]:
        return [line.rstrip() for line in cells_of(self)]


async def write(pilot: Pilot[None], text: str) -> None:
    await pilot.press(*({" ": "space"}.get(char, char) for char in text))


async def test_each_key_narrows_and_an_error_leaves_what_was() -> None:
    app = FilterHost()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash")
        await write(pilot, "mtu")
        assert (app.shown, app.view.problem) == ([], "")
        await write(pilot, ":")
        assert app.shown == []
        assert app.line == " mtu: wants a number, such as mtu:>1500 or mtu:1280..1500."
        await write(pilot, ">1")
        assert app.shown == [1, 2, 3]
        await write(pilot, "500")
        assert app.shown == [2, 3]
        await write(pilot, " foo:")
        assert app.view.text == "mtu:>1500 foo"  # what was right last
        assert app.line.startswith(" No column “foo”: name index group ")
        await pilot.press(*["backspace"] * 4)
        assert app.shown == [2, 3]
        await write(pilot, "group:")
        assert app.line == " group: wants a name, a number or a glob, such as group:dmz."
        await write(pilot, "d")
        assert app.line == " There is no group “d”."
        await write(pilot, "mz")
        assert app.shown == [2]
        assert app.view.text == "mtu:>1500 group:dmz"


async def test_the_table_moves_only_when_the_box_opens_and_closes() -> None:
    app = FilterHost()
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.table.region.y == 0
        await pilot.press("slash")
        await pilot.pause()
        heights = {app.table.region.y}
        for text in ("m", "tu:", ">1", " foo:", "bar"):
            await write(pilot, text)
            await pilot.pause()
            heights.add(app.table.region.y)
        assert heights == {2}
        await pilot.press("escape")
        await pilot.pause()
        assert app.table.region.y == 0


async def test_what_is_wrong_fits_one_line_and_obeys_nobody() -> None:
    app = FilterHost()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash")
        assert app.screen_text[0].strip() == "text to find; Enter: keep it, Esc: show all"
        for column in ("name", "group", "mtu", "re", "!not", "↑: last"):
            assert column in app.screen_text[1]
        assert not app.screen_text[1].endswith("…")
        for typed, said in (
            ("[@click=app.quit]x:", "No column “[@click=app.…”"),
            ("[b]:", "No column “[b]”: name index group state mtu kind master mac alias re."),
            ("re:(", "re: at character 1: missing ), unterminated subpattern."),
        ):
            app.box.query_one(Input).value = typed
            await pilot.pause()
            assert app.screen_text[1].strip().startswith(said)
            assert not controls("".join(app.screen_text))


async def test_enter_keeps_no_filter_that_means_nothing() -> None:
    app = FilterHost()
    async with app.run_test() as pilot:
        await pilot.press("slash")
        await write(pilot, "mtu:>")
        await pilot.press("enter")
        await pilot.pause()
        assert app.box.display
        await write(pilot, "1500")
        await pilot.press("enter")
        await pilot.pause()
        assert not app.box.display
        assert app.shown == [2, 3]


async def test_enter_right_behind_the_text_hears_of_all_of_it() -> None:
    app = FilterHost()
    async with app.run_test() as pilot:
        await pilot.press("slash")
        app.box.query_one(Input).value = "mtu:"
        await pilot.press("enter")
        await pilot.pause()
        assert app.box.display
        assert app.changes[-1] == "mtu:"


async def keep(pilot: Pilot[None], app: FilterHost, text: str) -> None:
    await pilot.press("escape", "slash")
    await write(pilot, text)
    await pilot.press("enter")
    await pilot.pause()
    assert not app.box.display


async def test_the_arrow_keys_bring_the_last_filters_back() -> None:
    app = FilterHost()
    async with app.run_test() as pilot:
        for text in ("mtu:1000", "mtu:2000", "mtu:3000", "mtu:1000"):
            await keep(pilot, app, text)
        await pilot.press("escape", "slash")
        await write(pilot, "gr")
        box = app.box.query_one(Input)
        values = []
        for key in ("up", "up", "up", "up", "down", "down", "down", "down"):
            await pilot.press(key)
            values.append(box.value)
        assert values == ["mtu:1000", "mtu:3000", "mtu:2000", "mtu:2000", "mtu:3000", "mtu:1000", "gr", "gr"]
        await pilot.press("up", "up")
        await pilot.pause()
        assert app.shown == [3]
        assert box.cursor_position == len(box.value)
        await pilot.press("enter")
        await pilot.pause()
        assert (app.view.text, app.box.display) == ("mtu:3000", False)


async def test_what_is_edited_is_what_is_typed_now() -> None:
    app = FilterHost()
    async with app.run_test() as pilot:
        for text in ("mtu:1000", "mtu:2000"):
            await keep(pilot, app, text)
        await pilot.press("escape", "slash", "up", "up", "backspace", "up")
        box = app.box.query_one(Input)
        assert box.value == "mtu:2000"
        await pilot.press("down")
        assert box.value == "mtu:100"


async def test_the_box_opens_with_what_is_in_force() -> None:
    app = FilterHost()
    async with app.run_test() as pilot:
        await keep(pilot, app, "mtu:1000")
        await pilot.press("slash")
        await pilot.pause()
        assert app.box.query_one(Input).value == "mtu:1000"
        assert app.shown == [1]
        await pilot.press("up")
        assert app.box.query_one(Input).value == "mtu:1000"


async def test_nothing_that_a_terminal_obeys_can_be_typed() -> None:
    app = FilterHost()
    async with app.run_test() as pilot:
        await pilot.press("slash")
        app.box.query_one(Input).insert_text_at_cursor("a\x1b[7z\u202eb")
        await pilot.pause()
        assert app.changes[-1] == "a[7zb"


async def test_our_own_words_are_spelt_for_the_terminal() -> None:
    app = FilterHost(as_ascii)
    async with app.run_test() as pilot:
        await pilot.press("slash")
        await write(pilot, "group:x")
        await pilot.pause()
        assert app.line == ' There is no group "x".'
        app.box.say("")
        assert app.line.isascii()
        assert len(app.line) <= 80


def test_the_history_has_an_end_and_no_text_twice() -> None:
    history = History()
    for number in range(60):
        history.keep(str(number))
    history.keep("40")
    history.keep("")
    now, seen = "", []
    for _ in range(60):
        now = history.step(1, now)
        seen.append(now)
    assert seen[:3] == ["40", "59", "58"]
    assert len(set(seen)) == 50
    assert seen[-1] == "10"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("dm", "dmz"),
        ("GR", "group:"),
        ("group:", "group:dmz"),
        ("group:dmz-", "group:dmz-old"),
        ("mtu:1 !group:D", "mtu:1 !group:dmz"),
        ("!dm", "!dmz"),
        ("state:d", "state:down"),
        ("mtu:1 ", None),
        ("", None),
        ("!", None),
        ("nobody", None),
        ("foo:d", None),
    ],
)
async def test_the_last_term_is_completed(text: str, wanted: str | None) -> None:
    assert await TermSuggester(WORDS).get_suggestion(text) == wanted


async def test_the_arrow_to_the_right_takes_the_completion() -> None:
    app = FilterHost()
    async with app.run_test() as pilot:
        await pilot.press("slash")
        await write(pilot, "mtu:2000 group:d")
        await pilot.pause()
        await pilot.press("right")
        await pilot.pause()
        assert app.changes[-1] == "mtu:2000 group:dmz"
        assert app.shown == [2]
