"""What the order of a column is, told from nothing but the words in it."""

import re

NUMBERS = {"id", "members", "up", "down", "index"}
RISKS = ["! ssh", "! route", "! default", ""]


def rank(column: str, text: str) -> object:
    """Return by what a cell with this text is ordered: numbers by value, text by nature, the worst risk first."""
    if column == "risk":
        return RISKS.index(text)
    if column in NUMBERS:
        return int(text.replace(",", ""))
    if column in ("mac", "state"):
        return (not text, text)
    text = "" if text == "(no name)" else text
    words = text.replace(",", "") if column == "mtu" else text.lower()
    parts = [part for part in re.split(r"([0-9]+)", words) if part]
    return (not text, [(0, int(part), "") if part.isdecimal() and part.isascii() else (1, 0, part) for part in parts])
