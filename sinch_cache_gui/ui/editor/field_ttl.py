"""Asks when fields of a hash shall expire by themselves."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from PySide6.QtCore import QObject, QRect, Signal
from PySide6.QtWidgets import QWidget

from sinch_cache_gui.cache.interface import ExpireAt, ExpireIn, Persist
from sinch_cache_gui.keyspace.key_text import display_key
from sinch_cache_gui.ui.editor.element_model import ElementModel
from sinch_cache_gui.ui.editor.element_table import ElementTable
from sinch_cache_gui.ui.editor.element_words import elements_in_words
from sinch_cache_gui.ui.editor.ttl_field import TtlPopup
from sinch_cache_gui.ui.theme import Theme
from sinch_cache_gui.values.element_edits import Row, ttl_changes_of

LONGEST_NAME = 40
"""Characters of a field's name in the question."""


class FieldTtl(QObject):
    """The question for the selected rows of a table, as they were when it was asked.

    Attributes:
        changes_asked: Carries the `FieldTtlChange`s to make, at least one.
    """

    changes_asked = Signal(object)

    def __init__(
        self, theme: Theme, now_ms: Callable[[], int], table: ElementTable, model: ElementModel
    ) -> None:
        super().__init__(table)
        self._theme = theme
        self._now_ms = now_ms
        self._table = table
        self._model = model
        self._rows: list[Row] = []
        self._deadlines_ms: list[int | None] = []

    def ask(self, opener: QWidget, place: QRect) -> None:
        """Ask at a part of `opener`; without a selected row there is nothing to ask."""
        selected = self._table.selected_rows()
        if not selected:
            return
        self._rows = [self._model.row(row) for row in selected]
        self._deadlines_ms = [self._model.deadline_ms(row) for row in selected]
        title = self.tr("{} expire in").format(elements_in_words(self._model.kind, len(self._rows)))
        deadline_ms: int | None = None
        if len(self._rows) == 1:
            name = display_key(self._rows[0][0][: 4 * LONGEST_NAME])
            shown = name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"
            title = self.tr("{} expires in").format(f"“{shown}”")
            (deadline_ms,) = self._deadlines_ms
        may_persist = any(each is not None for each in self._deadlines_ms)
        self._popup.ask_about(title, opener, place, deadline_ms, may_persist=may_persist)

    @cached_property
    def _popup(self) -> TtlPopup:
        popup = TtlPopup(self._theme, self._now_ms, self._table)
        popup.chosen.connect(self._choose)
        return popup

    def _choose(self, lifetime: ExpireIn | ExpireAt | Persist) -> None:
        changes = ttl_changes_of(self._rows, self._deadlines_ms, lifetime, self._now_ms())
        if changes:
            self.changes_asked.emit(changes)
