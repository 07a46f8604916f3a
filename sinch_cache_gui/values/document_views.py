"""Where what the user writes lives. A document asks for it, and never keeps a copy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Written:
    """What a view held at one moment.

    Attributes:
        text: The text.
        revision: The view's revision at that moment.
    """

    text: str = field(repr=False)
    revision: int


class TextView(Protocol):
    """Where the user's text lives."""

    @property
    def revision(self) -> int:
        """Another number after every change of the text."""
        ...

    async def read_text(self) -> Written:
        """Answer the text as it is, letting the loop run meanwhile."""
        ...

    async def show_text(self, text: str, *, is_undoable: bool) -> None:
        """Show `text` in place of the present one.

        Args:
            text: The text.
            is_undoable: Whether the user can take it back, to the text that was there.
        """
        ...


class BytesView(Protocol):
    """Where bytes live that are no text. They never pass through one."""

    @property
    def revision(self) -> int:
        """Another number after every change of the bytes."""
        ...

    def read_bytes(self) -> bytes:
        """Answer the bytes as they are."""
        ...

    def show_bytes(self, data: bytes, *, is_undoable: bool) -> None:
        """Show `data` in place of the present ones.

        Args:
            data: The bytes.
            is_undoable: Whether the user can take it back, to the bytes that were there.
        """
        ...
