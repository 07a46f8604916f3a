"""The caches that were opened before, and their passwords in the keychain of the system."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from sinch_cache_gui.keychain import Keychain, SecretKind, SecretName
from sinch_cache_gui.profiles import Profile, replace_file

log = logging.getLogger(__name__)

MOST_KNOWN: Final = 20
"""Caches remembered; the one not opened for longest leaves first."""


class KnownCaches:
    """Remembers profiles without their secrets, and the secrets only where that is wished.

    Args:
        file: Where the profiles are kept; None to keep none.
        keychain: Keeps the secrets.
    """

    def __init__(self, file: Path | None, keychain: Keychain) -> None:
        self._file = file
        self._keychain = keychain

    def profiles(self) -> tuple[Profile, ...]:
        """Answer the caches opened before, the last one first."""
        return () if self._file is None else load_known(self._file)

    async def with_password(self, profile: Profile) -> Profile:
        """Answer the profile with the secrets kept for it, unless it has some of its own."""
        if not profile.keeps_password or profile != profile.public:
            return profile
        url = await self._keychain.read(_secret_of(profile))
        return profile if url is None else replace(profile, url=url)

    async def remember(self, profile: Profile) -> None:
        """Have the cache in front of those opened before; keep or forget its password."""
        known = self.profiles()
        had_password = any(p.keeps_password for p in known if p.is_same_cache(profile))
        await self._keep(remembered(known, profile))
        if profile.keeps_password and profile != profile.public:
            await self._keychain.keep(_secret_of(profile), profile.url)
        elif had_password and not profile.keeps_password:
            await self._keychain.forget(_secret_of(profile))

    async def forget(self, profile: Profile) -> None:
        """Have the cache no longer among those opened before, nor its password in the keychain."""
        await self._keep([p for p in self.profiles() if not p.is_same_cache(profile)])
        if profile.keeps_password:
            await self._keychain.forget(_secret_of(profile))

    async def _keep(self, profiles: Sequence[Profile]) -> None:
        if self._file is None:
            return
        try:
            await asyncio.to_thread(save_known, self._file, profiles)
        except OSError as error:
            log.warning("the caches opened before were not kept: %s", error)


def _secret_of(profile: Profile) -> SecretName:
    """Answer where the URL with the secrets of a cache is kept: by the URL without them."""
    return SecretName(SecretKind.CONNECTION, profile.public.url)


def load_known(file: Path) -> tuple[Profile, ...]:
    """Read which caches were opened before, the last one first; what makes no sense is left out."""
    try:
        kept = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return ()
    items = kept.get("profiles") if isinstance(kept, dict) else None
    found = map(_parse_profile, items if isinstance(items, list) else ())
    return tuple(profile for profile in found if profile is not None)


def save_known(file: Path, profiles: Sequence[Profile]) -> None:
    """Keep which caches were opened before, never with a secret.

    Raises:
        OSError: The folder cannot be written.
    """
    items = [
        asdict(profile.public) | {"prefix": profile.prefix.decode("utf-8")}
        for profile in profiles
        if _is_text(profile.prefix)
    ]
    replace_file(file, json.dumps({"profiles": items}, indent=2).encode())


def remembered(known: Sequence[Profile], profile: Profile) -> tuple[Profile, ...]:
    """Answer `known` with `profile` in front, without its secret."""
    rest = (other for other in known if not other.is_same_cache(profile))
    return (profile.public, *rest)[:MOST_KNOWN]


def _parse_profile(item: object) -> Profile | None:
    if not isinstance(item, dict) or not isinstance(item.get("url"), str):
        return None
    prefix = item.get("prefix")
    flags = [item.get(name) is True for name in ("is_read_only", "omits_values", "keeps_password")]
    return Profile(item["url"], prefix.encode() if isinstance(prefix, str) else b"", *flags)


def _is_text(prefix: bytes) -> bool:
    try:
        prefix.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
