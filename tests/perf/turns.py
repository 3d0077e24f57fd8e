"""How often a figure is measured: as often as makes it one, or once, by who only wants to see that it can be."""

_most = 1 << 16


def at_most(turns: int) -> None:
    """Measure nothing more often than this from now on."""
    global _most
    _most = turns


def turns(wanted: int) -> range:
    """Return the turns of a figure that wants so many."""
    return range(min(wanted, _most))
