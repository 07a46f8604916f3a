"""How the TTL of many keys is to change: which way, and by what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from sinch_cache_gui.cache.interface import ExpireIn, ExtendBy, Persist, TtlChange
from sinch_cache_gui.ui.editor.ttl_field import TtlField
from sinch_cache_gui.ui.theme import GRID, Theme

_EXPIRE: Final = 0
_PERSIST: Final = 2


class TtlChangeRow(QWidget):
    """A choice of ways beside a field for a time, which the last of them does not need.

    Attributes:
        changed: Another change is set up.
        entered: Enter was pressed on a time that can be used.
    """

    changed = Signal()
    entered = Signal()

    def __init__(self, theme: Theme, now_ms: Callable[[], int]) -> None:
        super().__init__()
        self._way = QComboBox()
        self._way.setAccessibleName(self.tr("How the TTL changes"))
        self._way.addItems(
            [self.tr("Expires in"), self.tr("Extend by"), self.tr("Remove the expiry")]
        )
        self._field = TtlField(theme, now_ms)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self._way, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._field, 1)
        self.setFocusProxy(self._field)
        self._way.currentIndexChanged.connect(self._take_way)
        self._field.changed.connect(self.changed)
        self._field.entered.connect(self.entered)

    @property
    def change(self) -> TtlChange | None:
        """The change that is set up; None while it is none."""
        if self._way.currentIndex() == _PERSIST:
            return Persist()
        lifetime = self._field.lifetime
        if self._way.currentIndex() == _EXPIRE or lifetime is None:
            return lifetime
        return ExtendBy(lifetime.ms) if isinstance(lifetime, ExpireIn) else None

    @property
    def problem(self) -> str:
        """What the field cannot know: that a moment is nothing to extend by. Empty for nothing."""
        if self.change is not None or self._field.lifetime is None:
            return ""
        return self.tr("Extend by a span of time, such as 10m or 2h 30m.")

    def read_again(self) -> None:
        """Say what is typed means now, if the moment it meant has passed."""
        self._field.read_again()

    def _take_way(self, way: int) -> None:
        self._field.setEnabled(way != _PERSIST)
        self.changed.emit()
