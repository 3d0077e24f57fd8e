"""A frozen picture: interfaces, names and protections of one instant, whatever happens meanwhile."""

from pathlib import Path

import pytest

from tests.driven import driven
from tests.links import Ip, add, cheap_kind, index_of, many
from tui.model.link import IFF_UP


async def test_a_changed_name_map_waits_for_the_end_of_the_freeze(ip: Ip, names: Path) -> None:
    many(cheap_kind(ip), 2, 7, up=False, prefix="a")
    async with driven(names) as hands:
        await hands.choose(7)
        await hands.press("f")
        await hands.sees("FROZEN, 0 changes pending", "interfaces of group customers (7)")
        names.write_text("7\tclients\n")
        await hands.sees("FROZEN, 1 change pending")
        # Whatever paints anew must not let it through: the details, another sorting, the pane.
        await hands.press("tab", "s", "s", "S", "enter")
        await hands.sees("group          group customers (7)")
        await hands.press("escape", "slash", "a", "escape", "shift+tab", "s", "s", "S")
        for row in ("7", "8"):
            assert hands.row(row)[1] == {"7": "customers", "8": "dmz"}[row]
        assert "clients" not in hands.text
        assert "link set group customers" in hands.line("pane")
        await hands.press("f")
        await hands.sees("clients", "interfaces of group clients (7)")
        assert "customers" not in hands.text
        assert "dmz" not in hands.text


@pytest.mark.usefixtures("way_out")
async def test_a_new_default_route_waits_for_the_end_of_the_freeze(ip: Ip) -> None:
    add(ip, "veth", "wan1")
    ip("link", "set", "wan1", "group", 6, "up")
    ip("address", "add", "198.51.100.2/24", "dev", "wan1")
    old, new = index_of(ip, "wan0"), index_of(ip, "wan1")
    async with driven(size=(100, 30)) as hands:
        await hands.choose(5)
        await hands.until(lambda: "route" in hands.row("5"), "the protection")
        await hands.press("f")
        ip("route", "replace", "default", "via", "198.51.100.1")
        hands.services.check()
        snapshot = hands.services.snapshot()
        assert snapshot.links[old].flags & IFF_UP
        await hands.until(
            lambda: new in hands.services.protected(snapshot) and old not in hands.services.protected(snapshot),
            "the new route",
        )
        await hands.press("s", "S", "tab", "shift+tab")
        assert "route" in hands.row("5")
        assert "route" not in hands.row("6")
        assert "asks for the name (5)" in hands.line("pane")
        await hands.press("f")
        await hands.until(lambda: "route" in hands.row("6") and "route" not in hands.row("5"), "the new protection")
