"""Two groups of controls in one line, or in two where one is too narrow for both."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from sinch_cache_gui.ui.theme import GRID

FIRST, LAST = 0, 1


class WrappingRow(QWidget):
    """Has `first` at the left and `last` beside it, or below it: nothing is squeezed.

    Args:
        first: Stands at the left.
        last: Stands beside it, or in a line of its own.
        at_right: Whether `last` stands at the right edge and not next to `first`.
        gap: Pixels between the lines where there are two.
    """

    def __init__(
        self, first: QWidget, last: QWidget, *, at_right: bool = False, gap: int = GRID // 2
    ) -> None:
        super().__init__()
        self._first = first
        self._last = last
        self._side: Final = Qt.AlignmentFlag.AlignRight if at_right else Qt.AlignmentFlag.AlignLeft
        self._is_wrapped = False
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GRID)
        self._grid.setVerticalSpacing(gap)
        self._grid.setColumnStretch(FIRST if at_right else LAST, 1)
        self._grid.addWidget(first, 0, FIRST, Qt.AlignmentFlag.AlignLeft)
        self._grid.addWidget(last, 0, LAST, self._side)

    @property
    def is_wrapped(self) -> bool:
        """Whether there are two lines."""
        return self._is_wrapped

    def minimumSizeHint(self) -> QSize:
        parts = (self._first.minimumSizeHint(), self._last.minimumSizeHint())
        widest = max(part.width() for part in parts)
        return QSize(widest, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # a group says more, or less
            self._fit()
        return super().event(event)

    def _fit(self) -> None:
        wanted = self._first.sizeHint().width() + GRID + self._last.sizeHint().width()
        is_wrapped = wanted > self.width()
        if is_wrapped is self._is_wrapped:
            return
        self._is_wrapped = is_wrapped
        for part in (self._first, self._last):
            self._grid.removeWidget(part)
        if is_wrapped:
            self._grid.addWidget(self._first, 0, FIRST, 1, 2, Qt.AlignmentFlag.AlignLeft)
            self._grid.addWidget(self._last, 1, FIRST, 1, 2, self._side)
        else:
            self._grid.addWidget(self._first, 0, FIRST, Qt.AlignmentFlag.AlignLeft)
            self._grid.addWidget(self._last, 0, LAST, self._side)
