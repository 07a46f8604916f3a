"""One callback there and its reply back: timed, checked and recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from sinch_cache_gui.voice.call_events import CallbackRecord
from sinch_cache_gui.voice.callbacks import Callback, Event
from sinch_cache_gui.voice.problems import Problem, Weight
from sinch_cache_gui.voice.recording import CacheOperation
from sinch_cache_gui.voice.svaml import CheckedReply, consequence_of_failure
from sinch_cache_gui.voice.svaml_check import check_body
from sinch_cache_gui.voice.targets import Failed, OperationListener, Reply, Target


async def exchange(
    callback: Callback,
    target: Target,
    *,
    number: int,
    now_ms: Callable[[], int],
    stopwatch: Callable[[], float],
    timeout_ms: int,
    on_operation: OperationListener,
    assumed: tuple[str, ...] = (),
) -> CallbackRecord:
    """Send `callback`, wait at most `timeout_ms` for the reply, and answer the whole story.

    Args:
        callback: What is sent.
        target: Who answers.
        number: Of this callback in its call.
        now_ms: The call's clock.
        stopwatch: Seconds of real time.
        timeout_ms: How long the reply is waited for.
        on_operation: Told of each cache operation at once.
        assumed: The fields of the callback whose content no document says.
    """
    operations: list[CacheOperation] = []

    def note(operation: CacheOperation) -> None:
        operations.append(operation)
        on_operation(operation)

    sent_ms, since = now_ms(), stopwatch()
    reply = await _ask(callback, target, timeout_ms, note)
    took_ms = (stopwatch() - since) * 1000
    checked = _check(callback.event, reply)
    failed = checked.svaml is None and callback.event.takes_svaml
    return CallbackRecord(
        number=number,
        callback=callback,
        sent_ms=sent_ms,
        took_ms=took_ms,
        reply=reply,
        svaml=checked.svaml,
        problems=checked.problems + _misplaced_ids(operations),
        operations=tuple(operations),
        consequence=consequence_of_failure(callback.event) if failed else "",
        assumed=assumed,
    )


async def _ask(
    callback: Callback, target: Target, timeout_ms: int, on_operation: OperationListener
) -> Reply:
    try:
        async with asyncio.timeout(timeout_ms / 1000):
            return await target.answer(callback, on_operation)
    except TimeoutError:
        return Failed(
            f"No reply within {timeout_ms / 1000:g} s",
            "How long the platform waits is not documented for this version of the callbacks.",
        )


def _check(event: Event, reply: Reply) -> CheckedReply:
    if isinstance(reply, Failed):
        problem = Problem(Weight.ERROR, "$", f"{reply.title}. {reply.detail}".strip())
        return CheckedReply(None, (_with_consequence(problem, event),))
    if not reply.is_success:
        told = f"The function answered with status {reply.status}."
        if 300 <= (reply.status or 0) < 400:
            told = f"{told} Redirects are not followed."
        problem = Problem(Weight.ERROR, "$", told)
        return CheckedReply(None, (_with_consequence(problem, event),))
    return check_body(event, reply.body)


def _with_consequence(problem: Problem, event: Event) -> Problem:
    return replace(problem, consequence=consequence_of_failure(event))


def _misplaced_ids(operations: list[CacheOperation]) -> tuple[Problem, ...]:
    """Keys such as `session:undefined`, each told once."""
    told = {operation.key: operation.warning for operation in operations if operation.warning}
    return tuple(Problem(Weight.WARNING, key, warning) for key, warning in told.items())
