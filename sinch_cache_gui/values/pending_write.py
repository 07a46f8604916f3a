"""A write on its way: enough to find out later whether it happened."""

from __future__ import annotations

from dataclasses import dataclass, field

from sinch_cache_gui.cache.interface import StoredValue
from sinch_cache_gui.values.document_state import DocumentState


@dataclass(frozen=True, slots=True)
class PendingWrite:
    """A write whose answer may never come.

    Attributes:
        revision: The revision of the view that was written.
        data: What was written.
        expected: What it was to replace; None for no key.
        came_from: What the document was before.
    """

    revision: int
    data: bytes = field(repr=False)
    expected: bytes | None = field(repr=False)
    came_from: DocumentState

    def has_happened(self, found: StoredValue) -> bool:
        """Whether the key was found to hold what was written."""
        return found.data == self.data

    def has_not_happened(self, found: StoredValue | None) -> bool:
        """Whether the key was found to hold still what was to be replaced."""
        if found is None:
            return self.expected is None
        return found.data is not None and found.data == self.expected
