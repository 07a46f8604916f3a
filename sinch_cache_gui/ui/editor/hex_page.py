"""Bytes to edit, with the offset beneath and what else can be done with them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QMenu, QVBoxLayout, QWidget

from sinch_cache_gui.ui.editor.hex_view import HexView
from sinch_cache_gui.ui.editor.pane_tasks import PaneTasks
from sinch_cache_gui.ui.theme import GRID, Theme
from sinch_cache_gui.values.byte_edits import parse_hex, parse_offset


class HexPage(QWidget):
    """The bytes of a value. Ctrl+Shift+G goes to an offset, Ctrl+F finds pairs of digits or a text.

    Attributes:
        view: The bytes.
        foot: Where the cursor is, and the fields to go elsewhere.
    """

    def __init__(self, theme: Theme, tasks: PaneTasks) -> None:
        super().__init__()
        self._tasks = tasks
        self._is_editable = False
        self.view = HexView(theme)
        self._place = QLabel()
        self._place.setObjectName("muted")
        self._refusal = QLabel()
        self._refusal.setObjectName("warning")
        self._refusal.hide()
        self.foot = QWidget()
        self._offset = QLineEdit()
        self._offset.setFont(theme.monospace())
        self._offset.setPlaceholderText(self.tr("Go to offset"))
        self._offset.setAccessibleName(self.tr("Go to offset"))
        self._offset.setToolTip(self.tr("An offset such as 1024 or 0x400 (Ctrl+Shift+G)"))
        self._offset.setFixedWidth(16 * GRID)
        self._needle = QLineEdit()
        self._needle.setFont(theme.monospace())
        self._needle.setPlaceholderText(self.tr("Find hex or text"))
        self._needle.setAccessibleName(self.tr("Find bytes"))
        self._needle.setToolTip(self.tr("Pairs of hex digits, or a text (Ctrl+F, F3)"))
        self._needle.setFixedWidth(18 * GRID)
        foot = QHBoxLayout(self.foot)
        foot.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        foot.setSpacing(GRID)
        foot.addWidget(self._place, 1)
        foot.addWidget(self._refusal, 1)
        foot.addWidget(self._needle)
        foot.addWidget(self._offset)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.view, 1)
        column.addWidget(self.foot)
        self.setFocusProxy(self.view)
        self.view.place_changed.connect(self._say_place)
        self.view.refused.connect(self._say)
        self._offset.returnPressed.connect(self._go)
        self._needle.returnPressed.connect(self.find_next)
        shortcut = QShortcut(QKeySequence("Ctrl+Shift+G"), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self._offset.setFocus)
        self._say_place()

    def set_editable(self, is_editable: bool) -> None:
        """Let the user write, or only look, select and copy."""
        self._is_editable = is_editable
        self.view.set_editable(is_editable)

    def open_bar(self) -> None:
        """Have the keyboard go to the search."""
        self._needle.setFocus()
        self._needle.selectAll()

    def find_next(self) -> None:
        """Go to the next place of what is searched."""
        self._find(is_backward=False)

    def find_previous(self) -> None:
        """Go to the place before."""
        self._find(is_backward=True)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        start, end = self.view.selection()
        for title, run, is_possible in (
            (self.tr("Undo"), self.view.undo, self._is_editable),
            (self.tr("Redo"), self.view.redo, self._is_editable),
            (self.tr("Copy as hex"), self.view.copy_hex, end > start),
            (self.tr("Copy as text"), self.view.copy_text, end > start),
            (self.tr("Paste"), self.view.paste, self._is_editable),
            (self.tr("Select all"), self.view.select_all, True),
        ):
            action = menu.addAction(title)
            action.triggered.connect(lambda _checked=False, run=run: run())
            action.setEnabled(is_possible)
        inserting = menu.addAction(self.tr("Insert what is typed (Ins)"))
        inserting.setCheckable(True)
        inserting.setChecked(self.view.is_inserting)
        inserting.toggled.connect(self.view.set_inserting)
        inserting.setEnabled(self._is_editable)
        menu.popup(event.globalPos())

    def _go(self) -> None:
        offset = parse_offset(self._offset.text())
        if offset is None:
            self._say(self.tr("An offset is a number, such as 1024 or 0x400."))
            return
        self._say_place()
        self.view.go_to(offset)

    def _find(self, *, is_backward: bool) -> None:
        text = self._needle.text()
        needle = parse_hex(text) or text.encode()
        if not needle:
            return
        self._say_place()
        self._tasks.start("find bytes", self._find_bytes(needle, is_backward=is_backward))

    async def _find_bytes(self, needle: bytes, *, is_backward: bool) -> None:
        if not await self.view.find_bytes(needle, is_backward=is_backward):
            self._say(self.tr("These bytes are not in this value."))

    def _say(self, sentence: str) -> None:
        """Say something in place of the place, beside the field it is about, until the next."""
        self._refusal.setText(sentence)
        self._refusal.setToolTip(sentence)
        self._place.hide()
        self._refusal.show()

    def _say_place(self) -> None:
        self._place.setText(_place_in_words(self.view, self))
        self._refusal.hide()
        self._place.show()


def _place_in_words(view: HexView, widget: QWidget) -> str:
    """Say where the cursor is, for the foot of a page."""
    start, end = view.selection()
    where = widget.tr("offset {} (0x{:x}) of {}")
    said = where.format(f"{view.offset:,}", view.offset, f"{view.length:,}")
    if end > start:
        said += ", " + widget.tr("{} selected").format(f"{end - start:,}")
    if not view.is_editable:
        return said
    mode = widget.tr("inserting") if view.is_inserting else widget.tr("overwriting")
    return f"{said}, {mode}"
