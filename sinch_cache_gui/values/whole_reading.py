"""Reading all of a value that is too large to edit: in pieces, and only as one value."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from sinch_cache_gui.cache.interface import LONG_STRING_BYTES, CacheBackend
from sinch_cache_gui.pacing import Breather


async def read_whole(
    backend: CacheBackend, key: bytes, size: int, progressed: Callable[[int], None]
) -> bytes | None:
    """Answer the string that `key` holds; None where it is another than when the reading began.

    Args:
        backend: The cache.
        key: The key's bytes.
        size: How many bytes it is known to have.
        progressed: Called with the bytes there are so far.
    """
    gathered = BytesIO()
    breathe = Breather()
    while (at := gathered.tell()) < size:
        piece = await backend.piece(key, at, min(LONG_STRING_BYTES, size - at))
        if not piece:
            return None
        gathered.write(piece)
        progressed(at + len(piece))
        await breathe()
    data = gathered.getvalue()  # no copy: it hands out what it has written into
    # Somebody may have written between two pieces; then one of those before is another by now.
    return data if await backend.holds(key, data) else None
