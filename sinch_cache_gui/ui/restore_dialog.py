"""Asks how long a restored key shall live."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from sinch_cache_gui.cache.interface import DEFAULT_TTL_S, KeyType, Ttl, TtlPolicy
from sinch_cache_gui.keyspace.black_box import LastSeen
from sinch_cache_gui.keyspace.expiry import format_countdown, format_time
from sinch_cache_gui.ui.editor.key_label import elided_key
from sinch_cache_gui.ui.key_tree.cells import bytes_text
from sinch_cache_gui.ui.theme import GRID, Theme

KEY_LENGTH = 60
PREVIEW_BYTES = 120


class RestoreDialog(QDialog):
    """Shows what was seen last of a key, and offers times to live.

    Attributes:
        restore_chosen: Carries a `Ttl`.
    """

    restore_chosen = Signal(object)

    def __init__(self, theme: Theme, seen: LastSeen, parent: QWidget) -> None:
        super().__init__(parent)
        key = elided_key(seen.snapshot.key, KEY_LENGTH)
        self.setWindowTitle(self.tr("Restore {}").format(key))
        self.setMinimumWidth(420)
        self._choices = QButtonGroup(self)
        self._ttls: list[Ttl] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        for text, name in (
            (key, "title"),
            (self._what(seen), ""),
            (_preview(seen), "muted"),
            (self.tr("It shall live for:"), "title"),
        ):
            label = QLabel(text)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setObjectName(name)
            if name == "muted":
                label.setFont(theme.monospace())
            column.addWidget(label)
        default = self.tr("An hour, as a function's key by default")
        left_ms = seen.left_ms
        if left_ms is not None:
            left = format_countdown(left_ms)
            self._offer(self.tr("{}, the time it had left when it was seen").format(left), left_ms)
            self._offer(default, DEFAULT_TTL_S * 1000)
            self._offer(self.tr("Ever: no expiry"), TtlPolicy.NO_EXPIRY)
        elif seen.knows_ttl:
            self._offer(self.tr("Ever: it had no expiry"), TtlPolicy.NO_EXPIRY)
            self._offer(default, DEFAULT_TTL_S * 1000)
        else:
            self._offer(default, DEFAULT_TTL_S * 1000)
            self._offer(self.tr("Ever: no expiry"), TtlPolicy.NO_EXPIRY)
        for button in self._choices.buttons():
            column.addWidget(button)
        self._choices.buttons()[0].setChecked(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        restore = buttons.addButton(self.tr("Restore"), QDialogButtonBox.ButtonRole.AcceptRole)
        restore.setProperty("primary", True)
        column.addSpacing(GRID)
        column.addWidget(buttons)
        buttons.accepted.connect(self._choose)
        buttons.rejected.connect(self.reject)

    def _what(self, seen: LastSeen) -> str:
        taken = seen.snapshot
        size = bytes_text(len(taken.payload))
        if taken.type != KeyType.STRING:
            size = self.tr("{} of DUMP").format(size)
        when = format_time(seen.at_ms)
        told = self.tr("{}, {}, as seen at {}.").format(taken.type, size, when)
        if seen.is_outdated:
            told += " " + self.tr("It was written again after that; the newer value was not seen.")
        return told

    def _offer(self, text: str, ttl: Ttl) -> None:
        button = QRadioButton(text)
        self._choices.addButton(button, len(self._ttls))
        self._ttls.append(ttl)

    def _choose(self) -> None:
        self.accept()
        self.restore_chosen.emit(self._ttls[self._choices.checkedId()])


def _preview(seen: LastSeen) -> str:
    taken = seen.snapshot
    if taken.type != KeyType.STRING:
        return ""
    head = taken.payload[:PREVIEW_BYTES].decode("utf-8", "replace")
    shown = "".join(c if c.isprintable() else " " for c in head)
    return shown + ("…" if len(taken.payload) > PREVIEW_BYTES else "")
