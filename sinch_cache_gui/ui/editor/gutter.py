"""Line numbers beside a text, and marks at the lines something is to be said about."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from sinch_cache_gui.ui.theme import GRID, Theme


@dataclass(frozen=True, slots=True)
class GutterLine:
    """One line in sight.

    Attributes:
        number: Counted from 1.
        top: Its upper edge in pixels of the gutter.
        height: In pixels.
        is_current: Whether the cursor stands in it.
    """

    number: int
    top: int
    height: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """Something to say about a line.

    Attributes:
        sentence: What, for people.
        is_problem: Whether it keeps the text from being saved.
    """

    sentence: str
    is_problem: bool


class Gutter(QWidget):
    """The strip at the left of a text. It asks which lines are in sight when it paints."""

    def __init__(
        self, parent: QWidget, theme: Theme, lines_in_sight: Callable[[], Iterator[GutterLine]]
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lines_in_sight = lines_in_sight
        self._marks: Mapping[int, Mark] = {}

    def set_marks(self, marks: Mapping[int, Mark]) -> None:
        """Mark lines, by their number."""
        self._marks = marks
        self.update()

    def width_for(self, line_count: int) -> int:
        """Answer the pixels that numbers up to `line_count` need."""
        digits = max(2, len(str(line_count)))
        return 2 * GRID + 4 + self.fontMetrics().horizontalAdvance("9") * digits

    def sizeHint(self) -> QSize:
        return QSize(self.width_for(99), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(tokens.base))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for line in self._lines_in_sight():
            painter.setPen(QColor(tokens.text if line.is_current else tokens.muted))
            if line.is_current:
                painter.fillRect(
                    QRect(0, line.top, self.width(), line.height), QColor(tokens.current_line)
                )
            place = QRect(0, line.top, self.width() - GRID, line.height)
            painter.drawText(
                place,
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                str(line.number),
            )
            if mark := self._marks.get(line.number):
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(tokens.danger if mark.is_problem else tokens.warning))
                painter.drawEllipse(QPointF(GRID - 1, line.top + line.height / 2), 3, 3)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            mark = self._mark_at(event.pos().y())
            QToolTip.showText(event.globalPos(), mark.sentence if mark else "", self)
            return True
        return super().event(event)

    def _mark_at(self, y: int) -> Mark | None:
        for line in self._lines_in_sight():
            if line.top <= y < line.top + line.height:
                return self._marks.get(line.number)
        return None
