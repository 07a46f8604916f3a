"""Has the time that fields of a hash have left tick where it is seen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QRegion

from sinch_cache_gui.ui.editor.element_model import ElementModel
from sinch_cache_gui.ui.editor.element_table import ElementTable


class FieldCountdown(QObject):
    """Paints each countdown in sight again at the next second of the clock, and nothing else.

    To be painted is what keeps it going: with no countdown in sight, and in a table that is
    hidden, nothing ticks.
    """

    def __init__(self, now_ms: Callable[[], int], table: ElementTable, model: ElementModel) -> None:
        super().__init__(table)
        self._now_ms = now_ms
        self._table = table
        self._model = model
        self._tick = QTimer(self)
        self._tick.setSingleShot(True)
        self._tick.setTimerType(Qt.TimerType.PreciseTimer)
        self._tick.timeout.connect(lambda: self._table.viewport().update(self.in_sight()))
        table.viewport().installEventFilter(self)

    @property
    def is_ticking(self) -> bool:
        """Whether something is to be painted again at the next second."""
        return self._tick.isActive()

    def in_sight(self) -> QRegion:
        """Answer where countdowns are seen in the table."""
        cells = QRegion()
        if not self._model.has_deadlines:
            return cells
        column = self._model.columnCount() - 1
        for row in self._table.rows_in_sight():
            if self._model.deadline_ms(row) is not None:
                cells += self._table.visualRect(self._model.index(row, column))
        return cells & self._table.viewport().rect()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.Paint and not self.is_ticking and not self.in_sight().isEmpty():
            self._tick.start(1001 - self._now_ms() % 1000)
        elif kind == QEvent.Type.Hide:
            self._tick.stop()
        return super().eventFilter(watched, event)
