"""Menus of buttons at a right edge: they open to the left, over what they belong to."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QMenu, QToolButton


def open_leftwards(button: QToolButton) -> None:
    """Let the menu of a button end where the button does, where Qt lets it begin."""
    button.menu().installEventFilter(_RightEdge(button))


class _RightEdge(QObject):
    """Moves a menu at the moment it is shown: before that its width is not known."""

    def __init__(self, button: QToolButton) -> None:
        super().__init__(button)
        self._button = button

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QMenu):
            edge = self._button.mapToGlobal(self._button.rect().bottomRight()).x()
            leftmost = self._button.screen().availableGeometry().left()
            watched.move(max(edge - watched.width() + 1, leftmost), watched.y())
        return False
