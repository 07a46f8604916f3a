"""The primary of a service, wherever Sentinel says it is at the moment.

A new connection asks a sentinel for the address and the server for its role, as the page
"Sentinel client spec" of Redis has it. Sentinel closes every connection to a primary that it turns
into a replica, so an open connection needs no further question.
"""

from __future__ import annotations

from collections.abc import Sequence

from redis import exceptions

from sinch_cache_gui.cache.connect import DEFAULT_SENTINEL_PORT, Endpoint, Target
from sinch_cache_gui.cache.errors import CacheError, CacheUnreachable, NotPermitted
from sinch_cache_gui.cache.redis_line import Command, Line, Reply
from sinch_cache_gui.cache.redis_node import RedisNode


class SentinelNode(RedisNode):
    """The primary of one service.

    Args:
        target: The sentinels and what they call the service.
        timeout_s: The longest a server may be silent within an exchange.
    """

    def __init__(self, target: Target, *, timeout_s: float) -> None:
        super().__init__(target, timeout_s=timeout_s)
        self._sentinels = [
            RedisNode(target.sentinel(seed), timeout_s=timeout_s) for seed in target.seeds
        ]
        self._primary: Endpoint | None = None

    @property
    def where(self) -> str:
        """The primary as last seen, or the name of the service."""
        if self._primary is None:
            return self._target.service
        return f"{self._target.service} at {self._primary.address}"

    async def tell_many(self, commands: Sequence[Command]) -> list[Reply]:
        """Write, once more if what was the primary is a replica now: it did nothing."""
        replies = await super().tell_many(commands)
        if not any(isinstance(reply, exceptions.ReadOnlyError) for reply in replies):
            return replies
        await self.close_idle()
        return await super().tell_many(commands)

    async def close_idle(self) -> None:
        """Let go of the connections to the sentinels, too."""
        await super().close_idle()
        for sentinel in self._sentinels:
            await sentinel.close_idle()

    async def _locate(self) -> Target:
        """Ask the sentinels one by one, the one that answered last first."""
        told: list[str] = []
        for sentinel in tuple(self._sentinels):
            try:
                reply = await sentinel.ask(
                    "SENTINEL", "GET-MASTER-ADDR-BY-NAME", self._target.service
                )
            except CacheError as error:
                told.append(_why_not(error, sentinel.where))
            else:
                match reply:
                    case [bytes() as host, bytes() as port]:
                        self._primary = Endpoint(host.decode(), int(port))
                        return self._target.node(self._primary)
                told.append(f"{sentinel.where} knows no service of that name")
            self._try_last(sentinel)
        raise CacheUnreachable(
            f"No sentinel tells where {self._target.service} is", "; ".join(told)
        )

    async def _greet(self, line: Line) -> None:
        await super()._greet(line)
        (role,) = await line.exchange([("ROLE",)])
        match role:
            case [b"slave", *_]:
                # The sentinel asked may be behind the others, or this server behind them all.
                self._try_last(self._sentinels[0])
                raise CacheUnreachable(
                    f"{self.where} is a replica", "Sentinel may be choosing another primary."
                )

    def _try_last(self, sentinel: RedisNode) -> None:
        self._sentinels.remove(sentinel)
        self._sentinels.append(sentinel)


def _why_not(error: CacheError, where: str) -> str:
    if isinstance(error, NotPermitted) and "unknown command" in error.detail:
        return f"{where} is a Redis and no sentinel: those listen at {DEFAULT_SENTINEL_PORT}"
    return error.title
