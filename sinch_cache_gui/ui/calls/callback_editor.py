"""A callback that can be changed before it is sent: as a form, and as JSON."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from sinch_cache_gui.ui.calls.wording import pretty
from sinch_cache_gui.ui.theme import GRID, Theme
from sinch_cache_gui.voice.callback_editing import FormField, form_of, with_field
from sinch_cache_gui.voice.callbacks import Callback, edited

FORM, JSON = range(2)

NO_CHOICES = """
    QComboBox { padding-right: 6px; }
    QComboBox::drop-down { width: 0; border: none; }
    QComboBox::down-arrow { image: none; }
"""
"""Where no word is published, a field is only typed into."""


class CallbackEditor(QWidget):
    """Form and JSON of one callback; both say the same, and unknown fields stay."""

    accepted = Signal(object)
    """The `Callback` to send."""
    cancelled = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._callback: Callback | None = None
        self._title = QLabel()
        self._tabs = QTabWidget()
        self._form = QScrollArea()
        self._json = QPlainTextEdit()
        self._message = QLabel()
        self._send = QPushButton(self.tr("Send"))
        self._cancel = QPushButton(self.tr("Cancel"))
        self._title.setObjectName("title")
        self._form.setWidgetResizable(True)
        self._form.setFrameShape(QFrame.Shape.NoFrame)
        self._json.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._json.setAccessibleName(self.tr("The callback as JSON"))
        self._json.setTabChangesFocus(True)
        self._send.setProperty("primary", True)
        self._send.setAccessibleName(self.tr("Send this callback"))
        self._cancel.setAccessibleName(self.tr("Send nothing of this"))
        self._message.setObjectName("danger")
        self._message.setWordWrap(True)
        self._tabs.setDocumentMode(True)
        self._tabs.tabBar().setDrawBase(False)
        self._tabs.addTab(self._form, self.tr("Form"))
        self._tabs.addTab(self._json, self.tr("JSON"))
        self._lay_out()
        self._json.textChanged.connect(self._read_json)
        self._tabs.currentChanged.connect(self._show_tab)
        self._send.clicked.connect(self._accept)
        self._cancel.clicked.connect(self.cancelled)
        theme.changed.connect(self._dress)
        self._dress()

    def edit(self, callback: Callback, title: str, *, may_cancel: bool = True) -> None:
        """Begin to edit `callback`."""
        self._callback = callback
        self._title.setText(title)
        self._cancel.setVisible(may_cancel)
        self._json.setPlainText(pretty(callback.body()))
        self._fill_form()
        self._complain("")
        self._send.setFocus()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(self._send, 1)
        buttons.addWidget(self._cancel, 1)
        below = QVBoxLayout()
        below.setContentsMargins(GRID, GRID // 2, GRID, GRID)
        below.setSpacing(GRID // 2)
        below.addWidget(self._message)
        below.addLayout(buttons)
        self._title.setContentsMargins(GRID, GRID // 2, GRID, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._title)
        column.addWidget(self._tabs, 1)
        column.addLayout(below)

    def _dress(self) -> None:
        self._json.setFont(self._theme.monospace())

    def _fill_form(self) -> None:
        if self._callback is None:
            return
        page = QWidget()
        rows = QFormLayout(page)
        rows.setContentsMargins(GRID, GRID, GRID, GRID)
        rows.setHorizontalSpacing(GRID)
        rows.setVerticalSpacing(GRID // 2)
        rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for line in form_of(self._callback):
            label = QLabel(line.name)
            label.setObjectName("muted")
            label.setToolTip(line.note)
            field = self._field(line)
            label.setBuddy(field)
            rows.addRow(label, field)
        self._form.setWidget(page)

    def _field(self, line: FormField) -> QComboBox:
        """A line to type in, with the documented values to choose from."""
        field = QComboBox()
        field.setEditable(True)
        field.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        field.addItems(line.values)
        field.setCurrentText(line.text)
        field.setAccessibleName(line.name)
        field.setToolTip(line.note)
        field.setMinimumContentsLength(6)
        field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        field.setFont(self._theme.monospace())
        edit = field.lineEdit()
        if edit is not None:
            edit.setCursorPosition(0)
            edit.setAccessibleName(line.name)
            edit.setPlaceholderText(self.tr("not sent"))
        if not line.values:
            field.setStyleSheet(NO_CHOICES)
        field.currentTextChanged.connect(partial(self._change, line))
        return field

    def _change(self, line: FormField, text: str) -> None:
        if self._callback is None:
            return
        try:
            self._callback = with_field(self._callback, line, text)
        except ValueError as error:
            self._complain(str(error))
            return
        self._complain("")

    def _show_tab(self, tab: int) -> None:
        """Whichever is shown says what the other was told."""
        if self._callback is None:
            return
        if tab == JSON:
            self._json.setPlainText(pretty(self._callback.body()))
        else:
            self._fill_form()
        self._complain("")

    def _read_json(self) -> None:
        if self._tabs.currentIndex() != JSON:
            return
        try:
            self._callback = edited(self._json.toPlainText())
        except ValueError as error:
            self._complain(str(error))
            return
        self._complain("")

    def _complain(self, message: str) -> None:
        self._message.setText(message)
        self._message.setVisible(bool(message))
        self._send.setEnabled(not message)

    def _accept(self) -> None:
        if self._callback is not None:
            self.accepted.emit(self._callback)
