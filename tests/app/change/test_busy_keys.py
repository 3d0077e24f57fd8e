"""A key that would keep the kernel busy for long asks first, and can send a message to each member instead."""

from threading import Event

from tests.driven import eager, requests
from tests.links import PATIENCE, Ip, slow_group
from tui.netlink.wire import IFINFO, IFLA_GROUP, RTM_NEWLINK, RTM_SETLINK, attributes

Sent = list[dict[int, bytes]]
_ATTRIBUTES = 16 + IFINFO.size


def holds_group(raw: bytes) -> bool:
    return IFLA_GROUP in [kind for kind, _, _ in attributes(raw, _ATTRIBUTES, len(raw))]


async def test_the_time_is_told_before_the_key_and_a_message_each_is_the_way_out(ip: Ip, sent: Sent) -> None:
    slow_group(ip)
    go_on = Event()
    async with eager() as hands:
        await hands.choose(7)
        await hands.sees("all 400 already are  about")
        await hands.press("u")
        await hands.sees(
            "! 400 members with IPv6 that are UP: about",
            "during which no other link change on this machine gets through, and nothing can stop it.",
            "Or 400 messages, one each, without the group attribute: less than 1 s; other link changes get through",
            "y: do it b: do it by a message each Esc: leave it",
        )
        await hands.press("enter", "tab", "escape")
        await hands.hears("Left as it is; nothing was sent.")
        assert sent == []
        await hands.press("u", "b")
        await hands.hears("400 interfaces of group 7 up: 400 already were · 400 messages")
        assert {kind for batch in requests(sent) for kind, _ in batch} == {RTM_SETLINK}
        raws = [raw for batch in sent for raw in batch.values()]
        assert (len(raws), any(map(holds_group, raws))) == (400, False)
        sent.clear()
        hands.writer.before = lambda: go_on.wait(PATIENCE)
        await hands.press("u", "y")
        await hands.hears("group 7 up: sent, waiting for the kernel for 1 s of about", "can't be interrupted.")
        go_on.set()
        await hands.hears("group 7 up: 400 already were · 1 message")
        assert requests(sent) == [[(RTM_NEWLINK, 0)]]
        assert holds_group(next(iter(sent[0].values())))
        sent.clear()
        ip("link", "set", "lo", "up")
        ip("route", "add", "default", "dev", "m1")
        await hands.press("R")
        await hands.sees("asks for the name (7)")
        await hands.press("u")
        await hands.sees("type the group's name (7)", "Chosen: one message. Tab: 400 messages, one each")
        await hands.press("tab")
        await hands.sees("Chosen: 400 messages, one each, without the group attribute", "Tab: one message.")
        await hands.press("tab", "b", "tab", "enter")
        await hands.sees("That is not 7. Nothing was sent.")
        assert sent == []
        await hands.press("backspace", "7", "enter")
        await hands.hears("400 interfaces of group 7 up: 400 already were · 400 messages")
    assert len([raw for batch in sent for raw in batch.values()]) == 400
