"""What the window can do, as data: one list feeds the menu and the shortcuts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from sinch_cache_gui.ui import icons
from sinch_cache_gui.ui.theme import Theme


@dataclass(frozen=True, slots=True)
class Command:
    """One thing the user can do from anywhere in the window.

    Attributes:
        name: Unique, as "key.create".
        title: What the menu says.
        group: Commands of one group stand together.
        run: Does it.
        shortcut: As "Ctrl+N"; empty for none.
        icon: A name of the icon library; empty for none.
        is_enabled: Whether it can be done now.
        is_checked: For a command that turns something on and off, whether it is on.
    """

    name: str
    title: str
    group: str
    run: Callable[[], None]
    shortcut: str = ""
    icon: str = ""
    is_enabled: Callable[[], bool] = lambda: True
    is_checked: Callable[[], bool] | None = None


class CommandMenu(QMenu):
    """The menu of all commands; its actions carry the shortcuts of the whole window."""

    def __init__(self, commands: Sequence[Command], theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._actions: list[tuple[Command, QAction]] = []
        for _group, members in groupby(commands, key=lambda command: command.group):
            if self._actions:
                self.addSeparator()
            for command in members:
                self._add(command, window)
        self.aboutToShow.connect(self.refresh)
        theme.changed.connect(self._paint_icons)
        self._paint_icons()

    def action(self, name: str) -> QAction:
        """Answer the action of a command, to be put elsewhere too.

        Raises:
            KeyError: There is no such command.
        """
        for command, action in self._actions:
            if command.name == name:
                return action
        raise KeyError(name)

    def refresh(self) -> None:
        """Ask every command anew whether it can be done and whether it is on."""
        for command, action in self._actions:
            action.setEnabled(command.is_enabled())
            if command.is_checked is not None:
                action.setChecked(command.is_checked())

    def _add(self, command: Command, window: QWidget) -> None:
        action = QAction(command.title, window)
        action.setObjectName(command.name)
        if command.shortcut:
            action.setShortcut(QKeySequence(command.shortcut))
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setCheckable(command.is_checked is not None)
        action.triggered.connect(lambda _checked=False: self._run(command))
        window.addAction(action)
        self.addAction(action)
        self._actions.append((command, action))

    def _run(self, command: Command) -> None:
        if command.is_enabled():
            command.run()
        self.refresh()

    def _paint_icons(self) -> None:
        for command, action in self._actions:
            if command.icon:
                action.setIcon(icons.drawn(command.icon, color=self._theme.tokens.muted))
