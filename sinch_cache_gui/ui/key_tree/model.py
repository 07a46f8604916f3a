"""The rows of a key index as a table for Qt."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal

from sinch_cache_gui.cache.interface import KeyInfo
from sinch_cache_gui.cache.misplaced_ids import misplaced_segment, why_misplaced
from sinch_cache_gui.keyspace.expiry import format_deadline
from sinch_cache_gui.keyspace.index import KeyIndex
from sinch_cache_gui.keyspace.key_text import display_key
from sinch_cache_gui.keyspace.mirror import Mirror
from sinch_cache_gui.keyspace.rows import Row
from sinch_cache_gui.ui.key_tree.cells import (
    COLUMNS,
    Column,
    name_text,
    preview_text,
    size_text,
    tr,
    ttl_text,
)
from sinch_cache_gui.ui.plain_tip import plain_tip
from sinch_cache_gui.ui.told_rows import AnyIndex, ToldRows

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class KeyTreeModel(ToldRows[Row]):
    """Translates the news of the index shown into what Qt knows; answers from memory only.

    A reshaping is told as rows that come or go at the end, and all others changed; whoever holds a
    place in the table (selection, scroll position) keeps it by name between `reshaping` and
    `reshaped`.
    """

    reshaping = Signal()
    reshaped = Signal()

    def __init__(self, mirror: Mirror) -> None:
        super().__init__(mirror.index.row_count())
        self._mirror = mirror
        self._index = mirror.index
        self._index.news.observe(self)

    @property
    def index_shown(self) -> KeyIndex:
        """The index whose rows these are."""
        return self._index

    def show(self, index: KeyIndex) -> None:
        """Show the rows of another index."""
        if index is self._index:
            return
        self.settle()
        self.reshaping.emit()
        self._index.news.unobserve(self)
        self._index = index
        index.news.observe(self)
        self._resize(index.row_count())

    def close(self) -> None:
        """Follow the index no more."""
        self._index.news.unobserve(self)

    def settle(self) -> None:
        """Take over what the index has collected, before a row is acted upon."""
        self._index.news.settle()

    def _look_up(self, row: int) -> Row | None:
        return self._index.row_at(row) if row < self._index.row_count() else None

    def info(self, node: Row) -> KeyInfo | None:
        """Answer what is known of a leaf; None for a folder, or if nothing is."""
        return None if node.is_folder else self._mirror.details.get(node.path)

    def row_of(self, node: Row) -> int | None:
        """Answer where a node stands now."""
        return self._index.row_of(node.path, is_folder=node.is_folder)

    def row_near(self, node: Row) -> int | None:
        """Answer where a node stands now or, if it is gone, what stood before it."""
        return self._index.row_near(node.path, is_folder=node.is_folder)

    # -- Qt asks -----------------------------------------------------------------------------

    def columnCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(Column):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if section in (Column.TTL, Column.SIZE) else LEFT
        if role == Qt.ItemDataRole.ToolTipRole and section == Column.TTL:
            return tr("Click to sort the expanded folders by TTL")
        if role == Qt.ItemDataRole.ToolTipRole and section == Column.KEY:
            return tr("Click to sort by name")
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        ttl = tr("TTL") if self._mirror.sorted_by_ttl is None else tr("▴ TTL")
        return (tr("Key"), ttl, tr("Type"), tr("Size"), tr("Value"))[section]

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        node = self.node(index.row()) if index.isValid() else None
        if node is None or not 0 <= index.column() < len(Column):
            return None
        column = Column(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(node, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tool_tip(node, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(node) if column is Column.KEY else self.text(node, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if column in (Column.TTL, Column.SIZE) else LEFT
        return None

    def text(self, node: Row, column: Column) -> str:
        """Answer what a cell says."""
        if column is Column.KEY:
            return name_text(node.name)
        if node.is_folder:
            return f"{node.count:,}" if column is Column.TTL else ""
        info = self.info(node)
        if info is None:
            return ""
        if column is Column.TTL:
            return ttl_text(info, self._mirror.now_ms())
        if column is Column.TYPE:
            return info.type
        return size_text(info) if column is Column.SIZE else preview_text(info.preview)

    def _tool_tip(self, node: Row, column: Column) -> str | None:
        info = self.info(node)
        if column is Column.KEY or (node.is_folder and column is not Column.TTL):
            key = display_key(node.path) or name_text(b"")
            word = misplaced_segment(node.name)
            return plain_tip(f"{key}\n{why_misplaced(word)}" if word else key)
        if node.is_folder:
            below = tr("{} keys below {}").format(f"{node.count:,}", display_key(node.path))
            return plain_tip(below)
        if info is None:
            return None
        if column is not Column.TTL:
            return plain_tip(self.text(node, column))
        if not info.is_deadline_told:
            return tr("This user may not know when it expires")
        if info.deadline_ms is None:
            return tr("Lives until it is deleted")
        return tr("Expires {}").format(format_deadline(info.deadline_ms))

    def _spoken(self, node: Row) -> str:
        """Answer a row as a screen reader says it: a table knows nothing of levels."""
        name, level = name_text(node.name), tr("level {}").format(node.depth + 1)
        if misplaced_segment(node.name):
            name = tr("{}, where an id belongs").format(name)
        if not node.is_folder:
            return ", ".join((name, level))
        state = tr("expanded") if node.is_expanded else tr("collapsed")
        count = tr("folder of {} keys").format(f"{node.count:,}")
        return ", ".join((name, count, state, level))

    # -- the index tells ---------------------------------------------------------------------

    def rows_about_to_be_reshaped(self) -> None:
        """Let places be remembered by name."""
        self.reshaping.emit()

    def rows_reshaped(self, count: int) -> None:
        """Let rows come or go at the end, and places be found again."""
        self._resize(count)

    def _resize(self, count: int) -> None:
        self._take_over(count)
        self.reshaped.emit()
