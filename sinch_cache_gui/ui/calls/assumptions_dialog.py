"""What is assumed of the platform where its documents are silent, to be adjusted."""

from __future__ import annotations

import json
from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from sinch_cache_gui.assumptions import (
    LONGEST_FIELD_NAME,
    RANGES,
    AssumedValue,
    CallAssumptions,
    adjusted,
    assumed,
    words_for,
)
from sinch_cache_gui.ui.calls.assumption_texts import AssumptionText, assumption_sections
from sinch_cache_gui.ui.clipboard_text import copy_text
from sinch_cache_gui.ui.theme import GRID

WIDTH, HEIGHT, FIELD_WIDTH = 560, 640, 192


class AssumptionsDialog(QDialog):
    """One line for each assumption: what is assumed, and what is known of it."""

    changed = Signal(object)
    """The `CallAssumptions` from the next call on."""

    def __init__(self, assumptions: CallAssumptions, parent: QWidget) -> None:
        super().__init__(parent)
        self._assumptions = assumptions
        self._read: dict[str, Callable[[], AssumedValue]] = {}
        self._show: dict[str, Callable[[AssumedValue], None]] = {}
        self.setWindowTitle(self.tr("Assumptions about the platform"))
        self.setMinimumWidth(WIDTH)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        self._column.setSpacing(GRID // 2)
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 2 * GRID)
        scrolled = QScrollArea()
        scrolled.setWidget(inside)
        scrolled.setWidgetResizable(True)
        scrolled.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it follows the control that has it
        scrolled.setFrameShape(QScrollArea.Shape.NoFrame)
        scrolled.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._outer.addWidget(scrolled, 1)
        self._note(
            self.tr(
                "No public document says how the platform behaves in these points. What is set "
                "here is assumed from the next call on; it is not a fact."
            )
        )
        for section in assumption_sections():
            self._head(section.title)
            if section.note:
                self._note(section.note)
            for text in section.texts:
                control = self._add(text)
                control.setAccessibleName(text.text)
                control.setAccessibleDescription(text.note or section.note)
        self._add_buttons()
        self._show_all()
        self.resize(WIDTH, HEIGHT)

    def _add(self, text: AssumptionText) -> QWidget:
        """Add the control an assumption is adjusted with, and answer it."""
        if text.name in RANGES:
            return self._add_number(text)
        if words_for(text.name):
            return self._add_choice(text)
        if isinstance(getattr(self._assumptions, text.name), str):
            return self._add_field(text)
        return self._add_switch(text)

    def _add_number(self, text: AssumptionText) -> QWidget:
        number = QSpinBox()
        number.setRange(*RANGES[text.name])
        number.setSingleStep(500 if RANGES[text.name][1] > 1000 else 1)
        number.setGroupSeparatorShown(True)
        number.setSuffix(text.unit)
        number.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        number.lineEdit().setTextMargins(GRID, 0, GRID, 0)
        number.valueChanged.connect(self._changed)
        self._read[text.name] = number.value
        self._show[text.name] = lambda value: number.setValue(int(value))
        return self._placed(text, number)

    def _add_choice(self, text: AssumptionText) -> QWidget:
        choice = QComboBox()
        choice.addItems(words_for(text.name))
        choice.currentIndexChanged.connect(self._changed)
        self._read[text.name] = choice.currentText
        self._show[text.name] = lambda value: choice.setCurrentText(str(value))
        return self._placed(text, choice)

    def _add_field(self, text: AssumptionText) -> QWidget:
        field = QLineEdit()
        field.setMaxLength(LONGEST_FIELD_NAME)
        field.setPlaceholderText(self.tr("none"))
        field.textEdited.connect(self._changed)
        self._read[text.name] = field.text
        self._show[text.name] = lambda value: field.setText(str(value))
        return self._placed(text, field)

    def _add_switch(self, text: AssumptionText) -> QWidget:
        switch = QCheckBox(text.text)
        switch.toggled.connect(self._changed)
        self._read[text.name] = switch.isChecked
        self._show[text.name] = lambda value: switch.setChecked(bool(value))
        self._column.addSpacing(GRID // 2)
        self._column.addWidget(switch)
        self._note(text.note)
        return switch

    def _placed(self, text: AssumptionText, control: QWidget) -> QWidget:
        """Put a control to the right of what it adjusts."""
        control.setFixedWidth(FIELD_WIDTH)
        label = QLabel(text.text)
        label.setBuddy(control)
        row = QHBoxLayout()
        row.addWidget(label, 1)
        row.addWidget(control)
        self._column.addSpacing(GRID // 2)
        self._column.addLayout(row)
        if text.note:
            self._note(text.note)
        return control

    def _add_buttons(self) -> None:
        copy = QPushButton(self.tr("Copy as JSON"))
        copy.setAccessibleName(self.tr("Copy the adjusted assumptions as JSON"))
        copy.setToolTip(
            self.tr("What differs from the defaults, as scenarios and --assumptions read it")
        )
        copy.clicked.connect(self._copy)
        restore = QPushButton(self.tr("Restore the defaults"))
        restore.setAccessibleName(restore.text())
        restore.clicked.connect(self._restore)
        close = QPushButton(self.tr("Close"))
        close.setAccessibleName(self.tr("Close the assumptions"))
        close.setProperty("primary", True)
        close.setDefault(True)
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.setContentsMargins(2 * GRID, GRID, 2 * GRID, 0)
        row.setSpacing(GRID)
        row.addWidget(copy)
        row.addStretch(1)
        row.addWidget(restore)
        row.addWidget(close)
        self._outer.addLayout(row)

    def _head(self, text: str) -> None:
        label = QLabel(text)
        font = label.font()
        font.setBold(True)
        label.setFont(font)
        self._column.addSpacing(2 * GRID)
        self._column.addWidget(label)

    def _note(self, text: str) -> None:
        label = QLabel(text)
        label.setObjectName("muted")
        label.setWordWrap(True)
        self._column.addWidget(label)

    def _show_all(self) -> None:
        with QSignalBlocker(self):
            for name, show in self._show.items():
                show(getattr(self._assumptions, name))

    def _changed(self) -> None:
        if self.signalsBlocked():
            return
        values = {name: read() for name, read in self._read.items()}
        self._assumptions = assumed(values, self._assumptions)
        self.changed.emit(self._assumptions)

    def _copy(self) -> None:
        copy_text(json.dumps(adjusted(self._assumptions), indent=2))

    def _restore(self) -> None:
        alias = self._assumptions.adds_call_id_alias
        self._assumptions = assumed({"adds_call_id_alias": alias})
        self._show_all()
        self.changed.emit(self._assumptions)
