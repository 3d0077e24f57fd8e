"""The commands of what asks or tells one thing over a screen."""

from tui.present.commands.command import Command, Commands, hint


class OnDialog(Commands, title=""):
    """What can be done in every dialog; some name their own way out."""

    leave = Command(keys="escape", label="leave it")


class OnFilter(Commands, title=""):
    """The commands of an input that filters; what leaves it is its screen's."""

    keep = Command(keys="enter", label="keep it", heard_by_focus=True)
    earlier = Command(keys="up", label="last")
    later = Command(keys="down", label="next")


def find_hint(back: Command) -> str:
    """Return what stands in an empty filter; ``back`` takes the filter away."""
    return f"text to find; {hint(OnFilter.keep)}, {back}: show all"


class OnUnsaved(Commands, title="Unsaved changes"):
    """What can become of edits of the name map that aren't saved."""

    save = Command(keys="w", label="save")
    throw_away = Command(keys="x", label="throw it away")


class OnPage(Commands, title=""):
    """What every page that scrolls hears."""

    scroll_down = Command(keys="down,j", label="down")
    scroll_up = Command(keys="up,k", label="up")
    page_down = Command(keys="pagedown,space", label="page down")
    page_up = Command(keys="pageup", label="page up")
    first = Command(keys="home,g", label="first")
    last = Command(keys="end,G", label="last")


class OnReport(Commands, title=""):
    """The commands of a page to read."""

    leave = Command(keys="escape,q,enter", label="back")


class OnConfirm(Commands, title=""):
    """The commands of what asks before a change."""

    yes = Command(keys="y", label="do it")
    name = Command(keys="enter", label="do it", heard_by_focus=True)
    each = Command(keys="b", label="do it by a message each")
    other_way = Command(keys="tab", label="the other way")


class OnRemoval(Commands, title=""):
    """The commands of what asks before interfaces go for good; the input has the focus."""

    each = Command(keys="tab", label="one message, or one each", priority=True)


class OnValue(Commands, title=""):
    """The commands of what asks for a value to set."""

    do = Command(keys="enter", label="do it", heard_by_focus=True)


class OnRetag(Commands, title=""):
    """How one moves through the groups to retag to; the input has the focus."""

    up = Command(keys="up", label="up", priority=True)
    down = Command(keys="down", label="down", priority=True)
    page_up = Command(keys="pageup", label="page up", priority=True)
    page_down = Command(keys="pagedown", label="page down", priority=True)


class OnSettings(Commands, title=""):
    """How one moves through what can be set; the input has the focus."""

    up = Command(keys="up", label="up", priority=True)
    down = Command(keys="down", label="down", priority=True)
    complete = Command(keys="tab", label="complete", priority=True)


class OnPrompt(Commands, title=""):
    """The commands of what asks for a line of text."""

    take = Command(keys="enter", label="take it", heard_by_focus=True)


class OnProgress(Commands, title=""):
    """The commands of what shows how far a change has come."""

    leave = Command(keys="escape", label="stop after the batch that is under way")


class OnPermanent(Commands, title=""):
    """The commands of what makes the present tags permanent."""

    copy = Command(keys="y", label="copy")
    write = Command(keys="w", label="write")
    leave = Command(keys="escape,q", label="back")
