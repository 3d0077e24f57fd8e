"""Which groups an interface can be retagged to, narrowed by what is typed."""

from collections.abc import Collection

from tui.model.names.map import NameMap

MAX_GROUP = 0xFFFFFFFF
"""The kernel keeps the tag as u32 (net_device.group)."""


def typed_number(text: str) -> int | None:
    """Return the group id that ``text`` spells, decimal or 0x…; None: it spells none that the kernel takes."""
    cleaned = text.strip().lower()
    digits, base = (cleaned[2:], 16) if cleaned.startswith("0x") else (cleaned, 10)
    if not digits.isascii() or not digits.isalnum() or len(digits) > 16:
        return None
    try:
        number = int(digits, base)
    except ValueError:
        return None
    return number if number <= MAX_GROUP else None


def candidates(text: str, group_ids: Collection[int], names: NameMap) -> list[int]:
    """Return the groups that ``text`` can mean, the likeliest first.

    A name or number that is just that, then those that begin with it, then those that hold it; and the number itself,
    should no group bear it yet.
    """
    wanted = text.strip().lower()
    number = typed_number(wanted)
    found = []
    for group_id in group_ids:
        words = (names.name(group_id).lower(), f"{group_id:#x}" if wanted.startswith("0x") else str(group_id))
        if not wanted or any(wanted in word for word in words):
            near = 0 if group_id == number or words[0] == wanted else 1 if words[0].startswith(wanted) else 2
            found.append((near if wanted else 0, group_id))
    ranked = [group_id for _, group_id in sorted(found)]
    if number is not None and number not in group_ids:
        ranked.insert(0, number)
    return ranked
