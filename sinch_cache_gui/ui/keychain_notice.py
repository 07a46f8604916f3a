"""What is said when the system's keychain cannot keep secrets."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from sinch_cache_gui.keychain import KeychainTrouble
from sinch_cache_gui.notices import Notice, Severity


def keychain_notice(trouble: KeychainTrouble) -> Notice:
    """Say why secrets are not remembered, and what happens to them instead."""
    why = {
        KeychainTrouble.MISSING: _tr("This system has no keychain that keeps them safe."),
        KeychainTrouble.LOCKED: _tr("The keychain of this system is locked."),
        KeychainTrouble.FAILED: _tr("The keychain of this system answered with an error."),
    }[trouble]
    what = _tr("They are kept in memory, and asked for again at the next start.")
    title = _tr("Secrets are remembered until this window closes")
    return Notice(Severity.WARNING, title, f"{why} {what}")


def _tr(text: str) -> str:
    return QCoreApplication.translate("KeychainNotice", text)
