"""Records ↔ JSON: any byte of a name passes."""

from collections.abc import Mapping, Sequence
from typing import Any

from tui.model.change.attribute import Text
from tui.model.change.attributes import BY_ID
from tui.model.change.reversal import Step
from tui.model.change.settings import Settings
from tui.model.link import Link
from tui.netlink.dependants.record import RouteOrAddress

_ALTNAMES = "altnames"
_BYTES = frozenset({"name", "kind", "address", "broadcast", "alias"})


def _text(raw: bytes) -> str:
    return raw.decode("latin-1")


def link_row(link: Link) -> list[Any]:
    """Return a link as JSON takes it."""
    row: list[Any] = [_text(value) if isinstance(value, bytes) else value for value in link]
    row[Link._fields.index(_ALTNAMES)] = [_text(name) for name in link.altnames]
    return row


def link_of(row: Sequence[Any]) -> Link:
    """Return the link of a row. Raises ValueError, TypeError or KeyError for what is none."""
    values = dict(zip(Link._fields, row, strict=True))
    values.update({name: values[name].encode("latin-1") for name in _BYTES})
    values[_ALTNAMES] = tuple(name.encode("latin-1") for name in values[_ALTNAMES])
    return Link(**values)


def step_row(step: Step) -> list[Any]:
    """Return a step as JSON takes it."""
    wanted = step.wanted.items()
    return [
        link_row(step.before),
        {one.id: _text(value) if isinstance(one.carrier, Text) else value for one, value in wanted},
    ]


def step_of(row: Sequence[Any]) -> Step:
    """Return the step of a row. Raises like `link_of`."""
    before, wanted = row
    settings = {BY_ID[name]: value for name, value in wanted.items()}
    texts = {one: value.encode("latin-1") for one, value in settings.items() if isinstance(one.carrier, Text)}
    return Step(link_of(before), Settings(settings | texts))


def held_row(held: RouteOrAddress) -> list[Any]:
    """Return something held as JSON takes it."""
    return [value.hex() if isinstance(value, bytes) else value for value in held]


def held_of(row: Sequence[Any]) -> RouteOrAddress:
    """Return what is held of a row. Raises like `link_of`."""
    values: Mapping[str, Any] = dict(zip(RouteOrAddress._fields, row, strict=True))
    return RouteOrAddress(
        **{
            **values,
            "indexes": tuple(values["indexes"]),
            "body": bytes.fromhex(values["body"]),
            "key": bytes.fromhex(values["key"]),
        }
    )
