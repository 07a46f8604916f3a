"""A phone beside the cache: dial, hear, press, and see what each callback did."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from sinch_cache_gui.cache.feed import Change
from sinch_cache_gui.cache.interface import CacheBackend
from sinch_cache_gui.cache.virtual_clock import VirtualClock
from sinch_cache_gui.keychain import Keychain
from sinch_cache_gui.profiles import KeptPreferences
from sinch_cache_gui.ui import icons
from sinch_cache_gui.ui.calls.answerer import Answerer
from sinch_cache_gui.ui.calls.call_options import CallOptionsMenu
from sinch_cache_gui.ui.calls.call_page import CallPage
from sinch_cache_gui.ui.calls.call_session import CallSession
from sinch_cache_gui.ui.calls.clock_strip import ClockStrip
from sinch_cache_gui.ui.calls.scenario_pane import ScenarioPane
from sinch_cache_gui.ui.elided_label import ElidedLabel
from sinch_cache_gui.ui.file_saving import FileSaver, SaveWish
from sinch_cache_gui.ui.menu_edge import open_leftwards
from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.ui.theme import BAR_HEIGHT, GRID, Theme
from sinch_cache_gui.voice.builtin import BuiltinFunction
from sinch_cache_gui.voice.scenario_suite import TargetMaker, builtin_target
from sinch_cache_gui.voice.targets import BuiltinTarget, Target
from sinch_cache_gui.whole_file import write_whole

if TYPE_CHECKING:
    from sinch_cache_gui.voice.http_target import HttpTarget

NARROWEST = 280


class CallPanel(QWidget):
    """Places simulated calls and runs scenarios against the cache.

    Args:
        theme: Colours and fonts.
        scope: Holds the call while it runs.
        cache: What the built-in function reads and writes.
        now_ms: The cache's clock.
        is_read_only: Whether the cache takes no writes; then nothing can be dialled.
        keychain: Remembers the secrets of applications.
        preferences: What is assumed of the platform.
        clock: The clock of the embedded cache, to be moved from here; None for any other cache.
    """

    key_activated = Signal(object)
    """The bytes of a key the user chose in an operation."""
    operation_recorded = Signal(object)
    """A `CacheOperation` a callback just made."""
    call_state_changed = Signal(object)
    """The `CallState` of the call from now on."""

    def __init__(
        self,
        theme: Theme,
        scope: TaskScope,
        cache: CacheBackend,
        now_ms: Callable[[], int],
        is_read_only: bool,
        keychain: Keychain,
        preferences: KeptPreferences,
        clock: VirtualClock | None = None,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._scope = scope
        self._cache = cache
        self._built_in = BuiltinTarget(BuiltinFunction(now_ms), cache, now_ms)
        self._function: HttpTarget | None = None
        self._session = CallSession(scope, self._built_in, now_ms, self)
        self._saver = FileSaver(scope, self)
        self._menu = CallOptionsMenu(preferences, self)
        self._call = CallPage(
            theme,
            scope,
            cache,
            now_ms,
            self._session,
            self._menu,
            keychain,
            preferences,
            is_read_only=is_read_only,
        )
        self._scenarios = ScenarioPane(
            theme,
            scope,
            cache,
            self._target_maker,
            lambda: self._menu.scenario_options,
            is_read_only=is_read_only,
        )
        self._pages = QStackedWidget()
        self._tabs = QButtonGroup(self)
        self._status = ElidedLabel()
        self._options = QToolButton()
        self.setMinimumWidth(NARROWEST)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName(self.tr("Simulated call"))
        self._lay_out(clock)
        self._connect()
        self._dress()
        theme.changed.connect(self._dress)
        self._call.show_state()

    def dial(self, caller: str = "") -> None:
        """Place the call the form describes, as its button does; `caller` is typed in first."""
        self._call.dial(caller)

    def keys_changed(self, changes: Sequence[Change]) -> None:
        """Learn that keys of the cache changed."""
        self._call.keys_changed(changes)

    async def aclose(self) -> None:
        """Let go of the function behind a URL, if there is one."""
        if self._function is not None:
            await self._function.aclose()

    def _lay_out(self, clock: VirtualClock | None) -> None:
        # A call that runs needs more than a low window has; it scrolls, and the window stays.
        scrolled = QScrollArea()
        scrolled.setWidget(self._call)
        scrolled.setWidgetResizable(True)
        scrolled.setFrameShape(QScrollArea.Shape.NoFrame)
        scrolled.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scrolled.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._pages.addWidget(scrolled)
        self._pages.addWidget(self._scenarios)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header())
        if clock is not None:
            column.addWidget(ClockStrip(self._theme, clock))
        column.addWidget(self._pages, 1)

    def _header(self) -> QWidget:
        header = QWidget()
        header.setObjectName("strip")
        header.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        header.setFixedHeight(BAR_HEIGHT)
        self._options.setMenu(self._menu)
        open_leftwards(self._options)
        self._options.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._options.setAccessibleName(self.tr("How calls are simulated"))
        self._options.setToolTip(self.tr("How calls are simulated"))
        self._status.setObjectName("muted")
        self._status.setAccessibleName(self.tr("State of the call"))
        self._status.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(header)
        row.setContentsMargins(GRID // 2, 0, GRID // 2, 0)
        row.setSpacing(GRID // 2)
        for at, title in enumerate((self.tr("Call"), self.tr("Scenarios"))):
            tab = QToolButton()
            tab.setText(title)
            tab.setCheckable(True)
            tab.setChecked(not at)
            tab.setAccessibleName(self.tr("Show: {0}").format(title))
            self._tabs.addButton(tab, at)
            row.addWidget(tab)
        row.addWidget(self._status, 1)
        row.addWidget(self._options)
        return header

    def _dress(self) -> None:
        self._options.setIcon(icons.drawn("mdi6.tune-variant", color=self._theme.tokens.muted))

    def _connect(self) -> None:
        self._tabs.idClicked.connect(self._pages.setCurrentIndex)
        self._call.listen_for_keys(self)
        self._call.status_changed.connect(self._show_status)
        self._call.key_activated.connect(self.key_activated)
        self._call.operation_recorded.connect(self.operation_recorded)
        self._call.call_state_changed.connect(self.call_state_changed)
        self._call.answerer.chosen.connect(self._ask)
        self._menu.save_requested.connect(self._ask_where_to_save)

    def _show_status(self, text: str) -> None:
        self._status.setText(text)
        self._status.setToolTip(text)

    def _ask_where_to_save(self) -> None:
        if self._session.call is None:
            self._show_status(self.tr("no call yet"))
            return
        title, filter_ = self.tr("Save this call as a scenario"), self.tr("Scenarios (*.json)")
        self._saver.ask(SaveWish(title, "scenario.json", filter_, self.save_call))

    def save_call(self, file: Path) -> None:
        """Write the call, or the last one, as a scenario."""
        text = self._session.as_scenario()
        if text is not None:
            self._scope.start("save call", self._write(file, text))

    async def _write(self, file: Path, text: str) -> None:
        try:
            await asyncio.to_thread(write_whole, file, text.encode())
        except OSError as error:
            told = self.tr("{0} was not written: {1}")
            self._show_status(told.format(file.name, error.strerror or error))
            return
        self._show_status(self.tr("written: {0}").format(file.name))

    def _ask(self, answerer: Answerer | None) -> None:
        """Let somebody else answer from now on."""
        previous, self._function = self._function, None
        if answerer is not None:
            # Imported only where it is needed: it takes a tenth of a second.
            from sinch_cache_gui.voice.http_target import function_target

            self._function = function_target(
                answerer.url,
                path_style=answerer.path_style,
                signer=answerer.signer,
                may_leave=answerer.may_leave,
            )
        self._session.ask(self._target)
        if previous is not None:
            self._scope.start("let go of the function", previous.aclose())

    @property
    def _target(self) -> Target:
        return self._built_in if self._function is None else self._function

    def _target_maker(self) -> TargetMaker:
        function = self._function
        if function is None:
            return builtin_target(self._cache)
        return lambda _now_ms: function
