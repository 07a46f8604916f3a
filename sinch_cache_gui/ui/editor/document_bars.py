"""The bars of one document: what happened to it, and whether to close it unsaved."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from sinch_cache_gui.cache.interface import DEFAULT_TTL_S
from sinch_cache_gui.notices import Notice, NoticeAction, Severity
from sinch_cache_gui.ui.editor.ttl_field import TtlField
from sinch_cache_gui.ui.notice_view import NoticeBar
from sinch_cache_gui.ui.theme import Theme


class DocumentBars(QObject):
    """Two bars over the value, of which at most one is in sight.

    Attributes:
        ttl_entered: A time to live was confirmed in the bar; `ttl_ms` answers it.
        state_asked: The question about closing was answered: the state's bar is due again.
    """

    ttl_entered = Signal()
    state_asked = Signal()

    def __init__(self, theme: Theme, over: QWidget, now_ms: Callable[[], int]) -> None:
        super().__init__(over)
        self._theme = theme
        self._now_ms = now_ms
        self._state = NoticeBar(theme, over=over)
        self._closing = NoticeBar(theme, over=over)
        self._ttl_field: TtlField | None = None
        self._shows_progress = False

    @property
    def ttl_ms(self) -> int | None:
        """The time to live in the bar; None where none is asked for, or none can be read."""
        return None if self._ttl_field is None else self._ttl_field.ms

    def show_notice(self, notice: Notice | None, *, asks_ttl: bool = False) -> None:
        """Say what there is to say about the document; None if it needs no words.

        Args:
            notice: What to say.
            asks_ttl: Whether a field for a time to live belongs to its actions.
        """
        self._shows_progress = False
        if notice is None:
            self._state.hide_notice()
            return
        self._ttl_field = None
        if asks_ttl:
            self._ttl_field = TtlField(self._theme, self._now_ms)
            self._ttl_field.set_ms(DEFAULT_TTL_S * 1000)
            self._ttl_field.entered.connect(self.ttl_entered)
        self._state.show_notice(notice, extra=self._ttl_field)

    def show_progress(self, notice: Notice) -> None:
        """Say how far something is, unless it was dismissed meanwhile or something else is asked.

        `show_notice` says what came of it.
        """
        is_dismissed = self._shows_progress and self._state.notice is None
        if not is_dismissed and self._closing.notice is None:
            self._state.show_notice(notice)
            self._shows_progress = True

    def ask_close(
        self,
        *,
        save: Callable[[], None] | None,
        discard: Callable[[], None],
        keep: Callable[[], None],
    ) -> None:
        """Ask what to do with the unsaved text; None where it cannot be saved."""
        self._state.hide_notice()
        choices = [(self.tr("Discard"), discard), (self.tr("Keep"), keep)]
        if save is not None:
            choices.insert(0, (self.tr("Save"), save))
        actions = tuple(NoticeAction(label, self._answering(then)) for label, then in choices)
        title = self.tr("This text is not saved.")
        self._closing.show_notice(Notice(Severity.WARNING, title, actions=actions))
        self._closing.setFocus()

    def keep_above(self, foot: QWidget | None, between: NoticeBar) -> None:
        """Be in front, above the foot of the page; `between` is a bar of somebody else's."""
        for bar in (self._state, between, self._closing):
            bar.keep_above(foot)
            bar.raise_()

    def _answering(self, then: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            self._closing.hide_notice()
            self.state_asked.emit()
            then()

        return run
