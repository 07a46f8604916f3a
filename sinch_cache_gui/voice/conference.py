"""Keys pressed in a conference that listens for them.

Documented: with `conferenceDtmfOptions.mode` `detect` a PIE is sent when `maxDigits` are collected
(default 1), at `#`, or after `timeoutMills` of silence (default 3,000). Whether that silence counts
before the first key, and whether `#` is part of the digits, is assumed.
"""

from __future__ import annotations

from sinch_cache_gui.assumptions import CallAssumptions
from sinch_cache_gui.voice.callbacks import InputMethod, MenuResult, MenuResultType
from sinch_cache_gui.voice.menu import (
    DigitTaken,
    InputIgnored,
    MenuFinished,
    MenuStep,
    SilenceNoticed,
)
from sinch_cache_gui.voice.svaml import DetectDigits


class ConferenceDigits:
    """Collects one sequence."""

    def __init__(self, options: DetectDigits, assumptions: CallAssumptions, now_ms: int) -> None:
        self._options = options
        self._assumptions = assumptions
        self._collected = ""
        is_timed = assumptions.conference_times_first_key
        self._deadline_ms = now_ms + options.timeout_ms if is_timed else None

    @property
    def deadline_ms(self) -> int | None:
        """When silence completes the sequence; None where nothing is timed."""
        return self._deadline_ms

    def press(self, digit: str, now_ms: int) -> list[MenuStep]:
        """Somebody presses a key."""
        late = self.pass_time(now_ms)
        if late:  # the sequence was over before this key
            return [InputIgnored(digit, "It comes after the time was up."), *late]
        if digit == "#":
            if self._collected and self._assumptions.conference_keeps_hash:
                self._collected += digit
            return [DigitTaken(digit), *self._finish()]
        self._collected += digit
        taken = DigitTaken(digit)
        if len(self._collected) >= self._options.max_digits:
            return [taken, *self._finish()]
        self._deadline_ms = now_ms + self._options.timeout_ms
        return [taken]

    def pass_time(self, now_ms: int) -> list[MenuStep]:
        """Time goes on without a key."""
        if self._deadline_ms is None or now_ms < self._deadline_ms:
            return []
        if self._collected:
            return [SilenceNoticed(), *self._finish()]
        self._deadline_ms = None
        return [SilenceNoticed(), MenuFinished(MenuResult(MenuResultType.TIMEOUT, None))]

    def _finish(self) -> list[MenuStep]:
        if not self._collected:
            return []
        self._deadline_ms = None
        result = MenuResult(MenuResultType.SEQUENCE, None, self._collected, InputMethod.DTMF)
        return [MenuFinished(result)]
