"""The status line: how far what is shown can be trusted."""

import time

import pytest

from tui.model.health import Health
from tui.present.words import status_fields


@pytest.mark.parametrize(
    ("age", "told"),
    [
        (0.2, "checked just now"),
        (1.5, "checked 1 s ago"),
        (10.5, "checked 10 s ago"),
        (11.5, "checked 15 s ago"),
        (15.5, "checked 15 s ago"),
        (16.5, "checked 20 s ago"),
        (98.5, "checked 1 min ago"),
    ],
)
def test_the_age_of_the_last_check_moves_seldom_once_it_is_old(age: float, told: str) -> None:
    health = Health(state="live", checked_at=time.monotonic() - age, period=60.0)
    assert told in [field.text for field in status_fields(health, 0.0)]
