"""A TTL is changed only while the key has the one that the user saw when asking for it."""

from __future__ import annotations

from sinch_cache_gui.cache.errors import TtlMoved
from sinch_cache_gui.cache.interface import (
    ExpireAt,
    ExpireIn,
    MoveDeadline,
    Persist,
    TtlChange,
    TtlChanged,
)
from sinch_cache_gui.values.document_state import Attempt, Failure


def compared(change: TtlChange, seen_ms: int | None, now_ms: int) -> TtlChange:
    """Answer a change that is made only while the key has the deadline that was seen.

    Args:
        change: What is asked for. An extension stays as it is: it adds to what others did.
        seen_ms: The deadline that was seen; None for no expiry.
        now_ms: The time by the backend's clock.
    """
    match change:
        case ExpireIn(ms):
            return MoveDeadline(seen_ms, now_ms + ms)
        case ExpireAt(deadline_ms):
            return MoveDeadline(seen_ms, deadline_ms)
        case Persist():
            return MoveDeadline(seen_ms, None)
    return change


def refusal(change: TtlChange, outcome: TtlChanged) -> Failure | None:
    """Answer that a change was not made because somebody else had made one; None if it was."""
    if not isinstance(change, MoveDeadline) or not change.was_refused(outcome):
        return None
    error = TtlMoved(
        "somebody else changed it meanwhile",
        "What is shown now is theirs. Set yours again if it is still wanted.",
    )
    return Failure(Attempt.CHANGE_TTL, error)
