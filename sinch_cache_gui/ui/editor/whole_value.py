"""The way from the head of a value to all of it; one too large to edit is shown to be read."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Signal

from sinch_cache_gui.notices import Notice, NoticeAction, Severity
from sinch_cache_gui.ui.editor.pane_tasks import PaneTasks
from sinch_cache_gui.ui.editor.text_panel import TextPanel
from sinch_cache_gui.ui.editor.value_pages import ValuePages
from sinch_cache_gui.values.content import MAX_LOADED_BYTES, ContentKind
from sinch_cache_gui.values.document import Document
from sinch_cache_gui.values.document_state import DocumentState, Phase

TASK: Final = "load"
"""As any loading of the key: of two, the later takes the place of the one before."""


class WholeValue(QObject):
    """Loads all of a large value, tells how far that is, and fills the page it is read on.

    Attributes:
        notice_asked: What is to be said of the value is another by now.
    """

    notice_asked = Signal()

    def __init__(
        self, pages: ValuePages, panel: TextPanel, document: Document, tasks: PaneTasks
    ) -> None:
        super().__init__(pages)
        self._pages = pages
        self._panel = panel
        self._document = document
        self._tasks = tasks
        self._is_loading = False
        self._percent = -1
        self._was_changed = False
        self._shown: bytes | None = None
        self._fills_hex = False

    def load(self) -> None:
        """Load all of it, unless that is under way."""
        if not self._tasks.is_running(TASK):
            self._pages.take_focus()  # the button that was pressed is about to go
            self._tasks.start(TASK, self._load())

    @property
    def notice(self) -> Notice | None:
        """What is to be said of loading; None where nothing is."""
        if self._is_loading:
            stop = NoticeAction(self.tr("Stop"), lambda: self._tasks.cancel(TASK))
            size = (self._document.state.loadable_bytes or 0) / 1e6
            title = self.tr("Loading all of it ({} MB)…").format(f"{size:,.0f}")
            return Notice(Severity.INFO, title, actions=(stop,))
        state = self._document.state
        if self._was_changed and state.phase is Phase.OPEN and state.loadable_bytes is not None:
            again = NoticeAction(self.tr("Load all again"), self.load)
            return Notice(
                Severity.WARNING,
                self.tr("Somebody changed this value while it was loaded."),
                self.tr("So all of it could not be shown. This is only its beginning."),
                (again,),
            )
        return None

    def follow(self, state: DocumentState) -> None:
        """Show what was loaded whole; let go of what is in sight no more."""
        content, stored = state.content, state.stored
        self._was_changed = self._was_changed and state.loadable_bytes is not None
        data = stored.data if stored is not None and state.is_vast else None
        if data is not None and content is not None and data is not self._shown:
            self._shown = data
            self._was_changed = False
            if content.kind is ContentKind.BINARY:
                self._fills_hex = True
                self._panel.footer.say(self.tr("Not a text: shown as bytes, read-only"))
            else:
                self._pages.whole.show_value(data)
        elif not state.is_vast and self._shown is not None:
            if self._fills_hex and state.is_binary:
                self._shown = None  # the bytes of another value are there
            self.let_go()

    def let_go(self) -> None:
        """Show nothing that was loaded whole any more, and hold no memory."""
        was_shown, self._shown = self._shown is not None, None
        if was_shown and self._fills_hex:
            self._pages.hex.view.show_bytes(b"", is_undoable=False)
        elif was_shown:
            self._pages.whole.let_go()
        self._fills_hex = False

    def say_counting(self, percent: int) -> None:
        """Tell how much of the text is cut into rows."""
        self._panel.footer.say(self.tr("Counting lines… {} %").format(percent))

    def say_rows(self) -> None:
        """Tell how long the text is, and what is not known of it."""
        lines = self._pages.whole.lines
        said = self.tr("1 line") if lines == 1 else self.tr("{} lines").format(f"{lines:,}")
        state = self._document.state
        if state.content is not None and state.content.kind is ContentKind.JSON:
            said = self.tr("Valid JSON, {}").format(said)
        elif self._shown is not None and len(self._shown) > MAX_LOADED_BYTES:
            said = self.tr("{}; too large to be checked as JSON").format(said)
        self._panel.footer.say(said)

    async def _load(self) -> None:
        size = self._document.state.loadable_bytes
        if size is None or size <= MAX_LOADED_BYTES:
            await self._document.load_all()
            return
        self._set_loading(is_loading=True)
        self._percent, self._was_changed = -1, False
        try:
            self._was_changed = not await self._document.load_all(self._say_progress)
        finally:
            self._set_loading(is_loading=False)
            if not self._document.state.is_vast:
                self._panel.check()  # the line beneath speaks of the beginning again

    def _set_loading(self, *, is_loading: bool) -> None:
        self._is_loading = is_loading
        self.notice_asked.emit()

    def _say_progress(self, size: int) -> None:
        percent = 100 * size // max(self._document.state.loadable_bytes or size, size)
        if percent != self._percent:
            self._percent = percent
            self._panel.footer.say(self.tr("Loading… {} %").format(percent))
