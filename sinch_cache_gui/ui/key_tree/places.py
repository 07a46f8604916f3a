"""Keeping the user's place in a tree whose rows come and go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QObject
from PySide6.QtWidgets import QTableView

from sinch_cache_gui.keyspace.rows import Row
from sinch_cache_gui.ui.key_tree.model import KeyTreeModel
from sinch_cache_gui.ui.theme import ROW_HEIGHT

NAMED_ONE_BY_ONE: Final = 200
"""Rows of one selected stretch that are remembered by name; of a longer one only the ends."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """Rows that were on screen, the one to keep in place first, with their distance to the top."""

    rows: tuple[tuple[Row, int], ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was current and selected, by name."""

    current: Row | None
    stretches: tuple[tuple[Row, ...], ...]


def selected_rows(view: QTableView) -> list[range]:
    """Answer the stretches of selected rows, from the top."""
    selection = view.selectionModel().selection()
    stretches = [selection.at(number) for number in range(selection.count())]
    rows = {(stretch.top(), stretch.bottom() + 1) for stretch in stretches}
    return [range(top, end) for top, end in sorted(rows)]


class Places(QObject):
    """Remembers and finds again, by name, where the user was."""

    def __init__(self, view: QTableView, model: KeyTreeModel) -> None:
        super().__init__(view)
        self._view = view
        self._model = model
        self._anchor: Anchor | None = None
        self._is_anchored = False
        self._chosen: Chosen | None = None

    @property
    def are_remembered(self) -> bool:
        """Whether the rows are being replaced: what is selected is still to be found again."""
        return self._chosen is not None

    def remember_anchor(self) -> None:
        """Remember what stands where on screen, until it is put back there."""
        if not self._is_anchored:
            self._anchor = self._find_anchor()
            self._is_anchored = True

    def remember(self) -> None:
        """Remember all of it: the rows are about to be replaced. Nothing is told meanwhile."""
        self.remember_anchor()
        if self._chosen is None:
            self._chosen = self._find_chosen()
            self._view.selectionModel().blockSignals(True)

    def choose_again(self) -> bool:
        """Select what was remembered; answer whether anything was."""
        chosen, self._chosen = self._chosen, None
        if chosen is None:
            return False
        self._choose(chosen)
        self._view.selectionModel().blockSignals(False)
        return True

    def restore_anchor(self) -> None:
        """Put what is remembered of the screen back where it stood."""
        if self._chosen is None and self._is_anchored:
            anchor, self._anchor = self._anchor, None
            self._is_anchored = False
            if anchor is not None:
                self._hold(anchor)

    def _find_anchor(self) -> Anchor | None:
        """Answer what to hold on to; None at the very top, where new rows may push down."""
        bar = self._view.verticalScrollBar()
        height = self._view.viewport().height()
        current = self._view.currentIndex().row()
        top = bar.value()
        first = top // ROW_HEIGHT
        shown = range(first, (top + height) // ROW_HEIGHT + 1)
        if not top and current not in shown:
            return None
        order = [current] if current in shown else []
        nodes = ((self._model.node(row), row * ROW_HEIGHT - top) for row in (*order, *shown))
        return Anchor(tuple((node, distance) for node, distance in nodes if node is not None))

    def _hold(self, anchor: Anchor) -> None:
        """Scroll so that what was held on to stands where it stood, or what is nearest to it."""
        for node, distance in anchor.rows:
            row = self._model.row_of(node)
            if row is not None:
                self._scroll(row, distance)
                return
        for node, distance in anchor.rows[:1]:
            row = self._model.row_near(node)
            if row is not None:
                self._scroll(row, distance)

    def _scroll(self, row: int, distance: int) -> None:
        self._view.verticalScrollBar().setValue(row * ROW_HEIGHT - distance)

    def _find_chosen(self) -> Chosen:
        """Answer what is current and selected."""
        stretches: list[tuple[Row, ...]] = []
        for rows in selected_rows(self._view):
            if len(rows) > NAMED_ONE_BY_ONE:
                nodes = [self._model.node(rows[0]), self._model.node(rows[-1])]
                stretches.append(tuple(node for node in nodes if node is not None))
            else:
                stretches.extend(
                    (node,) for node in map(self._model.node, rows) if node is not None
                )
        return Chosen(self._model.node(self._view.currentIndex().row()), tuple(stretches))

    def _choose(self, chosen: Chosen) -> None:
        """Make the same nodes current and selected again, as far as they still exist.

        If the current one is gone, the row before becomes current, and is not selected: as Qt has
        it where a row is removed by itself.
        """
        last = self._model.columnCount() - 1
        selection = QItemSelection()
        for stretch in chosen.stretches:
            rows = [row for row in map(self._model.row_of, stretch) if row is not None]
            if rows:
                selection.select(
                    self._model.index(min(rows), 0), self._model.index(max(rows), last)
                )
        row = None if chosen.current is None else self._model.row_near(chosen.current)
        choice = self._view.selectionModel()
        flag = QItemSelectionModel.SelectionFlag
        if row is not None:
            choice.setCurrentIndex(self._model.index(row, 0), flag.NoUpdate)
        elif chosen.current is not None:
            choice.clearCurrentIndex()
        choice.select(selection, flag.ClearAndSelect)
