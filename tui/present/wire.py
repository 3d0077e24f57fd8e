"""Exchange → sentences: what is shown of a change's messages, and what the kernel does at each step."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from tui.model.text import plural
from tui.model.wire.trace import Batch, WireTrace, Work
from tui.present.words import milliseconds

View = Literal["message", "answer", "notification", "other way"]
VIEWS: tuple[View, ...] = ("message", "answer", "notification", "other way")


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of a change: what happens in the kernel, and which pieces of which message tell of it."""

    title: str
    view: View
    names: frozenset[str]
    """Names of the pieces that belong to it."""
    says: Callable[[WireTrace], str]
    took: Callable[[WireTrace], str]
    """What was measured."""


_ASKED = " The last asks a member alone why it refused."
_SEVERAL = " Each group has one, all in one buffer; only the last asks for an ACK."


def raw_messages(trace: WireTrace, view: View) -> tuple[bytes, ...]:
    """Return the messages to take apart."""
    if view == "message":
        return trace.sent.first
    if view == "answer":
        return trace.answers
    if view == "notification":
        return () if trace.notification is None else (trace.notification,)
    return () if trace.other_way is None else trace.other_way.first


def total(trace: WireTrace, view: View) -> int:
    """Return how many messages of this sort there are, kept or not."""
    other = 0 if trace.other_way is None else trace.other_way.messages
    numbers = {"message": trace.sent.messages, "answer": trace.answered, "notification": trace.events}
    return numbers.get(view, other)


def about(trace: WireTrace, view: View) -> str:
    """Return what is to be said of a view: a sentence or two."""
    if view == "message":
        asked = " The last ask members alone why they refused." if trace.groups > 1 else _ASKED
        asked = asked if _asked_why(trace) else ""
        return f"We sent {cost(trace.sent)}, to {trace.work} {plural(trace.members, 'interface')}.{asked}"
    if view == "answer":
        return f"The kernel sent {plural(trace.answered, 'answer')} to the socket that asked."
    if view == "notification":
        return _about_events(trace)
    if trace.other_way is None:
        return trace.remark
    how = f"one by one ({_EACH[trace.work]})" if trace.whole_group else "as one group (RTM_NEWLINK)"
    return f"{how[0].upper()}{how[1:]}: {cost(trace.other_way)}, against {cost(trace.sent)}. {trace.remark}"


_EACH: Mapping[Work, str] = {"change": "RTM_SETLINK", "delete": "RTM_DELLINK", "move": "RTM_SETLINK"}


def _asked_why(trace: WireTrace) -> bool:
    return trace.whole_group and trace.sent.messages > trace.groups


def _about_events(trace: WireTrace) -> str:
    if trace.notification is None and not trace.events:
        return "No notification was heard. The kernel sends none for a new group or alias of a DOWN interface."
    if trace.notification is None:
        return f"{plural(trace.events, 'notification')} heard; none of them tells what an interface is like."
    whose = "one of them" if trace.of_member else "one of them, of an interface that we didn't change"
    heard = f"{plural(trace.events, 'notification')} heard meanwhile; below is {whose}."
    return f"{heard} Others' changes can't be told from ours: seq and pid are 0."


def cost(batch: Batch) -> str:
    """Return what a batch comes to: "1 message, 48 bytes, 1 send"."""
    return f"{plural(batch.messages, 'message')}, {plural(batch.size, 'byte')}, {plural(batch.sends, 'send')}"


def _build(trace: WireTrace) -> str:
    if trace.work == "delete":
        return (
            "A header, an ifinfomsg with index 0, and IFLA_GROUP: nothing else. No interface is named: the kernel "
            "finds the members itself, so the message is as short for 16,384 of them as for one."
        )
    if trace.whole_group:
        return (
            "A header, an ifinfomsg with index 0, what is to be set, and IFLA_GROUP. No interface is named: the "
            "kernel finds the members itself, so the message is as short for 16,384 of them as for one."
        ) + _SEVERAL * (trace.groups > 1)
    return (
        "A message for each interface: its index, and what is to be set on it. Many are put one after another into "
        "one buffer; only the last asks for an ACK."
    )


def _send(trace: WireTrace) -> str:
    taker = "rtnl_newlink" if trace.whole_group else "rtnl_setlink"
    if trace.work == "delete":
        taker = "rtnl_dellink"
    return (
        f"send() goes straight into the kernel: netlink_rcv_skb checks each header, rtnetlink_rcv_msg looks the type "
        f"up and calls {taker}, which works under RTNL: every other writer of links waits."
    )


def _walk(trace: WireTrace) -> str:
    if trace.work == "move":
        return (
            "do_setlink calls dev_change_net_namespace for each: it is taken from this namespace as if it were "
            "deleted, what still uses it is waited for, and it is registered there, DOWN. One message stops at the "
            "first error."
        )
    if trace.work == "delete":
        return (
            "rtnl_group_dellink walks the devices twice: first it looks whether each of the group can be deleted, and "
            "one that can't ends it all; then it collects them, and unregister_netdevice_many takes all away at once."
        )
    if trace.whole_group:
        return (
            "rtnl_newlink sees IFLA_GROUP, no index and no CREATE: rtnl_group_changelink walks the devices and calls "
            "do_setlink for each of the group. It stops at the first error; what was changed stays changed."
        ) + (" Then the next message has its turn: an error ends its own walk alone." if trace.groups > 1 else "")
    return (
        "rtnl_setlink finds the device by its index and do_setlink changes it; then the next message has its turn. "
        "An error ends that message alone."
    )


def _ack(trace: WireTrace) -> str:
    if trace.work == "delete":
        return (
            "netlink_ack puts an NLMSG_ERROR into our socket: error 0 is the ACK. An empty group gets ENODEV. It names "
            "nobody: what went too isn't in it."
        )
    return (
        "netlink_ack puts an NLMSG_ERROR into our socket: error 0 is the ACK. It names no member and no count, and "
        "an empty group gets it too, so it proves nothing."
    )


def _events(trace: WireTrace) -> str:
    if trace.work == "delete":
        return (
            "An RTM_DELLINK describes each interface that went once more, to everyone who listens, be it a member or "
            "not. What doesn't fit into our socket is lost."
        )
    return (
        "rtmsg_ifinfo describes each changed interface anew, some 1.5 KB, to everyone who listens. They were queued "
        "during the walk, before the ACK; we read them from another socket. What doesn't fit there is lost."
    )


def _read_back(trace: WireTrace) -> str:
    return (
        "A full dump (RTM_GETLINK with NLM_F_DUMP) shows every interface as it is now; it is compared with what was "
        "asked, member by member. Only this proves what happened."
    )


def _inside(trace: WireTrace) -> str:
    if not trace.inside:
        return "send() had not returned"
    each = trace.inside / max(trace.members, 1)
    return f"in send() {milliseconds(trace.inside)}, {each * 1e6:,.0f} us a member"


def _acked(trace: WireTrace) -> str:
    if not trace.answered:
        return f"none within {milliseconds(trace.acked_at - trace.sent_at)}"
    return f"{milliseconds(trace.acked_at - trace.sent_at)} from the first send to the last answer"


def _seen(trace: WireTrace) -> str:
    if not trace.checked:
        return "it failed"
    return f"{milliseconds(trace.seen_at - trace.acked_at)} after the ACK, {plural(trace.links, 'interface')}"


_SET = frozenset({"ifinfomsg.flags", "ifinfomsg.change", "IFLA_MTU", "IFLA_GROUP"})

STEPS = (
    Step(
        "build",
        "message",
        _SET | {"nlmsghdr.len", "ifinfomsg.index"},
        _build,
        lambda trace: f"{milliseconds(trace.sent_at)} from the key to the send",
    ),
    Step(
        "send",
        "message",
        frozenset({"nlmsghdr.type", "nlmsghdr.flags", "nlmsghdr.seq", "nlmsghdr.pid"}),
        _send,
        lambda trace: plural(trace.sent.sends, "send"),
    ),
    Step("the kernel walks the members", "message", _SET | {"ifinfomsg.index"}, _walk, _inside),
    Step(
        "ACK",
        "answer",
        frozenset({"nlmsgerr.error", "nlmsghdr.seq", "NLMSGERR_ATTR_MSG"}),
        _ack,
        _acked,
    ),
    Step(
        "events",
        "notification",
        frozenset({"nlmsghdr.seq", "nlmsghdr.pid", "IFLA_IFNAME", "IFLA_MTU", "IFLA_GROUP", "ifinfomsg.flags"}),
        _events,
        lambda trace: plural(trace.events, "event"),
    ),
    Step("read back", "message", _SET, _read_back, _seen),
)
"""The stages, in the order in which we learn of them."""
