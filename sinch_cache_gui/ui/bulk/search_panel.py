"""Searching in values: what, where, how far it is, and what was found."""

from __future__ import annotations

from collections.abc import Callable, Collection

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
)

from sinch_cache_gui.cache.glob import escape_pattern
from sinch_cache_gui.cache.interface import CacheBackend
from sinch_cache_gui.keyspace.key_targets import (
    ChosenKeys,
    KeyFinder,
    KeyTarget,
    below,
    target_of,
)
from sinch_cache_gui.keyspace.key_text import display_key
from sinch_cache_gui.keyspace.value_search import MOST_BYTES, MOST_FOUND, ValueSearch
from sinch_cache_gui.ui import icons
from sinch_cache_gui.ui.bulk.search_results import SearchResultDelegate, SearchResults
from sinch_cache_gui.ui.bulk.wish import BulkKind, BulkWish
from sinch_cache_gui.ui.bulk.wording import counted
from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.ui.theme import GRID, ROW_HEIGHT, Theme, dress_as
from sinch_cache_gui.values.value_query import (
    NotAQuery,
    TextQuery,
    ValueMatch,
    ValueQuery,
    find_in,
    parse_query,
    query_in_words,
)

ALL, SELECTED, MATCHING = range(3)
"""Rows of the choice of where to look."""

SEARCH = "search in values"
ROWS_SHOWN = 8


class SearchPanel(QFrame):
    """Looks through the values of all keys, of the selected ones, or of those of a pattern.

    Attributes:
        key_activated: Open this key (bytes).
        bulk_requested: Do something to every key found; a `BulkWish`.
        closed: The user is done with it.
    """

    key_activated = Signal(object)
    bulk_requested = Signal(object)
    closed = Signal()

    def __init__(
        self,
        theme: Theme,
        backend: CacheBackend,
        scope: TaskScope,
        selected: Callable[[], Collection[bytes]],
    ) -> None:
        super().__init__()
        self._theme = theme
        self._backend = backend
        self._scope = scope
        self._selected = selected
        self._search: ValueSearch[ValueMatch] | None = None
        self._shown = 0
        self._query = QLineEdit()
        self._query.setPlaceholderText(self.tr('A text, or a path: callerNumber = "+4670…"'))
        self._query.setAccessibleName(self.tr("What to look for in values"))
        self._case = QToolButton()
        self._case.setText("Aa")
        self._case.setCheckable(True)
        self._case.setToolTip(self.tr("Capitals count in a text"))
        self._case.setAccessibleName(self.tr("Capitals count"))
        self._where = QComboBox()
        self._where.setAccessibleName(self.tr("Where to look"))
        self._where.addItems([self.tr("All keys"), self.tr("Selected keys"), self.tr("Pattern")])
        self._pattern = QLineEdit()
        self._pattern.setPlaceholderText("session:*")
        self._pattern.setAccessibleName(self.tr("Pattern of the keys"))
        self._start = QPushButton(self.tr("Search"))
        self._start.setProperty("primary", True)
        self._stop = QPushButton(self.tr("Stop"))
        self._meaning = _plain_label()
        self._status = _plain_label()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(GRID // 2)
        self._below = "", b""
        self._model = SearchResults()
        self._list = QListView()
        self._with_all = QToolButton()
        self._close = QToolButton()
        self._close.setToolTip(self.tr("Close (Esc)"))
        self._close.setAccessibleName(self.tr("Close"))
        self._set_up_results()
        self._lay_out()
        self._wire()
        self._restyle()
        self._explain()
        self._show()
        self.hide()

    @property
    def is_searching(self) -> bool:
        """Whether a search is under way."""
        return self._scope.is_running(SEARCH)

    def open_panel(self) -> None:
        """Show the panel, with the keyboard in the field for the query."""
        self.show()
        self._query.setFocus()
        self._query.selectAll()

    def open_below(self, prefix: bytes) -> None:
        """Show the panel, ready to look below a folder."""
        self._where.setCurrentIndex(MATCHING)
        try:
            text = (escape_pattern(prefix) + b"*").decode("utf-8")
        except UnicodeDecodeError:
            text = f"{display_key(prefix)}*"
        self._pattern.setText(text)
        self._below = self._pattern.text(), prefix
        self.open_panel()

    def close_panel(self) -> None:
        """End the search and hide the panel. What was found is there when it opens again."""
        if self._search is not None:
            self._search.stop()
        self._scope.cancel(SEARCH)
        self._show()
        self.hide()
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_panel()
        else:
            super().keyPressEvent(event)

    # -- searching ---------------------------------------------------------------------------

    def _parsed(self) -> ValueQuery:
        return parse_query(self._query.text(), has_case=self._case.isChecked())

    def _target(self) -> KeyTarget | None:
        where = self._where.currentIndex()
        if where == ALL:
            return target_of("*")
        if where == SELECTED:
            return ChosenKeys(self._selected())
        text, prefix = self._below
        if text and self._pattern.text() == text:  # no text says every folder's name byte for byte
            return below(prefix)
        return target_of(self._pattern.text()) if self._pattern.text() else None

    def _begin(self) -> None:
        try:
            query = self._parsed()
        except NotAQuery:
            return
        target = self._target()
        if target is not None:
            self._scope.start(SEARCH, self._run(query, target))

    async def _run(self, query: ValueQuery, target: KeyTarget) -> None:
        self._search = None
        self._shown = 0
        self._model.clear()
        finder = KeyFinder(self._backend, target, lambda: self._show_counting(finder))
        self._show_counting(finder)
        await finder.run()
        if finder.error:
            self._say(self.tr("Not searched: {}").format(finder.error), "danger")
            self._show_controls(is_searching=False)
            return
        keys = tuple(finder.keys)
        search = ValueSearch(self._backend, keys, lambda data: find_in(query, data), self._show)
        self._search = search
        self._show()
        await search.run()
        self._show_news(search, is_over=True)

    def _end(self) -> None:
        if self._search is not None:
            self._search.stop()
        else:
            self._scope.cancel(SEARCH)
            self._say(self.tr("Stopped."), "muted")
            self._show_controls(is_searching=False)

    # -- showing -----------------------------------------------------------------------------

    def _explain(self) -> None:
        try:
            query = self._parsed()
        except NotAQuery as error:
            text, name = error.sentence, "danger" if self._query.text().strip() else "muted"
            self._start.setEnabled(False)
        else:
            hint = query.hint if isinstance(query, TextQuery) else ""
            text, name = " ".join(filter(None, (query_in_words(query), hint))), "muted"
            is_somewhere = self._where.currentIndex() != MATCHING or self._pattern.text()
            self._start.setEnabled(bool(is_somewhere))
        _dress(self._meaning, text, name)
        self._pattern.setVisible(self._where.currentIndex() == MATCHING)

    def _show_counting(self, finder: KeyFinder) -> None:
        self._show_controls(is_searching=True)
        self._bar.setRange(0, 0)
        self._say(self.tr("Counting keys: {:,}").format(len(finder.keys)), "muted")

    def _show(self) -> None:
        if self._search is None:
            self._show_controls(is_searching=False)
            self._say(self.tr("What is found is listed here; Enter opens the key."), "muted")
        else:
            self._show_news(self._search, is_over=False)

    def _show_news(self, search: ValueSearch[ValueMatch], *, is_over: bool) -> None:
        is_over = is_over or not self.is_searching
        self._model.add(search.found[self._shown :])
        self._shown = len(search.found)
        self._bar.setRange(0, max(search.total, 1))
        self._bar.setValue(search.looked_at)
        self._show_controls(is_searching=not is_over)
        text = self.tr("{:,} of {}, {:,} found").format(
            search.looked_at, counted(search.total), len(search.found)
        )
        if is_over and not search.found and search.looked_at == search.total:
            text = self.tr("Nothing was found in {}").format(counted(search.total))
        if is_over:
            text = " ".join((f"{text}.", *self._remarks(search)))
        self._say(text, "danger" if search.error else "muted")

    def _remarks(self, search: ValueSearch[ValueMatch]) -> list[str]:
        """Answer what was not searched, and why."""
        remarks: list[str] = []
        if search.error:
            remarks.append(self.tr("{}.").format(search.error))
        if search.is_full:
            remarks.append(self.tr("No more than {:,} are listed.").format(MOST_FOUND))
        if search.other_types:
            text = self.tr("Not strings, not searched: {:,}.")
            remarks.append(text.format(search.other_types))
        if search.cut_short:
            text = self.tr("Larger than {} MB, searched only so far: {:,}.")
            remarks.append(text.format(MOST_BYTES >> 20, search.cut_short))
        if search.gone:
            remarks.append(self.tr("Gone meanwhile: {:,}.").format(search.gone))
        return remarks

    def _show_controls(self, *, is_searching: bool) -> None:
        self._bar.setVisible(is_searching)
        self._stop.setVisible(is_searching)
        self._start.setVisible(not is_searching)
        has_found = self._model.rowCount() > 0
        self._list.setVisible(has_found)
        self._with_all.setVisible(has_found and not is_searching)

    def _say(self, text: str, name: str) -> None:
        _dress(self._status, text, name)

    # -- results -----------------------------------------------------------------------------

    def _activate(self, index: QModelIndex) -> None:
        found = self._model.found(index.row())
        if found is not None:
            self.key_activated.emit(found.key)

    def _ask(self, kind: BulkKind) -> None:
        keys = self._model.keys()
        name = self.tr("what was found")
        self.bulk_requested.emit(BulkWish(kind, ChosenKeys(keys), name))

    # -- building ----------------------------------------------------------------------------

    def _set_up_results(self) -> None:
        self._list.setModel(self._model)
        self._list.setItemDelegate(SearchResultDelegate(self._theme, self._list))
        self._list.setUniformItemSizes(True)
        self._list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._list.setAccessibleName(self.tr("Keys found"))
        self._list.setFixedHeight(ROW_HEIGHT * ROWS_SHOWN)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        menu = QMenu(self._with_all)
        if not self._backend.is_read_only:
            menu.addAction(self.tr("Delete…"), lambda: self._ask(BulkKind.DELETE))
            menu.addAction(self.tr("Change TTL…"), lambda: self._ask(BulkKind.CHANGE_TTL))
        menu.addAction(self.tr("Export…"), lambda: self._ask(BulkKind.EXPORT))
        self._with_all.setText(self.tr("With all found"))
        self._with_all.setMenu(menu)
        self._with_all.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._with_all.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)

    def _lay_out(self) -> None:
        title = QLabel(self.tr("Search in values"))
        title.setObjectName("title")
        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(self._close)
        what = QHBoxLayout()
        what.setSpacing(GRID // 2)
        what.addWidget(self._query, 3)
        what.addWidget(self._case)
        what.addWidget(self._where)
        what.addWidget(self._pattern, 1)
        what.addWidget(self._start)
        what.addWidget(self._stop)
        news = QHBoxLayout()
        news.addWidget(self._status, 1)
        news.addWidget(self._with_all, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID // 2, GRID, GRID)
        column.setSpacing(GRID // 2)
        column.addLayout(head)
        column.addLayout(what)
        column.addWidget(self._meaning)
        column.addWidget(self._bar)
        column.addLayout(news)
        column.addWidget(self._list)

    def _wire(self) -> None:
        for changed in (self._query.textChanged, self._pattern.textChanged):
            changed.connect(self._explain)
        self._case.toggled.connect(self._explain)
        self._where.currentIndexChanged.connect(self._explain)
        self._query.returnPressed.connect(self._start.click)
        self._pattern.returnPressed.connect(self._start.click)
        self._start.clicked.connect(self._begin)
        self._stop.clicked.connect(self._end)
        self._list.activated.connect(self._activate)
        self._close.clicked.connect(self.close_panel)
        self._theme.changed.connect(self._restyle)

    def _restyle(self) -> None:
        tokens = self._theme.tokens
        self.setStyleSheet(
            f"SearchPanel {{ background: {tokens.window}; border: none;"
            f" border-top: 1px solid {tokens.border}; }}"
        )
        self._close.setIcon(icons.drawn("mdi6.close", color=tokens.muted))
        self._with_all.setIcon(icons.drawn("mdi6.chevron-down", color=tokens.muted))


def _plain_label() -> QLabel:
    label = QLabel()
    label.setObjectName("muted")
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label


def _dress(label: QLabel, text: str, name: str) -> None:
    """Put a text on a label in the colour of that name."""
    label.setText(text)
    dress_as(label, name)
