"""Where what the user writes lives. A document asks for it, and never keeps a copy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from sinch_cache_gui.cache.interface import StoredValue
from sinch_cache_gui.values.content import Content, ContentKind, TextRefused, bytes_of


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

    def set_edited(self) -> None:
        """Take the text for edited, also where undo brings the one back that was shown last.

        The key holds another by now: one that was saved while the user wrote on.
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

    def set_edited(self) -> None:
        """As `TextView.set_edited`."""
        ...


class DocumentViews:
    """The two views of one document, of which its content says where it stands."""

    def __init__(self, text: TextView, bytes_view: Callable[[], BytesView] | None) -> None:
        """Show nothing yet.

        Args:
            text: Where text is edited.
            bytes_view: Answers where bytes that are no text are edited, and is not asked before
                there are any; None where they only are shown.
        """
        self.text = text
        self._bytes_view = bytes_view

    def bytes_view_of(self, content: Content | None) -> BytesView | None:
        """Answer where `content` is edited as bytes; None where it is a text, or only shown."""
        if content is None or content.kind is not ContentKind.BINARY or content.is_head:
            return None
        return None if self._bytes_view is None else self._bytes_view()

    async def show(self, stored: StoredValue, content: Content, *, is_undoable: bool) -> None:
        """Show a value where it is edited.

        Args:
            stored: The value.
            content: What stands in it.
            is_undoable: Whether the user can take it back, to what was there.
        """
        if (view := self.bytes_view_of(content)) is not None and stored.data is not None:
            view.show_bytes(stored.data, is_undoable=is_undoable)
        else:
            await self.text.show_text(content.shown, is_undoable=is_undoable)

    async def read(self, content: Content) -> tuple[bytes, int]:
        """Answer what the user's view holds as bytes to store, and its revision then.

        Raises:
            TextRefused: It is a text that cannot be stored in this key.
        """
        view = self.bytes_view_of(content)
        if view is not None:
            return view.read_bytes(), view.revision
        written = await self.text.read_text()
        return await bytes_of(written.text, content), written.revision

    async def hold(self, data: bytes | None, content: Content | None) -> bool:
        """Answer whether the user's view holds `data`, and goes on to while that is found out."""
        if content is None or data is None:
            return False
        try:
            held, revision = await self.read(content)
        except TextRefused:
            return False
        return held == data and self.revision(content) == revision

    def revision(self, content: Content | None) -> int:
        """Answer the revision of the view in which `content` is edited."""
        return (self.bytes_view_of(content) or self.text).revision

    def set_edited(self, content: Content | None) -> None:
        """Have the view of `content` take what it holds for edited, whatever is undone."""
        (self.bytes_view_of(content) or self.text).set_edited()
