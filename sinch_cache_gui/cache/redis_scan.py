"""Walking the keys of a Redis server, all of them or those of one type."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from redis import exceptions

from sinch_cache_gui.cache.errors import NotPermitted
from sinch_cache_gui.cache.interface import KeyType, ScanCursor, ScanPage
from sinch_cache_gui.cache.redis_errors import is_command_refused
from sinch_cache_gui.cache.redis_line import Reply
from sinch_cache_gui.cache.redis_node import RedisNode


class RedisScan:
    """SCAN, a page at a time.

    Where the server cannot choose by type (TYPE came with Redis 6.0, and a proxy may not pass it
    on), each key of a page is asked instead.
    """

    def __init__(
        self, node: RedisNode, types: Callable[[Sequence[bytes]], Awaitable[list[str | None]]]
    ) -> None:
        """Have asked nothing yet.

        Args:
            node: The server.
            types: Answers the types of keys.
        """
        self._node = node
        self._types = types
        self._refused: set[str] = {KeyType.NO_ACCESS}  # our own name: no server knows it

    async def page(
        self, cursor: ScanCursor | None, pattern: bytes | None, count: int, type_: str | None
    ) -> ScanPage:
        """As `CacheBackend.scan_page`."""
        at = b"0" if cursor is None else cursor
        if not isinstance(at, bytes):
            raise TypeError(f"not a cursor of this cache: {cursor!r}")
        match = () if pattern is None else (b"MATCH", pattern)
        command = (b"SCAN", at, *match, b"COUNT", max(count, 1))
        if type_ is not None and type_ not in self._refused:
            (reply,) = await self._node.ask_many([(*command, b"TYPE", type_)])
            if not isinstance(reply, exceptions.ResponseError):
                return _parse_page(self._node.checked(reply))
        # If the type was not what it refused, it refuses this too: that is told.
        (reply,) = await self._node.ask_many([command])
        if is_command_refused(reply):
            raise NotPermitted(
                "This user may not list keys (SCAN); a key can still be opened by its name"
            )
        page = _parse_page(self._node.checked(reply))
        if type_ is None:
            return page
        self._refused.add(type_)
        types = await self._types(page.keys)
        keys = [key for key, kind in zip(page.keys, types, strict=True) if kind == type_]
        return ScanPage(keys, page.next)


def _parse_page(reply: Reply) -> ScanPage:
    match reply:
        case [bytes() as following, list() as keys]:
            return ScanPage(keys, None if following == b"0" else following)
    raise TypeError(f"SCAN answered {reply!r}")
