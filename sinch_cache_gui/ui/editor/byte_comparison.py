"""The user's bytes above the other value's, with what differs marked in both."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSplitter, QVBoxLayout, QWidget

from sinch_cache_gui.ui.editor.compared_side import titled
from sinch_cache_gui.ui.editor.hex_view import HexView
from sinch_cache_gui.ui.theme import BAR_HEIGHT, GRID, Theme
from sinch_cache_gui.values.byte_difference import (
    ByteDifference,
    Stretch,
    byte_difference_work,
)
from sinch_cache_gui.values.slices import run_sliced


class ByteComparison(QWidget):
    """Two values to look at and copy from, scrolled together.

    Attributes:
        closed: The user goes back to the bytes.
    """

    closed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._found = ByteDifference((), (), 0)
        self._at = -1
        self.theirs_data = b""
        self.mine = HexView(theme)
        self.theirs = HexView(theme)
        self.mine.setAccessibleName(self.tr("Your bytes"))
        self._summary = QLabel()
        self._summary.setObjectName("muted")
        self._title = QLabel()
        self._previous = self._button(self.tr("Previous"), lambda: self._step(-1))
        self._previous.setAccessibleName(self.tr("Previous difference"))
        self._next = self._button(self.tr("Next"), lambda: self._step(1))
        self._next.setAccessibleName(self.tr("Next difference"))
        back = self._button(self.tr("Back to the bytes"), self.closed.emit)
        strip = QWidget()
        strip.setObjectName("strip")
        strip.setFixedHeight(BAR_HEIGHT + GRID // 2)
        row = QHBoxLayout(strip)
        row.setContentsMargins(GRID, 0, GRID, 0)
        row.addWidget(self._summary, 1)
        for button in (self._previous, self._next, back):
            row.addWidget(button)
        sides = QSplitter(Qt.Orientation.Vertical)
        sides.addWidget(titled(self.mine, QLabel(self.tr("Yours"))))
        sides.addWidget(titled(self.theirs, self._title))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(strip)
        column.addWidget(sides, 1)
        self.setFocusProxy(self._next)
        self.mine.scrolled.connect(self.theirs.show_from)
        self.theirs.scrolled.connect(self.mine.show_from)
        theme.changed.connect(self._mark)

    @property
    def found(self) -> ByteDifference:
        """What differs."""
        return self._found

    async def compare(self, mine: bytes, theirs: bytes, *, is_stored: bool) -> None:
        """Show both values, letting the loop run meanwhile.

        Args:
            mine: The user's bytes.
            theirs: What somebody else wrote.
            is_stored: Whether `theirs` is instead what the cache holds of old.
        """
        self._found = await run_sliced(byte_difference_work(mine, theirs))
        self.theirs_data = theirs
        title = self.tr("In the cache") if is_stored else self.tr("Theirs")
        self._title.setText(title)
        self.theirs.setAccessibleName(self.tr("{}: bytes").format(title))
        self.mine.show_bytes(mine, is_undoable=False)
        self.theirs.show_bytes(theirs, is_undoable=False)
        self._mark()
        self._say(len(mine), len(theirs))
        self._at = -1
        self._step(1)

    def _mark(self) -> None:
        self.mine.mark(self._found.mine, self._theme.tokens.find_match)
        self.theirs.mark(self._found.theirs, self._theme.tokens.find_match)

    def _say(self, mine: int, theirs: int) -> None:
        count = self._found.differing
        said = self.tr("1 byte differs") if count == 1 else self.tr("{} bytes differ")
        said = said.format(f"{count:,}")
        if mine != theirs:
            said += self.tr("; yours are {}, theirs {}").format(f"{mine:,}", f"{theirs:,}")
        self._summary.setText(said)

    def _places(self) -> Sequence[Stretch]:
        return max(self._found.mine, self._found.theirs, key=len)

    def _step(self, by: int) -> None:
        """Show the next place that differs, or the one before."""
        places = self._places()
        self._previous.setEnabled(len(places) > 1)
        self._next.setEnabled(len(places) > 1)
        if places:
            self._at = (self._at + by) % len(places)
            for view in (self.mine, self.theirs):
                view.show_offset(places[self._at][0])

    def _button(self, title: str, run: Callable[[], None]) -> QPushButton:
        button = QPushButton(title)
        button.setAccessibleName(title)
        button.clicked.connect(run)
        return button
