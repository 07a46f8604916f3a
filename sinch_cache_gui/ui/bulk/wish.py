"""What the user wants to do to many keys."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # The commands of the window know the kinds before anything of a cache is loaded.
    from sinch_cache_gui.keyspace.key_targets import KeyTarget


class BulkKind(Enum):
    """What is to be done."""

    DELETE = "delete"
    CHANGE_TTL = "change ttl"
    EXPORT = "export"


@dataclass(frozen=True, slots=True)
class BulkWish:
    """Something to be done to many keys.

    Attributes:
        kind: What.
        target: To which; None to have a pattern typed.
        name: The target in words; empty for a pattern.
    """

    kind: BulkKind
    target: KeyTarget | None = None
    name: str = ""
