"""Who answers the callbacks: the built-in function, or one behind a URL."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from sinch_cache_gui.keychain import Keychain, SecretKind, SecretName
from sinch_cache_gui.profiles import KeptPreferences, LastFunction
from sinch_cache_gui.ui import icons
from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.ui.theme import GRID, Theme
from sinch_cache_gui.voice.function_address import (
    DEFAULT_FUNCTION_URL,
    PATH_STYLES,
    InvalidFunctionUrl,
    parse_function_url,
)
from sinch_cache_gui.voice.signing import InvalidSecret, Signer, signer_of


@dataclass(frozen=True, slots=True)
class Answerer:
    """A function behind a URL.

    Attributes:
        url: Where it is.
        path_style: How its paths are made.
        key: The application key that signs; empty for unsigned requests.
        secret: Its secret, base64.
        may_leave: Whether it may be on a public address.
    """

    url: str
    path_style: str = PATH_STYLES[0]
    key: str = ""
    secret: str = field(default="", repr=False)
    may_leave: bool = False

    @property
    def signer(self) -> Signer | None:
        """What signs its requests; None for unsigned ones.

        Raises:
            InvalidSecret: Nothing can be signed with what was given.
        """
        return signer_of(self.key, self.secret)

    def check(self) -> None:
        """Refuse what makes no sense.

        Raises:
            InvalidFunctionUrl: The URL or the path.
            InvalidSecret: The key or the secret.
        """
        parse_function_url(self.url, self.path_style)
        signer_of(self.key, self.secret)


class FunctionForm(QWidget):
    """The URL of a function and how it is called.

    Args:
        theme: Colours and fonts.
        scope: Holds what the keychain is asked.
        keychain: Remembers the secrets of applications.
        preferences: Remember the rest of the last function.
    """

    accepted = Signal(object)
    """An `Answerer`."""
    closed = Signal()

    def __init__(
        self, theme: Theme, scope: TaskScope, keychain: Keychain, preferences: KeptPreferences
    ) -> None:
        super().__init__()
        self._theme = theme
        self._scope = scope
        self._keychain = keychain
        self._preferences = preferences
        self._remembered = ""
        self._url = QLineEdit(DEFAULT_FUNCTION_URL)
        self._path = QComboBox()
        self._key = QLineEdit()
        self._secret = QLineEdit()
        self._keeps_secret = QCheckBox(self.tr("Remember the secret in the keychain"))
        self._may_leave = QCheckBox(self.tr("Allow public addresses"))
        self._message = QLabel()
        self._use = QPushButton(self.tr("Use"))
        self._cancel = QPushButton(self.tr("Cancel"))
        self._name_controls()
        self._begin_with(preferences.now.function)
        self._lay_out()
        self._key.editingFinished.connect(self._look_for_secret)
        self._use.clicked.connect(self._accept)
        self._cancel.clicked.connect(self.closed)
        for line in (self._url, self._key, self._secret):
            line.returnPressed.connect(self._accept)
        theme.changed.connect(self._dress)
        self._dress()

    def take_focus(self) -> None:
        """Put the focus where typing begins."""
        self._url.setFocus(Qt.FocusReason.OtherFocusReason)
        self._url.selectAll()
        self._look_for_secret()

    def _begin_with(self, last: LastFunction) -> None:
        if last.url:
            self._url.setText(last.url)
            self._path.setCurrentText(last.path_style)
            self._key.setText(last.application_key)
            self._may_leave.setChecked(last.may_leave)

    def _name_controls(self) -> None:
        self._url.setAccessibleName(self.tr("URL of the function"))
        self._path.setEditable(True)
        self._path.addItems(PATH_STYLES)
        self._path.setAccessibleName(self.tr("Path of the callbacks"))
        self._path.setToolTip(self.tr("{event} stands for ice, ace, pie, dice or notify"))
        self._path.setMinimumContentsLength(8)
        edit = self._path.lineEdit()
        if edit is not None:
            edit.setAccessibleName(self._path.accessibleName())
            edit.returnPressed.connect(self._accept)
        self._key.setAccessibleName(self.tr("Application key"))
        self._key.setPlaceholderText(self.tr("none: requests are not signed"))
        self._secret.setAccessibleName(self.tr("Application secret"))
        self._secret.setEchoMode(QLineEdit.EchoMode.Password)
        self._secret.setPlaceholderText(self.tr("of the application, base64"))
        self._keeps_secret.setAccessibleName(self._keeps_secret.text())
        self._keeps_secret.setToolTip(self.tr("Off: it is remembered until this window closes"))
        self._may_leave.setAccessibleName(self._may_leave.text())
        self._may_leave.setToolTip(
            self.tr("Off: only this machine and private networks are reached")
        )
        self._use.setAccessibleName(self.tr("Use this function"))
        self._use.setProperty("primary", True)
        self._cancel.setAccessibleName(self.tr("Leave the function as it was"))
        self._message.setObjectName("danger")
        self._message.setWordWrap(True)
        self._message.hide()

    def _lay_out(self) -> None:
        fields = QFormLayout()
        fields.setHorizontalSpacing(GRID)
        fields.setVerticalSpacing(GRID // 2)
        fields.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for text, field_ in (
            (self.tr("URL"), self._url),
            (self.tr("Path"), self._path),
            (self.tr("Key"), self._key),
            (self.tr("Secret"), self._secret),
        ):
            label = QLabel(text)
            label.setObjectName("muted")
            label.setBuddy(field_)
            fields.addRow(label, field_)
        fields.addRow("", self._keeps_secret)
        fields.addRow("", self._may_leave)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(self._use, 1)
        buttons.addWidget(self._cancel, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, 0, GRID, GRID)
        column.setSpacing(GRID)
        column.addLayout(fields)
        column.addWidget(self._message)
        column.addLayout(buttons)

    def _dress(self) -> None:
        for line in (self._url, self._key, self._path):
            line.setFont(self._theme.monospace())

    def _accept(self) -> None:
        answerer = Answerer(
            self._url.text().strip(),
            self._path.currentText().strip(),
            self._key.text().strip(),
            self._secret.text().strip(),
            self._may_leave.isChecked(),
        )
        try:
            answerer.check()
        except (InvalidFunctionUrl, InvalidSecret) as error:
            self._complain(str(error))
            return
        self._complain("")
        self._remember(answerer)
        self.accepted.emit(answerer)

    def _complain(self, complaint: str) -> None:
        self._message.setText(complaint)
        self._message.setVisible(bool(complaint))

    def _look_for_secret(self) -> None:
        """The key is typed: whatever secret is remembered for it need not be."""
        key = self._key.text().strip()
        if key:
            self._scope.start("secret", self._fill_secret(key))

    async def _fill_secret(self, key: str) -> None:
        name = SecretName(SecretKind.APPLICATION, key)
        secret = await self._keychain.read(name) or ""
        was_typed = self._secret.text() not in ("", self._remembered)
        if was_typed or key != self._key.text().strip():
            return
        self._remembered = secret
        self._secret.setText(secret)
        self._keeps_secret.setChecked(self._keychain.is_kept(name))
        if secret:
            self._complain("")

    def _remember(self, answerer: Answerer) -> None:
        self._preferences.ask_next_time(
            LastFunction(answerer.url, answerer.path_style, answerer.key, answerer.may_leave)
        )
        if not answerer.key:
            return
        self._remembered = answerer.secret
        name = SecretName(SecretKind.APPLICATION, answerer.key)
        self._scope.start("secret", self._keep(name, answerer.secret))

    async def _keep(self, name: SecretName, secret: str) -> None:
        if self._keeps_secret.isChecked():
            await self._keychain.keep(name, secret)
            return
        if self._keychain.is_kept(name):
            await self._keychain.forget(name)
        self._keychain.hold(name, secret)


class AnswererBar(QWidget):
    """Says who answers, and lets somebody else be chosen."""

    chosen = Signal(object)
    """An `Answerer`, or None for the built-in function."""

    def __init__(
        self, theme: Theme, scope: TaskScope, keychain: Keychain, preferences: KeptPreferences
    ) -> None:
        super().__init__()
        self._theme = theme
        self._who = QToolButton()
        self._form = FunctionForm(theme, scope, keychain, preferences)
        label = QLabel(self.tr("Answered by"))
        label.setObjectName("muted")
        label.setBuddy(self._who)
        self._who.setObjectName("named")
        self._who.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._who.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._who.setAccessibleName(self.tr("Who answers the callbacks"))
        menu = QMenu(self)
        built_in = menu.addAction(self.tr("Built-in function"))
        built_in.triggered.connect(self._choose_built_in)
        other = menu.addAction(self.tr("A function behind a URL…"))
        other.triggered.connect(self.edit)
        self._who.setMenu(menu)
        row = QHBoxLayout()
        row.setContentsMargins(GRID, 0, GRID, 0)
        row.addWidget(label)
        row.addWidget(self._who)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, GRID // 2)
        column.setSpacing(GRID // 2)
        column.addLayout(row)
        column.addWidget(self._form)
        self._form.hide()
        self._name(self.tr("built-in function"), "")
        self._form.accepted.connect(self._choose)
        self._form.closed.connect(self._form.hide)
        theme.changed.connect(self._dress)
        self._dress()

    def edit(self) -> None:
        """Open the fields of a function behind a URL."""
        self._form.show()
        self._form.take_focus()

    def set_running(self, *, is_running: bool) -> None:
        """Step aside while a call runs: nothing can be chosen then."""
        self.setVisible(not is_running)

    def _choose(self, answerer: Answerer) -> None:
        self._form.hide()
        url = parse_function_url(answerer.url, answerer.path_style)
        signed = self.tr("signed") if answerer.signer is not None else self.tr("unsigned")
        self._name(url.label, f"{answerer.url}  {answerer.path_style}  {signed}")
        self.chosen.emit(answerer)

    def _choose_built_in(self) -> None:
        self._form.hide()
        self._name(self.tr("built-in function"), "")
        self.chosen.emit(None)

    def _name(self, who: str, tip: str) -> None:
        self._who.setText(who)
        self._who.setToolTip(tip)
        self._who.setAccessibleDescription(who)

    def _dress(self) -> None:
        self._who.setIcon(icons.drawn("mdi6.function-variant", color=self._theme.tokens.muted))
