"""The steps of a call as rows: callbacks, what they asked of the cache, prompts and keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QIcon

from sinch_cache_gui.ui import icons
from sinch_cache_gui.ui.calls.wording import (
    cause_text,
    offset_text,
    operation_line,
    operations_text,
    outcome_text,
    shortened,
    took_text,
)
from sinch_cache_gui.ui.plain_tip import plain_tip
from sinch_cache_gui.ui.theme import Theme
from sinch_cache_gui.voice.call_events import CallbackRecord, TranscriptLine
from sinch_cache_gui.voice.call_steps import (
    CallbackStep,
    LineStep,
    OperationStep,
    Step,
    StepKind,
    steps_of,
)
from sinch_cache_gui.voice.problems import Weight
from sinch_cache_gui.voice.targets import Answered

Index = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()

TIME, WHAT, TOOK, CACHE, REPLY = range(5)

ICONS = {
    StepKind.CALLBACK: "mdi6.function-variant",
    StepKind.OPERATION: "mdi6.database-outline",
    StepKind.HEARD: "mdi6.volume-high",
    StepKind.PRESSED: "mdi6.dialpad",
    StepKind.NOTE: "mdi6.information-outline",
    StepKind.FAILURE: "mdi6.alert-circle-outline",
}


NUMBERS = {kind: number for number, kind in enumerate(StepKind)}
"""Each kind of step as a byte."""


class TimelineModel(QAbstractTableModel):
    """Every step of one call in the order it happened; some kinds may be left out of view."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._steps: list[Step] = []
        self._kinds = bytearray()  # one for each step: a long call is looked through at once
        self._shown: list[Step] = []
        self._hidden: frozenset[StepKind] = frozenset()
        self._started_ms = 0
        self._titles = (
            "",
            self.tr("Step"),
            self.tr("Took"),
            self.tr("Cache"),
            self.tr("Reply"),
        )

    def start(self, started_ms: int) -> None:
        """Begin a new call."""
        self.beginResetModel()
        self._steps.clear()
        self._kinds.clear()
        self._shown.clear()
        self._started_ms = started_ms
        self.endResetModel()

    def hide_kinds(self, kinds: frozenset[StepKind]) -> None:
        """Leave steps of these kinds out of view."""
        self.beginResetModel()
        self._hidden = kinds
        is_shown = [kind not in kinds for kind in StepKind]
        steps = zip(self._steps, self._kinds, strict=True)
        self._shown = [step for step, kind in steps if is_shown[kind]]
        self.endResetModel()

    def add_line(self, line: TranscriptLine) -> None:
        """Add what was heard or done."""
        self._add((LineStep(line),))

    def add_record(self, record: CallbackRecord) -> None:
        """Add the latest callback, and below it what it asked of the cache."""
        self._add(steps_of(record))

    def replace_record(self, record: CallbackRecord) -> int:
        """Show more of a callback that is known; answer its row, -1 if it is not."""
        known = _span_of(self._steps, record.number)
        if not known:
            return -1
        whole = steps_of(record)
        self._steps[known.start : known.stop] = whole
        self._kinds[known.start : known.stop] = map(_number_of, whole)
        shown = _span_of(self._shown, record.number)
        row, old = shown.start, len(shown)
        fresh = [step for step in steps_of(record) if step.kind not in self._hidden]
        if old > 1:
            self.beginRemoveRows(NO_INDEX, row + 1, row + old - 1)
            del self._shown[row + 1 : row + old]
            self.endRemoveRows()
        self._shown[row] = fresh[0]
        if len(fresh) > 1:
            self.beginInsertRows(NO_INDEX, row + 1, row + len(fresh) - 1)
            self._shown[row + 1 : row + 1] = fresh[1:]
            self.endInsertRows()
        self.dataChanged.emit(self.index(row, 0), self.index(row, REPLY))
        return row

    def step(self, row: int) -> Step | None:
        """Answer the step of a row."""
        return self._shown[row] if 0 <= row < len(self._shown) else None

    def row_of_step(self, wanted: Step | None) -> int:
        """Answer the row of a step; -1 where it is out of view."""
        found = (row for row, step in enumerate(self._shown) if step is wanted)
        return next(found, -1)

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._titles)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> str | Qt.AlignmentFlag | None:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self._titles):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return self._titles[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(
        self, index: Index, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | QColor | QIcon | Qt.AlignmentFlag | None:
        step = self.step(index.row()) if index.isValid() else None
        if step is None:
            return None
        column = index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._texts(step)[column]
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case Qt.ItemDataRole.ForegroundRole:
                return QColor(self._colour(step, column))
            case Qt.ItemDataRole.DecorationRole:
                return self._icon(step, column)
            case Qt.ItemDataRole.AccessibleTextRole if column == WHAT:
                return ", ".join((step.kind.value, *filter(None, self._texts(step))))
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(_tool_tip(step))
        return None

    def _add(self, steps: Sequence[Step]) -> None:
        self._steps += steps
        self._kinds += bytes(map(_number_of, steps))
        shown = [step for step in steps if step.kind not in self._hidden]
        if not shown:
            return
        first = len(self._shown)
        self.beginInsertRows(NO_INDEX, first, first + len(shown) - 1)
        self._shown += shown
        self.endInsertRows()

    def _texts(self, step: Step) -> tuple[str, str, str, str, str]:
        at = offset_text(step.at_ms - self._started_ms)
        match step:
            case CallbackStep(record):
                cause = cause_text(record)
                event = record.event.upper()
                if isinstance(record.reply, Answered) and record.reply.deliveries > 1:
                    event = f"{event} ×{record.reply.deliveries}"
                return (
                    at,
                    f"{event}  {cause}" if cause else event,
                    took_text(record.took_ms),
                    operations_text(len(record.operations)),
                    outcome_text(record),
                )
            case OperationStep(operation):
                return at, operation_line(operation), "", "", ""
            case LineStep(line):
                text = shortened(line.text)
                return at, f"“{text}”" if step.kind is StepKind.HEARD else text, "", "", ""

    def _colour(self, step: Step, column: int) -> str:
        tokens = self._theme.tokens
        match step:
            case CallbackStep(record) if column == REPLY and record.has_failed:
                return tokens.danger
            case CallbackStep():
                return tokens.text if column in (WHAT, REPLY) else tokens.muted
            case OperationStep(operation) if column == WHAT:
                if operation.error:
                    return tokens.danger
                return tokens.warning if operation.warning else tokens.text
            case LineStep() if column == WHAT:
                return {
                    StepKind.PRESSED: tokens.accent,
                    StepKind.NOTE: tokens.muted,
                    StepKind.FAILURE: tokens.danger,
                }.get(step.kind, tokens.text)
        return tokens.muted

    def _icon(self, step: Step, column: int) -> QIcon | None:
        tokens = self._theme.tokens
        if column == WHAT:
            colour = tokens.danger if step.kind is StepKind.FAILURE else tokens.muted
            icon: QIcon = icons.drawn(ICONS[step.kind], color=colour)
            return icon
        if column != REPLY or not isinstance(step, CallbackStep):
            return None
        mark: QIcon | None = None
        if step.record.has_failed:
            mark = icons.drawn("mdi6.alert-circle-outline", color=tokens.danger)
        elif any(problem.weight is Weight.WARNING for problem in step.record.problems):
            mark = icons.drawn("mdi6.alert-outline", color=tokens.warning)
        return mark


def _number_of(step: Step) -> int:
    return NUMBERS[step.kind]


def _span_of(steps: Sequence[Step], number: int) -> range:
    """Answer where a callback and its operations stand, looked for from the end."""
    for first in range(len(steps) - 1, -1, -1):
        step = steps[first]
        if isinstance(step, CallbackStep) and step.record.number == number:
            end = first + 1
            while end < len(steps) and isinstance(steps[end], OperationStep):
                end += 1
            return range(first, end)
    return range(0)


def _tool_tip(step: Step) -> str:
    match step:
        case CallbackStep(record):
            return "\n".join(problem.message for problem in record.problems)
        case OperationStep(operation):
            return operation.warning or operation_line(operation)
        case LineStep(line):
            return shortened(line.text)


def _alignment(column: int) -> Qt.AlignmentFlag:
    is_right = column in (TIME, TOOK, CACHE)
    side = Qt.AlignmentFlag.AlignRight if is_right else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
