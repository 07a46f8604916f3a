"""The window: a strip on top, and below it either a workspace or the page that leads to one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.notices import Notices
from sinch_cache_gui.profiles import Profile, WindowShape
from sinch_cache_gui.ui.commands import Command, CommandMenu
from sinch_cache_gui.ui.connections.caches_menu import CachesMenu
from sinch_cache_gui.ui.notice_view import NoticeBar, NoticeView
from sinch_cache_gui.ui.tab_order import go_on
from sinch_cache_gui.ui.theme import BAR_HEIGHT, Theme
from sinch_cache_gui.ui.top_strip import TopStrip

if TYPE_CHECKING:
    from sinch_cache_gui.ui.connections.connect_page import ConnectPage

    # Loaded only once the window stands: the workspace is most of the program.
    from sinch_cache_gui.ui.workspace import Workspace

DEFAULT_SIZE = QSize(1440, 900)
NOTICE_WIDTH = 544


class MainWindow(QMainWindow):
    """Frames the open caches, one of them in view, and forwards what the user wants.

    Attributes:
        connect_requested: The user wants to open a `Profile`.
        cancel_requested: The user wants no other cache after all.
        forget_requested: A `Profile` shall no longer be among those opened before.
        close_cache_requested: The user is done with this `Workspace`.
        close_requested: The user wants to leave.
    """

    connect_requested = Signal(object)
    cancel_requested = Signal()
    forget_requested = Signal(object)
    close_cache_requested = Signal(object)
    close_requested = Signal()

    def __init__(self, theme: Theme, notices: Notices) -> None:
        super().__init__()
        self._theme = theme
        self._workspace: Workspace | None = None
        self._workspaces: list[Workspace] = []
        self._may_close = False
        self.strip = TopStrip(theme)
        self._connect_page: ConnectPage | None = None
        self._pages = QStackedWidget()
        self._pages.addWidget(QWidget())
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
        self.setWindowTitle(self.tr("Sinch cache"))
        self.resize(DEFAULT_SIZE)

    def take_shape(self, shape: WindowShape) -> None:
        """Be as large as the window was left, if the screen still has that room."""
        if shape.width and shape.height:
            room = self.screen().availableGeometry().size()
            self.resize(QSize(shape.width, shape.height).boundedTo(room))
        if shape.is_maximized:
            self.setWindowState(Qt.WindowState.WindowMaximized)

    def shape_since(self, shape: WindowShape) -> WindowShape:
        """Answer how the window is left; what cannot be told now is as it was in `shape`."""
        size = self.normalGeometry().size() if self.isMaximized() else self.size()
        if not size.isEmpty():
            shape = replace(shape, width=size.width(), height=size.height())
        shape = replace(shape, is_maximized=self.isMaximized())
        return shape if self._workspace is None else self._workspace.in_shape(shape)

    @property
    def connect_page(self) -> ConnectPage:
        """Where a cache is chosen; made once it is wanted: the window stands sooner without it."""
        from sinch_cache_gui.ui.connections.connect_page import ConnectPage

        if self._connect_page is None:
            page = self._connect_page = ConnectPage(self._theme)
            page.connect_requested.connect(self.connect_requested)
            page.cancel_requested.connect(self.cancel_requested)
            page.forget_requested.connect(self.forget_requested)
            self._pages.addWidget(page)
        return self._connect_page

    @property
    def workspace(self) -> Workspace | None:
        """The cache shown, None while there is none."""
        return self._workspace

    @property
    def workspaces(self) -> Sequence[Workspace]:
        """The open caches, in the order they were opened."""
        return tuple(self._workspaces)

    def set_commands(self, commands: Sequence[Command]) -> None:
        """Feed the menu and the shortcuts of the window."""
        menu = CommandMenu(commands, self._theme, self)
        self.strip.set_menu(menu)
        of_caches = [menu.action(name) for name in ("cache.open", "cache.close")]
        self.strip.set_caches_menu(CachesMenu(self, self._theme, of_caches))

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

    def show_connections(self, profile: Profile, known: Sequence[Profile]) -> None:
        """Ask which cache to open; Cancel comes back to the one that is open."""
        self.connect_page.show_known(known)
        self.connect_page.show_form(profile, is_cancellable=self._workspace is not None)
        self._pages.setCurrentWidget(self.connect_page)

    def show_workspace(self, workspace: Workspace) -> None:
        """Show a connected cache; those that were open stay open."""
        if workspace not in self._workspaces:
            self._workspaces.append(workspace)
            self._pages.addWidget(workspace)
            workspace.live_shown.connect(self._show_live)
            self._tell_of_others()
        self._workspace = workspace
        self._pages.setCurrentWidget(workspace)
        self.notice_bar.keep_within(workspace.tree)
        facts = workspace.backend.facts
        self.strip.show_cache(
            facts, workspace.prefix_text, is_read_only=workspace.backend.is_read_only
        )
        self._show_live()
        self._title(facts.label)
        workspace.focus_tree()

    def show_next_workspace(self, step: int) -> None:
        """Show the open cache so many places further on, round and round."""
        if self._workspace is not None:
            at = self._workspaces.index(self._workspace) + step
            self.show_workspace(self._workspaces[at % len(self._workspaces)])

    def forget_workspace(self, workspace: Workspace) -> None:
        """Let go of a cache, and show the one before it, if there is one.

        Its widget is only hidden: it may be deleted once nothing is at work in it any more.
        """
        at = self._workspaces.index(workspace)
        self._workspaces.remove(workspace)
        self._tell_of_others()
        self._pages.removeWidget(workspace)
        workspace.hide()
        if workspace is not self._workspace:
            return
        self._workspace = None
        self.notice_bar.keep_within(None)
        if self._workspaces:
            self.show_workspace(self._workspaces[max(at - 1, 0)])

    def reconnect(self) -> None:
        """Try a lost connection again at once."""
        if self._workspace is not None:
            self._workspace.backend.retry_now()

    def focusNextPrevChild(self, is_next: bool) -> bool:
        return go_on(self, is_forward=is_next)

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

    def _tell_of_others(self) -> None:
        for workspace in self._workspaces:
            workspace.tree.view.know_other_caches(are_open=len(self._workspaces) > 1)

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
