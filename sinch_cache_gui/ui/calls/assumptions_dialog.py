"""What is assumed of the platform where its documents are silent, to be adjusted."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from sinch_cache_gui.profiles import ASSUMPTION_RANGES, CallAssumptions
from sinch_cache_gui.ui.theme import GRID

WIDTH, HEIGHT, NUMBER_WIDTH = 480, 620, 112
NO_BUTTONS = """
    QSpinBox { padding: 3px 0; }
    QSpinBox::up-button, QSpinBox::down-button { width: 0; height: 0; subcontrol-origin: border; }
"""
"""Qt's style sheets keep room for the buttons of a number even where it has none."""


class AssumptionsDialog(QDialog):
    """One line for each assumption: what is assumed, and what is known of it."""

    changed = Signal(object)
    """The `CallAssumptions` from the next call on."""

    def __init__(self, assumptions: CallAssumptions, parent: QWidget) -> None:
        super().__init__(parent)
        self._assumptions = assumptions
        self._numbers: dict[str, QSpinBox] = {}
        self._switches: dict[str, QCheckBox] = {}
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
        scrolled.setFrameShape(QScrollArea.Shape.NoFrame)
        scrolled.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._outer.addWidget(scrolled, 1)
        self._note(
            self.tr(
                "No public document says how the platform behaves in these points. What is set "
                "here is assumed from the next call on; it is not a fact."
            )
        )
        self._add_numbers()
        self._add_switches()
        self._note(
            self.tr(
                "Assumed as well, without a switch: the reasons a call ends with when nobody picks "
                "up; that it ends as FAILED after a bad reply before it was answered, and as "
                "NOANSWER when the caller hangs up while it rings; that nothing is timed in a "
                "conference before the first key, whose # is no part of the digits; that spoken "
                "words choose an option by its key or its value. A callback that says otherwise "
                "can be edited and sent by hand."
            )
        )
        self._add_buttons()
        self._show()
        self.resize(WIDTH, HEIGHT)

    def _add_numbers(self) -> None:
        ms = self.tr(" ms")
        for name, text, note, unit in (
            (
                "reply_timeout_ms",
                self.tr("A reply is waited for"),
                self.tr("Not documented for version 1. Version 2 waits 5,000 ms."),
                ms,
            ),
            (
                "menu_timeout_ms",
                self.tr("Silence completes the input after"),
                self.tr("Where timeoutMills is missing. Two sources say 5,000 ms."),
                ms,
            ),
            (
                "menu_repeats",
                self.tr("A prompt is repeated"),
                self.tr("Where repeats is missing. The menu builder of Sinch Functions uses 2."),
                self.tr(" times"),
            ),
        ):
            number = QSpinBox()
            number.setRange(*ASSUMPTION_RANGES[name])
            number.setSingleStep(500 if unit == ms else 1)
            number.setGroupSeparatorShown(True)
            number.setSuffix(unit)
            number.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
            number.setStyleSheet(NO_BUTTONS)
            number.lineEdit().setTextMargins(GRID, 0, GRID, 0)
            number.setFixedWidth(NUMBER_WIDTH)
            number.setAccessibleName(text)
            number.setAccessibleDescription(note)
            number.valueChanged.connect(self._read)
            label = QLabel(text)
            label.setBuddy(number)
            self._column.addSpacing(GRID // 2)
            row = QHBoxLayout()
            row.addWidget(label, 1)
            row.addWidget(number)
            self._column.addLayout(row)
            self._note(note)
            self._numbers[name] = number

    def _add_switches(self) -> None:
        for name, text, note in (
            (
                "plays_for_a_while",
                self.tr("Prompts take time"),
                self.tr("Off: a key never comes during a prompt, so barge makes no difference."),
            ),
            (
                "starts_at_main",
                self.tr("A menu always begins at main"),
                self.tr("The documents contradict each other. Off: mainMenu is followed."),
            ),
            (
                "waits_for_more_digits",
                self.tr("With maxDigits above 1, an option waits for more digits"),
                self.tr("Not documented. Off: an option that fits is taken at once."),
            ),
            (
                "keeps_hash",
                self.tr("The # that ends a sequence is part of its value"),
                self.tr("Not documented. Off by default."),
            ),
            (
                "last_try_decides",
                self.tr("Only the last try makes a menu end with invalidinput"),
                self.tr("Not documented. Off: wrong input at any try does; silence is timeout."),
            ),
            (
                "sends_empty_value",
                self.tr("timeout, hangup, invalidinput and error carry an empty value"),
                self.tr("Not documented. Off: they carry no value."),
            ),
            (
                "tells_hangup_in_menu",
                self.tr("Hanging up in a menu sends PIE before DICE"),
                self.tr("The result hangup is documented, its order is not. On by default."),
            ),
            (
                "repeats_main_prompt",
                self.tr("Without repeatPrompt the main prompt is repeated"),
                self.tr("Not documented. Off: nothing is heard, and the menu waits again."),
            ),
            (
                "ends_at_bad_pie",
                self.tr("PIE without a usable reply ends the call"),
                self.tr("Documented for ICE only. Off: the call stays connected, as after ACE."),
            ),
            (
                "prompts_answer",
                self.tr("say and playFiles answer the call"),
                self.tr("Not documented. Off: answer, a menu or a connection does."),
            ),
            (
                "bills_begun_minutes",
                self.tr("A begun minute costs a whole one"),
                self.tr("The one published example fits this. Off: by the second."),
            ),
        ):
            switch = QCheckBox(text)
            switch.setAccessibleName(text)
            switch.setAccessibleDescription(note)
            switch.toggled.connect(self._read)
            self._column.addSpacing(GRID // 2)
            self._column.addWidget(switch)
            self._note(note)
            self._switches[name] = switch

    def _add_buttons(self) -> None:
        restore = QPushButton(self.tr("Restore the defaults"))
        restore.setAccessibleName(restore.text())
        restore.clicked.connect(self._restore)
        close = QPushButton(self.tr("Close"))
        close.setAccessibleName(self.tr("Close the assumptions"))
        close.setProperty("primary", True)
        close.setDefault(True)
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        row.setSpacing(GRID)
        row.addStretch(1)
        row.addWidget(restore)
        row.addWidget(close)
        self._outer.addLayout(row)

    def _note(self, text: str) -> None:
        label = QLabel(text)
        label.setObjectName("muted")
        label.setWordWrap(True)
        self._column.addWidget(label)

    def _show(self) -> None:
        for name, number in self._numbers.items():
            number.blockSignals(True)
            number.setValue(getattr(self._assumptions, name))
            number.blockSignals(False)
        for name, switch in self._switches.items():
            switch.blockSignals(True)
            switch.setChecked(getattr(self._assumptions, name))
            switch.blockSignals(False)

    def _read(self) -> None:
        number = {name: field.value() for name, field in self._numbers.items()}
        switch = {name: field.isChecked() for name, field in self._switches.items()}
        self._assumptions = replace(
            self._assumptions,
            reply_timeout_ms=number["reply_timeout_ms"],
            menu_timeout_ms=number["menu_timeout_ms"],
            menu_repeats=number["menu_repeats"],
            plays_for_a_while=switch["plays_for_a_while"],
            starts_at_main=switch["starts_at_main"],
            waits_for_more_digits=switch["waits_for_more_digits"],
            keeps_hash=switch["keeps_hash"],
            last_try_decides=switch["last_try_decides"],
            sends_empty_value=switch["sends_empty_value"],
            tells_hangup_in_menu=switch["tells_hangup_in_menu"],
            repeats_main_prompt=switch["repeats_main_prompt"],
            ends_at_bad_pie=switch["ends_at_bad_pie"],
            prompts_answer=switch["prompts_answer"],
            bills_begun_minutes=switch["bills_begun_minutes"],
        )
        self.changed.emit(self._assumptions)

    def _restore(self) -> None:
        alias = self._assumptions.adds_call_id_alias
        self._assumptions = replace(CallAssumptions(), adds_call_id_alias=alias)
        self._show()
        self.changed.emit(self._assumptions)
