"""Where a call stands and what has happened in it, told to a listener as it happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sinch_cache_gui.voice.call_events import (
    CallbackFinished,
    CallbackRecord,
    CallEvent,
    CallListener,
    CallPhase,
    CallState,
    LineKind,
    StateChanged,
    TranscriptGrew,
    TranscriptLine,
)
from sinch_cache_gui.voice.callbacks import Event


class CallStory:
    """The state, the callbacks and the transcript of one call.

    Args:
        call_id: Of the call.
        now_ms: The call's clock.
        listener: Told of everything.
    """

    def __init__(self, call_id: str, now_ms: Callable[[], int], listener: CallListener) -> None:
        self._now_ms = now_ms
        self._listener = listener
        self.state = CallState(call_id)
        self.records: list[CallbackRecord] = []
        self.transcript: list[TranscriptLine] = []

    def become(
        self, phase: CallPhase, *, waiting_for: Event | None = None, menu_id: str | None = None
    ) -> None:
        """The call stands there now."""
        new = replace(self.state, phase=phase, waiting_for=waiting_for, menu_id=menu_id)
        if new != self.state:
            self.state = new
            self.emit(StateChanged(new))

    def note(self, text: str) -> None:
        """Something happened to the call."""
        self.tell(LineKind.NOTE, text)

    def tell(self, kind: LineKind, text: str) -> None:
        """The transcript has one line more."""
        line = TranscriptLine(kind, text, self._now_ms())
        self.transcript.append(line)
        self.emit(TranscriptGrew(line))

    def record(self, record: CallbackRecord) -> None:
        """A callback has its outcome."""
        self.records.append(record)
        self.emit(CallbackFinished(record))

    def emit(self, event: CallEvent) -> None:
        """Tell the listener."""
        self._listener(event)
