"""The menu of the open caches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from sinch_cache_gui.ui import icons
from sinch_cache_gui.ui.theme import Theme

if TYPE_CHECKING:
    from sinch_cache_gui.ui.main_window import MainWindow
    from sinch_cache_gui.ui.workspace import Workspace


class CachesMenu(QMenu):
    """Goes to another open cache, opens one more, closes this one.

    Args:
        window: Knows the open caches.
        theme: Colours of the environments.
        further: What stands below the caches.
    """

    def __init__(self, window: MainWindow, theme: Theme, further: Sequence[QAction]) -> None:
        super().__init__(window)
        self._window = window
        self._theme = theme
        self._further = further
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        for workspace in self._window.workspaces:
            self._add(workspace)
        self.addSeparator()
        self.addActions(self._further)

    def _add(self, workspace: Workspace) -> None:
        facts, tokens = workspace.backend.facts, self._theme.tokens
        colour = tokens.production if facts.is_production_like else tokens.development
        action = self.addAction(cache_name(workspace))
        action.setIcon(icons.drawn("mdi6.database-outline", color=colour))
        action.setToolTip(facts.product)
        if workspace is self._window.workspace:
            font = action.font()
            font.setBold(True)
            action.setFont(font)
        action.triggered.connect(lambda: self._window.show_workspace(workspace))


def cache_name(workspace: Workspace) -> str:
    """Answer what the open caches are told apart by: label and prefix, with a dot if unsaved."""
    name = workspace.backend.facts.label
    if workspace.prefix_text:
        name = f"{name}  {workspace.prefix_text}"
    return f"{name}  ●" if workspace.editors.unsaved() else name
