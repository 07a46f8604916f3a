"""Buttons as they look and behave everywhere in the window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QToolButton


def icon_button(name: str, run: Callable[[], object]) -> QToolButton:
    """Answer a button that shows an icon only: tool tip and screen reader tell its name."""
    button = QToolButton()
    button.setToolTip(name)
    button.setAccessibleName(name)
    button.clicked.connect(lambda _checked=False: run())
    return button
