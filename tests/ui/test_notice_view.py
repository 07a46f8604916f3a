"""Notices in place."""

from __future__ import annotations

from functools import partial
from itertools import combinations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from sinch_cache_gui.notices import Notice, NoticeAction, Notices, Severity
from sinch_cache_gui.ui.editor.ttl_field import TtlField
from sinch_cache_gui.ui.notice_view import NoticeBar, NoticeView
from sinch_cache_gui.ui.theme import Theme


@pytest.fixture
def pane(qtbot: QtBot) -> QWidget:
    pane = QWidget()
    pane.resize(600, 300)
    qtbot.addWidget(pane)
    pane.show()
    return pane


@pytest.fixture
def bar(pane: QWidget, qapp: QApplication) -> NoticeBar:
    return NoticeBar(Theme(qapp), pane)


def texts(bar: NoticeBar) -> list[str]:
    return [label.text() for label in bar.findChildren(QLabel) if label.text()]


def whole(label: QLabel) -> bool:
    """Whether all of a text is in sight."""
    return not label.isVisible() or label.height() >= label.heightForWidth(label.width())


def press(qtbot: QtBot, bar: NoticeBar, label: str) -> None:
    button = next(b for b in bar.findChildren(QPushButton) if b.text() == label)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_bar_has_room_for_its_text_and_its_buttons_at_once(qtbot: QtBot, bar: NoticeBar) -> None:
    bar.show_notice(Notice(Severity.SUCCESS, "2 keys exported"))
    choices = ("Skip existing", "Overwrite", "Rename", "Cancel")
    actions = tuple(NoticeAction(label, lambda: None) for label in choices)
    bar.show_notice(Notice(Severity.WARNING, "Import 7 keys?", "line, " * 30, actions))

    buttons = bar.findChildren(QPushButton)
    qtbot.waitUntil(lambda: all(button.isVisible() for button in buttons))
    assert bar.height() >= bar.heightForWidth(bar.width())


def test_a_longer_text_in_the_place_of_a_short_one_is_not_cut_off(
    qtbot: QtBot, bar: NoticeBar
) -> None:
    bar.show_notice(Notice(Severity.ERROR, "a.json was not imported", "It is no export."))
    qtbot.waitUntil(lambda: all(whole(label) for label in bar.findChildren(QLabel)))
    bar.show_notice(Notice(Severity.ERROR, "b.json was not imported", "It is not text. " * 20))
    qtbot.waitUntil(lambda: all(whole(label) for label in bar.findChildren(QLabel)))


def test_a_field_has_its_height_in_a_bar_that_stands_already(
    qtbot: QtBot, bar: NoticeBar, qapp: QApplication
) -> None:
    bar.show_notice(Notice(Severity.WARNING, "This key was deleted."))
    qtbot.waitExposed(bar)
    ttl = TtlField(Theme(qapp), lambda: 0)
    ttl.set_ms(3_600_000)
    write = NoticeAction("Write it again", lambda: None)
    bar.show_notice(Notice(Severity.WARNING, "This key was deleted.", actions=(write,)), extra=ttl)
    field = ttl.findChild(QLineEdit)
    qtbot.waitUntil(lambda: field.isVisible() and field.height() >= field.sizeHint().height())


@pytest.mark.parametrize("width", [260, 330, 600])
@pytest.mark.parametrize(
    ("choices", "has_field"),
    [
        (("Undo",), False),
        (("Skip existing", "Overwrite", "Rename", "Cancel"), False),
        (("Write it again", "Restore…"), True),
    ],
)
def test_nothing_in_a_narrow_bar_is_cut_off_or_covered(
    bar: NoticeBar,
    pane: QWidget,
    qtbot: QtBot,
    qapp: QApplication,
    width: int,
    choices: tuple[str, ...],
    has_field: bool,
) -> None:
    pane.resize(width, 400)
    ttl = TtlField(Theme(qapp), lambda: 0) if has_field else None
    actions = tuple(NoticeAction(label, lambda: None) for label in choices)
    bar.show_notice(Notice(Severity.WARNING, "This key was deleted.", actions=actions), extra=ttl)
    buttons: list[QWidget] = list(bar.findChildren(QPushButton))
    parts = [*buttons, *([] if ttl is None else [ttl])]

    def places() -> list[QRect]:
        return [QRect(part.mapTo(bar, QPoint()), part.size()) for part in parts]

    def is_whole() -> bool:
        has_room = all(b.width() >= b.sizeHint().width() for b in buttons)
        is_inside = all(bar.rect().contains(place) for place in places())
        pairs = combinations(places(), 2)
        return has_room and is_inside and not any(one.intersects(other) for one, other in pairs)

    qtbot.waitUntil(is_whole)


def test_a_bar_lies_inside_its_pane_and_follows_its_size(bar: NoticeBar, pane: QWidget) -> None:
    bar.show_notice(Notice(Severity.WARNING, "Changed by somebody else", "Nothing was written."))

    assert texts(bar) == ["Changed by somebody else", "Nothing was written."]
    pane.resize(400, 200)
    assert pane.rect().contains(bar.geometry())


def test_notices_posted_before_the_window_listens_are_shown_when_it_does(bar: NoticeBar) -> None:
    notices = Notices()
    notices.post(Notice(Severity.INFO, "Posted early"))
    assert not bar.isVisible()

    notices.listen(NoticeView(bar).show)

    assert texts(bar) == ["Posted early"]


def test_an_action_takes_its_notice_away_and_runs(bar: NoticeBar, qtbot: QtBot) -> None:
    done: list[str] = []
    view = NoticeView(bar)
    view.show(
        Notice(
            Severity.SUCCESS,
            "3 keys deleted",
            actions=(NoticeAction("Undo", lambda: done.append("undo")),),
        )
    )

    press(qtbot, bar, "Undo")

    assert done == ["undo"]
    assert not bar.isVisible()


def test_an_error_comes_back_after_the_notice_that_covered_it(bar: NoticeBar, qtbot: QtBot) -> None:
    view = NoticeView(bar)
    view.show(Notice(Severity.ERROR, "The disk is full"))
    view.show(Notice(Severity.INFO, "12 keys loaded"))
    assert texts(bar) == ["12 keys loaded"]

    qtbot.keyClick(bar, Qt.Key.Key_Escape)

    assert texts(bar) == ["The disk is full"]


def test_enter_presses_the_first_action(bar: NoticeBar, qtbot: QtBot) -> None:
    done: list[str] = []
    bar.show_notice(
        Notice(
            Severity.WARNING,
            "Delete 3 keys?",
            actions=(
                NoticeAction("Delete", lambda: done.append("delete")),
                NoticeAction("Keep", lambda: done.append("keep")),
            ),
        )
    )
    qtbot.keyClick(bar, Qt.Key.Key_Return)
    assert done == ["delete"]


def test_a_bar_covers_only_the_pane_it_is_kept_within(bar: NoticeBar, pane: QWidget) -> None:
    column = QWidget(pane)
    column.setGeometry(0, 0, 300, 300)
    column.show()
    bar.keep_within(column)
    bar.show_notice(Notice(Severity.WARNING, "2 keys hold text that was never saved"))
    assert bar.geometry().right() < column.width()

    column.resize(500, 300)
    assert 300 < bar.geometry().right() < column.width()


def test_where_the_pane_is_away_a_bar_leaves_the_buttons_beside_it_in_sight(
    bar: NoticeBar, pane: QWidget
) -> None:
    column = QWidget(pane)
    bar.keep_within(column)
    bar.show_notice(Notice(Severity.WARNING, "2 keys hold text that was never saved"))
    column.hide()
    assert bar.geometry().bottom() < pane.height() - 60


@pytest.mark.parametrize("chosen", [0, 1, 2])
def test_enter_presses_the_button_that_has_the_keyboard(
    qtbot: QtBot, bar: NoticeBar, chosen: int
) -> None:
    pressed: list[str] = []
    names = ("Save", "Discard", "Keep")
    actions = tuple(NoticeAction(name, partial(pressed.append, name)) for name in names)
    bar.show_notice(Notice(Severity.WARNING, "This text is not saved.", actions=actions))
    button = next(one for one in bar.findChildren(QPushButton) if one.text() == names[chosen])
    button.setFocus()
    qtbot.waitUntil(button.hasFocus)
    qtbot.keyClick(button, Qt.Key.Key_Return)
    assert pressed == [names[chosen]]
    bar.show_notice(Notice(Severity.WARNING, "This text is not saved.", actions=actions))
    close = bar.findChild(QToolButton)
    close.setFocus()
    qtbot.waitUntil(close.hasFocus)
    qtbot.keyClick(close, Qt.Key.Key_Return)
    assert pressed == [names[chosen]]
