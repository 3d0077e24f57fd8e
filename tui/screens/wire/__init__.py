"""The message view."""
