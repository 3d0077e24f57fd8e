"""What goes wrong with guards."""


class GuardError(Exception):
    """The guard can't do what it was asked; the text is one sentence."""


class HeldError(GuardError):
    """Somebody else's guarded change of one of these interfaces isn't decided yet."""
