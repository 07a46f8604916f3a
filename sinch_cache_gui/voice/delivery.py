"""Callbacks that arrive twice, late, or after the next one, as they do on real networks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from sinch_cache_gui.voice.call_events import CallOptions
from sinch_cache_gui.voice.callbacks import Callback
from sinch_cache_gui.voice.scenario import Deviations
from sinch_cache_gui.voice.targets import Answered, Failed, OperationListener, Reply, Target


class DeviatingTarget:
    """Hands callbacks to another target, not always once, at once, or in order.

    A callback that comes after the next one, or later than the platform waits, has had no reply in
    time: that is what the call is answered, and the function hears of it all the same.

    Args:
        target: Who answers.
        deviations: What goes wrong.
        sleep: Lets seconds pass, by whatever clock the call lives on.
        patience_s: How long the platform waits for a reply.
    """

    def __init__(
        self,
        target: Target,
        deviations: Deviations,
        sleep: Callable[[float], Awaitable[None]],
        patience_s: float,
    ) -> None:
        self._target = target
        self._deviations = deviations
        self._sleep = sleep
        self._patience_s = patience_s
        self._held: list[Callback] = []

    @property
    def label(self) -> str:
        """Who answers, for people."""
        return self._target.label

    async def answer(self, callback: Callback, on_operation: OperationListener) -> Reply:
        """Deliver as the deviations say."""
        held, self._held = self._held, []
        event = callback.event
        if event in self._deviations.swapped and not held:
            self._held.append(callback)
            return Failed("Held back: it is delivered after the next callback")
        delay_s = self._deviations.delays_s.get(event, 0.0)
        if delay_s:
            await self._sleep(delay_s)
        reply = await self._target.answer(callback, on_operation)
        if event in self._deviations.duplicated:
            await self._target.answer(callback, on_operation)
            if isinstance(reply, Answered):
                reply = replace(reply, deliveries=2)
        for late in held:
            await self._target.answer(late, on_operation)
        if delay_s >= self._patience_s:
            return Failed(
                f"Delivered {delay_s:g} s late: nobody waited for the reply",
                f"A reply is waited for {self._patience_s:g} s.",
            )
        return reply


def deviating(
    target: Target,
    options: CallOptions,
    deviations: Deviations,
    sleep: Callable[[float], Awaitable[None]],
) -> tuple[Target, CallOptions]:
    """Answer who answers a call with these deviations, and how it is simulated then.

    Args:
        target: Who answers.
        options: How the call is simulated.
        deviations: What goes wrong; if nothing does, both are as they were.
        sleep: Lets seconds pass, by whatever clock the call lives on.
    """
    if not deviations.are_any:
        return target, options
    patience_ms = options.assumptions.reply_timeout_ms
    # How long the platform waits is told by the target; the call waits for what the target tells.
    latest_ms = round(max(deviations.delays_s.values(), default=0) * 1000)
    patient = replace(options.assumptions, reply_timeout_ms=patience_ms * 3 + latest_ms)
    late = DeviatingTarget(target, deviations, sleep, patience_ms / 1000)
    return late, replace(options, assumptions=patient)
