"""What stands in the tree's place while there is nothing to show."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal

from sinch_cache_gui.keyspace.loader import Coverage, CoverageState
from sinch_cache_gui.notices import NoticeAction
from sinch_cache_gui.ui.message_page import MessagePage
from sinch_cache_gui.ui.theme import Theme


class EmptyPage(MessagePage):
    """Says why there is no key, and what to do next."""

    clear_filter_requested = Signal()
    create_requested = Signal()
    continue_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def explain(
        self, coverage: Coverage, text: str, conditions: Sequence[str], *, is_read_only: bool
    ) -> None:
        """Say why there are no rows.

        Args:
            coverage: How many keys there are.
            text: What the filter field says.
            conditions: What is asked of keys besides, in words.
            is_read_only: Whether no key can be created.
        """
        if (text or conditions) and coverage.keys:
            quoted = [self.tr("“{}”").format(text)] if text else []
            sought = ", ".join((*quoted, *conditions))
            title = self.tr("No key matches the filter: {}").format(sought)
            detail = self.tr("Of {} keys, none does.").format(f"{coverage.keys:,}")
            clear = NoticeAction(self.tr("Clear filter"), self.clear_filter_requested.emit)
            self.say("mdi6.filter-off-outline", title, detail, clear)
        elif coverage.stale_since_ms is not None:
            detail = self.tr("Keys are shown here again as soon as the cache answers.")
            self.say("mdi6.lan-disconnect", self.tr("The connection is lost"), detail)
        elif coverage.state in (CoverageState.LOADING, CoverageState.CATCHING_UP):
            self.say("mdi6.progress-download", self.tr("Loading keys…"))
        elif coverage.state is CoverageState.STOPPED:
            detail = self.tr("No key was found before loading was stopped.")
            go_on = NoticeAction(self.tr("Continue"), self.continue_requested.emit)
            self.say("mdi6.pause-circle-outline", self.tr("Loading was stopped"), detail, go_on)
        elif coverage.state is CoverageState.FAILED:
            again = NoticeAction(self.tr("Try again"), self.continue_requested.emit)
            title = self.tr("The keys cannot be read")
            detail = self.tr("{}.\nCtrl+G goes to a key whose name you know.")
            self.say("mdi6.alert-outline", title, detail.format(coverage.reason), again)
        else:
            self._explain_empty(is_read_only=is_read_only)

    def _explain_empty(self, *, is_read_only: bool) -> None:
        title = self.tr("This cache is empty")
        if is_read_only:
            detail = self.tr("Keys appear here as soon as somebody writes one.")
            self.say("mdi6.database-outline", title, detail)
            return
        detail = self.tr("Create a key, or place a call and watch its session appear here.")
        create = NoticeAction(self.tr("Create a key"), self.create_requested.emit)
        self.say("mdi6.database-outline", title, detail, create)
