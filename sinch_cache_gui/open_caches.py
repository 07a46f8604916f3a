"""The caches open in one window: opened, shown, closed, and who gets what.

The window stands before most of the program is loaded: what only a connected cache needs is
imported where it is put together.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from PySide6.QtCore import QCoreApplication

from sinch_cache_gui.arguments import Arguments
from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.keychain import Keychain
from sinch_cache_gui.known_caches import KnownCaches
from sinch_cache_gui.notices import Notice, NoticeAction, Notices, Severity
from sinch_cache_gui.profiles import (
    MEMORY_URL,
    KeptPreferences,
    Profile,
)
from sinch_cache_gui.ui.keychain_notice import keychain_notice
from sinch_cache_gui.ui.main_window import MainWindow
from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.ui.theme import Theme
from sinch_cache_gui.ui.window_commands import window_commands

if TYPE_CHECKING:
    from sinch_cache_gui.cache.interface import CacheBackend
    from sinch_cache_gui.cache.virtual_clock import VirtualClock
    from sinch_cache_gui.keyspace.journal_file import JournalFile
    from sinch_cache_gui.ui.key_copies import KeyCopies
    from sinch_cache_gui.ui.workspace import Workspace
    from sinch_cache_gui.values.drafts import DraftStore

log = logging.getLogger(__name__)

EXIT_OK = 0
EXIT_UNREACHABLE = 3

KNOWN_CACHES = "caches.json"


def make_workspace(
    theme: Theme,
    notices: Notices,
    backend: CacheBackend,
    profile: Profile,
    clock: VirtualClock | None = None,
    drafts: DraftStore | None = None,
    journal_file: JournalFile | None = None,
    keychain: Keychain | None = None,
    preferences: KeptPreferences | None = None,
) -> Workspace:
    """Put together everything that shows one connected cache."""
    from sinch_cache_gui.keyspace.journal import Journal
    from sinch_cache_gui.keyspace.journal_keeper import JournalKeeper
    from sinch_cache_gui.keyspace.journaling import JournalingBackend
    from sinch_cache_gui.keyspace.mirror import Mirror
    from sinch_cache_gui.ui.workspace import Workspace

    def tell_not_kept(error: OSError) -> None:
        detail = _tr("It can be undone until this window closes. {}")
        notices.post(
            Notice(
                Severity.WARNING,
                _tr("What this window writes cannot be kept in a journal on this disk"),
                detail.format(error.strerror or error),
            )
        )

    journal = Journal()
    keeper = None
    if journal_file is not None:
        # A cache with a clock of its own is the one in memory.
        outlives = clock is None
        keeper = JournalKeeper(journal, journal_file, tell_not_kept, outlives_sessions=outlives)
    journaling = JournalingBackend(backend, journal)
    mirror = Mirror(backend)
    return Workspace(
        theme,
        notices,
        journaling,
        mirror,
        keychain or Keychain(),
        preferences or KeptPreferences(None),
        profile.prefix,
        clock,
        drafts,
        keeper,
    )


class OpenCaches:
    """Opens and closes caches for one window.

    Args:
        window: The window.
        theme: Its colours and fonts.
        notices: What the user is told.
        data_folder: Where unsaved text and the journal are kept; None to keep neither.
        preferences: What the window remembers of its user; None to begin with the defaults.
    """

    def __init__(
        self,
        window: MainWindow,
        theme: Theme,
        notices: Notices,
        data_folder: Path | None = None,
        preferences: KeptPreferences | None = None,
    ) -> None:
        self.closed = asyncio.Event()
        self._window = window
        self._theme = theme
        self._notices = notices
        self._scope = TaskScope(notices)
        self._profile = Profile()
        self._opened: dict[Workspace, Profile] = {}
        self._preferences = preferences or KeptPreferences(None)
        self._keychain = Keychain()
        self._keychain.listen(lambda trouble: notices.post(keychain_notice(trouble)))
        self._known = KnownCaches(data_folder and data_folder / KNOWN_CACHES, self._keychain)
        self._key_copies: KeyCopies | None = None
        self._data_folder = data_folder
        window.set_commands(window_commands(window, theme, self.ask_for_cache))
        window.connect_requested.connect(self.open)
        window.cancel_requested.connect(self.cancel_opening)
        window.forget_requested.connect(
            lambda profile: self._scope.start("forget", self._forget(profile))
        )
        window.close_cache_requested.connect(self.close_cache)
        window.close_requested.connect(lambda: self._scope.start("close", self._close()))

    def open(self, profile: Profile) -> None:
        """Open a cache beside those that are open; one that is open already is shown."""
        workspace = next(
            (w for w, opened in self._opened.items() if opened.is_same_cache(profile)), None
        )
        if workspace is None:
            self._scope.start("open", self._open(profile))
        else:
            self._window.show_workspace(workspace)

    def close_cache(self, workspace: Workspace) -> None:
        """Let go of an open cache, unless it has text to be kept."""
        self._scope.start("close cache", self._close_cache(workspace))

    def open_at_start(self, arguments: Arguments) -> None:
        """Open what the command line asked for."""
        self._scope.start("open", self._open_and_prepare(arguments))

    def ask_for_cache(self) -> None:
        """Let the user choose another cache."""
        self._window.show_connections(self._profile, self._known.profiles())

    async def _forget(self, profile: Profile) -> None:
        await self._known.forget(profile)
        self._window.connect_page.show_known(self._known.profiles())

    def cancel_opening(self) -> None:
        """Go back to the cache that is open, or to the choice."""
        self._scope.cancel("open")
        workspace = self._window.workspace
        if workspace is None:
            self.ask_for_cache()
        else:
            self._window.show_workspace(workspace)

    async def aclose(self) -> None:
        """End everything at work and let go of the cache."""
        await self._scope.aclose()
        for workspace in self._window.workspaces:
            await workspace.aclose()
        self._notices.listen(None)

    async def take_screenshot(self, arguments: Arguments) -> int:
        """Save a picture of the loaded window; answer the exit code."""
        is_open = await self._open_and_prepare(arguments)
        workspace = self._window.workspace
        if workspace is not None:
            await workspace.loaded()
        await _painted()
        if arguments.screenshot is None or not self._window.grab().save(str(arguments.screenshot)):
            print(f"cannot write {arguments.screenshot}", file=sys.stderr)  # noqa: T201 - for the terminal
            return 1
        return EXIT_OK if is_open else EXIT_UNREACHABLE

    async def _open_and_prepare(self, arguments: Arguments) -> bool:
        if not await self._open(arguments.profile):
            return False
        workspace = self._window.workspace
        if workspace is None:
            return False
        if arguments.is_demo:
            await self._fill_demo(workspace, is_asked=arguments.profile.url != MEMORY_URL)
        for key in arguments.open_keys:
            workspace.editors.open_key(key)
        if arguments.dial:
            workspace.calls.dial(arguments.dial)
        if arguments.open_keys:
            await workspace.loaded()
            workspace.tree.reveal(arguments.open_keys[-1])
        return True

    def _copies(self) -> KeyCopies:
        """Answer who copies keys between the open caches; loaded with the first of them."""
        from sinch_cache_gui.ui.key_copies import KeyCopies

        if self._key_copies is None:
            self._key_copies = KeyCopies(
                lambda: [workspace.backend for workspace in self._window.workspaces],
                self._scope,
                self._notices,
                self._window,
            )
        return self._key_copies

    async def _close_cache(self, workspace: Workspace) -> None:
        if not await self._may_close(workspace):
            return
        self._window.forget_workspace(workspace)
        self._opened.pop(workspace, None)
        await workspace.aclose()
        workspace.deleteLater()
        if self._window.workspace is None:
            self.ask_for_cache()

    async def _may_close(self, workspace: Workspace) -> bool:
        """Answer whether nothing unsaved would be lost; the user is asked in the window."""
        if not workspace.editors.unsaved():
            return True
        self._window.show_workspace(workspace)
        return await workspace.editors.confirm_close_all()

    async def _open(self, profile: Profile) -> bool:
        """Answer whether the cache is shown now; a failure is shown in the window."""
        from sinch_cache_gui.cache.connect import TargetKind, open_backend, parse_target
        from sinch_cache_gui.cache.virtual_clock import VirtualClock

        label = ""
        profile = await self._known.with_password(profile)
        try:
            target = parse_target(profile.url)
            label = target.label
            self._window.show_connecting(label)
            clock = VirtualClock() if target.kind is TargetKind.MEMORY else None
            backend = open_backend(
                target, prefix=profile.prefix, is_read_only=profile.is_read_only, clock=clock
            )
            try:
                await backend.connect()
            except BaseException:
                await backend.aclose()
                raise
        except CacheError as error:
            self._window.show_failure(error, profile, label)
            return False
        workspace = make_workspace(
            self._theme,
            self._notices,
            backend,
            profile,
            clock,
            self._drafts(profile),
            self._journal_file(label, profile),
            self._keychain,
            self._preferences,
        )
        workspace.copy_requested.connect(self._copies().ask)
        self._profile = profile
        self._opened[workspace] = profile
        self._window.show_workspace(workspace)
        workspace.start()
        await self._known.remember(profile)
        return True

    def _drafts(self, profile: Profile) -> DraftStore | None:
        from sinch_cache_gui.values.drafts import DraftStore

        if self._data_folder is None or profile.omits_values:
            return None
        return DraftStore(self._data_folder / "drafts")

    def _journal_file(self, label: str, profile: Profile) -> JournalFile | None:
        from sinch_cache_gui.keyspace.journal_file import JournalFile, journal_path

        if self._data_folder is None:
            return None
        path = journal_path(self._data_folder / "journal", label, profile.prefix)
        return JournalFile(path, uuid4().hex, omits_values=profile.omits_values)

    async def _fill_demo(self, workspace: Workspace, *, is_asked: bool) -> None:
        from sinch_cache_gui.voice.demo import fill_demo

        async def fill() -> None:
            backend = workspace.backend
            count = await fill_demo(backend, now_ms=backend.now_ms())
            if is_asked:
                self._notices.post(
                    Notice(Severity.SUCCESS, _tr("{} demo keys written").format(count))
                )

        if not is_asked:
            await fill()
            return
        label = workspace.backend.facts.label
        self._notices.post(
            Notice(
                Severity.WARNING,
                _tr("Fill {} with demo keys?").format(label),
                _tr("Sessions, rates and customers of invented callers, each with a TTL."),
                (
                    NoticeAction(_tr("Fill"), lambda: self._scope.start("demo", fill())),
                    NoticeAction(_tr("Leave it alone"), lambda: None),
                ),
            )
        )

    async def _close(self) -> None:
        for workspace in self._window.workspaces:
            if not await self._may_close(workspace):
                return
        self.closed.set()


def _tr(text: str) -> str:
    return QCoreApplication.translate("OpenCaches", text)


async def _painted() -> None:
    """Let the window lay out and paint what it was just told."""
    for _turn in range(10):
        await asyncio.sleep(0.03)
