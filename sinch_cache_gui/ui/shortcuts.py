"""What the keyboard does, in words: for the overview of all shortcuts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QKeySequence

from sinch_cache_gui.ui.commands import Command
from sinch_cache_gui.ui.editor.json_tree.commands import command_groups
from sinch_cache_gui.ui.editor.view_switch import DIFFERENCE_KEYS, TREE_KEYS


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One thing the keyboard does.

    Attributes:
        what: What it does.
        keys: As "Ctrl+Shift+F"; several are separated by " or ".
    """

    what: str
    keys: str


@dataclass(frozen=True, slots=True)
class ShortcutGroup:
    """What the keyboard does in one place.

    Attributes:
        place: Where it has to be.
        shortcuts: What it does there.
    """

    place: str
    shortcuts: tuple[Shortcut, ...]


def shortcut_groups(commands: Sequence[Command]) -> tuple[ShortcutGroup, ...]:
    """Answer all shortcuts, those of `commands` first, which are heard in the whole window."""
    everywhere = (Shortcut(c.title.rstrip("…"), c.shortcut) for c in commands if c.shortcut)
    in_json_tree = (
        Shortcut(entry.title, entry.keys) for group in command_groups() for entry in group
    )
    return (
        ShortcutGroup(_tr("Everywhere"), tuple(everywhere)),
        _group(
            _tr("In the key tree"),
            (_tr("Open a key; expand or collapse a folder"), "Return"),
            (_tr("Expand a folder, or go to what is in it"), "Right"),
            (_tr("Collapse a folder, or go to the one around"), "Left"),
            (_tr("Expand or collapse a folder"), "Space"),
            (_tr("Go to the first or the last row"), "Home or End"),
            (_tr("Go to the next name that begins so"), _tr("its first letters")),
            (_tr("Rename"), "F2"),
            (_tr("Delete"), "Del"),
            (_tr("Copy key"), "Ctrl+C"),
            (_tr("Filter keys"), "Ctrl+F"),
        ),
        _group(
            _tr("In an open key"),
            (_tr("Save"), "Ctrl+S"),
            (_tr("Text or tree"), TREE_KEYS),
            (_tr("Difference from the value in the cache"), DIFFERENCE_KEYS),
            (_tr("Format"), "Ctrl+Shift+F"),
            (_tr("Compact"), "Ctrl+Shift+C"),
            (_tr("Find"), "Ctrl+F"),
            (_tr("Next match"), "F3"),
            (_tr("Previous match"), "Shift+F3"),
            (_tr("Undo"), "Ctrl+Z"),
            (_tr("Redo"), "Ctrl+Shift+Z"),
            (_tr("Close this key"), "Ctrl+W"),
            (_tr("Next open key"), "Ctrl+Tab"),
            (_tr("Previous open key"), "Ctrl+Shift+Tab"),
        ),
        ShortcutGroup(_tr("In the tree of a value"), tuple(in_json_tree)),
        _group(
            _tr("In bytes"),
            (_tr("Go to an offset"), "Ctrl+Shift+G"),
            (_tr("Insert or overwrite"), "Ins"),
        ),
        _group(
            _tr("In a table of elements"),
            (_tr("Edit the element"), "Return or F2"),
            (_tr("Delete the selected elements"), "Del"),
            (_tr("Copy"), "Ctrl+C"),
        ),
        _group(
            _tr("In the call"),
            (_tr("Press a key of the phone"), _tr("0 to 9, * or #")),
        ),
    )


def shown_keys(keys: str) -> str:
    """Answer keys as this system writes them."""
    parts = keys.split(" or ")
    known = [QKeySequence(part) for part in parts]
    # The text of a sentence is no sequence: Qt answers it with keys that have no name.
    if any(sequence.toString() != part for sequence, part in zip(known, parts, strict=True)):
        return keys
    native = QKeySequence.SequenceFormat.NativeText
    return _tr(" or ").join(sequence.toString(native) for sequence in known)


def _group(place: str, *told: tuple[str, str]) -> ShortcutGroup:
    return ShortcutGroup(place, tuple(Shortcut(what, keys) for what, keys in told))


def _tr(text: str) -> str:
    return QCoreApplication.translate("Shortcuts", text)
