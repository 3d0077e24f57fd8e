"""Records ↔ JSON: the one place where what a file or another process says becomes a record, checked value by value."""

import sys
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from types import NoneType
from typing import Any, Literal, TypeVar, cast, get_args, get_origin

from tui.timing.events import Event

Record = TypeVar("Record")

_EVENTS: Mapping[str, type[Event]] = {kind.__name__: kind for kind in get_args(Event)}


def event_json(event: Event) -> dict[str, Any]:
    """Return an event of the measuring process as JSON takes it."""
    return {"event": type(event).__name__, **asdict(event)}


def event_of(data: Any) -> Event:
    """Return the event that `event_json` gave, through JSON. Raises ValueError."""
    name = data.get("event") if isinstance(data, dict) else None
    if not isinstance(name, str) or name not in _EVENTS:
        raise ValueError("it is no event")
    return record_of(_EVENTS[name], data)


def record_of(kind: type[Record], data: Any) -> Record:
    """Return the dataclass ``kind`` that `dataclasses.asdict` gave, through JSON. Raises ValueError for anything else.

    What a later version added is left out; what an earlier one did not know has its default.
    """
    if not isinstance(data, dict):
        raise ValueError(f"{kind.__name__} can't be read from a value of type {type(data).__name__}")
    known = [field for field in fields(cast(Any, kind)) if field.name in data]
    values = {field.name: _value(field.type, data[field.name]) for field in known}
    try:
        return kind(**values)
    except TypeError as error:  # a field without a default is missing
        raise ValueError(str(error)) from error


def _value(hint: Any, data: Any) -> Any:
    """Return ``data`` as a field with this type hint holds it. Raises ValueError."""
    origin, inner = get_origin(hint), get_args(hint)
    if isinstance(hint, type) and is_dataclass(hint):
        return record_of(hint, data)
    if NoneType in inner:
        return None if data is None else _value(inner[0], data)
    if origin is tuple and isinstance(data, list) and (inner[-1] is Ellipsis or len(inner) == len(data)):
        return tuple(_value(inner[0 if inner[-1] is Ellipsis else at], one) for at, one in enumerate(data))
    if origin is Mapping and isinstance(data, dict):
        return {key: _value(inner[1], one) for key, one in data.items()}
    if origin is Literal and isinstance(data, str) and data in inner:
        return data
    if hint is float and type(data) in (int, float) and abs(data) <= sys.float_info.max:
        return float(data)
    if type(data) is hint and hint is not float:
        return data
    raise ValueError(f"a value of type {type(data).__name__} is not what it should be")
