"""How much of a long command has gone and how much of its answer has come, for who wants to know.

Between the pane that shows it and the connection that knows it there are a dozen layers, none of
which cares: so it is told to the task that waits, not handed through all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, TypeAlias


@dataclass(frozen=True, slots=True)
class Transfer:
    """One exchange with a server at a moment.

    Attributes:
        sent: Bytes of the commands that have arrived, as far as this machine is told.
        to_send: Bytes of the commands.
        received: Bytes of the answers that have come.
    """

    sent: int
    to_send: int
    received: int


Watch: TypeAlias = Callable[[Transfer], None]
"""Called whenever something has moved, and about once a second while nothing does."""

_watch: Final[ContextVar[Watch | None]] = ContextVar("_watch", default=None)


@contextmanager
def watched(watch: Watch) -> Iterator[None]:
    """Have `watch` told of every exchange that this task waits for within the block."""
    token = _watch.set(watch)
    try:
        yield
    finally:
        _watch.reset(token)


def watch_of_this_task() -> Watch | None:
    """Answer who wants to know of the exchanges of this task; None if nobody does."""
    return _watch.get()
