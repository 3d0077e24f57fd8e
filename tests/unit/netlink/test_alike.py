"""Messages packed in one piece are those that would be made one by one."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.changes import setting
from tests.links import fuzz
from tui.model.change.settings import Settings
from tui.netlink.alike import Alike, joined
from tui.netlink.batch import one_each
from tui.netlink.wire import link_change

SETTINGS = st.builds(
    setting,
    st.none() | st.integers(1, 0x7FFFFFFF),
    st.none() | st.booleans(),
    st.none() | st.integers(0, 0xFFFFFFFF),
)
INDEXES = st.lists(st.integers(1, 0x7FFFFFFF), min_size=1, max_size=20)


def maker(settings: Settings) -> Callable[[int, int, bool], bytes]:
    return lambda index, seq, ack: link_change(seq, index, settings, ack=ack)


@fuzz
@given(st.integers(1, 0x7FFFFF00), INDEXES, SETTINGS)
def test_they_are_byte_for_byte_what_is_made_one_by_one(first: int, indexes: Sequence[int], settings: Settings) -> None:
    packed, made = Alike(first, indexes, settings), one_each(maker(settings))(first, indexes)
    assert dict(packed) == made
    assert joined(packed) == joined(made)
    assert (len(packed), list(packed)) == (len(made), list(made))


def test_a_number_of_none_of_them() -> None:
    packed = Alike(10, (1, 2, 3), setting(group=7))
    assert [seq in packed for seq in (9, 10, 12, 13)] == [False, True, True, False]
    for seq in (9, 13):
        with pytest.raises(KeyError):
            packed[seq]
