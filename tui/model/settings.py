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
