"""Textual widgets that know nothing of netlink or of the application."""
