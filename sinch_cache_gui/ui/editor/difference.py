"""The user's text and the other value side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from sinch_cache_gui.ui.editor.compared_side import (
    compared_side,
    line_marks,
    lock_scrolling,
    titled,
)
from sinch_cache_gui.ui.theme import BAR_HEIGHT, GRID, Theme
from sinch_cache_gui.values.difference import (
    MAX_ROWS,
    Comparison,
    DifferenceRow,
    compare_work,
)
from sinch_cache_gui.values.screen_text import Alphabet, shortened
from sinch_cache_gui.values.slices import Work, run_sliced

MAX_MARKED = 1_000
"""Differing lines that are coloured; a text that differs in more is read line by line anyway."""


@dataclass(frozen=True, slots=True)
class SideTitles:
    """What stands above the two texts."""

    mine: str
    theirs: str


class DifferenceView(QWidget):
    """Two read-only texts, each line beside its like, scrolled together.

    Attributes:
        closed: The user goes back to the text.
    """

    closed = Signal()

    def __init__(
        self, theme: Theme, titles: SideTitles | None = None, *, is_closable: bool = True
    ) -> None:
        super().__init__()
        titles = titles or SideTitles(self.tr("Yours"), self.tr("Theirs"))
        self._titles = titles
        self._theme = theme
        self._rows: Sequence[DifferenceRow] = ()
        self._summary = QLabel()
        self._summary.setObjectName("muted")
        back = QPushButton(self.tr("Back to the text"))
        back.setAccessibleName(back.text())
        back.clicked.connect(self.closed)
        self._mine = compared_side(titles.mine)
        self._theirs = compared_side(titles.theirs)
        strip = QWidget()
        strip.setObjectName("strip")
        strip.setFixedHeight(BAR_HEIGHT + GRID // 2)
        row = QHBoxLayout(strip)
        row.setContentsMargins(GRID, 0, GRID, 0)
        row.addWidget(self._summary, 1)
        row.addWidget(back)
        if not is_closable:
            strip.hide()
        sides = QSplitter(Qt.Orientation.Horizontal)
        self._other_title = QLabel(titles.theirs)
        sides.addWidget(titled(self._mine, QLabel(titles.mine)))
        sides.addWidget(titled(self._theirs, self._other_title))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(strip)
        column.addWidget(sides, 1)
        lock_scrolling(self._mine, self._theirs)
        theme.changed.connect(self._restyle)

    async def compare(
        self, mine: str | None, theirs: str | None, *, is_stored: bool = False
    ) -> None:
        """Show how `theirs` differs from `mine` (None: nothing), letting the loop run meanwhile.

        Args:
            mine: The user's text.
            theirs: What somebody else wrote.
            is_stored: Whether `theirs` is instead what the cache holds of old.
        """
        comparison = await run_sliced(compare_work(mine, theirs))
        await run_sliced(self._show_work(comparison, is_stored=is_stored))

    def _show_work(self, comparison: Comparison, *, is_stored: bool) -> Work[None]:
        title = self.tr("In the cache") if is_stored else self._titles.theirs
        self._other_title.setText(title)
        self._theirs.setAccessibleName(title)
        self._rows = comparison.rows
        mine = "\n".join(self._shown(row, row.mine) for row in self._rows)
        theirs = "\n".join(self._shown(row, row.theirs) for row in self._rows)
        alphabet = Alphabet.of(mine + theirs)
        for side, text in ((self._mine, mine), (self._theirs, theirs)):
            yield
            side.setPlainText(alphabet.shown(text))
        yield
        self._summary.setText(" ".join(self._said(comparison)))
        self._restyle()
        first = next((at for at, row in enumerate(self._rows) if not row.is_same), None)
        if first is not None:
            self._scroll_to(first)

    def _shown(self, row: DifferenceRow, line: str | None) -> str:
        if row.left_out:
            return self.tr("⋯ {} lines alike").format(f"{row.left_out:,}")
        return shortened(line or "")

    def _said(self, comparison: Comparison) -> Iterator[str]:
        count = comparison.differing
        yield (
            self.tr("1 line differs")
            if count == 1
            else self.tr("{} lines differ").format(f"{count:,}")
        )
        if comparison.is_coarse:
            yield self.tr("(too many to match them all)")
        if comparison.is_cut:
            yield self.tr("– the first {} are shown").format(f"{MAX_ROWS:,}")

    def _scroll_to(self, line: int) -> None:
        self._mine.verticalScrollBar().setValue(max(line - 3, 0))

    def _restyle(self) -> None:
        tokens = self._theme.tokens
        for side in (self._mine, self._theirs):
            side.setFont(self._theme.monospace())
        mine: list[QTextEdit.ExtraSelection] = []
        theirs: list[QTextEdit.ExtraSelection] = []
        mark = partial(line_marks, stretch_back=tokens.find_match)
        differing = [(number, row) for number, row in enumerate(self._rows) if not row.is_same]
        for number, row in differing[:MAX_MARKED]:
            back = tokens.danger_back if row.mine is not None else tokens.raised
            mine += mark(self._mine, number, row.mine, row.mine_marks, line_back=back)
            back = tokens.success_back if row.theirs is not None else tokens.raised
            theirs += mark(self._theirs, number, row.theirs, row.theirs_marks, line_back=back)
        self._mine.setExtraSelections(mine)
        self._theirs.setExtraSelections(theirs)
