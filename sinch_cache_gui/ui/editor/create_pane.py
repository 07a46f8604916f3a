"""A key about to be created, in a tab of its own."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from sinch_cache_gui.cache.errors import CacheError, OutcomeUnknown
from sinch_cache_gui.cache.interface import DEFAULT_TTL_S, CacheBackend, Changed, Ttl, TtlPolicy
from sinch_cache_gui.keyspace.key_text import display_key
from sinch_cache_gui.notices import Notice, NoticeAction, Severity
from sinch_cache_gui.ui.editor.key_line import KeyLine
from sinch_cache_gui.ui.editor.pane_tasks import PaneTasks
from sinch_cache_gui.ui.editor.text_panel import TextPanel
from sinch_cache_gui.ui.editor.ttl_field import TtlField
from sinch_cache_gui.ui.notice_view import NoticeBar
from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.ui.theme import GRID, Theme
from sinch_cache_gui.values.content import NEW_CONTENT, ContentKind, TextRefused, bytes_of
from sinch_cache_gui.values.drafts import NewKeyPlace, Unsaved


class CreatePane(QWidget):
    """Asks for a name, a JSON value and a time to live, and creates the key if it is new.

    Attributes:
        created: Carries the key's bytes.
        open_requested: The key exists already and shall be shown; carries its bytes.
        state_changed: There is text to lose now, or not any more.
        close_agreed: The pane may be closed without saving.
        draft_rested: The hand rests, and the text is not saved.
        draft_settled: What was a draft has no text any more.
    """

    created = Signal(object)
    open_requested = Signal(object)
    state_changed = Signal()
    close_agreed = Signal()
    draft_rested = Signal()
    draft_settled = Signal()

    def __init__(
        self,
        theme: Theme,
        backend: CacheBackend,
        prefix: bytes,
        scope: TaskScope,
        place: NewKeyPlace,
    ) -> None:
        super().__init__()
        self.place = place
        self._is_given_up = False
        self._theme = theme
        self._backend = backend
        self.tasks = PaneTasks(scope, self)
        self._prefix = display_key(prefix)
        self._name = KeyLine(theme, prefix)
        self._name.setPlaceholderText(self.tr("session:4f1c…"))
        self._name.setAccessibleName(self.tr("Name of the new key"))
        self._ttl = TtlField(theme, backend.now_ms)
        self._ttl.set_ms(DEFAULT_TTL_S * 1000)
        self._no_expiry = QCheckBox(self.tr("no expiry"))
        self._no_expiry.setToolTip(self.tr("The key lives until somebody deletes it"))
        self._no_expiry.setAccessibleName(self.tr("The new key does not expire"))
        self.panel = TextPanel(
            theme,
            self.tasks,
            self.tr("Create"),
            keys_of=self,
            empty_hint=self.tr("Type the value as JSON."),
        )
        self.panel.view.setPlaceholderText(self.tr('{"callerNumber": "+46701234567"}'))
        self.bar = NoticeBar(theme, over=self.panel.body)
        self._lay_out()
        self._wire()
        self.panel.set_kind(ContentKind.JSON)
        self._allow()

    @property
    def holds_unsaved_text(self) -> bool:
        """Whether closing the pane now would lose something the user wrote."""
        has_text = not self.panel.view.document().isEmpty()
        return has_text or self._name.text() != self._prefix

    @property
    def key(self) -> bytes:
        """The name typed, as a key."""
        return self._name.key

    async def draft(self) -> Unsaved | None:
        """Answer the text that is not saved; None where there is none."""
        if self._is_given_up or self.panel.view.document().isEmpty():
            return None
        return Unsaved((await self.panel.view.read_text()).text, b"")

    def resume(self, draft: Unsaved) -> None:
        """Show a text that was never saved."""
        self.tasks.start("resume", self.panel.view.replace(draft.text))

    def give_up(self) -> None:
        """Take what is unsaved for unwanted: the pane is closed."""
        self._is_given_up = True

    async def saved(self) -> bool:
        """Create the key, and answer whether it was created."""
        return await self._create()

    def ask_close(self) -> None:
        """Ask, in place, what to do with what was typed."""
        self.bar.show_notice(
            Notice(
                Severity.WARNING,
                self.tr("This key is not created yet."),
                actions=(
                    NoticeAction(self.tr("Create"), self._start),
                    NoticeAction(self.tr("Discard"), self.close_agreed.emit),
                    NoticeAction(self.tr("Keep"), self.bar.hide_notice),
                ),
            )
        )
        self.bar.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._name.setFocus()
        self._name.end(False)

    def _wire(self) -> None:
        self._name.textChanged.connect(self._allow)
        self._name.returnPressed.connect(self.panel.view.setFocus)
        self._ttl.changed.connect(self._allow)
        self._no_expiry.toggled.connect(self._allow)
        self.panel.view.textChanged.connect(self._allow)
        self.panel.view.text_rested.connect(self._note_rested)
        self.panel.save_requested.connect(self._start)

    def _note_rested(self) -> None:
        if self.panel.view.document().isEmpty():
            self.draft_settled.emit()
        else:
            self.draft_rested.emit()

    def _start(self) -> None:
        if not self.tasks.is_running("create"):
            self._set_editable(False)
            self.tasks.start("create", self._work())

    async def _work(self) -> None:
        await self._create()

    async def _create(self) -> bool:
        self._set_editable(False)
        try:
            return await self._write()
        finally:
            self._set_editable(True)

    def _set_editable(self, is_editable: bool) -> None:
        """Let the user write; not while the key is created, since what came later would be lost."""
        self._name.setReadOnly(not is_editable)
        self.panel.view.set_editable(is_editable)
        self._allow_saving()

    async def _write(self) -> bool:
        key, ttl = self.key, self._chosen_ttl()
        if not key or ttl is None:
            return False
        try:
            data = await bytes_of((await self.panel.view.read_text()).text, NEW_CONTENT)
        except TextRefused as refused:
            self.panel.refuse(refused.problem)
            return False
        try:
            outcome = await self._backend.write(key, data, expected=None, ttl=ttl)
        except OutcomeUnknown as error:
            self._say_unknown(key, error)
            return False
        except CacheError as error:
            self.bar.show_notice(
                Notice(
                    Severity.ERROR,
                    self.tr("Not created: {}").format(error.title),
                    error.detail,
                    (NoticeAction(self.tr("Try again"), self._start),),
                )
            )
            return False
        if isinstance(outcome, Changed):
            self._say_exists(key)
            return False
        self.created.emit(key)
        return True

    def _say_exists(self, key: bytes) -> None:
        self.bar.show_notice(
            Notice(
                Severity.WARNING,
                self.tr("This key exists already. Nothing was written."),
                actions=(
                    NoticeAction(
                        self.tr("Open the existing key"), lambda: self.open_requested.emit(key)
                    ),
                ),
            )
        )

    def _say_unknown(self, key: bytes, error: CacheError) -> None:
        self.bar.show_notice(
            Notice(
                Severity.WARNING,
                self.tr("The connection was lost while creating the key: it may exist now."),
                error.title,
                (NoticeAction(self.tr("See"), lambda: self.open_requested.emit(key)),),
            )
        )

    def _chosen_ttl(self) -> Ttl | None:
        return TtlPolicy.NO_EXPIRY if self._no_expiry.isChecked() else self._ttl.ms

    def _allow(self) -> None:
        self._ttl.setEnabled(not self._no_expiry.isChecked())
        self._allow_saving()
        self.bar.hide_notice()
        self.state_changed.emit()

    def _allow_saving(self) -> None:
        is_complete = bool(self._name.text()) and self._chosen_ttl() is not None
        self.panel.set_may_save(is_complete and not self.panel.view.document().isEmpty())

    def _lay_out(self) -> None:
        head = QWidget()
        head.setObjectName("strip")
        grid = QGridLayout(head)
        grid.setContentsMargins(GRID, GRID, GRID, GRID)
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(GRID)
        name, ttl = QLabel(self.tr("Key")), QLabel(self.tr("Expires in"))
        name.setBuddy(self._name)
        ttl.setBuddy(self._ttl)
        grid.addWidget(name, 0, 0)
        grid.addWidget(self._name, 0, 1, 1, 2)
        # Beside the field, not in the middle between it and what it means.
        top = Qt.AlignmentFlag.AlignTop
        for beside in (ttl, self._no_expiry):
            beside.setFixedHeight(self._name.sizeHint().height())
        grid.addWidget(ttl, 1, 0, top)
        grid.addWidget(self._ttl, 1, 1)
        grid.addWidget(self._no_expiry, 1, 2, top)
        grid.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(self.panel, 1)
