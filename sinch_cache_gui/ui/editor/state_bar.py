"""What a pane says of the state of its document, in the bar above the value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sinch_cache_gui.notices import Notice, NoticeAction
from sinch_cache_gui.ui.editor.conflict_view import ConflictView
from sinch_cache_gui.ui.editor.document_bars import DocumentBars
from sinch_cache_gui.ui.editor.elements_page import ElementsPage
from sinch_cache_gui.ui.editor.front_page import FrontPage
from sinch_cache_gui.ui.editor.state_notices import StateActions, notice_of, notice_of_saving
from sinch_cache_gui.ui.editor.value_notices import ValueActions, notice_of_value
from sinch_cache_gui.ui.editor.value_pages import ValuePages
from sinch_cache_gui.ui.editor.whole_value import WholeValue
from sinch_cache_gui.values.document_state import DocumentState, Phase
from sinch_cache_gui.values.transit import Progress


class StateBar:
    """Chooses the one notice that a state asks for, and what can be done about it."""

    def __init__(
        self,
        bars: DocumentBars,
        pages: ValuePages,
        front: FrontPage,
        whole: WholeValue,
        actions: StateActions,
        restoring: Callable[[], NoticeAction | None],
        *,
        is_read_only: bool,
    ) -> None:
        """Say nothing yet.

        Args:
            bars: Where it is said.
            pages: Where the value is; a page may say itself what there is to say.
            front: Which of its views is in front.
            whole: What is said of a value too large to edit goes before.
            actions: What can be done about a state.
            restoring: Answers the way back for a key that is gone; None where there is none.
            is_read_only: Whether nothing can be written.
        """
        self._bars = bars
        self._pages = pages
        self._front = front
        self._whole = whole
        self._actions = actions
        self._value_actions = ValueActions(whole.load, front.switch_decoded)
        self._restoring = restoring
        self._is_read_only = is_read_only
        self._shown: tuple[object, ...] = ()

    def follow(self, state: DocumentState) -> None:
        """Say what there is to say, unless it was said: a bar that was closed stays so."""
        said = (
            state.phase,
            state.departure,
            state.failure,
            state.is_unsaved_for_sure,
            state.theirs,
            state.has_changed_again,
            self._front.decoded,
            state.is_edited,
            state.is_vast,
            state.is_outdated,
        )
        if said != self._shown:
            self._shown = said
            self.show(state)

    def show(self, state: DocumentState) -> None:
        """Say what there is to say, once more if need be."""
        is_gone = state.phase is Phase.GONE
        front = self._pages.front
        if is_gone and isinstance(front, ElementsPage) and front.says_it_is_gone:
            self._bars.show_notice(None)  # the page says so, and its own bar may offer it back
            return
        notice = self._notice(state)
        if notice is not None and is_gone and (restoring := self._restoring()) is not None:
            notice = replace(notice, actions=(*notice.actions, restoring))
        asks_ttl = is_gone and state.is_editable and not self._is_read_only
        self._bars.show_notice(notice, asks_ttl=asks_ttl)

    def show_saving(self, progress: Progress) -> None:
        """Say how far a long value is on its way to the cache."""
        self._bars.show_progress(notice_of_saving(progress, self._actions))

    def let_go(self) -> None:
        """Hold no value any more."""
        self._shown = ()

    def _notice(self, state: DocumentState) -> Notice | None:
        notice = self._whole.notice or notice_of(
            state,
            self._actions,
            is_read_only=self._is_read_only,
            shows_difference=isinstance(self._pages.front, ConflictView),
        )
        if notice is not None:
            return notice
        return notice_of_value(state, self._value_actions, shows_decoded=self._front.shows_decoded)
