"""Choosing a cache, and being told why it cannot be reached."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QListWidget, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from sinch_cache_gui.cache.connect import InvalidTarget
from sinch_cache_gui.cache.errors import CacheUnreachable, LoginRefused, Misdirected
from sinch_cache_gui.profiles import Profile
from sinch_cache_gui.ui.connections.connect_page import ConnectPage
from sinch_cache_gui.ui.theme import Theme


@pytest.fixture
def page(qtbot: QtBot, qapp: QApplication) -> ConnectPage:
    page = ConnectPage(Theme(qapp))
    qtbot.addWidget(page)
    page.show()
    return page


def field(page: QWidget, name: str) -> QLineEdit:
    return next(f for f in page.findChildren(QLineEdit) if f.accessibleName() == name)


def button(page: QWidget, text: str) -> QPushButton:
    return next(b for b in page.findChildren(QPushButton) if b.text() == text)


SECRET = "redis://alice:s%40cret@cache.example:6380/2"


def test_a_failure_says_what_failed_and_retry_asks_for_the_same_cache(
    page: ConnectPage, qtbot: QtBot
) -> None:
    profile = Profile(SECRET, b"fn:", is_read_only=True, omits_values=True)
    page.show_failure(
        CacheUnreachable("No answer from cache.example:6380", "It refused the connection."),
        profile,
        is_cancellable=False,
    )

    with qtbot.waitSignal(page.connect_requested) as asked:
        qtbot.mouseClick(button(page, "Retry"), Qt.MouseButton.LeftButton)

    assert asked.args == [profile]


def test_a_long_reason_is_not_cut_off_in_a_wide_window(page: ConnectPage, qtbot: QtBot) -> None:
    page.resize(1440, 800)
    error = CacheUnreachable("No answer", "An address is written in one of these ways. " * 8)
    page.show_failure(error, Profile(), is_cancellable=False)
    (reason,) = [label for label in page.findChildren(QLabel) if label.text() == error.detail]
    qtbot.waitUntil(lambda: reason.width() < 600)
    assert reason.height() >= reason.heightForWidth(reason.width())


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (LoginRefused("It asks for a password"), "Password"),
        (Misdirected("Its certificate is for another name"), "Address of the cache"),
        (InvalidTarget("This is not the URL of a cache"), "Address of the cache"),
    ],
)
def test_what_has_to_be_another_can_be_written_at_once(
    page: ConnectPage, qtbot: QtBot, error: CacheUnreachable, name: str
) -> None:
    page.show_known(KNOWN)
    page.show_failure(error, Profile("redis://ann@cache.example:6379/0"), is_cancellable=False)
    assert page.focusWidget() is field(page, name)
    assert not button(page, "Retry").isVisible()
    assert not known(page).isVisible()

    qtbot.keyClicks(field(page, "Password"), "right")
    with qtbot.waitSignal(page.connect_requested) as asked:
        qtbot.keyClick(field(page, "Password"), Qt.Key.Key_Return)
    assert asked.args == [Profile("redis://ann:right@cache.example:6379/0")]


def test_edit_shows_the_address_without_the_password_and_keeps_it(
    page: ConnectPage, qtbot: QtBot
) -> None:
    page.show_failure(CacheUnreachable("No answer"), Profile(SECRET), is_cancellable=False)
    qtbot.mouseClick(button(page, "Edit"), Qt.MouseButton.LeftButton)

    address = field(page, "Address of the cache")
    assert address.text() == "redis://alice@cache.example:6380/2"
    assert field(page, "Password").echoMode() == QLineEdit.EchoMode.Password
    address.selectAll()
    qtbot.keyClicks(address, "redis://alice@other.example:6381/0")
    with qtbot.waitSignal(page.connect_requested) as asked:
        qtbot.keyClick(address, Qt.Key.Key_Return)

    assert asked.args is not None
    assert asked.args[0].url == "redis://alice:s%40cret@other.example:6381/0"


def test_cancel_is_offered_only_where_there_is_a_cache_to_go_back_to(
    page: ConnectPage, qtbot: QtBot
) -> None:
    page.show_form(Profile(), is_cancellable=False)
    assert not button(page, "Cancel").isVisible()

    page.show_form(Profile(), is_cancellable=True)
    with qtbot.waitSignal(page.cancel_requested):
        qtbot.mouseClick(button(page, "Cancel"), Qt.MouseButton.LeftButton)


KNOWN = (Profile("redis://cache.internal/0", b"fn:", is_read_only=True), Profile())


def known(page: ConnectPage) -> QListWidget:
    return page.findChild(QListWidget)


def test_a_cache_opened_before_is_opened_by_enter(page: ConnectPage, qtbot: QtBot) -> None:
    page.show_known(KNOWN)
    page.show_form(Profile(), is_cancellable=False)
    assert [known(page).item(row).text() for row in range(2)] == [
        "redis://cache.internal/0   fn:   read-only",
        "memory",
    ]
    known(page).setFocus()
    with qtbot.waitSignal(page.connect_requested) as asked:
        qtbot.keyClick(known(page), Qt.Key.Key_Return)
    assert asked.args == [KNOWN[0]]


def test_choosing_a_cache_opened_before_fills_the_form(page: ConnectPage, qtbot: QtBot) -> None:
    page.show_known(KNOWN)
    page.show_form(Profile(), is_cancellable=False)
    at = known(page).visualItemRect(known(page).item(0)).center()
    qtbot.mouseClick(known(page).viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert field(page, "Address of the cache").text() == "redis://cache.internal/0"
    assert field(page, "Key prefix").text() == "fn:"


def test_delete_asks_to_forget_a_cache(page: ConnectPage, qtbot: QtBot) -> None:
    page.show_known(KNOWN)
    page.show_form(Profile(), is_cancellable=False)
    known(page).setCurrentRow(1)
    with qtbot.waitSignal(page.forget_requested) as asked:
        qtbot.keyClick(known(page), Qt.Key.Key_Delete)
    assert asked.args == [KNOWN[1]]


def test_the_first_start_shows_no_list(page: ConnectPage) -> None:
    page.show_form(Profile(), is_cancellable=False)
    assert not known(page).isVisible()


def test_many_known_caches_do_not_make_the_window_grow(page: ConnectPage) -> None:
    page.show_known([Profile(f"redis://cache-{number}.example/0") for number in range(12)])
    page.show_form(Profile(), is_cancellable=True)
    assert page.minimumSizeHint().height() < 300
