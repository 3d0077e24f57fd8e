"""The order of a keyed table's rows, and the cursor among them: it follows its key, wherever that goes."""

from collections.abc import Sequence
from time import monotonic


class Cursor:
    """The keys in the order shown, and the one that the cursor is on."""

    def __init__(self) -> None:
        """Begin with no keys."""
        self.keys: list[int] = []
        """Not to be changed but by `follow`."""
        self.index = 0
        """Where it is, counted from 0; 0 if there are no keys."""
        self.key: int | None = None
        """What it is on; None: there are no keys."""
        self.displaced_at = 0.0
        """When (`time.monotonic()`) a new order took its row away; 0.0: not since it was moved last."""

    def follow(self, keys: list[int]) -> None:
        """Take over a new order, and go where the key is now, or to what took its place."""
        self.keys = keys
        if self.key is None:
            self.index = 0
        else:
            try:
                self.index = keys.index(self.key)
            except ValueError:
                self.displaced_at = monotonic()
                self.index = self._within(self.index)
        self.key = keys[self.index] if keys else None

    def put(self, index: int) -> bool:
        """Go to a row, or to the nearest there is; whether that is another. There must be keys."""
        self.index = self._within(index)
        before, self.key = self.key, self.keys[self.index]
        if self.key == before:
            return False
        self.displaced_at = 0.0
        return True

    def find(self, key: int) -> int | None:
        """Return where a key is; None: nowhere."""
        try:
            return self.keys.index(key)
        except ValueError:
            return None

    def anchor(self, seen: Sequence[int], top: int) -> int:
        """Return what must be the uppermost row for the first survivor of the ``seen`` rows to stay where it was.

        ``top``: what is, which stays if none survived.
        """
        alive = set(seen).intersection(self.keys)
        for line, key in enumerate(seen):
            if key in alive:
                return self.keys.index(key) - line
        return top

    def _within(self, index: int) -> int:
        return max(0, min(index, len(self.keys) - 1))
