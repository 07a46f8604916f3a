"""Each key of a Redis Cluster at the primary that holds it, followed when its slot has moved."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final, TypeVar

from sinch_cache_gui.cache.cluster_members import ClusterMembers, Member
from sinch_cache_gui.cache.errors import CacheError, CacheUnreachable, OutcomeUnknown
from sinch_cache_gui.cache.many import one_by_one
from sinch_cache_gui.cache.redis import RedisCache
from sinch_cache_gui.cache.redis_errors import KeyElsewhere

_ATTEMPTS: Final = 8
"""How often a key is followed: a slot on its way takes a moment, and may be on its way again."""

_MOMENT_S: Final = 0.05

_NOT_SENT: Final = CacheUnreachable("The cluster was not asked", "Nothing was written.")

R = TypeVar("R")
T = TypeVar("T")


class ClusterRoutes:
    """Has a question or a write answered where its key is.

    What a node refused because the key is elsewhere is put to the node that has it, a write too:
    a refused one did nothing. A write without an answer is never repeated.

    Args:
        members: The primaries, as last told.
    """

    def __init__(self, members: ClusterMembers) -> None:
        self._members = members

    async def at(self, key: bytes, act: Callable[[RedisCache], Awaitable[T]]) -> T:
        """Act where the key is, following it when it has moved."""
        attempt = 0
        while True:
            attempt += 1
            seen, member = self._members.looks, None
            try:
                member = self._members.owner(key)
                return await act(await member.ready())
            except (KeyElsewhere, CacheUnreachable) as error:
                await self._follow(key, error, member, seen, attempt)

    async def at_each(
        self,
        items: Sequence[T],
        key_of: Callable[[T], bytes],
        act_many: Callable[[RedisCache, Sequence[T]], Awaitable[list[R | CacheError]]],
        act: Callable[[RedisCache, T], Awaitable[R]],
    ) -> list[R | CacheError]:
        """Act on many keys, each where it is; one that was not there is followed by itself."""
        places: dict[Member, list[int]] = {}
        answers: list[R | CacheError] = [_NOT_SENT] * len(items)
        for place, item in enumerate(items):
            with suppress(CacheUnreachable):  # then it is looked for below
                places.setdefault(self._members.owner(key_of(item)), []).append(place)

        async def act_at(member: Member, here: Sequence[int]) -> None:
            try:
                cache = await member.ready()
            except CacheError as error:
                for place in here:
                    answers[place] = error
                return
            outcomes = await act_many(cache, [items[place] for place in here])
            for place, outcome in zip(here, outcomes, strict=True):
                answers[place] = outcome

        async with asyncio.TaskGroup() as group:
            for member, here in places.items():
                group.create_task(act_at(member, here))
        moved = [place for place, answer in enumerate(answers) if _may_be_elsewhere(answer)]
        followed = await one_by_one(
            moved, lambda place: self._at_one(items[place], key_of, act), workers=1
        )
        for place, answer in zip(moved, followed, strict=True):
            answers[place] = answer
        return answers

    async def spread(
        self,
        keys: Sequence[bytes],
        ask: Callable[[RedisCache, Sequence[bytes]], Awaitable[list[R]]],
    ) -> list[R]:
        """Ask about many keys, each where it is, and answer in their order."""
        return await self._spread(keys, ask, attempt=1)

    async def _at_one(
        self,
        item: T,
        key_of: Callable[[T], bytes],
        act: Callable[[RedisCache, T], Awaitable[R]],
    ) -> R:
        return await self.at(key_of(item), lambda cache: act(cache, item))

    async def _spread(
        self,
        keys: Sequence[bytes],
        ask: Callable[[RedisCache, Sequence[bytes]], Awaitable[list[R]]],
        attempt: int,
    ) -> list[R]:
        seen = self._members.looks
        places: dict[Member, list[int]] = {}
        for place, key in enumerate(keys):
            places.setdefault(self._members.owner(key), []).append(place)
        if not places:
            return []

        async def ask_one(member: Member, part: Sequence[bytes]) -> list[R]:
            try:
                return await ask(await member.ready(), part)
            except (KeyElsewhere, CacheUnreachable) as error:
                await self._follow(part[0], error, member, seen, attempt)
            return await self._spread(part, ask, attempt + 1)

        parts = await asyncio.gather(
            *(ask_one(member, [keys[place] for place in here]) for member, here in places.items()),
            return_exceptions=True,
        )
        answers: dict[int, R] = {}
        for here, part in zip(places.values(), parts, strict=True):
            if isinstance(part, BaseException):
                raise part
            answers.update(zip(here, part, strict=True))
        return [answers[place] for place in range(len(keys))]

    async def _follow(
        self, key: bytes, error: CacheError, member: Member | None, seen: int, attempt: int
    ) -> None:
        """Find out where a key is now, or raise the error if trying again would not help."""
        if isinstance(error, OutcomeUnknown):
            raise error
        if isinstance(error, KeyElsewhere):
            if attempt >= _ATTEMPTS:
                raise CacheUnreachable(
                    "This key is being moved to another node",
                    f"Nothing was written. Try again in a moment. {error.detail}",
                ) from error
            if error.is_for_good:
                await self._members.look(seen, first=member.endpoint if member else None)
            await asyncio.sleep(_MOMENT_S * (attempt - 1))
            return
        if attempt >= _ATTEMPTS:
            raise error
        try:
            await self._members.look(seen)
            found = self._members.owner(key)
        except CacheError:
            raise error from None
        if found is member:
            raise error


def _may_be_elsewhere(answer: object) -> bool:
    """Whether a key was not touched, and another node may have it."""
    is_lost = isinstance(answer, CacheUnreachable) and not isinstance(answer, OutcomeUnknown)
    return is_lost or isinstance(answer, KeyElsewhere)
