"""What can be done with an element of the tree, as data: one list feeds the menu and the keys."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from sinch_cache_gui.ui.editor.json_tree.cells import tr


class TreeCommand(Enum):
    """One thing to do with the element the keyboard is at."""

    EDIT_VALUE = "edit value"
    RENAME = "rename"
    ADD_BEHIND = "add behind"
    ADD_INSIDE = "add inside"
    REMOVE = "remove"
    MOVE_UP = "move up"
    MOVE_DOWN = "move down"
    COPY_VALUE = "copy value"
    COPY_PATH = "copy path"
    SHOW_TEXT = "show text"
    UNDO = "undo"
    REDO = "redo"


@dataclass(frozen=True, slots=True)
class Entry:
    """How a command is reached.

    Attributes:
        command: The command.
        title: What the menu says.
        keys: As "Alt+Up".
        writes: Whether it changes the text.
    """

    command: TreeCommand
    title: str
    keys: str
    writes: bool = True


def command_groups() -> tuple[tuple[Entry, ...], ...]:
    """Answer all commands, in the order and the groups of the menu."""
    command = TreeCommand
    return (
        (
            Entry(command.EDIT_VALUE, tr("Edit value"), "F2"),
            Entry(command.RENAME, tr("Rename"), "Shift+F2"),
            Entry(command.ADD_BEHIND, tr("Add behind"), "Ins"),
            Entry(command.ADD_INSIDE, tr("Add inside"), "Alt+Ins"),
            Entry(command.REMOVE, tr("Remove"), "Del"),
            Entry(command.MOVE_UP, tr("Move up"), "Alt+Up"),
            Entry(command.MOVE_DOWN, tr("Move down"), "Alt+Down"),
        ),
        (
            Entry(command.COPY_VALUE, tr("Copy value"), "Ctrl+C", writes=False),
            Entry(command.COPY_PATH, tr("Copy path"), "Ctrl+Alt+C", writes=False),
            Entry(command.SHOW_TEXT, tr("Show in the text"), "Ctrl+Return", writes=False),
        ),
        (
            Entry(command.UNDO, tr("Undo"), "Ctrl+Z"),
            Entry(command.REDO, tr("Redo"), "Ctrl+Shift+Z"),
        ),
    )
