"""How much is read of one key: all of it, or the head of a value too large to edit unasked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sinch_cache_gui.cache.interface import CacheBackend, StoredValue
from sinch_cache_gui.values.content import MAX_EDITED_BYTES, MAX_LOADED_BYTES, Content, content_of
from sinch_cache_gui.values.document_views import DocumentViews
from sinch_cache_gui.values.reading import Around, beheaded, nothing_around, read_lightly


class KeyReader:
    """Reads one key as far as it is shown, and says what its views show of it."""

    def __init__(self, backend: CacheBackend, key: bytes, views: DocumentViews) -> None:
        self._backend = backend
        self._key = key
        self._views = views
        self._limit = MAX_EDITED_BYTES

    def make_room_for(self, size: int) -> None:
        """Read strings of so many bytes whole from now on, if they can be edited at all."""
        if self._limit < size <= MAX_LOADED_BYTES:
            self._limit = MAX_LOADED_BYTES

    def hold_back(self) -> None:
        """Read a huge string no more from now on than its head, as in the beginning."""
        self._limit = MAX_EDITED_BYTES

    async def read(
        self, known: Iterable[bytes], reading: Around = nothing_around
    ) -> StoredValue | None:
        """Answer what the key holds; None where it does not exist.

        Args:
            known: What it may well hold: a long string is compared with these before it is read.
            reading: Put around the reading itself.
        """
        return await read_lightly(
            self._backend, self._key, limit=self._limit, known=known, reading=reading
        )

    def as_read(self, whole: StoredValue) -> StoredValue:
        """Answer a value that was read whole as `read` would have answered it."""
        return beheaded(whole, self._limit)

    async def content_of(self, stored: StoredValue) -> Content:
        """Answer what the views show of a value."""
        content = await content_of(stored, limit=self._limit, shows_whole=True)
        # What no text can say is edited as bytes, where there is a view for them.
        has_view = self._views.bytes_view_of(content) is not None
        return replace(content, reason="") if has_view else content
