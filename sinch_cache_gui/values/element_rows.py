"""What a change of an element makes of the row that showed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sinch_cache_gui.cache.element_change import (
    ElementChange,
    FieldChange,
    FieldRename,
    FieldTtlChange,
    ListInsertion,
    ListPush,
    ListRemoval,
    ListReplacement,
    MemberChange,
    ScoreChange,
    ScoredRename,
    StreamAddition,
    StreamRestoration,
    score_text,
)
from sinch_cache_gui.cache.interface import TtlPolicy
from sinch_cache_gui.values.element_edits import Row, element_of


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row gives way to another.

    Attributes:
        at: Where it is; None where there was none, and the new one has no place of its own.
        row: What it shows from then on; None where it goes.
        deadline_ms: When it expires by itself from then on; None for never, KEEP for as before.
    """

    at: int | None
    row: Row | None
    deadline_ms: int | TtlPolicy | None = TtlPolicy.KEEP


def row_change(
    rows: Sequence[Row], change: ElementChange, *, near: Sequence[int] = ()
) -> RowChange | None:
    """Answer how `change` shows among `rows`.

    Args:
        rows: What is shown.
        change: What was made of an element.
        near: Where to look first; an element that is new is looked for nowhere else.

    Returns:
        None where the places of other rows change with it, or it shows nowhere.
    """
    new = _row_after(change)
    name = element_of(change)
    match change:
        case FieldChange(before=None, deadline_ms=deadline_ms):
            return RowChange(_at_hand(rows, name, near), new, deadline_ms)
        case ScoreChange(before=None) | MemberChange(before=None):
            return RowChange(_at_hand(rows, name, near), new, None)
        case ListInsertion() | ListPush() | ListRemoval() | StreamAddition() | StreamRestoration():
            return None
    at = _at_hand(rows, name, near)
    if at is None:
        at = next((at for at, row in enumerate(rows) if row[0] == name), None)
    if at is None:
        return None
    if isinstance(change, FieldTtlChange):
        return RowChange(at, new, change.after_ms)
    return RowChange(at, new)


def _row_after(change: ElementChange) -> Row | None:
    match change:
        case FieldChange(name, _, bytes() as after):
            return (name, after)
        case FieldRename(_, to, value):
            return (to, value)
        case FieldTtlChange(name, value):
            return (name, value)
        case ListReplacement(index, _, after):
            return (b"%d" % index, after)
        case MemberChange(_, bytes() as after):
            return (after,)
        case ScoreChange(member, _, float() as after):
            return (member, score_text(after))
        case ScoredRename(_, to, score):
            return (to, score_text(score))
    return None


def _at_hand(rows: Sequence[Row], name: bytes, near: Sequence[int]) -> int | None:
    return next((at for at in near if 0 <= at < len(rows) and rows[at][0] == name), None)
