"""The caches that were opened before."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem

from sinch_cache_gui.keyspace.key_text import display_key
from sinch_cache_gui.profiles import MEMORY_URL, Profile
from sinch_cache_gui.ui import icons
from sinch_cache_gui.ui.theme import Theme

ROWS_SHOWN = 6


class KnownList(QListWidget):
    """Offers caches by their addresses: chosen by a click, opened by Enter or a double click.

    Attributes:
        profile_chosen: The user looks at a `Profile`.
        profile_activated: The user wants to open it.
        forget_requested: The user wants it here no longer (Delete).
    """

    profile_chosen = Signal(object)
    profile_activated = Signal(object)
    forget_requested = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._profiles: Sequence[Profile] = ()
        self.setAccessibleName(self.tr("Caches opened before"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setObjectName("knownCaches")
        self.setIconSize(QSize(16, 16))
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.currentRowChanged.connect(lambda row: self._tell(self.profile_chosen, row))
        # The row that is current already: what was typed since it was chosen gives way to it.
        self.itemClicked.connect(lambda item: self._tell(self.profile_chosen, self.row(item)))
        self.itemActivated.connect(lambda item: self._tell(self.profile_activated, self.row(item)))
        theme.changed.connect(self._paint_icons)

    def show_profiles(self, profiles: Sequence[Profile]) -> None:
        """List `profiles`, in their order."""
        self._profiles = tuple(profiles)
        self.blockSignals(True)
        self.clear()
        for profile in self._profiles:
            item = QListWidgetItem(self._named(profile))
            item.setToolTip(self.tr("Enter opens it, Delete takes it off this list"))
            self.addItem(item)
        self.blockSignals(False)
        self._paint_icons()
        rows = min(self.count(), ROWS_SHOWN)
        self.setFixedHeight(rows * self.sizeHintForRow(0) + 2 * self.frameWidth() if rows else 0)

    def set_offered(self, *, is_offered: bool) -> None:
        """Show the list, if there is anything on it, or hide it."""
        self.setVisible(is_offered and bool(self._profiles))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self._tell(self.forget_requested, self.currentRow())
        else:
            super().keyPressEvent(event)

    def _tell(self, signal: SignalInstance, row: int) -> None:
        if 0 <= row < len(self._profiles):
            signal.emit(self._profiles[row])

    def _paint_icons(self) -> None:
        icon = icons.drawn("mdi6.database-outline", color=self._theme.tokens.muted)
        for row in range(self.count()):
            self.item(row).setIcon(icon)

    def _named(self, profile: Profile) -> str:
        address = self.tr("memory") if profile.url == MEMORY_URL else profile.url
        parts = [address]
        if profile.prefix:
            parts.append(display_key(profile.prefix))
        if profile.is_read_only:
            parts.append(self.tr("read-only"))
        return "   ".join(parts)
