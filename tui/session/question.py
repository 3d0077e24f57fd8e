"""What must be asked before a change, and why: data alone, the words are present's."""

from dataclasses import dataclass
from enum import Enum, auto

from tui.model.change.attribute import Harms
from tui.model.change.plan import Plan
from tui.model.change.reversal import Reversal


class Answer(Enum):
    """What the operator must give before a change is sent."""

    NOTHING = auto()
    """It is sent at once."""
    YES = auto()
    """A plain yes, once he has seen the plan."""
    NAME = auto()
    """The name of what is changed, typed."""


class Agreed(Enum):
    """What the operator has agreed to."""

    AS_PLANNED = auto()
    EACH = auto()
    """The same by a message for each member."""


class Hindrance(Enum):
    """Why nothing can be changed now."""

    READ_ONLY = auto()
    """It was asked for, or there is no privilege: `Services.obstacle` tells."""
    UNDER_WAY = auto()
    """The last change has no outcome yet."""
    COUNTS_DOWN = auto()
    """The last change waits to be kept or taken back."""
    GUARD_AT_WORK = auto()
    """That is decided, and isn't done yet."""


@dataclass(frozen=True, slots=True)
class Undo:
    """What takes a change of the log back."""

    number: int
    """The change's in the log."""
    plan: Plan | None
    """None: nothing is left to be done."""
    found: Reversal
    """Who is left alone, among others."""
    harms: Harms
    """What the change did to somebody beside what it was made for: an undo brings nothing of that back."""


@dataclass(frozen=True, slots=True)
class Question:
    """A change that is proposed. What `Plan.preview` says of risks is the first of its reasons."""

    plan: Plan
    hidden: int = 0
    """Marked interfaces among its members that the operator doesn't see."""
    unseen: bool = False
    """He hasn't seen the plan: what he pressed didn't say what it would do, or there was no room for it."""
    undo: Undo | None = None
    """What it takes back."""
    patient: bool = False
    """Nothing is asked for the time alone that the kernel will be busy with it, though that may be long."""

    @property
    def answer(self) -> Answer:
        """What must be given first."""
        preview = self.plan.preview
        if not self.plan.intent.members:
            return Answer.NOTHING
        if preview.needs_name:
            return Answer.NAME
        # An undo is always shown first: which change it takes back isn't on the screen.
        seen_first = self.hidden or self.unseen or self.plan.intent.undoes is not None or self.long
        return Answer.YES if preview.needs_yes or seen_first else Answer.NOTHING

    @property
    def long(self) -> bool:
        """Whether the kernel will be busy with it for so long that it is asked for that alone."""
        return self.plan.preview.estimate.long and not self.patient

    @property
    def guarded(self) -> bool:
        """Whether the lock-out guard is to watch over it, where there is one."""
        return bool(self.plan.preview.endangered)

    @property
    def weighed(self) -> bool:
        """Whether the kernel must be asked first what it would cut off: nobody can agree before that is told."""
        return self.guarded and self.plan.preview.changing > 0


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Who joined or left the group since its plan was shown; false: nobody, so that the plan still holds."""

    joined: int = 0
    left: int = 0
    renamed: bool = False
    """Whether the name map tells of other groups below the parent by now."""

    def __bool__(self) -> bool:
        """Whether anybody did."""
        return bool(self.joined or self.left or self.renamed)
