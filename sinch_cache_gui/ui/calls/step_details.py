"""The step of a call that is selected: a callback in full, or what one operation changed."""

from __future__ import annotations

import json
from difflib import unified_diff

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from sinch_cache_gui.ui.calls.callback_details import CallbackDetails
from sinch_cache_gui.ui.calls.wording import lifetime_text, operation_text
from sinch_cache_gui.ui.theme import GRID, Theme
from sinch_cache_gui.voice.call_steps import CallbackStep, LineStep, OperationStep, Step
from sinch_cache_gui.voice.recording import CacheOperation, KnownValue, Unread

LONGEST_COMPARED = 20_000
"""Characters of a value that are laid out and compared at once."""


class StepDetails(QStackedWidget):
    """Whatever there is to know of one step."""

    key_activated = Signal(object)
    """The bytes of a key the user chose."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._operation: CacheOperation | None = None
        self.callback = CallbackDetails(theme)
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        self._text.setAccessibleName(self.tr("Details of this step"))
        self._text.document().setDocumentMargin(GRID)
        self._open = QPushButton(self.tr("Open the key"))
        self._open.setAccessibleName(self.tr("Open the key of this operation"))
        self._open.clicked.connect(self._open_key)
        self._step = QWidget()
        column = QVBoxLayout(self._step)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._text, 1)
        row = QHBoxLayout()
        row.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        row.addWidget(self._open)
        column.addLayout(row)
        self.addWidget(self.callback)
        self.addWidget(self._step)
        self.callback.key_activated.connect(self.key_activated)
        theme.changed.connect(self._dress)
        self._dress()

    def show_step(self, step: Step | None) -> None:
        """Show a step, or none."""
        self._operation = step.operation if isinstance(step, OperationStep) else None
        self._open.setVisible(self._operation is not None and self._operation.has_key)
        match step:
            case OperationStep(operation):
                self._text.setPlainText(operation_story(operation))
                self.setCurrentWidget(self._step)
            case LineStep(line):
                self._text.setPlainText(line.text)
                self.setCurrentWidget(self._step)
            case CallbackStep(record):
                self.callback.show_record(record)
                self.setCurrentWidget(self.callback)
            case None:
                self.callback.show_record(None)
                self.setCurrentWidget(self.callback)

    def _open_key(self) -> None:
        if self._operation is not None:
            self.key_activated.emit(self._operation.key_bytes)

    def _dress(self) -> None:
        self._text.setFont(self._theme.monospace())


def operation_story(operation: CacheOperation) -> str:
    """Answer an operation in full: key, TTL in words, values before and after, the difference."""
    lines = [f"{operation.name} {operation.key}"]
    lines += filter(None, (lifetime_text(operation), operation.warning))
    if not operation.is_certain:
        lines.append(
            _tr(
                "Seen while this callback ran; maybe by somebody else. What was there before is "
                "what this window had seen last."
            )
        )
    elif operation.error:
        lines.append(operation_text(operation))
    before, after = _laid_out(operation.before), _laid_out(operation.after)
    if before is not None and before == after:
        lines += ["", _tr("Value:"), before]
    else:
        if before is not None and after is not None and "\n" in before + after:
            lines += ["", _tr("Difference:"), *_difference(before, after)]
        if before is not None:
            lines += ["", _tr("Before:"), before]
        if after is not None:
            lines += ["", _tr("After:"), after]
    return "\n".join(lines)


def _laid_out(value: KnownValue) -> str | None:
    if value is Unread.UNREAD:
        return None
    if value is None:
        return _tr("nothing")
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return text if len(text) <= LONGEST_COMPARED else f"{text[:LONGEST_COMPARED]}…"


def _difference(before: str, after: str) -> list[str]:
    told = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1)
    return [line for line in told if not line.startswith(("---", "+++", "@@"))]


def _tr(text: str) -> str:
    return QCoreApplication.translate("StepDetails", text)
