"""A hand at the dialogs that ask for a file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from sinch_cache_gui.ui.file_saving import ReplaceQuestion

Until = Callable[[Callable[[], object]], Awaitable[None]]
Dialog = TypeVar("Dialog", bound=QDialog)


class FileHand:
    """Names a file, presses a button, reads the question. Nothing here turns the loop by itself."""

    def __init__(self, until: Until) -> None:
        self._until = until

    async def name_file(self, path: Path | str) -> None:
        """Wait for the dialog of files, put a path in, and press Enter."""
        dialog = await self._shown(QFileDialog)
        field = dialog.findChild(QLineEdit, "fileNameEdit")
        assert field is not None
        await self._until(field.hasFocus)
        # Not typed: the names Qt offers meanwhile grab the keyboard, which offscreen warns of.
        field.setText(str(path))
        _press(field, Qt.Key.Key_Return)

    async def suggestion(self) -> Path:
        """What the dialog of files suggests."""
        dialog = await self._shown(QFileDialog)
        return Path(dialog.selectedFiles()[0])

    async def question(self) -> list[str]:
        """Wait for the question about a file that exists; answer what it says."""
        dialog = await self._shown(ReplaceQuestion)
        return [label.text() for label in dialog.findChildren(QLabel)]

    async def press(self, text: str) -> None:
        """Press a button of the question."""
        dialog = await self._shown(ReplaceQuestion)
        next(b for b in dialog.findChildren(QPushButton) if b.text() == text).click()

    async def press_key(self, key: Qt.Key) -> None:
        """Press a key where the keyboard is in the question."""
        dialog = await self._shown(ReplaceQuestion)
        focused = dialog.focusWidget()
        assert focused is not None
        _press(focused, key)

    def is_asking(self) -> bool:
        """Whether any dialog is in view."""
        return any(isinstance(w, QDialog) and w.isVisible() for w in QApplication.topLevelWidgets())

    async def _shown(self, kind: type[Dialog]) -> Dialog:
        def shown() -> list[Dialog]:
            return [w for w in QApplication.topLevelWidgets() if type(w) is kind and w.isVisible()]

        await self._until(shown)
        return shown()[0]


def _press(on: QWidget, key: int) -> None:
    # Not QTest, which may turn the loop that the test itself runs on.
    none = Qt.KeyboardModifier.NoModifier
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(on, QKeyEvent(kind, key, none))
