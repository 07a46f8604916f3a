"""What the user began from, the user's text and the other value side by side; and their merge."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from sinch_cache_gui.cache.interface import StoredValue
from sinch_cache_gui.ui.editor.code_view import CodeView
from sinch_cache_gui.ui.editor.compared_side import (
    compared_side,
    line_marks,
    lock_scrolling,
    titled,
)
from sinch_cache_gui.ui.theme import BAR_HEIGHT, GRID, Theme
from sinch_cache_gui.values.difference import Stretch as Mark
from sinch_cache_gui.values.merge import (
    Origin,
    Stretch,
    joined_lines_work,
    let_stretches_go_work,
    merge_work,
)
from sinch_cache_gui.values.merge_rows import MAX_ROWS, MergeRow, merge_rows_work
from sinch_cache_gui.values.screen_text import Alphabet, shortened
from sinch_cache_gui.values.slices import run_sliced

MakeText: TypeAlias = Callable[[], Awaitable[str]]

MAX_MARKED = 1_000
"""Changed rows that are coloured."""


class ConflictView(QWidget):
    """Three read-only columns scrolled together, above a text in which they are merged.

    Attributes:
        closed: The user goes back to the text.
        save_requested: The merged text shall be written in place of what was seen of theirs.
        merge_requested: The merged text shall be made anew, with what theirs is now.
    """

    closed = Signal()
    save_requested = Signal()
    merge_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows: Sequence[MergeRow] = ()
        self._stretches: Sequence[Stretch] = ()
        self._turn = asyncio.Lock()  # what is let go is not read at the same time
        self.seen: StoredValue | None = None
        self._base = compared_side(self.tr("Before"))
        self._mine = compared_side(self.tr("Yours"))
        self._theirs = compared_side(self.tr("Theirs"))
        self.merged = CodeView(theme)
        self.merged.setAccessibleName(self.tr("Merged text"))
        self.merged.setCenterOnScroll(True)  # its last lines come out from behind a bar
        self._summary = QLabel()
        self._summary.setObjectName("muted")
        self._summary.setWordWrap(True)
        self._said = QLabel()
        self._said.setObjectName("muted")
        self._said.setWordWrap(True)
        back = self._button(self.tr("Back to the text"), self.closed.emit)
        self._use_mine = self._button(self.tr("Yours"), lambda: self._choose(self.proposal))
        self._use_theirs = self._button(
            self.tr("Theirs"), lambda: self._choose(self.proposal_of_theirs)
        )
        self._use_mine.setAccessibleName(self.tr("Yours where both changed it"))
        self._use_theirs.setAccessibleName(self.tr("Theirs where both changed it"))
        self._anew = self._button(self.tr("Merge anew"), self.merge_requested.emit)
        self._save = self._button(self.tr("Save the merged text"), self.save_requested.emit)
        self._save.setProperty("primary", True)
        self._choose: Callable[[MakeText], None] = lambda _make: None
        sides = QSplitter(Qt.Orientation.Horizontal)
        for side in (self._base, self._mine, self._theirs):
            sides.addWidget(titled(side, QLabel(side.accessibleName())))
        halves = QSplitter(Qt.Orientation.Vertical)
        halves.addWidget(sides)
        halves.addWidget(self._make_lower_half())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(_strip(self._summary, back))
        column.addWidget(halves, 1)
        self.setFocusProxy(self.merged)
        lock_scrolling(*self._sides())
        theme.changed.connect(self._restyle)

    def texts(self) -> tuple[str, str, str]:
        """Answer what the three columns show."""
        base, mine, theirs = (side.toPlainText() for side in self._sides())
        return base, mine, theirs

    async def show_versions(self, base: str, mine: str, theirs: str, seen: StoredValue) -> None:
        """Show three versions, letting the loop run meanwhile. The merged text stays.

        Args:
            base: What the user began from.
            mine: The user's text.
            theirs: The other value.
            seen: The other value as it is stored.
        """
        async with self._turn:
            await self._show_merge(base, mine, theirs, seen)

    async def _show_merge(self, base: str, mine: str, theirs: str, seen: StoredValue) -> None:
        merge = await run_sliced(merge_work(base, mine, theirs))
        rows = await run_sliced(merge_rows_work(merge.stretches))
        has_seen_another = self.seen is not None and self.seen.data != seen.data
        self.seen = seen
        before = self._stretches
        self._stretches, self._rows = merge.stretches, rows
        columns = ["\n".join(lines) for lines in self._columns()]
        alphabet = Alphabet.of("".join(columns))
        for side, column in zip(self._sides(), columns, strict=True):
            side.setPlainText(alphabet.shown(column))
            await asyncio.sleep(0)
        self._say_what_changed(is_coarse=merge.is_coarse)
        self._anew.hide()
        if has_seen_another:
            self.say_changed_again()
        self._restyle()
        first = next((at for at, row in enumerate(self._rows) if _is_change(row)), 0)
        self._base.verticalScrollBar().setValue(max(first - 2, 0))
        await run_sliced(let_stretches_go_work(before))

    async def let_go(self) -> None:
        """Free the lines of the versions in slices; the view is about to go."""
        async with self._turn:
            stretches, self._stretches = self._stretches, ()
            await run_sliced(let_stretches_go_work(stretches))

    async def proposal(self) -> str:
        """Answer what a merge of the versions on show would be."""
        async with self._turn:
            return await run_sliced(joined_lines_work([s.proposed for s in self._stretches]))

    async def proposal_of_theirs(self) -> str:
        """Answer the same, with theirs where both changed the same lines."""
        async with self._turn:
            parts = [s.theirs if _is_conflict(s) else s.proposed for s in self._stretches]
            return await run_sliced(joined_lines_work(parts))

    def on_choice(self, choose: Callable[[MakeText], None]) -> None:
        """Have `choose` put another text in place of the merged one."""
        self._choose = choose

    def say(self, sentence: str) -> None:
        """Say something about the merged text."""
        self._said.setText(sentence)

    def say_changed_again(self) -> None:
        """Say that the merged text was made with another value of theirs than is shown."""
        self._anew.show()
        self.say(self.tr("They changed it again: “Theirs” is new. Your merged text is as it was."))

    def say_proposal(self) -> None:
        """Say what the proposal holds."""
        self._anew.hide()
        has_conflict = any(map(_is_conflict, self._stretches))
        self._use_mine.setVisible(has_conflict)
        self._use_theirs.setVisible(has_conflict)
        if has_conflict:
            self.say(self.tr("Both sides' changes; where both changed the same lines, take:"))
        else:
            self.say(self.tr("Both sides' changes; they do not touch each other."))

    def _sides(self) -> tuple[QPlainTextEdit, QPlainTextEdit, QPlainTextEdit]:
        return self._base, self._mine, self._theirs

    def _columns(self) -> tuple[list[str], list[str], list[str]]:
        def shown(row: MergeRow, line: str | None) -> str:
            if row.left_out:
                return self.tr("⋯ {} lines alike").format(f"{row.left_out:,}")
            return shortened(line or "")

        return (
            [shown(row, row.base) for row in self._rows],
            [shown(row, row.mine) for row in self._rows],
            [shown(row, row.theirs) for row in self._rows],
        )

    def _say_what_changed(self, *, is_coarse: bool) -> None:
        counts = dict.fromkeys(Origin, 0)
        for stretch in self._stretches:
            counts[stretch.origin] += 1
        said = self.tr("Places changed: {} by you, {} by them, {} by both").format(
            counts[Origin.MINE],
            counts[Origin.THEIRS],
            counts[Origin.CONFLICT] + counts[Origin.ALIKE],
        )
        if is_coarse:
            said += self.tr(". Too many lines differ to match them all: many count as one place.")
        if len(self._rows) >= MAX_ROWS:
            said += self.tr(" Only the first are shown here; “Merged” holds them all.")
        self._summary.setText(said)

    def _make_lower_half(self) -> QWidget:
        half = QWidget()
        column = QVBoxLayout(half)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        title = QLabel(self.tr("Merged"))
        title.setObjectName("title")
        column.addWidget(_strip(title, self._anew, self._save))
        column.addWidget(_strip(self._said, self._use_mine, self._use_theirs))
        column.addWidget(self.merged, 1)
        return half

    def _button(self, name: str, run: Callable[[], None]) -> QPushButton:
        button = QPushButton(name)
        button.setAccessibleName(name)
        button.clicked.connect(run)
        return button

    def _restyle(self) -> None:
        tokens = self._theme.tokens
        for side in self._sides():
            side.setFont(self._theme.monospace())
        base, mine, theirs = self._sides()
        marks: dict[QPlainTextEdit, list[QTextEdit.ExtraSelection]] = {
            side: [] for side in self._sides()
        }
        changed = [(at, row) for at, row in enumerate(self._rows) if _is_change(row)]
        for at, row in changed[:MAX_MARKED]:
            is_conflict = row.origin is Origin.CONFLICT
            mine_back = tokens.warning_back if is_conflict else tokens.info_back
            theirs_back = tokens.warning_back if is_conflict else tokens.success_back
            if row.origin is not Origin.THEIRS:
                marks[mine] += self._marks(mine, at, row.mine, row.mine_marks, mine_back)
            if row.origin is not Origin.MINE:
                marks[theirs] += self._marks(theirs, at, row.theirs, row.theirs_marks, theirs_back)
            marks[base] += self._marks(base, at, row.base, (), tokens.raised)
        for side, selections in marks.items():
            side.setExtraSelections(selections)

    def _marks(
        self, side: QPlainTextEdit, at: int, line: str | None, stretches: Sequence[Mark], back: str
    ) -> list[QTextEdit.ExtraSelection]:
        tokens = self._theme.tokens
        return line_marks(
            side,
            at,
            line,
            stretches,
            line_back=back if line is not None else tokens.raised,
            stretch_back=tokens.find_match,
        )


def _is_conflict(stretch: Stretch) -> bool:
    return stretch.origin is Origin.CONFLICT


def _is_change(row: MergeRow) -> bool:
    return row.origin is not Origin.NOBODY


def _strip(text: QLabel, *buttons: QPushButton) -> QWidget:
    strip = QWidget()
    strip.setObjectName("strip")
    strip.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    strip.setMinimumHeight(BAR_HEIGHT + GRID // 2)
    row = QHBoxLayout(strip)
    row.setContentsMargins(GRID, GRID // 4, GRID, GRID // 4)
    row.setSpacing(GRID)
    row.addWidget(text, 1)
    for button in buttons:
        row.addWidget(button)
    return strip
