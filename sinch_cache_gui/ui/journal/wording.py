"""How an entry of the journal reads."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from PySide6.QtCore import QCoreApplication

from sinch_cache_gui.cache.element_change import FieldTtlChange, is_addition, is_removal
from sinch_cache_gui.keyspace.expiry import format_countdown
from sinch_cache_gui.keyspace.journal import Action, JournalEntry
from sinch_cache_gui.keyspace.key_text import display_key

MAX_SEARCHED_BYTES: Final = 200_000
"""A longer value is searched for the text as it is typed, upper and lower case apart."""


def time_text(entry: JournalEntry, now_ms: int) -> str:
    """Answer when it was; with the day, and to the minute, unless it was today."""
    then = datetime.fromtimestamp(entry.at_ms / 1000).astimezone()
    today = datetime.fromtimestamp(now_ms / 1000).astimezone().date()
    return f"{then:%H:%M:%S}" if then.date() == today else f"{then:%m-%d %H:%M}"


def outcome_text(entry: JournalEntry) -> str:
    """Answer the outcome in a word."""
    return entry.result.value.partition(":")[0]


def action_text(entry: JournalEntry) -> str:
    """Answer what was done; of an element whether it came or went, or only its TTL is another."""
    if isinstance(entry.element, FieldTtlChange):
        return QCoreApplication.translate("Journal", "field TTL changed")
    if entry.element is not None and is_addition(entry.element):
        return QCoreApplication.translate("Journal", "element added")
    if entry.element is not None and is_removal(entry.element):
        return QCoreApplication.translate("Journal", "element deleted")
    if entry.action is Action.TTL_CHANGED:
        return QCoreApplication.translate("Journal", "TTL changed")
    return str(entry.action.value)


def key_text(entry: JournalEntry) -> str:
    """Answer the key, and for a rename both names."""
    shown = display_key(entry.key)
    return shown if entry.new_name is None else f"{shown} → {display_key(entry.new_name)}"


def ttl_text(entry: JournalEntry) -> str:
    """Answer the time to live before and after, as it was at that moment."""
    had = None
    if entry.before is not None or entry.action is Action.TTL_CHANGED:
        had = _left(entry, _before_deadline_ms(entry))
    elif entry.before_deadline_ms is not None:
        had = _left(entry, entry.before_deadline_ms)
    has = None
    if entry.is_done and entry.action is not Action.DELETED:
        has = _left(entry, entry.after_deadline_ms)
    if had is None or has is None or had == has:
        return has or had or ""
    return f"{had} → {has}"


def matches(entry: JournalEntry, sought: str) -> bool:
    """Whether the key, the action, the outcome or a value holds the text; case does not matter."""
    text = sought.casefold()
    words = (key_text(entry), action_text(entry), entry.result.value)
    if any(text in word.casefold() for word in words):
        return True
    payloads = (entry.after, None if entry.before is None else entry.before.payload)
    return any(p is not None and _holds(p, sought) for p in payloads)


def _holds(payload: bytes, sought: str) -> bool:
    wanted = sought.encode("utf-8", "replace")
    if len(payload) > MAX_SEARCHED_BYTES:
        return wanted in payload
    return re.search(re.escape(wanted), payload, re.IGNORECASE) is not None


def _before_deadline_ms(entry: JournalEntry) -> int | None:
    return entry.before_deadline_ms if entry.before is None else entry.before.deadline_ms


def _left(entry: JournalEntry, deadline_ms: int | None) -> str:
    if deadline_ms is None:
        return QCoreApplication.translate("Journal", "no expiry")
    return format_countdown(deadline_ms - entry.at_ms)
