"""What the hand does to a long stretch of text, made in slices where Qt would hold the window."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import TypeAlias

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMenu

from sinch_cache_gui.ui.editor.editor_text import EditorText

LongEdit: TypeAlias = Callable[[], Coroutine[object, object, None]]
"""Answers the work of one change."""


def long_edit_of(event: QKeyEvent, text: EditorText, copy: Callable[[], None]) -> LongEdit | None:
    """Answer what a key does that would take long; None where Qt is quick enough.

    Args:
        event: The key.
        text: What it is pressed in.
        copy: Copies what is selected.
    """
    keys = QKeySequence.StandardKey
    if event.matches(keys.Undo):
        return text.step_back if text.is_long_step_behind else None
    if event.matches(keys.Redo):
        return text.step_forth if text.is_long_step_ahead else None
    if not text.has_long_selection:
        return None
    if event.matches(keys.Cut):
        copy()
        return partial(text.write_over_selection, "")
    if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
        return partial(text.write_over_selection, "")
    typed = event.text()
    return partial(text.write_over_selection, text.shown(typed)) if _is_written(typed) else None


def take_over(
    menu: QMenu, text: EditorText, copy: Callable[[], None], request: Callable[[LongEdit], None]
) -> None:
    """Have `request` called in place of those entries of Qt's menu that would take long."""
    is_long = text.has_long_selection

    def cut() -> None:
        copy()
        request(partial(text.write_over_selection, ""))

    for name, is_taken, run in (
        ("edit-undo", text.is_long_step_behind, lambda: request(text.step_back)),
        ("edit-redo", text.is_long_step_ahead, lambda: request(text.step_forth)),
        ("edit-cut", is_long, cut),
        ("edit-delete", is_long, lambda: request(partial(text.write_over_selection, ""))),
    ):
        for action in menu.actions():
            if is_taken and action.objectName() == name:
                action.triggered.disconnect()
                action.triggered.connect(run)


def _is_written(typed: str) -> bool:
    return bool(typed) and typed.isprintable()
