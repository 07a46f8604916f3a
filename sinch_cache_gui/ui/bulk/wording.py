"""What came of an operation on many keys, for people."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication

from sinch_cache_gui.keyspace.bulk import BulkReport, Refusal
from sinch_cache_gui.ui.editor.key_label import elided_key

KEY_LENGTH = 60
"""Characters of a key among others."""

REASONS_SHOWN = 5


def counted(count: int) -> str:
    """Answer "1 key", "2 keys"."""
    return _tr("1 key") if count == 1 else _tr("{:,} keys").format(count)


def part_of(report: BulkReport) -> str:
    """Answer how many keys it was done to: all of them, or a part."""
    if report.done == report.total:
        return counted(report.done)
    return _tr("{:,} of {}").format(report.done, counted(report.total))


def listed(keys: Iterable[bytes], *, has_more: bool) -> str:
    """Answer keys on one line."""
    names = ", ".join(elided_key(key, KEY_LENGTH) for key in keys)
    return f"{names}, …" if has_more else names


def report_lines(report: BulkReport) -> list[str]:
    """Answer a line for each thing that kept keys from being done."""
    lines: list[str] = []
    if report.gone:
        lines.append(_tr("Already gone: {:,}").format(report.gone))
    if report.unchanged:
        lines.append(_tr("Were so already, or had no TTL to add to: {:,}").format(report.unchanged))
    lines += [_refusal_line(refusal) for refusal in report.refused[:REASONS_SHOWN]]
    if len(report.refused) > REASONS_SHOWN:
        more = len(report.refused) - REASONS_SHOWN
        lines.append(_tr("… {:,} more reasons").format(more))
    if report.left:
        line = _tr("Left as they were: {:,}").format(report.left)
        lines.append(f"{line}. {report.ended_early}." if report.ended_early else f"{line}.")
    return lines


def _refusal_line(refusal: Refusal) -> str:
    names = listed(refusal.sample, has_more=refusal.count > len(refusal.sample))
    return f"{names}: {refusal.reason}"


def _tr(text: str) -> str:
    return QCoreApplication.translate("Bulk", text)
