"""The main screen and its keys."""
