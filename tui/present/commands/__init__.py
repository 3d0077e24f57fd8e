"""Every command once: its keys, label, help, on which screen it lives, and whether it changes the system.

Bindings, footer, help, palette and the keys that a sentence names are made from these: `f"{OnMain.freeze}"` is the key
as people write it.
"""

from tui.present.commands.command import Command, Commands, help_lines, hint
from tui.present.commands.dialogs import (
    OnConfirm,
    OnDialog,
    OnFilter,
    OnPage,
    OnPermanent,
    OnProgress,
    OnPrompt,
    OnRemoval,
    OnReport,
    OnRetag,
    OnSettings,
    OnUnsaved,
    OnValue,
    find_hint,
)
from tui.present.commands.main import OnCountdown, OnMain
from tui.present.commands.screens import OnLog, OnNames, OnTiming, OnWire
from tui.present.commands.tables import MOVES, OnTable

__all__ = [
    "MOVES",
    "Command",
    "Commands",
    "OnConfirm",
    "OnCountdown",
    "OnDialog",
    "OnFilter",
    "OnLog",
    "OnMain",
    "OnNames",
    "OnPage",
    "OnPermanent",
    "OnProgress",
    "OnPrompt",
    "OnRemoval",
    "OnReport",
    "OnRetag",
    "OnSettings",
    "OnTable",
    "OnTiming",
    "OnUnsaved",
    "OnValue",
    "OnWire",
    "find_hint",
    "help_lines",
    "hint",
]
