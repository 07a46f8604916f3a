"""The window: a strip on top, and below it either a workspace or the page that leads to one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.notices import Notices
from sinch_cache_gui.profiles import Profile
from sinch_cache_gui.ui.commands import Command, CommandMenu
from sinch_cache_gui.ui.connections.connect_page import ConnectPage
from sinch_cache_gui.ui.notice_view import NoticeBar, NoticeView
from sinch_cache_gui.ui.theme import BAR_HEIGHT, Theme
from sinch_cache_gui.ui.top_strip import TopStrip

if TYPE_CHECKING:
    # Loaded only once the window stands: the workspace is most of the program.
    from sinch_cache_gui.ui.workspace import Workspace

DEFAULT_SIZE = QSize(1440, 900)
NOTICE_WIDTH = 544


class MainWindow(QMainWindow):
    """Frames one connected cache at a time and forwards what the user wants."""

    connect_requested = Signal(object)
    cancel_requested = Signal()
    close_requested = Signal()

    def __init__(self, theme: Theme, notices: Notices) -> None:
        super().__init__()
        self._theme = theme
        self._workspace: Workspace | None = None
        self._may_close = False
        self.strip = TopStrip(theme)
        self.connect_page = ConnectPage(theme)
        self._pages = QStackedWidget()
        self._pages.addWidget(QWidget())
        self._pages.addWidget(self.connect_page)
        central = QWidget()
        column = QVBoxLayout(central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addWidget(self._pages, 1)
        self.setCentralWidget(central)
        self.notice_bar = NoticeBar(theme, self._pages, max_width=NOTICE_WIDTH, lift=BAR_HEIGHT)
        notices.listen(NoticeView(self.notice_bar).show)
        self.strip.reconnect_requested.connect(self.reconnect)
        self.connect_page.connect_requested.connect(self.connect_requested)
        self.connect_page.cancel_requested.connect(self.cancel_requested)
        self.setWindowTitle(self.tr("Sinch cache"))
        self.resize(DEFAULT_SIZE)

    @property
    def workspace(self) -> Workspace | None:
        """The cache shown, None while there is none."""
        return self._workspace

    def set_commands(self, commands: Sequence[Command]) -> None:
        """Feed the menu and the shortcuts of the window."""
        self.strip.set_menu(CommandMenu(commands, self._theme, self))

    def show_connecting(self, label: str) -> None:
        """Say that a cache is being reached."""
        self._pages.setCurrentWidget(self.connect_page)
        self.connect_page.show_connecting(label)
        self._title(label)
        self.strip.show_no_cache(label)

    def show_failure(self, error: CacheError, profile: Profile, label: str) -> None:
        """Say why it could not be reached."""
        self._pages.setCurrentWidget(self.connect_page)
        self.connect_page.show_failure(error, profile, is_cancellable=self._workspace is not None)
        self.strip.show_no_cache(label)

    def show_connections(self, profile: Profile) -> None:
        """Ask which cache to open; Cancel comes back to the one that is open."""
        self.connect_page.show_form(profile, is_cancellable=self._workspace is not None)
        self._pages.setCurrentWidget(self.connect_page)

    def show_workspace(self, workspace: Workspace) -> None:
        """Show a connected cache in place of the page or of another one."""
        if workspace is not self._workspace:
            self._forget_workspace()
            self._workspace = workspace
            self._pages.addWidget(workspace)
            workspace.live_shown.connect(self._show_live)
        self._pages.setCurrentWidget(workspace)
        facts = workspace.backend.facts
        self.strip.show_cache(
            facts, workspace.prefix_text, is_read_only=workspace.backend.is_read_only
        )
        self._show_live()
        self._title(facts.label)
        workspace.focus_tree()

    def reconnect(self) -> None:
        """Try a lost connection again at once."""
        if self._workspace is not None:
            self._workspace.backend.retry_now()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._may_close:
            super().closeEvent(event)
            return
        event.ignore()
        self.close_requested.emit()

    def close_now(self) -> None:
        """Close without asking anybody."""
        self._may_close = True
        self.close()

    def _forget_workspace(self) -> None:
        if self._workspace is None:
            return
        self._pages.removeWidget(self._workspace)
        self._workspace.deleteLater()
        self._workspace = None

    def _show_live(self) -> None:
        if self._workspace is None:
            return
        live = self._workspace.live
        if live.lost_title:
            self.strip.show_lost(live.lost_title)
        else:
            self.strip.show_live(live.source, live.reason, live.changes_per_s)

    def _title(self, label: str) -> None:
        self.setWindowTitle(self.tr("{} – Sinch cache").format(label))
