"""Every control says what it is to a screen reader, and the keyboard reaches it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTableView,
    QWidget,
)

from tests.end_to_end.conftest import OpenWindow
from tests.end_to_end.person import Person

CONTROLS = (QAbstractButton, QTabBar, QAbstractItemView, QComboBox, QLineEdit, QPlainTextEdit)


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


async def walk(person: Person, key: Qt.Key, steps: int) -> list[QWidget]:
    """Answer where the keyboard comes to, beginning and ending at the key tree."""
    here = person.named("Keys", QTableView)
    here.setFocus()
    seen: list[QWidget] = []
    while not seen or here is not seen[0]:
        assert len(seen) < steps, f"it goes round in {[spoken_name(w) for w in seen[-9:]]}"
        seen.append(here)
        if isinstance(here, QPlainTextEdit) and not here.isReadOnly():
            person.key(Qt.Key.Key_Escape, here)
        person.key(key, here)
        there = QApplication.focusWidget()
        assert there is not None
        here = there
    return seen


def picture(of: QWidget) -> QImage:
    """What a control looks like in its window, with a little around it."""
    window = of.window()
    place = QRect(of.mapTo(window, QPoint()), of.size()).adjusted(-2, -2, 2, 2)
    return window.grab(place).toImage()


async def test_tab_goes_through_the_window_as_it_is_read_and_back(open_window: OpenWindow) -> None:
    async with busy_window(open_window) as person:
        workspace = person.window.workspace
        assert workspace is not None
        workspace.toggle_journal()
        await person.until(lambda: person.has_unsaved() is False)
        reachable = [w for w in controls(person.window) if w.isEnabled()]

        ahead = await walk(person, Qt.Key.Key_Tab, 99)
        names = [spoken_name(stop) for stop in ahead]
        landmarks = (
            "Keys",
            "Open keys",
            "Copy the key",
            "Set the time to live",
            "Value",
            "Save",
            "The value as a tree",
            "Search the journal",
            "Show: Call",
            "Hang up",
            "Key 1",
            "Key 0",
            "Activity: every change, newest first",
            "Open caches",
            "Filter keys",
        )
        assert [name for name in names if name in landmarks] == list(landmarks)
        missed = {spoken_name(w) for w in reachable if w not in ahead}
        assert missed == {"Show: Scenarios"}, "an arrow key goes there from its neighbour"

        back = await walk(person, Qt.Key.Key_Backtab, 99)
        assert back[1:] == ahead[:0:-1]
        assert not person.has_unsaved(), "nothing was typed on the way"


async def test_where_the_keyboard_is_can_be_seen(open_window: OpenWindow) -> None:
    async with busy_window(open_window) as person:
        unseen = []
        for stop in await walk(person, Qt.Key.Key_Tab, 99):
            stop.setFocus(Qt.FocusReason.TabFocusReason)
            with_it = picture(stop)
            person.named("Filter keys", QLineEdit).setFocus()
            if stop is person.named("Filter keys", QLineEdit):
                person.named("Keys", QTableView).setFocus()
            if picture(stop) == with_it:
                unseen.append(f"{type(stop).__name__} {spoken_name(stop)!r}")
        assert not unseen, "; ".join(unseen)
