"""Which program this is, and where it keeps what."""

from __future__ import annotations

import platform
from importlib.metadata import version

from PySide6.QtCore import QStandardPaths, Qt, qVersion
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from sinch_cache_gui import __version__
from sinch_cache_gui.ui.clipboard_text import copy_text
from sinch_cache_gui.ui.theme import GRID

WIDTH = 480


class AboutDialog(QDialog):
    """Names the versions a report of a defect should name, and copies them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("About Sinch cache"))
        self.setMinimumWidth(WIDTH)
        where = QStandardPaths.StandardLocation
        facts = (
            (self.tr("Version"), __version__),
            (self.tr("Python"), platform.python_version()),
            (self.tr("Qt"), qVersion()),
            (self.tr("Redis client"), version("redis")),
            (self.tr("System"), platform.platform(terse=True)),
            (self.tr("Settings"), _folder(where.AppConfigLocation)),
            (self.tr("Journal, drafts"), _folder(where.AppDataLocation)),
            (self.tr("Licence"), "Apache-2.0"),
        )
        title = QLabel(self.tr("Sinch cache"))
        title.setObjectName("title")
        lines = QFormLayout()
        lines.setHorizontalSpacing(2 * GRID)
        lines.setVerticalSpacing(GRID // 2)
        for name, fact in facts:
            heading, text = QLabel(name), QLabel(fact)
            heading.setObjectName("muted")
            text.setTextFormat(Qt.TextFormat.PlainText)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            text.setWordWrap(True)
            text.setAccessibleName(f"{name}: {fact}")
            lines.addRow(heading, text)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton(self.tr("Copy"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.setToolTip(self.tr("Copy these lines, for a report"))
        copy.clicked.connect(lambda: copy_text("\n".join(f"{n}: {fact}" for n, fact in facts)))
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(title)
        column.addWidget(QLabel(self.tr("Looks inside the key-value cache of Sinch Functions.")))
        column.addLayout(lines)
        column.addStretch(1)
        column.addSpacing(GRID)
        column.addWidget(buttons)


def _folder(location: QStandardPaths.StandardLocation) -> str:
    return QStandardPaths.writableLocation(location)
