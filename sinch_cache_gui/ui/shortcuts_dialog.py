"""All shortcuts in one list, to look them up."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from sinch_cache_gui.ui.shortcuts import ShortcutGroup, shown_keys
from sinch_cache_gui.ui.theme import GRID, ROW_HEIGHT

WIDTH, HEIGHT = 560, 640
KEYS_WIDTH = 176


class ShortcutsDialog(QDialog):
    """Lists what the keyboard does, place by place; what is typed narrows the list."""

    def __init__(self, groups: Sequence[ShortcutGroup], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self._search = QLineEdit()
        self._search.setPlaceholderText(self.tr("Search: what it does, or its keys"))
        self._search.setAccessibleName(self.tr("Search the shortcuts"))
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self._narrow)
        self._list = QTreeWidget()
        self._lines: list[tuple[QTreeWidgetItem, QTreeWidgetItem]] = []
        self._none = QLabel(self.tr("No shortcut is called so."))
        self._none.setObjectName("muted")
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._none.hide()
        self._set_up_list(groups)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(self._search)
        column.addWidget(self._list, 1)
        column.addWidget(self._none, 1)
        column.addWidget(buttons)
        self._search.setFocus()
        self.resize(WIDTH, min(HEIGHT, parent.height() - 4 * GRID))

    def _set_up_list(self, groups: Sequence[ShortcutGroup]) -> None:
        self._list.setAccessibleName(self.tr("Shortcuts"))
        self._list.setColumnCount(2)
        self._list.setHeaderHidden(True)
        self._list.setRootIsDecorated(False)
        self._list.setIndentation(2 * GRID)
        self._list.setUniformRowHeights(True)
        self._list.setItemsExpandable(False)
        header = self._list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(1, KEYS_WIDTH)
        for group in groups:
            place = QTreeWidgetItem(self._list, [group.place])
            font = place.font(0)
            font.setBold(True)
            place.setFont(0, font)
            place.setSizeHint(0, QSize(0, ROW_HEIGHT))
            place.setFlags(Qt.ItemFlag.ItemIsEnabled)
            for shortcut in group.shortcuts:
                line = QTreeWidgetItem(place, [shortcut.what, shown_keys(shortcut.keys)])
                line.setSizeHint(0, QSize(0, ROW_HEIGHT))
                self._lines.append((place, line))
        self._list.expandAll()

    def _narrow(self, text: str) -> None:
        wanted = text.casefold().split()
        is_any = False
        for place, line in self._lines:
            said = f"{place.text(0)} {line.text(0)} {line.text(1)}".casefold()
            line.setHidden(not all(word in said for word in wanted))
        for place, _line in self._lines:
            place.setHidden(all(line.isHidden() for of, line in self._lines if of is place))
            is_any = is_any or not place.isHidden()
        self._list.setVisible(is_any)
        self._none.setVisible(not is_any)
