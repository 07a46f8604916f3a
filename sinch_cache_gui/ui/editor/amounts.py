"""How much of how much has gone or come, for people."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication

from sinch_cache_gui.values.transit import Progress

_MEGABYTE: Final = 1_000_000


def amount_of(progress: Progress) -> str:
    """Answer how much of the value is through: "340 of 575 kB", "1.2 of 10.0 MB"."""
    if progress.whole < _MEGABYTE:
        return _tr("{} of {} kB").format(*map(_kilobytes, (progress.done, progress.whole)))
    return _tr("{} of {} MB").format(*map(_megabytes, (progress.done, progress.whole)))


def size_of(progress: Progress) -> str:
    """Answer how much it is in all: "575 kB", "10.0 MB"."""
    if progress.whole < _MEGABYTE:
        return _tr("{} kB").format(_kilobytes(progress.whole))
    return _tr("{} MB").format(_megabytes(progress.whole))


def _kilobytes(size: int) -> str:
    return f"{size / 1e3:,.0f}"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f}"


def _tr(text: str) -> str:
    return QCoreApplication.translate("EditorPane", text)
