"""What was typed into a table of elements that is not in sight any more, and was not written."""

from __future__ import annotations

from PySide6.QtCore import QObject

from sinch_cache_gui.keyspace.key_text import display_key
from sinch_cache_gui.notices import Notice, NoticeAction, Severity
from sinch_cache_gui.ui.clipboard_text import copy_text
from sinch_cache_gui.ui.editor.value_pages import ValuePages
from sinch_cache_gui.ui.notice_view import NoticeBar


class UnwrittenElement(QObject):
    """Offers it where the user looks: the key holds another type by now, on another page."""

    def __init__(self, pages: ValuePages, bar: NoticeBar) -> None:
        """Follow which page is in front; `bar` is over all of them."""
        super().__init__(pages)
        self._pages = pages
        self._bar = bar
        pages.front_changed.connect(self._offer)
        pages.unwritten_changed.connect(self._offer)

    def _offer(self) -> None:
        mine = self._pages.take_unwritten_element()
        if mine is None:
            return
        copy = NoticeAction(self.tr("Copy mine"), lambda: copy_text(display_key(mine)))
        close = NoticeAction(self.tr("Close"), self._bar.hide_notice)
        self._bar.show_notice(
            Notice(
                Severity.WARNING,
                self.tr("What you typed into the table was not written."),
                self.tr("This key holds something else now."),
                (copy, close),
            )
        )
