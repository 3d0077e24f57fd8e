"""What the exit status of every command means."""

DONE = 0
"""It is done; also: there was nothing to do."""
FAILED = 1
"""It was refused, or failed."""
USAGE = 2
"""What was asked makes no sense."""
PARTLY = 3
"""Some of it is done."""
DIFFERENCES = 4
"""Something would change; nothing did."""
