"""Deleting a group's interfaces from the palette, and moving them: nothing but the typed name does it."""

from threading import Event

from tests.driven import Driven, driven, requests
from tests.elsewhere import far_netns
from tests.links import PATIENCE, Ip, cheap_kind, from_ip, many


async def ask(hands: Driven, word: str = "delete int", label: str = "delete interfaces…") -> None:
    await hands.press("ctrl+p")
    await hands.type(word)
    await hands.sees(f"{label} (Ctrl+P)")
    await hands.press("enter")


async def test_the_name_alone_deletes_and_everything_is_told(ip: Ip, sent: list[dict[int, bytes]]) -> None:
    many(cheap_kind(ip), 3, 7, up=False)
    many(cheap_kind(ip), 1, 8, up=False, prefix="b")
    ip("link", "add", "v0", "type", "veth", "peer", "name", "w0")
    ip("link", "set", "v0", "group", 7)
    async with driven() as hands:
        await hands.choose(0)
        await ask(hands)
        await hands.sees("Group default (0) can't be deleted")
        await hands.type("default")
        await hands.press("enter")
        await hands.sees("Nothing can be sent.")
        await hands.press("escape")
        await hands.hears("Left as it is; nothing was sent.")
        await hands.choose(7)
        await ask(hands)
        await hands.sees("4 interfaces, and 1 more with them", "w0 (peer of v0)", "It can't be undone")
        await hands.press("y", "enter")
        await hands.sees("That is not 7. Nothing was sent.")
        assert sent == []
        await hands.press("backspace", "7", "enter")
        await hands.hears("delete group 7: all 4 deleted; 1 more went too · 1 message, 40 bytes")
        assert requests(sent) == [[(17, 0)]]
        assert {link["ifname"] for link in from_ip(ip).values()} == {"lo", "b0"}
        await hands.press("o")
        await hands.sees("w0: peer of v0")
        await hands.press("escape", "w")
        await hands.sees("RTM_DELLINK", "to delete 4 interfaces")
        await hands.press("escape", "z")
        await hands.hears("undo")


async def test_marks_are_no_group(ip: Ip, sent: list[dict[int, bytes]]) -> None:
    many(cheap_kind(ip), 3, 7, up=False)
    async with driven() as hands:
        await hands.choose(7)
        await hands.press("tab", "space")
        await ask(hands)
        await hands.hears("Only a whole group is deleted")
    assert sent == []


async def test_a_move_goes_the_way_that_was_chosen(ip: Ip, sent: list[dict[int, bytes]]) -> None:
    many(cheap_kind(ip), 2, 7, up=False)
    with far_netns(ip) as far:
        async with driven() as hands:
            await hands.choose(7)
            await ask(hands, "move to", "move to netns…")
            await hands.sees("by its name or path:")
            await hands.type(far.path)
            await hands.press("enter")
            await hands.sees("2 interfaces    one message", "They arrive DOWN")
            await hands.press("tab")
            await hands.sees("2 messages, one each", "get through in between")
            await hands.press("7", "enter")
            await hands.hears("all 2 moved · 2 messages")
            assert [[kind for kind, _ in batch] for batch in requests(sent)] == [[19, 19]]
        assert far.names() == {"m0", "m1"}


async def test_while_the_kernel_moves_them_it_is_told_since_when(ip: Ip) -> None:
    many(cheap_kind(ip), 2, 7, up=False)
    go_on = Event()
    with far_netns(ip) as far:
        async with driven() as hands:
            hands.writer.before = lambda: go_on.wait(PATIENCE)
            await hands.choose(7)
            await ask(hands, "move to", "move to netns…")
            await hands.type(far.path)
            await hands.press("enter")
            await hands.sees("2 interfaces    one message")
            await hands.press("7", "enter")
            await hands.hears("sent, waiting for the kernel for 2 s. One message can't be interrupted.")
            go_on.set()
            await hands.hears("all 2 moved · 1 message")
