"""A window for an element that is too long for a line: its text, checked and laid out as JSON."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from sinch_cache_gui.cache.interface import KeyType, StoredValue
from sinch_cache_gui.notices import Notice, NoticeAction, Severity
from sinch_cache_gui.ui.editor.pane_tasks import PaneTasks
from sinch_cache_gui.ui.editor.text_panel import TextPanel
from sinch_cache_gui.ui.notice_view import NoticeBar
from sinch_cache_gui.ui.theme import Theme
from sinch_cache_gui.values.content import Content, TextRefused, bytes_of, content_of


class ElementDialog(QDialog):
    """Edits one element as the editor edits a value: stored compact, it is stored compact again.

    Attributes:
        data_entered: The bytes the element shall be.
        deemed_unfit: This element cannot be edited as text without changing it; carries why.
    """

    data_entered = Signal(object)
    deemed_unfit = Signal(object)

    def __init__(self, theme: Theme, tasks: PaneTasks, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(560, 420)
        self._tasks = tasks.part(self)
        self._content: Content | None = None
        self._is_agreed = False
        self.panel = TextPanel(theme, self._tasks, self.tr("Save"))
        self._bar = NoticeBar(theme, over=self.panel.body)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.panel)
        self.panel.save_requested.connect(self._save)
        self.panel.view.setFocus()

    def show_data(self, data: bytes) -> None:
        """Open the window with the text of these bytes."""
        self._tasks.start("show", self._show(data))

    def reject(self) -> None:
        """Close, after a question if text would be lost."""
        if self._is_agreed or not self.panel.view.is_edited:
            super().reject()
            return
        self._bar.show_notice(
            Notice(
                Severity.WARNING,
                self.tr("This text is not saved."),
                actions=(
                    NoticeAction(self.tr("Save"), self._save),
                    NoticeAction(self.tr("Discard"), self._discard),
                ),
            )
        )
        self._bar.setFocus()

    async def _show(self, data: bytes) -> None:
        content = await content_of(StoredValue(KeyType.STRING, data, len(data), None))
        view = self.panel.view
        if content.is_editable:
            await view.show_text(content.shown, is_undoable=False)
        if not content.is_editable or (await view.read_text()).text != content.shown:
            reason = content.reason or self.tr("Its line ends would not survive an editor of text.")
            self.deemed_unfit.emit(reason)
            self._discard()
            return
        self._content = content
        self.panel.set_kind(content.kind)
        view.set_editable(True)
        self.panel.set_may_save(True)
        self.open()

    def _save(self) -> None:
        if self._content is not None and not self._tasks.is_running("enter"):
            self._tasks.start("enter", self._enter(self._content))

    async def _enter(self, content: Content) -> None:
        written = await self.panel.view.read_text()
        try:
            data = await bytes_of(written.text, content)
        except TextRefused as refused:
            self._bar.hide_notice()
            self.panel.refuse(refused.problem)
            return
        self.data_entered.emit(data)
        self._discard()

    def _discard(self) -> None:
        self._is_agreed = True
        self.reject()
