"""Everything the window can do, in one list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sinch_cache_gui.ui.bulk.wish import BulkKind
from sinch_cache_gui.ui.commands import Command
from sinch_cache_gui.ui.main_window import MainWindow
from sinch_cache_gui.ui.theme import Theme, ThemeChoice

if TYPE_CHECKING:
    from sinch_cache_gui.ui.workspace import Workspace


def window_commands(
    window: MainWindow, theme: Theme, ask_for_cache: Callable[[], None]
) -> Sequence[Command]:
    """Answer the commands of the window, grouped, in the order of the menu."""

    def has_cache() -> bool:
        return window.workspace is not None

    def has_several() -> bool:
        return len(window.workspaces) > 1

    def may_write() -> bool:
        return window.workspace is not None and not window.workspace.backend.is_read_only

    def with_cache(run: Callable[[Workspace], None]) -> Callable[[], None]:
        def run_if_open() -> None:
            if window.workspace is not None:
                run(window.workspace)

        return run_if_open

    def close() -> None:
        window.close()

    def shows(part: Callable[[Workspace], bool]) -> Callable[[], bool]:
        return lambda: window.workspace is not None and part(window.workspace)

    tr = window.tr

    def themed(choice: ThemeChoice, title: str) -> Command:
        return Command(
            f"theme.{choice.value}",
            title,
            "theme",
            lambda: theme.choose(choice),
            is_checked=lambda: theme.choice is choice,
        )

    def of_cache(
        name: str,
        title: str,
        run: Callable[[Workspace], None],
        shortcut: str = "",
        icon: str = "",
        is_checked: Callable[[Workspace], bool] | None = None,
    ) -> Command:
        group = name.partition(".")[0]
        checked = shows(is_checked) if is_checked is not None else None
        needs_writing = group == "key"
        enabled = may_write if needs_writing else has_cache
        return Command(name, title, group, with_cache(run), shortcut, icon, enabled, checked)

    commands = (
        of_cache("key.create", tr("New key…"), lambda w: w.create_key(), "Ctrl+N", "mdi6.plus"),
        of_cache(
            "key.undo",
            tr("Undo the last write"),
            lambda w: w.key_actions.undo_last(),
            "Ctrl+Alt+Z",
            "mdi6.undo",
        ),
        of_cache(
            "key.delete_matching",
            tr("Delete keys by pattern…"),
            lambda w: w.ask_bulk(BulkKind.DELETE),
            "Ctrl+Shift+D",
            "mdi6.delete-sweep-outline",
        ),
        of_cache(
            "key.ttl_matching",
            tr("Change TTL by pattern…"),
            lambda w: w.ask_bulk(BulkKind.CHANGE_TTL),
            "Ctrl+Shift+T",
            "mdi6.timer-edit-outline",
        ),
        of_cache(
            "key.import",
            tr("Import keys…"),
            lambda w: w.transfers.ask_import(),
            icon="mdi6.import",
        ),
        of_cache(
            "find.export",
            tr("Export the selected keys…"),
            lambda w: w.export_keys(),
            "Ctrl+E",
            "mdi6.export",
        ),
        of_cache(
            "find.export_matching",
            tr("Export keys by pattern…"),
            lambda w: w.ask_bulk(BulkKind.EXPORT),
            "Ctrl+Shift+E",
            "mdi6.export-variant",
        ),
        of_cache(
            "find.filter",
            tr("Filter keys"),
            lambda w: w.tree.focus_filter(),
            "Ctrl+L",
            "mdi6.filter-outline",
        ),
        of_cache(
            "find.values",
            tr("Search in values…"),
            lambda w: w.search_values(),
            "Ctrl+Alt+F",
            "mdi6.text-search",
        ),
        of_cache(
            "find.key",
            tr("Go to key…"),
            lambda w: w.go_to_key(),
            "Ctrl+G",
            "mdi6.crosshairs-gps",
        ),
        of_cache(
            "find.reload",
            tr("Load all keys again"),
            lambda w: w.mirror.reload(),
            "F5",
            "mdi6.refresh",
        ),
        of_cache(
            "view.tree",
            tr("Key tree"),
            lambda w: w.toggle_tree(),
            "Ctrl+1",
            is_checked=lambda w: not w.tree.isHidden(),
        ),
        of_cache(
            "view.by_ttl",
            tr("Sort expanded folders by TTL"),
            lambda w: w.tree.toggle_order(),
            is_checked=lambda w: w.tree.is_by_ttl,
        ),
        of_cache(
            "view.calls",
            tr("Calls"),
            lambda w: w.toggle_calls(),
            "Ctrl+2",
            is_checked=lambda w: not w.calls.isHidden(),
        ),
        of_cache(
            "view.activity",
            tr("Activity"),
            lambda w: w.activity.toggle(),
            "Ctrl+J",
            is_checked=lambda w: w.activity.is_open,
        ),
        of_cache(
            "view.journal",
            tr("Journal of writes"),
            lambda w: w.toggle_journal(),
            "Ctrl+Shift+J",
            is_checked=lambda w: not w.journal.isHidden(),
        ),
        themed(ThemeChoice.SYSTEM, tr("Colours of the system")),
        themed(ThemeChoice.LIGHT, tr("Light colours")),
        themed(ThemeChoice.DARK, tr("Dark colours")),
        of_cache(
            "cache.reconnect",
            tr("Reconnect now"),
            lambda _w: window.reconnect(),
            "Ctrl+R",
            "mdi6.connection",
        ),
        Command(
            "cache.open",
            tr("Open another cache…"),
            "cache",
            ask_for_cache,
            "Ctrl+O",
            "mdi6.database-outline",
        ),
        Command(
            "cache.next",
            tr("Next open cache"),
            "cache",
            lambda: window.show_next_workspace(1),
            "Ctrl+PgDown",
            is_enabled=has_several,
        ),
        Command(
            "cache.previous",
            tr("Previous open cache"),
            "cache",
            lambda: window.show_next_workspace(-1),
            "Ctrl+PgUp",
            is_enabled=has_several,
        ),
        of_cache(
            "cache.close",
            tr("Close this cache"),
            window.close_cache_requested.emit,
            "Ctrl+Shift+W",
            "mdi6.database-remove-outline",
        ),
        Command(
            "window.shortcuts",
            tr("Keyboard shortcuts"),
            "window",
            lambda: _show_shortcuts(window, commands),
            "F1",
            "mdi6.keyboard-outline",
        ),
        Command(
            "window.about",
            tr("About"),
            "window",
            lambda: _show_about(window),
            icon="mdi6.information-outline",
        ),
        Command("window.menu", tr("This menu"), "window", window.strip.open_menu, "F10"),
        Command(
            "window.close",
            tr("Close the window"),
            "window",
            close,
            "Ctrl+Q",
            "mdi6.close",
        ),
    )
    return commands


def _show_shortcuts(window: MainWindow, commands: Sequence[Command]) -> None:
    from sinch_cache_gui.ui.shortcuts import shortcut_groups
    from sinch_cache_gui.ui.shortcuts_dialog import ShortcutsDialog

    ShortcutsDialog(shortcut_groups(commands), window).open()


def _show_about(window: MainWindow) -> None:
    from sinch_cache_gui.ui.about_dialog import AboutDialog

    AboutDialog(window).open()
