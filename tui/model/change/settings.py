"""What a change sets on an interface: some attributes, each with its value."""

from collections.abc import Callable, ItemsView, Iterator, Mapping

from tui.model.change.attribute import Attribute, Harms
from tui.model.change.attributes import ATTRIBUTES
from tui.model.change.entries import Value
from tui.model.link import Link
from tui.model.names.map import NameMap

_NONE: Harms = frozenset()


class Settings(Mapping[Attribute, Value]):
    """What an interface is to be, or was; what isn't in it isn't touched. Never changes.

    It stands in the order of ATTRIBUTES, whatever order it was made in.
    """

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[Attribute, Value]) -> None:
        """``values``: each attribute's own kind of value."""
        self._values = {attribute: values[attribute] for attribute in ATTRIBUTES if attribute in values} | dict(values)

    def __getitem__(self, attribute: Attribute) -> Value:
        """Return the value of one. Raises KeyError."""
        return self._values[attribute]

    def __iter__(self) -> Iterator[Attribute]:
        """Go through what is set."""
        return iter(self._values)

    def __len__(self) -> int:
        """Return how many are set."""
        return len(self._values)

    def items(self) -> ItemsView[Attribute, Value]:
        """Return what is set, with the values."""
        return self._values.items()

    def __hash__(self) -> int:
        """Equal ones have the same."""
        return hash((*self._values.values(),))

    def __eq__(self, other: object) -> bool:
        """Whether both set the same to the same."""
        return isinstance(other, Settings) and self._values == other._values

    def __repr__(self) -> str:
        """Tell what is set."""
        return f"Settings({', '.join(f'{attribute.id}={value}' for attribute, value in self.items())})"

    def met_by(self, link: Link) -> bool:
        """Whether ``link`` is so. Thousands are asked about while an operator waits."""
        for attribute, value in self._values.items():  # noqa: SIM110 - a generator takes twice as long
            if attribute.read(link) != value:
                return False
        return True

    def test(self) -> Callable[[Link], bool]:
        """Return `met_by`, or what answers the same sooner."""
        if len(self._values) != 1:
            return self.met_by
        ((attribute, value),) = self._values.items()
        read = attribute.read
        return lambda link: read(link) == value

    def as_of(self, link: Link) -> "Settings":
        """Return the same attributes as ``link`` has them, with what goes along: what takes the change back."""
        found = Settings.__new__(Settings)  # in order already: thousands are made while an operator waits
        found._values = {attribute: attribute.read(link) for attribute in self._values}
        for attribute in self._values:
            if attribute.along is not None:
                found._values.setdefault(attribute.along, attribute.along.read(link))
        return found

    def part(self, before: Link, now: Link) -> "Settings":
        """Return what of it ``now`` has that ``before`` hadn't: what was set, if not all of it was.

        What was left midway stands in it as it is now.
        """
        return Settings(
            {
                one: is_now
                for one, value in self.items()
                if (is_now := one.read(now)) != one.read(before) and (is_now == value or is_now in one.midway)
            }
        )

    @property
    def divisible(self) -> bool:
        """Whether the kernel can do a part of it to an interface and refuse the rest."""
        return len(self._values) > 1 or any(one.midway for one in self._values)

    def otherwise(self, link: Link) -> str:
        """Return what ``link`` is instead, in words: "now 1400", "now down", "now in group 9"; empty: it is so."""
        parts = [
            attribute.instead(attribute.read(link))
            for attribute, value in self.items()
            if attribute.read(link) != value
        ]
        return f"now {', '.join(parts)}" if parts else ""

    @property
    def by_group(self) -> bool:
        """Whether one message can set all of it on a whole group."""
        return all(attribute.by_group for attribute in self._values)

    @property
    def operation(self) -> str:
        """What setting it is called in the audit file and the timing panel; "set": several at once."""
        if len(self._values) != 1:
            return "set"
        ((attribute, value),) = self._values.items()
        return attribute.operation(value)

    def taken_by(self, link: Link) -> bool:
        """Whether the driver's announced limits admit all of it."""
        return all(attribute.takes(link, value) for attribute, value in self.items())

    def limits(self, link: Link) -> str:
        """Return what ``link`` takes instead of what it doesn't; empty: it takes all of it, as far as is known."""
        return ", ".join(one.limits(link) for one, value in self.items() if not one.takes(link, value))

    @property
    def fields(self) -> frozenset[str]:
        """The fields of a Link by which it is told whether and how a change comes about."""
        return frozenset(field for attribute in self._values for field in attribute.fields)

    def harm(self, link: Link) -> Harms:
        """Return what it does to ``link`` beside what it is made for."""
        return _NONE.union(*(attribute.harm(attribute.read(link), value) for attribute, value in self.items()))

    def walks(self, link: Link) -> float:
        """Return how often the kernel walks over its IPv6 FIB to change ``link``: see model/change/busy.py."""
        return sum(one.walks(link, value) for one, value in self.items() if one.read(link) != value)

    @property
    def stirs(self) -> bool:
        """Whether it makes an interface that is UP tell that its state changed, beside what `walks` counts."""
        return any(attribute.stirs for attribute in self._values)

    def words(self, names: NameMap) -> str:
        """Return what is set, in words: "MTU 1500, group dmz (10), up"."""
        return ", ".join(attribute.words(value, names) for attribute, value in self.items())

    def ip(self, names: NameMap) -> tuple[str, list[str]]:
        """Return the words of `ip link set`, and a comment for each that `ip` can't set."""
        said = [attribute.ip(value, names) for attribute, value in self.items()]
        return " ".join(word for word in said if word[0] != "#"), [word for word in said if word[0] == "#"]


UNTOUCHED = Settings({})
"""Nothing is set."""
