"""Where a file is to be written: asked for, and asked once more where there is one already."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from sinch_cache_gui.keyspace.expiry import format_deadline
from sinch_cache_gui.keyspace.key_text import display_key
from sinch_cache_gui.ui.key_tree.cells import bytes_text
from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.ui.theme import GRID

LOOK = "look for the file to write"


@dataclass(frozen=True, slots=True)
class SaveWish:
    """A file somebody wants written.

    Attributes:
        title: What for, as the title of the dialog.
        name: The file, as suggested: a name, or a path.
        filter: What other files are shown meanwhile, as Qt writes it.
        write: Writes it, given where.
    """

    title: str
    name: str
    filter: str
    write: Callable[[Path], None]


class FileSaver(QObject):
    """Asks where to write. A file that exists is replaced only when that was answered.

    Qt's own question would stop everything else in the window while it stands there: it is run as
    a loop within the loop.
    """

    def __init__(self, scope: TaskScope, window: QWidget) -> None:
        """Ask nothing yet.

        Args:
            scope: Holds the look at the disk.
            window: What the dialogs belong to.
        """
        super().__init__(window)
        self._scope = scope
        self._window = window

    def ask(self, wish: SaveWish) -> None:
        """Ask where to write, and have it written."""
        dialog = QFileDialog(self._window, wish.title)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.setDefaultSuffix("json")
        dialog.setNameFilter(wish.filter)
        suggested = Path(wish.name)
        if suggested.is_absolute():
            dialog.setDirectory(str(suggested.parent))
        dialog.selectFile(suggested.name)
        dialog.fileSelected.connect(lambda name: self._scope.start(LOOK, self._look(wish, name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    async def _look(self, wish: SaveWish, name: str) -> None:
        path = Path(name)
        try:
            found = await asyncio.to_thread(path.stat)
        except OSError:  # there is none, or writing it will say what is wrong
            found = None
        if found is None or not stat.S_ISREG(found.st_mode):
            wish.write(path)
            return
        question = ReplaceQuestion(path, found.st_size, round(found.st_mtime * 1000), self._window)
        question.replacement_agreed.connect(lambda: wish.write(path))
        question.another_requested.connect(
            lambda: self.ask(SaveWish(wish.title, name, wish.filter, wish.write))
        )
        question.finished.connect(question.deleteLater)
        question.open()


class ReplaceQuestion(QDialog):
    """Shows the file that is in the way. Enter replaces it only after a step to that button.

    Attributes:
        replacement_agreed: The file may go.
        another_requested: Another place shall be chosen.
    """

    replacement_agreed = Signal()
    another_requested = Signal()

    def __init__(self, path: Path, size: int, changed_ms: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Replace the file?"))
        self.setMinimumWidth(420)
        changed = format_deadline(changed_ms).partition(".")[0]
        name, folder = (display_key(os.fsencode(part)) for part in (path.name, path.parent))
        about = self.tr("{}, last changed {}").format(bytes_text(size), changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        for text, look in (
            (self.tr("{} exists already").format(name), "title"),
            (about, ""),
            (self.tr("In {}").format(folder), "muted"),
        ):
            label = QLabel(text)
            label.setObjectName(look)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            column.addWidget(label)
        replacing = QPushButton(self.tr("Replace"))
        replacing.setProperty("destructive", True)
        another = QPushButton(self.tr("Choose another…"))
        cancel = QPushButton(self.tr("Cancel"))
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(replacing)
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(another)
        column.addSpacing(GRID)
        column.addLayout(row)
        replacing.clicked.connect(lambda: self._close_with(self.replacement_agreed.emit))
        another.clicked.connect(lambda: self._close_with(self.another_requested.emit))
        cancel.clicked.connect(self.reject)
        another.setDefault(True)
        another.setFocus()
        self.setAccessibleName(self.tr("{} exists already").format(name))
        self.setAccessibleDescription(about)

    def _close_with(self, tell: Callable[[], None]) -> None:
        self.accept()
        tell()
