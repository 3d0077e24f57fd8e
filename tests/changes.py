"""What tests ask for, in few words."""

from tui.model.change.attributes import GROUP, MTU, TXQUEUELEN, UP
from tui.model.change.settings import Settings
from tui.model.link import IFF_UP, Link


def setting(
    mtu: int | None = None, up: bool | None = None, group: int | None = None, txqueuelen: int | None = None
) -> Settings:
    """Return what is to be set; ``mtu`` in bytes, ``txqueuelen`` in packets."""
    values = {MTU: mtu, UP: up, GROUP: group, TXQUEUELEN: txqueuelen}
    return Settings({attribute: value for attribute, value in values.items() if value is not None})


def asked(operation: str, value: int | None = None) -> Settings:
    """Return what "up", "down", "mtu" (bytes), "txqueuelen" (packets) or "retag" sets, as the audit file calls it."""
    if operation == "mtu":
        return setting(mtu=value)
    if operation == "txqueuelen":
        return setting(txqueuelen=value)
    return setting(group=value) if operation == "retag" else setting(up={"up": True, "down": False}[operation])


def made(link: Link, wanted: Settings) -> Link:
    """Return ``link`` once a change was carried out."""
    flags = link.flags & ~IFF_UP | (IFF_UP if wanted.get(UP, link.is_up) else 0)
    return link._replace(
        mtu=wanted.get(MTU, link.mtu),
        flags=flags,
        group=wanted.get(GROUP, link.group),
        txqlen=wanted.get(TXQUEUELEN, link.txqlen),
    )
