"""What a write changed: the value before it and after it, side by side."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from sinch_cache_gui.cache.interface import KeyType, StoredValue
from sinch_cache_gui.keyspace.journal import Action, JournalEntry
from sinch_cache_gui.ui.editor.difference import DifferenceView, SideTitles
from sinch_cache_gui.ui.journal.element_sides import element_sides
from sinch_cache_gui.ui.journal.wording import key_text, ttl_text
from sinch_cache_gui.ui.message_page import MessagePage
from sinch_cache_gui.ui.theme import Theme
from sinch_cache_gui.values.content import content_of

MAX_SHOWN_BYTES = 200_000
"""Of a longer value the beginning is compared."""


class EntryDetails(QWidget):
    """One entry, or why there is none to show."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        titles = SideTitles(self.tr("Before"), self.tr("After"))
        self.difference = DifferenceView(theme, titles, is_closable=False)
        self._page = MessagePage(theme)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._page)
        self._stack.addWidget(self.difference)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self.show_count(0)

    def show_count(self, count: int) -> None:
        """Say that no single entry is selected."""
        title = self.tr("Select a write to see what it changed")
        if count > 1:
            title = self.tr("{:,} writes are selected").format(count)
        self._page.say("mdi6.compare-horizontal", title)
        self._stack.setCurrentWidget(self._page)

    async def show_entry(self, entry: JournalEntry) -> None:
        """Show what a write changed, letting the loop run meanwhile."""
        before = None if entry.before is None else entry.before.payload
        words = self._in_words(entry)
        if words is None and entry.element is not None:
            await self.difference.compare(*element_sides(entry.element))
            self._stack.setCurrentWidget(self.difference)
            return
        if words is not None or (before is None and entry.after is None):
            title, detail = words or (self.tr("There is no value to show"), "")
            self._page.say("mdi6.information-outline", title, detail)
            self._stack.setCurrentWidget(self._page)
            return
        kind = entry.type if entry.before is None else entry.before.type
        left = await _shown(before, kind)
        right = await _shown(entry.after, entry.type)
        await self.difference.compare(left, right)
        self._stack.setCurrentWidget(self.difference)

    def _in_words(self, entry: JournalEntry) -> tuple[str, str] | None:
        """Answer what is to be said in place of values, if anything is."""
        if not entry.is_done and not entry.is_undoable:
            return self.tr("Nothing is known to have been written"), entry.result.value
        if entry.lacks_values:
            detail = self.tr("It was too long, or this profile keeps no values.")
            return self.tr("The value was not kept on disk"), detail
        if entry.action is Action.TTL_CHANGED:
            return self.tr("Only the time to live changed"), ttl_text(entry)
        if entry.action is Action.RENAMED and (entry.before is None or entry.after is None):
            return self.tr("The key got another name and kept its value"), key_text(entry)
        return None


async def _shown(payload: bytes | None, kind: str) -> str | None:
    if payload is None:
        return None
    if kind != KeyType.STRING:
        text = QCoreApplication.translate("EntryDetails", "A {}, {:,} bytes of DUMP")
        return text.format(kind, len(payload))
    if len(payload) > MAX_SHOWN_BYTES:
        head = payload[:MAX_SHOWN_BYTES].decode("utf-8", "replace")
        text = QCoreApplication.translate("EntryDetails", "… the first {:,} of {:,} bytes")
        return f"{head}\n{text.format(MAX_SHOWN_BYTES, len(payload))}"
    return (await content_of(StoredValue(kind, payload, len(payload), None))).shown
