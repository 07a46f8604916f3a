"""What can go wrong with a cache, as a tree of errors told for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sinch_cache_gui.cache.interface import Snapshot


class CacheError(Exception):
    """Something the cache could not do, told for people.

    The tree below is complete: a backend raises nothing else on purpose.

    CacheError
        InvalidTtl          a TTL that is zero, negative, fractional, not a number, or absurd
        InvalidKey          a key the cache cannot hold
        InvalidValue        a value JSON cannot say
        WrongType           the key holds something other than a string
        TtlMoved            somebody else gave the key another TTL than was seen
        NotPermitted        an ACL or a read-only connection forbids it
        CacheUnreachable    no answer: refused, lost, timed out
            Misdirected     no cache is reached with this address, or not with this password
                LoginRefused    the user or the password
            OutcomeUnknown  the connection died after a write was sent: it may have happened
                RemovalUnknown  the write was a removal; what it may have taken is known

    Attributes:
        title: One line that says what failed.
        detail: What to know or to do about it; may be empty. Never holds a secret.
    """

    def __init__(self, title: str, detail: str = "") -> None:
        super().__init__(title)
        self.title = title
        self.detail = detail


class InvalidTtl(CacheError):
    """A TTL that is zero, negative, fractional, not a number, or absurd; nothing was sent."""


class InvalidKey(CacheError):
    """A key the cache cannot hold; nothing was sent."""


class InvalidValue(CacheError):
    """A value JSON cannot say; nothing was sent."""


class WrongType(CacheError):
    """The key holds something other than a string; it was left alone."""


class TtlMoved(CacheError):
    """Somebody else gave the key another TTL than was seen; it was left alone."""


class NotPermitted(CacheError):
    """An ACL or a read-only connection forbids it; nothing was written."""


class CacheUnreachable(CacheError):
    """No answer from the cache: refused, lost, timed out, or wrong credentials."""


class Misdirected(CacheUnreachable):
    """The address, the user or the password has to be another: to try again changes nothing."""


class LoginRefused(Misdirected):
    """The server lets nobody in with this user and this password."""


class OutcomeUnknown(CacheUnreachable):
    """The connection died after a write was sent: it may have happened, or not."""


class RemovalUnknown(OutcomeUnknown):
    """The connection died after a removal was sent: the key may be gone, or not.

    Attributes:
        seen: What the key held when it was looked at just before.
    """

    def __init__(self, title: str, detail: str, seen: Snapshot) -> None:
        super().__init__(title, detail)
        self.seen = seen
