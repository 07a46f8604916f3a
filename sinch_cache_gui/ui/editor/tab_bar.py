"""The bar of the open keys: a tab each, with its title, its mark and its cross."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QTabBar, QToolButton, QWidget

from sinch_cache_gui.ui import icons
from sinch_cache_gui.ui.plain_tip import plain_tip
from sinch_cache_gui.ui.theme import Theme

UNSAVED_MARK = "●"


class KeyTabBar(QTabBar):
    """Tabs that stand for panes; hidden while there is none.

    Attributes:
        close_requested: A tab shall close: its cross, or it with the middle button, was pressed;
            carries its pane.
    """

    close_requested = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setObjectName("openKeys")
        self.setDocumentMode(True)
        self.setMovable(True)
        self.setExpanding(False)
        self.setUsesScrollButtons(True)
        self.setDrawBase(False)
        self.setElideMode(Qt.TextElideMode.ElideMiddle)
        self.setAccessibleName(self.tr("Open keys"))
        self.setFont(theme.monospace())
        self.hide()
        theme.changed.connect(self._restyle)

    def add(self, pane: QWidget, title: str, tip: str) -> None:
        """Have a tab for a pane, behind the others."""
        index = self.addTab(title)
        self.setTabData(index, pane)
        self.setTabToolTip(index, plain_tip(tip))
        self.setAccessibleTabName(index, title)
        self.setTabButton(index, QTabBar.ButtonPosition.RightSide, self._make_cross(pane, title))
        self.show()
        self._restyle()

    def remove(self, pane: QWidget) -> None:
        """Have no tab for a pane any more."""
        self.removeTab(self.index_of(pane))
        self.setVisible(self.count() > 0)

    def panes(self) -> Iterator[QWidget]:
        """Yield the panes in the order of their tabs."""
        for index in range(self.count()):
            if (pane := self.pane_at(index)) is not None:
                yield pane

    def pane_at(self, index: int) -> QWidget | None:
        """Answer the pane of a tab; None where there is no such tab."""
        pane = self.tabData(index) if index >= 0 else None
        return pane if isinstance(pane, QWidget) else None

    def index_of(self, pane: QWidget) -> int:
        """Answer which tab stands for a pane; -1 where none does."""
        indices = (index for index in range(self.count()) if self.tabData(index) is pane)
        return next(indices, -1)

    def set_title(self, pane: QWidget, title: str, *, is_unsaved: bool) -> None:
        """Name the tab of a pane, with a mark where it holds what is not saved."""
        index = self.index_of(pane)
        if is_unsaved:
            title = f"{title} {UNSAVED_MARK}"
        if index >= 0 and self.tabText(index) != title:
            self.setTabText(index, title)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.MiddleButton:
            super().mouseReleaseEvent(event)
        elif (pane := self.pane_at(self.tabAt(event.position().toPoint()))) is not None:
            self.close_requested.emit(pane)

    def _make_cross(self, pane: QWidget, title: str) -> QToolButton:
        cross = QToolButton()
        cross.setIconSize(QSize(12, 12))
        cross.setStyleSheet("padding: 1px;")
        cross.setAutoRaise(True)
        cross.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        cross.setToolTip(self.tr("Close (Ctrl+W)"))
        cross.setAccessibleName(self.tr("Close {}").format(title))
        cross.clicked.connect(lambda _checked=False: self.close_requested.emit(pane))
        return cross

    def _restyle(self) -> None:
        icon = icons.drawn("mdi6.close", color=self._theme.tokens.muted)
        for index in range(self.count()):
            cross = self.tabButton(index, QTabBar.ButtonPosition.RightSide)
            if isinstance(cross, QToolButton):
                cross.setIcon(icon)
