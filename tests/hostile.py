"""Interfaces and a name map that try to get at the terminal, and how each must be shown."""

import unicodedata
from pathlib import Path

from tests.links import Ip, add, cheap_kind

NAMES = {
    b"[@click=quit]x": "[@click=quit]x",
    b"[b]": "[b]",
    b"esc\x1b[7z": "esc\\x1b[7z",
    b"ris\x1bc": "ris\\x1bc",
    b"csi\x9b7z": "csi\\x9b7z",
    "nel\x85x".encode(): "nel<U+0085>x",
    b"soh\x01x": "soh\\x01x",
    b"del\x7fx": "del\\x7fx",
    b"bel\x07x": "bel\\x07x",
    b"bad\xffx": "bad\\xffx",
    b"lat\xe4n": "lat\\xe4n",
    "rlo\u202ex".encode(): "rlo<U+202E>x",
    "zw\u200bx".encode(): "zw<U+200B>x",
    "漢字漢x".encode(): "漢字漢x",
    b"$(id)": "$(id)",
    b";reboot": ";reboot",
    b"a'b\"c": "a'b\"c",
    b"-rf": "-rf",
    b"back\\x1b": "back\\\\x1b",
}
"""Device names, and how they are shown. `[/b]` is an alias: the kernel takes no slash in a name."""

ALIASES = {
    b"[/b]": "[/b]",
    b"[@click=app.quit]y[/]": "[@click=app.quit]y[/]",
    b"nl\nx\r\x0b\x0c\ttab": "nl\\x0ax\\x0d\\x0b\\x0c\\x09tab",
    b"osc\x1b]52;c;aGk=\x07": "osc\\x1b]52;c;aGk=\\x07",
    b"title\x1b]0;owned\x1b\\": "title\\x1b]0;owned\\x1b\\\\",
    b"c1\xc2\x9b7z\xc2\x9d0;x\xc2\x9c": "c1<U+009B>7z<U+009D>0;x<U+009C>",
    b"L" * 255: "L" * 255,
    b"\x1b" * 255: "\\x1b" * 255,
}
"""Aliases, and how they are shown."""

MAP = b"7\tmap\x1b[7z\n8\t[/b][@click=quit]m\n9\t\xc2\x9b7zmap\n10\tosc\x1b]52;c;aGk=\x07\n11 \xff\xe2\x80\xaemap\n"
MAP_SHOWN = ("map\\x1b[7z", "[/b][@click=quit]m", "<U+009B>7zmap", "osc\\x1b]52;c;aGk=\\x07", "\\xff<U+202E>map")


def make_hostile(ip: Ip, directory: Path) -> Path:
    """Make an interface of each name, hang the aliases on the first ones, and return a name map of the same sort."""
    kind = cheap_kind(ip)
    aliases = list(ALIASES)
    for number, name in enumerate(NAMES):
        # Made under a plain name: `ip` takes some of these for options.
        add(ip, kind, f"plain{number}")
        ip("link", "set", "dev", f"plain{number}", "group", 7 + number % 5)
        if number < len(aliases):
            ip("link", "set", "dev", f"plain{number}", "alias", aliases[number])
        ip("link", "set", "dev", f"plain{number}", "name", name)
    path = directory / "group"
    path.write_bytes(MAP)
    return path


def controls(text: str) -> str:
    """Return the characters of ``text`` that a terminal obeys or hides, but for the newline."""
    return "".join(char for char in text if char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Cs"))
