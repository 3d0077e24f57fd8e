"""The lock-out guard: a process of its own that takes a risky change back unless the operator keeps it."""
