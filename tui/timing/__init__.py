"""Honest timing: every way to change many interfaces, side by side, in a private sandbox of real ones."""
