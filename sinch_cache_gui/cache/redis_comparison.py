"""Whether a key of Redis holds certain bytes, told without fetching a long value at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from redis import exceptions

from sinch_cache_gui.cache.interface import LONG_STRING_BYTES, KeyType
from sinch_cache_gui.cache.redis_atomic_writes import ScriptsDenied, denies_scripts
from sinch_cache_gui.cache.redis_errors import is_command_refused
from sinch_cache_gui.cache.redis_line import Reply
from sinch_cache_gui.cache.redis_node import RedisNode
from sinch_cache_gui.cache.redis_reads import is_other_type
from sinch_cache_gui.cache.redis_script_texts import DIGEST
from sinch_cache_gui.pacing import Breather


async def holds(node: RedisNode, key: bytes, data: bytes, *, by_digest: bool) -> bool:
    """Answer whether `key` is a string of exactly these bytes.

    Args:
        node: The server.
        key: The key's bytes.
        data: What it may hold.
        by_digest: Ask for the digests of the pieces, not for the pieces: that takes a script.

    Raises:
        ScriptsDenied: The server runs no scripts for this user.
    """
    kind, size = await node.ask_many([("TYPE", key), ("STRLEN", key)])
    # Where the type may not be known, what has a length of that kind is a string.
    is_string = is_command_refused(kind) or node.checked(kind) == KeyType.STRING.encode()
    if not is_string or is_other_type(size):
        return False
    if node.checked(size) != len(data):
        return False
    breathe = Breather()
    # Each piece is asked for on its own, so that the server turns to others in between.
    for first, piece in _pieces(data):
        last = first + len(piece) - 1
        if by_digest:
            told = await _digest(node, key, first, last)
            is_held = told == hashlib.sha1(piece, usedforsecurity=False).hexdigest().encode()
        else:
            (told,) = await node.ask_many([("GETRANGE", key, first, last)])
            is_held = not is_other_type(told) and node.checked(told) == piece
        if not is_held:
            return False
        await breathe()
    return True


def _pieces(data: bytes) -> Iterator[tuple[int, memoryview]]:
    whole = memoryview(data)
    for first in range(0, len(data), LONG_STRING_BYTES):
        yield first, whole[first : first + LONG_STRING_BYTES]


async def _digest(node: RedisNode, key: bytes, first: int, last: int) -> Reply:
    rest = (1, key, first, last)
    (reply,) = await node.ask_many([("EVALSHA", DIGEST.sha, *rest)])
    if isinstance(reply, exceptions.NoScriptError):
        (reply,) = await node.ask_many([("EVAL", DIGEST.text, *rest)])
    if isinstance(reply, exceptions.ResponseError) and denies_scripts(str(reply)):
        raise ScriptsDenied
    return node.checked(reply)
