"""Every control says what it is to a screen reader, and the keyboard reaches it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QWidget,
)

from tests.end_to_end.conftest import OpenWindow
from tests.end_to_end.person import Person

CONTROLS = (QAbstractButton, QAbstractItemView, QComboBox, QLineEdit, QPlainTextEdit)


def controls(window: QWidget) -> list[QWidget]:
    """What a person can use now, without the parts Qt builds into its own widgets."""
    found = [w for w in window.findChildren(QWidget) if isinstance(w, CONTROLS) and w.isVisible()]
    return [
        w
        for w in found
        if not isinstance(w, QHeaderView)
        and not isinstance(w.parent(), QLineEdit | QTabBar | QAbstractItemView)
        and w.objectName() != "qt_spinbox_lineedit"
    ]


def spoken_name(control: QWidget) -> str:
    text = control.text() if isinstance(control, QAbstractButton) else ""
    return control.accessibleName() or text


@asynccontextmanager
async def busy_window(open_window: OpenWindow) -> AsyncIterator[Person]:
    """A window with everything in it: a key open, a call in its menu, the activity list."""
    async with open_window("--demo", "--open", "greeting", "--dial", "+46701740605") as person:
        await person.sees_soon("complete")
        await person.until(lambda: "Press 1" in person.transcript())
        workspace = person.window.workspace
        assert workspace is not None
        workspace.activity.toggle()
        yield person


async def test_every_control_has_a_name(open_window: OpenWindow) -> None:
    async with busy_window(open_window) as person:
        assert len(controls(person.window)) > 30
        nameless = [
            f"{type(control).__name__} in {type(control.parent()).__name__}"
            for control in controls(person.window)
            if not spoken_name(control)
        ]
    assert nameless == []


async def test_tab_stops_at_every_control(open_window: OpenWindow) -> None:
    async with busy_window(open_window) as person:
        skipped = [
            f"{type(control).__name__} {spoken_name(control)!r}"
            for control in controls(person.window)
            if control.isEnabled() and not control.focusPolicy() & Qt.FocusPolicy.TabFocus
        ]
    assert skipped == []
