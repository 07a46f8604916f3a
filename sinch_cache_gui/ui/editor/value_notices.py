"""What a bar says of a value that is not simply shown and edited: why, and what else it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from sinch_cache_gui.notices import Notice, NoticeAction, Severity
from sinch_cache_gui.values.content import Content, ContentKind
from sinch_cache_gui.values.decoders import Decoded
from sinch_cache_gui.values.document_state import DocumentState, Phase


@dataclass(frozen=True, slots=True)
class ValueActions:
    """What a bar about a value can ask for."""

    load_all: Callable[[], None]
    switch_decoded: Callable[[], None]


def notice_of_value(
    state: DocumentState, actions: ValueActions, *, shows_decoded: bool
) -> Notice | None:
    """Say why a value cannot be edited, or what it is besides what is seen of it.

    Args:
        state: The document.
        actions: What can be done.
        shows_decoded: Whether what a decoder made of it is in front.
    """
    content = state.content
    if content is None or state.phase is Phase.LOADING:
        return None
    if content.decoded is not None:
        return _decoded(content, content.decoded, actions, shows_decoded=shows_decoded)
    if content.is_editable or content.kind is ContentKind.OTHER:
        return None
    choices: tuple[NoticeAction, ...] = ()
    if (size := state.loadable_bytes) is not None:
        label = _tr("Load all ({} MB)").format(f"{size / 1e6:,.0f}")
        choices = (NoticeAction(label, actions.load_all),)
    if state.is_outdated:
        title = _tr("Somebody changed this value. What is shown is the one before.")
        return Notice(Severity.WARNING, title, content.reason, choices)
    return Notice(Severity.INFO, _tr("Read-only"), content.reason, choices)


def _decoded(
    content: Content, decoded: Decoded, actions: ValueActions, *, shows_decoded: bool
) -> Notice:
    detail = "\n".join(filter(None, (content.reason, decoded.note)))
    title = _tr("This is {}").format(decoded.name)
    if not decoded.text:
        return Notice(Severity.INFO, title, detail)
    label = _tr("Show decoded")
    if shows_decoded:
        title = _tr("Decoded from {}, read-only").format(decoded.name)
        is_binary = content.kind is ContentKind.BINARY
        label = _tr("Show the bytes") if is_binary else _tr("Show as stored")
    return Notice(Severity.INFO, title, detail, (NoticeAction(label, actions.switch_decoded),))


def _tr(text: str) -> str:
    return QCoreApplication.translate("EditorPane", text)
