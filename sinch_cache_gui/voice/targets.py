"""Who answers a callback."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.interface import CacheBackend, FunctionCache
from sinch_cache_gui.voice.callbacks import Callback
from sinch_cache_gui.voice.recording import CacheOperation, RecordingCache

OperationListener: TypeAlias = Callable[[CacheOperation], None]


@dataclass(frozen=True, slots=True)
class Answered:
    """The function answered.

    Attributes:
        body: The bytes of the reply.
        status: The HTTP status; None where the function was called without HTTP.
        deliveries: How often the callback was delivered; the first reply counts.
    """

    body: bytes
    status: int | None = None
    deliveries: int = 1

    @property
    def is_success(self) -> bool:
        """Whether the status, if there is one, says that all went well."""
        return self.status is None or 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Failed:
    """The function gave no answer.

    Attributes:
        title: One line for people.
        detail: What to know or to do about it; may be empty.
    """

    title: str
    detail: str = ""


Reply: TypeAlias = Answered | Failed


class Target(Protocol):
    """Who answers callbacks: the built-in function, or one behind a URL."""

    @property
    def label(self) -> str:
        """Who it is, for people: "built-in function", "localhost:3000"."""
        ...

    async def answer(self, callback: Callback, on_operation: OperationListener) -> Reply:
        """Hand over a callback and wait for the reply; a failure is an answer, too.

        Args:
            callback: What is sent.
            on_operation: Told of each cache operation of this callback, where they can be told.
        """
        ...


VoiceFunction: TypeAlias = Callable[[Callback, FunctionCache], Awaitable[bytes]]
"""A function as it is written: a callback and the cache in, the bytes of the reply out."""


class BuiltinTarget:
    """Calls a function inside this process, with its cache operations recorded."""

    def __init__(
        self, function: VoiceFunction, cache: CacheBackend, now_ms: Callable[[], int]
    ) -> None:
        self._function = function
        self._cache = cache
        self._now_ms = now_ms

    @property
    def label(self) -> str:
        """Who it is, for people."""
        return "built-in function"

    async def answer(self, callback: Callback, on_operation: OperationListener) -> Reply:
        """Call the function. An error of the cache fails the callback, as it fails a server."""
        call_id = callback.call_id or ""
        cache = RecordingCache(self._cache, call_id, callback.event, self._now_ms, on_operation)
        try:
            return Answered(await self._function(callback, cache))
        except CacheError as error:
            return Failed(f"The function failed: {error.title}", error.detail)
