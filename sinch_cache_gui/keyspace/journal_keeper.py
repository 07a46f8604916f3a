"""Keeps the journal on disk as it is written, beside the loop and in order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from sinch_cache_gui.keyspace.journal import Journal, JournalEntry
from sinch_cache_gui.keyspace.journal_file import JournalFile


class JournalKeeper:
    """Stands between the journal of one cache and its file. One thread, so lines keep their order.

    Args:
        journal: What is written.
        file: Where it is kept.
        failed: Called once, on the loop, with why the disk refuses.
        outlives_sessions: Whether the cache is still there after this program has ended.
    """

    def __init__(
        self,
        journal: Journal,
        file: JournalFile,
        failed: Callable[[OSError], None],
        *,
        outlives_sessions: bool,
    ) -> None:
        self._journal = journal
        self._file = file
        self._failed = failed
        self._outlives_sessions = outlives_sessions
        self._has_failed = False
        self._is_closed = False
        self._waiting: deque[JournalEntry] = deque()
        self._thread = ThreadPoolExecutor(1, "journal")
        self._loop = asyncio.get_running_loop()
        journal.listen(self._keep)

    async def recall(self) -> None:
        """Read what earlier sessions wrote into the journal; nothing once closed."""
        if self._is_closed:
            return
        earlier = await asyncio.wrap_future(self._thread.submit(self._file.earlier))
        if not self._outlives_sessions:
            earlier = [replace(entry, has_lost_cache=True) for entry in earlier]
        self._journal.adopt_earlier(earlier)

    async def aclose(self) -> None:
        """Wait until everything is on disk. May be called twice; what comes later is not kept."""
        if self._is_closed:
            return
        self._is_closed = True
        self._thread.submit(self._file.close)
        await asyncio.to_thread(self._thread.shutdown)

    def _keep(self, entry: JournalEntry) -> None:
        if self._is_closed:
            return
        is_first = not self._waiting
        self._waiting.append(entry)
        if is_first:  # the thread takes those that come meanwhile in the same go
            self._thread.submit(self._append_waiting).add_done_callback(self._note_outcome)

    def _append_waiting(self) -> None:
        refusal: OSError | None = None
        while self._waiting:
            entry = self._waiting.popleft()
            try:
                self._file.append(entry)
            except OSError as error:
                refusal = error
        if refusal is not None:
            raise refusal

    def _note_outcome(self, done: Future[None]) -> None:
        error = done.exception()
        if error is not None:
            self._loop.call_soon_threadsafe(self._tell, error)

    def _tell(self, error: BaseException) -> None:
        if not isinstance(error, OSError):
            raise error
        if not self._has_failed:
            self._has_failed = True
            self._failed(error)
