"""The plot: what is drawn where, and that nothing hides anything else."""

from collections.abc import Sequence

import pytest

from widgets.lines import Text
from widgets.plot import Axis, Curve, drawing

X = Axis(0.0, 10.0, [(0.0, "0"), (5.0, "5"), (10.0, "10")])
Y = Axis(0.0, 10.0, [(0.0, "0 s"), (10.0, "10 s")])


class Drawn:
    """What is drawn."""

    def __init__(self, lines: Sequence[Text]) -> None:
        self.cells = [cell for line in lines for cell in line]
        self.text = "\n".join("".join(cell.text for cell in line) for line in lines)


def drawn(*curves: Curve, ascii: bool = False, size: tuple[int, int] = (60, 16)) -> Drawn:
    return Drawn(drawing(curves, X, Y, *size, ascii))


def curve(mark: str, tone: str, *points: tuple[float, float], dashed: bool = False) -> Curve:
    return Curve(mark, tone, dashed, points)


RISING = curve("a", "good", (0, 0), (5, 5), (10, 10))
FALLING = curve("b", "bad", (0, 10), (5, 5), (10, 0), dashed=True)


def field(plot: Drawn) -> list[str]:
    """What is right of the axis."""
    return [line[5:] for line in plot.text.splitlines()[:-1]]


@pytest.mark.parametrize("ascii", [False, True])
def test_every_point_has_its_mark_though_curves_meet(ascii: bool) -> None:
    plot = drawn(RISING, FALLING, curve("c", "warn", (0, 5), (5, 5), (10, 5)), ascii=ascii)
    assert [plot.text.count(mark) for mark in "abc"] == [3, 3, 3]
    assert plot.text.isascii() == ascii
    assert plot.text.splitlines()[-1].split() == ["0", "5", "10"]
    assert plot.text.splitlines()[0].startswith(" 10 s")


def test_curves_of_the_same_points_show_all_their_marks_and_keep_their_tones() -> None:
    same = ((0.0, 3.0), (0.1, 3.0), (10.0, 3.0))
    plot = drawn(*(curve(mark, tone, *same) for mark, tone in (("p", "bad"), ("i", "warn"), ("g", "good"))))
    assert [plot.text.count(mark) for mark in "pig"] == [3, 3, 3]
    tones = {cell.text: cell.tone for cell in plot.cells if cell.text in ("p", "i", "g")}
    assert tones == {"p": "bad", "i": "warn", "g": "good"}


def test_where_curves_cross_both_show_all_their_dots() -> None:
    flat = curve("a", "good", (0, 5), (10, 5))
    slanting = curve("b", "bad", (0, 4), (10, 6))
    alone, other, together = drawn(flat).text, drawn(slanting).text, drawn(flat, slanting).text
    shared = 0
    for one, two, both in zip(alone, other, together, strict=True):
        if one in "ab" or two in "ab" or both in "ab" or not any("\u2800" <= char <= "\u28ff" for char in (one, two)):
            continue
        bits = [ord(char) - 0x2800 if char != " " else 0 for char in (one, two, both)]
        assert bits[2] == bits[0] | bits[1]
        shared += bool(bits[0] and bits[1] and bits[0] != bits[1])
    assert shared


@pytest.mark.parametrize("ascii", [False, True])
def test_a_dashed_curve_has_gaps_and_another_none(ascii: bool) -> None:
    rows = {}
    for dashed in (False, True):
        plot = drawn(curve("a", "good", (0, 5), (10, 5), dashed=dashed), ascii=ascii)
        (row,) = [line for line in field(plot) if "a" in line]
        rows[dashed] = row.strip()
    assert " " not in rows[False]
    assert rows[True].count(" ") > 5


@pytest.mark.parametrize("size", [(60, 16), (20, 4), (9, 2), (5, 1), (0, 0), (200, 50)])
def test_it_stays_within_its_room(size: tuple[int, int]) -> None:
    lines = drawn(RISING, FALLING, size=size).text.splitlines()
    assert len(lines) <= size[1]
    assert all(len(line) <= size[0] for line in lines)


def test_one_point_is_drawn_too() -> None:
    point = [curve("a", "good", (3, 3))]
    assert "a" in Drawn(drawing(point, Axis(3, 3, [(3, "3")]), Axis(3, 3, [(3, "3 s")]), 40, 10)).text
