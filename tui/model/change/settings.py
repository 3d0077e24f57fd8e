"""What a change sets on an interface: MTU, administrative state, group."""

from typing import NamedTuple

from tui.model.link import Link


class Settings(NamedTuple):
    """What an interface is to be, or was; None: that isn't touched."""

    mtu: int | None = None
    """Bytes."""
    up: bool | None = None
    """The administrative state."""
    group: int | None = None
    """The group tag, u32."""

    def met_by(self, link: Link) -> bool:
        """Whether ``link`` is so."""
        return (
            (self.mtu is None or link.mtu == self.mtu)
            and (self.up is None or link.is_up == self.up)
            and (self.group is None or link.group == self.group)
        )

    def as_of(self, link: Link) -> "Settings":
        """Return the same fields as ``link`` has them: what takes the change back."""
        return Settings(
            None if self.mtu is None else link.mtu,
            None if self.up is None else link.is_up,
            None if self.group is None else link.group,
        )

    def otherwise(self, link: Link) -> str:
        """Return what ``link`` is instead, in words: "now 1400", "now down", "now in group 9"; empty: it is so."""
        parts = []
        if self.mtu not in (None, link.mtu):
            parts.append(str(link.mtu))
        if self.up not in (None, link.is_up):
            parts.append("up" if link.is_up else "down")
        if self.group not in (None, link.group):
            parts.append(f"in group {link.group}")
        return f"now {', '.join(parts)}" if parts else ""
