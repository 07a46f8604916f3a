"""The page where a cache is chosen, waited for, or said to be out of reach."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from sinch_cache_gui.cache.connect import InvalidTarget
from sinch_cache_gui.cache.errors import CacheError, LoginRefused, Misdirected
from sinch_cache_gui.keyspace.key_text import display_key, parse_key
from sinch_cache_gui.profiles import MEMORY_URL, Profile, with_password, without_password
from sinch_cache_gui.ui.connections.known_list import KnownList
from sinch_cache_gui.ui.theme import GRID, Theme

CARD_WIDTH = 560


class ConnectPage(QWidget):
    """Asks which cache to open. Shows in place what failed, with Retry and Edit.

    Attributes:
        connect_requested: The user wants to open a `Profile`.
        cancel_requested: The user wants to go back.
        forget_requested: A `Profile` shall no longer be among those opened before.
    """

    connect_requested = Signal(object)
    cancel_requested = Signal()
    forget_requested = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._profile = Profile()
        self._is_cancellable = False
        self._heading = QLabel()
        self._detail = QLabel()
        self._busy = QProgressBar()
        self._url = QLineEdit()
        self._password = QLineEdit()
        self._prefix = QLineEdit()
        self._read_only = QCheckBox(self.tr("Read-only: look, change nothing"))
        self._omits_values = QCheckBox(self.tr("Keep no values on disk, in journal or drafts"))
        self._keeps_password = QCheckBox(
            self.tr("Keep the password in the keychain of this system")
        )
        self._known = KnownList(theme)
        self._known_title = QLabel(self.tr("Opened before"))
        self._known_title.setObjectName("muted")
        self._retry = QPushButton(self.tr("Retry"))
        self._edit = QPushButton(self.tr("Edit"))
        self._connect = QPushButton(self.tr("Open"))
        self._cancel = QPushButton(self.tr("Cancel"))
        self._form = QWidget()
        self._set_up_controls()
        self._lay_out()
        self._wire()
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_connecting(self, label: str) -> None:
        """Say that the cache is being reached."""
        self._say(self.tr("Opening {}…").format(label), "", is_error=False)
        self._busy.show()
        self._show_parts_of_form(is_shown=False)
        self._show_buttons(self._cancel)
        self._cancel.setFocus()

    def show_failure(self, error: CacheError, profile: Profile, *, is_cancellable: bool) -> None:
        """Say why the cache could not be opened, and offer Retry and Edit.

        Where to try again would change nothing, what has to be another can be written at once.
        """
        self._fill(profile)
        self._say(error.title, error.detail, is_error=True)
        self._busy.hide()
        self._is_cancellable = is_cancellable
        if isinstance(error, Misdirected | InvalidTarget):
            self._show_edit(self._password if isinstance(error, LoginRefused) else self._url)
            self._offer_known(is_offered=False)
            return
        self._show_parts_of_form(is_shown=False)
        self._show_buttons(self._retry, self._edit, *((self._cancel,) if is_cancellable else ()))
        self._retry.setFocus()

    def show_known(self, known: Sequence[Profile]) -> None:
        """Offer caches that were opened before, the last one first."""
        self._known.show_profiles(known)

    def show_form(self, profile: Profile, *, is_cancellable: bool) -> None:
        """Ask which cache to open, beginning with `profile`."""
        self._fill(profile)
        self._say(
            self.tr("Open a cache"),
            self.tr("The embedded cache of development, or a Redis."),
            is_error=False,
        )
        self._is_cancellable = is_cancellable
        self._show_edit(self._url)

    def _show_edit(self, field: QLineEdit) -> None:
        self._busy.hide()
        self._show_parts_of_form(is_shown=True)
        self._show_buttons(self._connect, *((self._cancel,) if self._is_cancellable else ()))
        field.setFocus()
        field.selectAll()

    def _show_parts_of_form(self, *, is_shown: bool) -> None:
        self._form.setVisible(is_shown)
        self._offer_known(is_offered=is_shown)

    def _offer_known(self, *, is_offered: bool) -> None:
        self._known.set_offered(is_offered=is_offered)
        self._known_title.setVisible(not self._known.isHidden())

    def _show_buttons(self, *buttons: QPushButton) -> None:
        for button in (self._retry, self._edit, self._connect, self._cancel):
            button.setVisible(button in buttons)

    def _say(self, title: str, detail: str, *, is_error: bool) -> None:
        self._heading.setText(title)
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        self._heading.setProperty("isError", is_error)
        self._restyle()

    def _fill(self, profile: Profile) -> None:
        self._profile = profile
        url, password = without_password(profile.url)
        self._url.setText(url)
        self._password.setText(password)
        self._prefix.setText(display_key(profile.prefix))
        self._read_only.setChecked(profile.is_read_only)
        self._omits_values.setChecked(profile.omits_values)
        self._keeps_password.setChecked(profile.keeps_password)

    def _entered(self) -> Profile:
        url = self._url.text().strip() or MEMORY_URL
        return Profile(
            url=with_password(url, self._password.text()),
            prefix=parse_key(self._prefix.text()),
            is_read_only=self._read_only.isChecked(),
            omits_values=self._omits_values.isChecked(),
            keeps_password=self._keeps_password.isChecked(),
        )

    def _set_up_controls(self) -> None:
        self._heading.setWordWrap(True)
        self._detail.setWordWrap(True)
        for label in (self._heading, self._detail):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._busy.setRange(0, 0)
        self._busy.setFixedHeight(4)
        self._busy.setTextVisible(False)
        self._busy.setAccessibleName(self.tr("Opening the cache"))
        self._url.setPlaceholderText("redis://localhost:6379/0")
        self._url.setAccessibleName(self.tr("Address of the cache"))
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._password.setAccessibleName(self.tr("Password"))
        self._password.setPlaceholderText(self.tr("none, or the one in the keychain"))
        self._prefix.setPlaceholderText(self.tr("all keys"))
        self._prefix.setAccessibleName(self.tr("Key prefix"))
        self._connect.setProperty("primary", True)
        self._retry.setProperty("primary", True)

    def _lay_out(self) -> None:
        fields = QFormLayout(self._form)
        fields.setContentsMargins(0, 0, 0, 0)
        fields.setSpacing(GRID)
        fields.addRow(self.tr("Address"), self._url)
        fields.addRow(self.tr("Password"), self._password)
        fields.addRow("", self._keeps_password)
        fields.addRow(self.tr("Key prefix"), self._prefix)
        fields.addRow("", self._read_only)
        fields.addRow("", self._omits_values)
        fields.addRow("", self._ways_to_write())
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        for button in (self._connect, self._retry, self._edit, self._cancel):
            buttons.addWidget(button)
        buttons.addStretch(1)
        card = QWidget()
        card.setFixedWidth(CARD_WIDTH)
        column = QVBoxLayout(card)
        column.setSpacing(GRID * 2)
        known = QVBoxLayout()
        known.setSpacing(GRID // 2)
        known.addWidget(self._known_title)
        known.addWidget(self._known)
        for part in (self._heading, self._detail, self._busy):
            column.addWidget(part)
        column.addLayout(known)
        column.addWidget(self._form)
        column.addLayout(buttons)
        # Not by an alignment: its height would be reckoned for the width of the whole page.
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(card)
        across.addStretch(1)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.addStretch(2)
        column.addLayout(across)
        column.addStretch(3)
        # A low window scrolls: it would have to grow otherwise, for a page that may not be seen.
        scrolled = QScrollArea()
        scrolled.setWidget(middle)
        scrolled.setWidgetResizable(True)
        scrolled.setFrameShape(QScrollArea.Shape.NoFrame)
        scrolled.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled)

    def _ways_to_write(self) -> QWidget:
        """Answer a small table: how an address is written, and what it names."""
        table = QWidget()
        grid = QGridLayout(table)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID * 2)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        ways = (
            (MEMORY_URL, self.tr("the embedded cache of development")),
            ("redis://user@host:6379/0", self.tr("a Redis; rediss:// for TLS")),
            ("unix:///path/redis.sock?db=0", self.tr("a Redis on this machine")),
            ("redis+cluster://host:port", self.tr("a Redis Cluster")),
            ("redis+sentinel://host/service", self.tr("the primary that Sentinel names")),
        )
        for row, way in enumerate(ways):
            for column, text in enumerate(way):
                label = QLabel(text)
                label.setObjectName("muted")
                if not column:
                    label.setFont(self._theme.monospace())
                grid.addWidget(label, row, column)
        return table

    def _wire(self) -> None:
        self._retry.clicked.connect(lambda: self.connect_requested.emit(self._profile))
        self._edit.clicked.connect(lambda: self._show_edit(self._url))
        self._cancel.clicked.connect(self.cancel_requested)
        self._connect.clicked.connect(lambda: self.connect_requested.emit(self._entered()))
        self._known.profile_chosen.connect(self._fill)
        self._known.profile_activated.connect(self.connect_requested)
        self._known.forget_requested.connect(self.forget_requested)
        for field in (self._url, self._password, self._prefix):
            field.returnPressed.connect(self._connect.click)

    def _restyle(self) -> None:
        tokens = self._theme.tokens
        is_error = bool(self._heading.property("isError"))
        colour = tokens.danger if is_error else tokens.text
        self._heading.setStyleSheet(f"font-size: 17px; font-weight: 600; color: {colour};")
        self._detail.setStyleSheet(f"color: {tokens.muted};")
