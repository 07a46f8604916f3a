"""The strip above everything: which cache this is, whether it is live, and the menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from sinch_cache_gui.ui import icons
from sinch_cache_gui.ui.menu_edge import open_leftwards
from sinch_cache_gui.ui.theme import BAR_HEIGHT, GRID, Theme

if TYPE_CHECKING:
    from sinch_cache_gui.cache.feed import LiveSource
    from sinch_cache_gui.cache.interface import BackendFacts


class TopStrip(QWidget):
    """Says which environment the window shows, in its colour, and how changes reach it.

    Attributes:
        reconnect_requested: The cache shall be tried again at once.
    """

    reconnect_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._facts: BackendFacts | None = None
        self._is_lost = False
        self._edge = QFrame()
        self._edge.setFixedHeight(3)
        self._name = QToolButton()
        self._name.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._name.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._name.setObjectName("named")
        self._name.setAccessibleName(self.tr("Open caches"))
        self._product = QLabel()
        self._product.setObjectName("muted")
        self._refused = QLabel()
        self._refused.setObjectName("warning")
        self._refused.hide()
        self._lock = QLabel()
        self._lock.setAccessibleName(self.tr("Read-only: nothing can be changed"))
        self._lock.setToolTip(self.tr("Read-only: nothing can be changed from this window"))
        self._lock.hide()
        self._read_only = QLabel(self.tr("read-only"))
        self._read_only.setObjectName("warning")
        self._read_only.setToolTip(self._lock.toolTip())
        self._read_only.hide()
        self._live = QToolButton()
        self._live.setAccessibleName(self.tr("How changes reach this window"))
        self._live.clicked.connect(self._live_clicked)
        self._menu = QToolButton()
        self._menu.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu.setAccessibleName(self.tr("Menu of all commands"))
        self._menu.setToolTip(self.tr("All commands (F10)"))
        self._lay_out()
        theme.changed.connect(self._restyle)
        self._restyle()

    def set_menu(self, menu: QMenu) -> None:
        """Let the menu button open `menu`."""
        self._menu.setMenu(menu)
        open_leftwards(self._menu)

    def set_caches_menu(self, menu: QMenu) -> None:
        """Let the name of the cache open `menu`."""
        self._name.setMenu(menu)

    def open_menu(self) -> None:
        """Open the menu, as a click on its button does."""
        self._menu.showMenu()

    def show_cache(self, facts: BackendFacts, prefix: str, *, is_read_only: bool) -> None:
        """Say which cache is shown."""
        self._facts = facts
        environment = self.tr("production") if facts.is_production_like else self.tr("development")
        name = f"{environment}: {facts.label}"
        self._say_name(f"{name}  {prefix}" if prefix else name)
        lines = [f"{key}: {value}" for key, value in facts.details.items()]
        if prefix:
            lines.append(self.tr("only keys below {}").format(prefix))
        lines.append(self.tr("Click to go to another cache"))
        self._name.setToolTip("\n".join(lines))
        self._product.setText(facts.product)
        self._show_refused(facts)
        self._lock.setVisible(is_read_only)
        self._read_only.setVisible(is_read_only)
        self._restyle()

    def show_no_cache(self, label: str) -> None:
        """Say that no cache is connected."""
        self._facts = None
        self._say_name(label or self.tr("no cache"))
        self._product.clear()
        self._refused.hide()
        self._live.hide()
        self._lock.hide()
        self._read_only.hide()
        self._restyle()

    def show_live(self, source: LiveSource, reason: str, changes_per_s: float) -> None:
        """Say how changes reach the window."""
        from sinch_cache_gui.cache.feed import LiveSource

        texts = {
            LiveSource.MEMORY: self.tr("live: told by the cache"),
            LiveSource.TRACKING: self.tr("live: pushed by the server"),
            LiveSource.NOTIFICATIONS: self.tr("live: keyspace notifications"),
            LiveSource.POLLING: self.tr("live: asking the server"),
            LiveSource.NONE: self.tr("not live"),
        }
        self._is_lost = False
        self._live.show()
        text = texts[source]
        if changes_per_s >= 0.5:  # fewer would be shown as none
            text = self.tr("{}, {:,.0f}/s").format(text, changes_per_s)
        self._say_live(text)
        self._live.setToolTip(reason or self.tr("Every change shows here as it happens."))
        self._paint_live(self._theme.tokens.success)

    def show_lost(self, title: str) -> None:
        """Say that the cache does not answer, and that a click tries again at once."""
        self._is_lost = True
        self._live.show()
        self._say_live(self.tr("connection lost, trying again"))
        self._live.setToolTip(self.tr("{}\nClick to try again now.").format(title))
        self._paint_live(self._theme.tokens.danger)

    def _show_refused(self, facts: BackendFacts) -> None:
        """Name the commands that are missing; what that costs stands below the mouse."""
        costs = [f"{command}: {cost}" for command, cost in facts.refused.items()]
        said = self.tr("not permitted: {}").format(", ".join(facts.refused))
        self._refused.setText(said)
        self._refused.setToolTip("\n".join([self.tr("This user may not use:"), *costs]))
        self._refused.setAccessibleDescription("\n".join(costs))
        self._refused.setVisible(bool(costs))

    def _say_name(self, name: str) -> None:
        self._name.setText(name)
        self._name.setAccessibleDescription(name)

    def _say_live(self, text: str) -> None:
        self._live.setText(f"● {text}")
        self._live.setAccessibleDescription(text)

    def _lay_out(self) -> None:
        row = QWidget()
        row.setObjectName("strip")
        row.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row.setFixedHeight(BAR_HEIGHT + GRID // 2)
        inner = QHBoxLayout(row)
        inner.setContentsMargins(GRID // 2, 0, GRID // 2, 0)
        inner.setSpacing(GRID)
        inner.addWidget(self._name)
        inner.addWidget(self._product)
        lock = QHBoxLayout()
        lock.setSpacing(GRID // 2)
        lock.addWidget(self._lock)
        lock.addWidget(self._read_only)
        inner.addLayout(lock)
        inner.addWidget(self._refused)
        inner.addStretch(1)
        inner.addWidget(self._live)
        inner.addWidget(self._menu)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._edge)
        column.addWidget(row)

    def _live_clicked(self) -> None:
        if self._is_lost:
            self.reconnect_requested.emit()

    def _paint_live(self, colour: str) -> None:
        style = f"color: {colour};"
        if style != self._live.styleSheet():  # setting it has the whole strip styled anew
            self._live.setStyleSheet(style)

    def _restyle(self) -> None:
        tokens = self._theme.tokens
        colour = tokens.border
        if self._facts is not None:
            is_production = self._facts.is_production_like
            colour = tokens.production if is_production else tokens.development
        self._edge.setStyleSheet(f"background: {colour};")
        icon = "mdi6.database-outline" if self._facts is not None else "mdi6.database-off-outline"
        self._name.setIcon(icons.drawn(icon, color=colour if self._facts else tokens.muted))
        self._menu.setIcon(icons.drawn("mdi6.menu", color=tokens.text))
        self._lock.setPixmap(
            icons.drawn("mdi6.lock-outline", color=tokens.warning).pixmap(QSize(16, 16))
        )
        if self._live.text():
            self._paint_live(tokens.danger if self._is_lost else tokens.success)
