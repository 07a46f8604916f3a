"""How long a call was and what it cost, as DICE tells it."""

from __future__ import annotations

from sinch_cache_gui.voice.call_events import CallEnd
from sinch_cache_gui.voice.callbacks import Callback, CallSetup, Money, dice


def debit_of(rate: Money, duration_s: int, *, per_minute: bool = True) -> Money:
    """Answer the price of a call: by the minutes begun, or by the second.

    The first is what the published example fits: 12 seconds at 0.0095 a minute cost 0.0095. How
    it is rounded is not documented.
    """
    minutes = -(-duration_s // 60) if per_minute else duration_s / 60
    return Money(rate.currency_id, round(rate.amount * minutes, 6))


def dice_of(
    setup: CallSetup,
    end: CallEnd,
    answered_ms: int | None,
    ended_ms: int,
    *,
    per_minute: bool = True,
) -> tuple[Callback, tuple[str, ...]]:
    """Answer the DICE of a call that was answered (or never was) and ended at these times.

    The second part names its fields whose content no document says.
    """
    duration_s = 0 if answered_ms is None else max(0, ended_ms - answered_ms) // 1000
    debit = debit_of(setup.user_rate, duration_s, per_minute=per_minute)
    callback = dice(
        setup,
        ended_ms,
        reason=end.reason,
        result=end.result,
        duration_s=duration_s,
        debit=debit,
    )
    return callback, (*end.assumed, "debit") if debit.amount else end.assumed
