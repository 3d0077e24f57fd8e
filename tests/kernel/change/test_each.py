"""What the estimate goes by, asked of the kernel; and an undo that takes as long as its change."""

from tests.changes import setting
from tests.links import Ip, cheap_kind, from_ip, ipv6_on, many, slow_group, until
from tests.sitting import sitting
from tui.netlink.fib import fib_size
from tui.session.planning import plan_each


def test_the_fib_is_as_long_as_the_routes_that_the_kernel_lists(ip: Ip) -> None:
    assert fib_size() == 0
    ipv6_on()
    many(cheap_kind(ip), 64, 7, up=True)
    until(lambda: len(ip("-6", "route", "show", "table", "all").splitlines()) == 3 * 64, "their routes")
    assert 3 * 64 < fib_size() <= 5 * 64 + 4
    ip("-6", "route", "add", "2001:db8::/32", "dev", "m0")
    before = fib_size()
    ip("-6", "route", "del", "2001:db8::/32", "dev", "m0")
    assert fib_size() < before


def test_an_undo_tells_of_its_time_too_and_goes_by_a_message_each_as_well(ip: Ip) -> None:
    slow_group(ip)
    with sitting() as hands:
        plan = hands.propose(setting(mtu=1400), 7).plan
        assert plan.preview.estimate.long
        assert plan.preview.estimate.seconds > plan.preview.estimate.each
        assert (plan.preview.estimate.ipv6, plan.preview.estimate.up) == (400, 400)
        names, fib = hands.session.services.names, hands.session.look().fib
        outcome = hands.carry_out(plan_each(plan, names, fib))
        assert (outcome.verdict, len(outcome.changed), outcome.reply.messages) == ("done", 400, 400)
        undo = hands.undo(1).plan
        assert undo is not None
        assert (undo.intent.group_id, undo.preview.estimate.long) == (7, True)
        outcome = hands.carry_out(plan_each(undo, names, fib))
        assert (outcome.verdict, len(outcome.changed), outcome.reply.messages) == ("done", 400, 400)
        entry = hands.session.log.get(1)
        assert entry is not None
        assert entry.undone_by == 2
    assert {link["mtu"] for link in from_ip(ip).values() if link["group"] == "7"} == {1500}
