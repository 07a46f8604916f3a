"""What a bar says about the state of a document, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication

from sinch_cache_gui.cache.interface import KeyType
from sinch_cache_gui.keyspace.expiry import format_deadline
from sinch_cache_gui.notices import Notice, NoticeAction, Severity
from sinch_cache_gui.ui.editor.amounts import amount_of, size_of
from sinch_cache_gui.values.document_state import Attempt, Departure, DocumentState, Phase
from sinch_cache_gui.values.transit import Progress

_HELD_BYTES: Final = 50_000
"""A save of fewer bytes is not long in the hands of a proxy."""


@dataclass(frozen=True, slots=True)
class StateActions:
    """What the bars of one document can ask for."""

    show_difference: Callable[[], None]
    take_theirs: Callable[[], None]
    overwrite_theirs: Callable[[], None]
    write_again: Callable[[], None]
    save: Callable[[], None]
    stop_saving: Callable[[], None]
    look_again: Callable[[], None]


def notice_of(
    state: DocumentState,
    actions: StateActions,
    *,
    is_read_only: bool,
    shows_difference: bool = False,
) -> Notice | None:
    """Answer what there is to say about `state`; None if it needs no words.

    Args:
        state: What the document is.
        actions: What can be done about it.
        is_read_only: Whether nothing may be written.
        shows_difference: Whether the two sides of a conflict are in view already.
    """
    match state.phase:
        case Phase.CONFLICT:
            return _conflict(state, actions, shows_difference=shows_difference)
        case Phase.GONE if state.content is not None:
            return _gone(state, actions, is_read_only=is_read_only)
        case Phase.CHECKING:
            return Notice(
                Severity.WARNING,
                _tr("No answer to the save came: finding out whether it was written.")
                if state.failure
                else _tr("The save was stopped: finding out whether it was written."),
                state.failure.error.title if state.failure else "",
                (NoticeAction(_tr("Check now"), actions.look_again),),
            )
    if state.is_unsaved_for_sure:
        return Notice(
            Severity.WARNING,
            _tr("The save did not reach the cache. Nothing was written."),
            _late_arrival(state),
            actions=(NoticeAction(_tr("Save again"), actions.save),),
        )
    return _failure(state, actions)


def _late_arrival(state: DocumentState) -> str:
    """Say what may still happen where so much was sent that a tunnel may hold it."""
    size = state.stored.size if state.stored is not None else None
    if size is None or size < _HELD_BYTES:
        return ""
    return _tr("Should a proxy or a tunnel still hand it on, it will be shown here.")


def notice_of_saving(progress: Progress, actions: StateActions) -> Notice:
    """Say how far a save is on its way."""
    stop = NoticeAction(_tr("Stop"), actions.stop_saving)
    title = _tr("Saving… {} sent").format(amount_of(progress))
    detail = _tr("The new text and, to be compared, the one it replaces.")
    if progress.done >= progress.whole:
        title = _tr("Saving… all {} sent, waiting for the answer").format(size_of(progress))
        detail = _tr("A slow line or a tunnel may still be handing it on.")
    return Notice(Severity.INFO, title, detail, (stop,))


def _conflict(state: DocumentState, actions: StateActions, *, shows_difference: bool) -> Notice:
    theirs = state.theirs
    is_string = theirs is not None and theirs.type == KeyType.STRING
    choices = [NoticeAction(_tr("Take theirs"), actions.take_theirs)]
    detail = ""
    if theirs is not None and is_string and theirs.data is None:
        detail = _tr("It has {:,} bytes now: too many to be compared with yours here.")
        detail = detail.format(theirs.size or 0)
        choices.append(NoticeAction(_tr("Overwrite theirs"), actions.overwrite_theirs))
    elif is_string:
        if not shows_difference:
            choices.insert(0, NoticeAction(_tr("Show difference"), actions.show_difference))
        choices.append(NoticeAction(_tr("Overwrite theirs"), actions.overwrite_theirs))
    elif theirs is not None:
        detail = _tr("The key holds a {} now.").format(theirs.type)
    title = _tr("Somebody else changed this value. Nothing was written.")
    if state.has_changed_again:
        title = _tr("They changed it again. Nothing was written.")
    return Notice(
        Severity.WARNING,
        title,
        detail,
        tuple(choices),
    )


def _gone(state: DocumentState, actions: StateActions, *, is_read_only: bool) -> Notice:
    can_write = state.is_editable and not is_read_only
    choices = (NoticeAction(_tr("Write it again"), actions.write_again),) if can_write else ()
    what = _how_it_went(state.departure)
    if state.failure is not None:
        return Notice(
            Severity.ERROR,
            _tr("{} Nothing was written.").format(what),
            state.failure.error.title,
            choices,
        )
    if state.is_edited:
        what = _tr("{} Nothing was written.").format(what)
    seen = _tr("What is shown here was read before that.")
    if state.is_editable:
        seen = _tr("The text here is the last one seen.")
    return Notice(Severity.WARNING, what, seen, choices)


def _how_it_went(departure: Departure | None) -> str:
    if departure is None:
        return _tr("This key does not exist.")
    at = format_deadline(departure.at_ms).partition(" ")[2].partition(".")[0]
    if departure.has_expired:
        return _tr("This key expired at {}.").format(at)
    return _tr("This key was deleted (noticed at {}).").format(at)


def _failure(state: DocumentState, actions: StateActions) -> Notice | None:
    failure = state.failure
    if failure is None or state.content is None:
        return None
    choices: tuple[NoticeAction, ...] = ()
    match failure.attempt:
        case Attempt.SAVE:
            title = _tr("Not saved: {}").format(failure.error.title)
            choices = (NoticeAction(_tr("Save again"), actions.save),)
        case Attempt.CHANGE_TTL:
            title = _tr("The TTL was not changed: {}").format(failure.error.title)
        case Attempt.LOAD | Attempt.CHECK:
            title = _tr("This value may be out of date: {}").format(failure.error.title)
            choices = (NoticeAction(_tr("Try again"), actions.look_again),)
    return Notice(Severity.ERROR, title, failure.error.detail, choices)


def _tr(text: str) -> str:
    return QCoreApplication.translate("EditorPane", text)
