"""Colours, fonts and measures of the window, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QPushButton, QStyleFactory, QWidget

from sinch_cache_gui.resource_files import file_path

GRID: Final = 8
"""Pixels between things; half of it inside them."""

ROW_HEIGHT: Final = 24
"""Pixels of a row in a tree or a list."""

BAR_HEIGHT: Final = 32
"""Pixels of a strip of controls: headers, tool strips, the status strip."""


CELL_PAD: Final = 6
"""Pixels between the edge of a table's cell, or of its header's, and the text."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Every colour the window uses, named for its use.

    Texts meet WCAG AA (4.5:1) on every ground; `faint` is for marks, not for text.
    """

    is_dark: bool
    window: str
    base: str
    raised: str
    border: str
    text: str
    muted: str
    faint: str
    accent: str
    on_accent: str
    selection: str
    selection_inactive: str
    hover: str
    flash: str
    success: str
    warning: str
    danger: str
    info_back: str
    success_back: str
    warning_back: str
    danger_back: str
    current_line: str
    find_match: str
    json_key: str
    json_string: str
    json_number: str
    json_word: str
    production: str
    development: str


LIGHT: Final = Tokens(
    is_dark=False,
    window="#f3f4f6",
    base="#ffffff",
    raised="#eaecef",
    border="#d3d7dd",
    text="#1c2128",
    muted="#57606a",
    faint="#a5adb8",
    accent="#1f5fd0",
    on_accent="#ffffff",
    selection="#d6e4fc",
    selection_inactive="#e1e6ed",
    hover="#eef2f8",
    flash="#fff3c4",
    success="#1a6e35",
    warning="#8a5300",
    danger="#b3261e",
    info_back="#e3edfc",
    success_back="#dff3e4",
    warning_back="#fdf0d3",
    danger_back="#fbe3e1",
    current_line="#f5f7fa",
    find_match="#ffe08a",
    json_key="#0b4f9e",
    json_string="#1a6e35",
    json_number="#9a3b00",
    json_word="#7a2fa0",
    production="#b3261e",
    development="#1a6e35",
)

DARK: Final = Tokens(
    is_dark=True,
    window="#1e2127",
    base="#17191e",
    raised="#272b33",
    border="#383d47",
    text="#dfe3ea",
    muted="#9aa4b2",
    faint="#5b6472",
    accent="#6ea3ff",
    on_accent="#0d1a30",
    selection="#23395c",
    selection_inactive="#313844",
    hover="#23272f",
    flash="#3e3718",
    success="#6fcf8c",
    warning="#e8b458",
    danger="#ff8a80",
    info_back="#1d2d48",
    success_back="#17331f",
    warning_back="#3a2d10",
    danger_back="#43201d",
    current_line="#1d2026",
    find_match="#46380b",
    json_key="#82b4ff",
    json_string="#8fd6a0",
    json_number="#f0a878",
    json_word="#cf9bef",
    production="#ff8a80",
    development="#6fcf8c",
)


class ThemeChoice(Enum):
    """What the user asked for."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Theme(QObject):
    """The colours and fonts in force. Widgets read `tokens` when they paint.

    Attributes:
        changed: Other colours are in force.
        chosen: The user asked for something else than before.
    """

    changed = Signal()
    chosen = Signal()

    def __init__(self, application: QApplication) -> None:
        super().__init__()
        self._application = application
        self._choice = ThemeChoice.SYSTEM
        application.setStyle(QStyleFactory.create("Fusion"))
        self._tokens = self._wanted()
        self._dress_application()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow)

    @property
    def tokens(self) -> Tokens:
        """The colours in force."""
        return self._tokens

    @property
    def choice(self) -> ThemeChoice:
        """What the user asked for."""
        return self._choice

    def choose(self, choice: ThemeChoice) -> None:
        """Follow the system, or be light or dark whatever it says."""
        self._choice = choice
        scheme = {
            ThemeChoice.SYSTEM: Qt.ColorScheme.Unknown,
            ThemeChoice.LIGHT: Qt.ColorScheme.Light,
            ThemeChoice.DARK: Qt.ColorScheme.Dark,
        }[choice]
        QGuiApplication.styleHints().setColorScheme(scheme)
        self._follow()
        self.chosen.emit()

    def monospace(self) -> QFont:
        """The system's monospace, for keys and values."""
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(self._application.font().pointSizeF())
        return font

    def _wanted(self) -> Tokens:
        is_dark = self._choice is ThemeChoice.DARK
        if self._choice is ThemeChoice.SYSTEM:
            is_dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return DARK if is_dark else LIGHT

    def _follow(self) -> None:
        """Dress everything anew where other colours are wanted; it costs the whole window."""
        if (wanted := self._wanted()) is not self._tokens:
            self._tokens = wanted
            self._dress_application()
            self.changed.emit()

    def _dress_application(self) -> None:
        self._application.setPalette(palette_of(self._tokens))
        self._application.setStyleSheet(style_sheet_of(self._tokens))


def dress_as(widget: QWidget, name: str) -> None:
    """Give a widget the look the style sheet has for `name`: `muted`, `danger`, `title`..."""
    if widget.objectName() != name:
        widget.setObjectName(name)
        look_again(widget)


def look_again(widget: QWidget) -> None:
    """Have a widget's name or properties matched with the style sheet, which Qt does but once."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def palette_of(tokens: Tokens) -> QPalette:
    """Answer Qt's palette for `tokens`."""
    role = QPalette.ColorRole
    palette = QPalette()
    for which, colour in {
        role.Window: tokens.window,
        role.WindowText: tokens.text,
        role.Base: tokens.base,
        role.AlternateBase: tokens.current_line,
        role.Text: tokens.text,
        role.PlaceholderText: tokens.muted,
        role.Button: tokens.raised,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.danger,
        role.ToolTipBase: tokens.raised,
        role.ToolTipText: tokens.text,
        role.Highlight: tokens.selection,
        role.HighlightedText: tokens.text,
        role.Accent: tokens.accent,
        role.Link: tokens.accent,
        role.LinkVisited: tokens.accent,
        role.Light: tokens.raised,
        role.Midlight: tokens.raised,
        role.Mid: tokens.border,
        role.Dark: tokens.border,
        role.Shadow: tokens.border,
    }.items():
        palette.setColor(which, QColor(colour))
    off = QPalette.ColorGroup.Disabled
    for which in (
        *(role.WindowText, role.Text, role.ButtonText),
        *(role.HighlightedText, role.PlaceholderText),
    ):
        palette.setColor(off, which, QColor(tokens.faint))
    palette.setColor(
        QPalette.ColorGroup.Inactive, role.Highlight, QColor(tokens.selection_inactive)
    )
    return palette


def style_sheet_of(tokens: Tokens) -> str:
    """Answer the little a palette cannot say: flat strips, thin splitters, quiet buttons."""
    mode = "dark" if tokens.is_dark else "light"
    lifted_accent, lifted_danger = (_lifted(c, tokens) for c in (tokens.accent, tokens.danger))
    return f"""
    QToolTip {{ color: {tokens.text}; background: {tokens.raised};
        border: 1px solid {tokens.border}; padding: 4px; }}
    QMainWindow::separator, QSplitter::handle {{ background: {tokens.border}; }}
    QSplitter::handle:horizontal {{ width: 1px; }}
    QSplitter::handle:vertical {{ height: 1px; }}
    QWidget#strip {{ background: {tokens.window}; border-bottom: 1px solid {tokens.border}; }}
    QWidget#statusStrip {{ background: {tokens.window}; border-top: 1px solid {tokens.border}; }}
    QLabel#muted {{ color: {tokens.muted}; }}
    QLabel#title {{ font-weight: 600; }}
    QLabel#danger {{ color: {tokens.danger}; }}
    QLabel#warning {{ color: {tokens.warning}; }}
    QToolButton {{ border: 1px solid transparent; border-radius: 4px; padding: 3px 6px; }}
    QToolButton:hover {{ background: {tokens.hover}; border-color: {tokens.border}; }}
    QToolButton:pressed, QToolButton:checked {{ background: {tokens.selection}; }}
    QToolButton:focus {{ border-color: {tokens.accent}; }}
    QToolButton:disabled {{ color: {tokens.faint}; }}
    QPushButton {{ border: 1px solid {tokens.border}; border-radius: 4px; padding: 4px 12px;
        background: {tokens.base}; }}
    QPushButton:hover {{ background: {tokens.hover}; }}
    QPushButton:pressed {{ background: {tokens.selection}; }}
    QPushButton:focus {{ border-color: {tokens.accent}; }}
    QPushButton:disabled {{ color: {tokens.faint}; background: {tokens.window}; }}
    QPushButton[primary="true"] {{ background: {tokens.accent}; color: {tokens.on_accent};
        border-color: {tokens.accent}; }}
    QPushButton[primary="true"]:hover, QPushButton[primary="true"]:pressed {{
        background: {lifted_accent}; border-color: {lifted_accent}; }}
    QPushButton[destructive="true"] {{ background: {tokens.danger}; color: {tokens.on_accent};
        border-color: {tokens.danger}; }}
    QPushButton[destructive="true"]:hover, QPushButton[destructive="true"]:pressed {{
        background: {lifted_danger}; border-color: {lifted_danger}; }}
    QPushButton[primary="true"]:focus, QPushButton[destructive="true"]:focus {{
        border-color: {tokens.text}; }}
    QPushButton[primary="true"]:disabled, QPushButton[destructive="true"]:disabled {{
        background: {tokens.raised}; color: {tokens.faint}; border-color: {tokens.border}; }}
    QToolButton::menu-indicator {{ image: none; }}
    QToolButton#named {{ padding-right: 12px; }}
    QToolButton#named::menu-indicator {{ width: 10px; height: 10px; right: 4px;
        subcontrol-origin: padding; subcontrol-position: right center;
        image: url("{file_path(f"icons/chevron-down-{mode}.svg")}"); }}
    QCheckBox::indicator {{ width: 14px; height: 14px; border: 1px solid {tokens.faint};
        border-radius: 3px; background: {tokens.base}; }}
    QCheckBox::indicator:focus {{ border-color: {tokens.accent}; }}
    QCheckBox::indicator:checked {{ background: {tokens.accent}; border-color: {tokens.accent};
        image: url("{file_path(f"icons/check-on-{mode}.svg")}"); }}
    QRadioButton::indicator {{ width: 12px; height: 12px; border: 1px solid {tokens.muted};
        border-radius: 7px; background: {tokens.base}; }}
    QRadioButton::indicator:focus {{ border-color: {tokens.accent}; }}
    QRadioButton::indicator:checked {{ background: {tokens.accent}; }}
    QCheckBox::indicator:checked:focus, QRadioButton::indicator:checked:focus {{
        border-color: {tokens.text}; }}
    QLineEdit, QAbstractSpinBox, QComboBox {{ border: 1px solid {tokens.border}; border-radius: 4px;
        padding: 3px 6px; background: {tokens.base}; }}
    QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled {{
        background: {tokens.window}; color: {tokens.faint}; }}
    QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus {{ border-color: {tokens.accent}; }}
    QComboBox {{ padding-right: 20px; }}
    QComboBox::drop-down {{ border: none; width: 20px; }}
    QComboBox::down-arrow {{ width: 10px; height: 10px;
        image: url("{file_path(f"icons/chevron-down-{mode}.svg")}"); }}
    QAbstractSpinBox {{ padding: 3px 0; }}
    QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ width: 0; height: 0;
        subcontrol-origin: border; }}
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QTableView, QListView, QPlainTextEdit, QTextEdit, QTreeView {{ border: none; }}
    QTextEdit {{ border: 1px solid transparent; }}
    QTextEdit:focus {{ border-color: {tokens.accent}; }}
    QListWidget#knownCaches {{ border: 1px solid {tokens.border}; border-radius: 4px;
        background: {tokens.base}; }}
    QListWidget#knownCaches::item {{ padding: 4px 6px; }}
    QListView#activity {{ border-top: 1px solid {tokens.border}; }}
    QListView#activity::item {{ height: {ROW_HEIGHT}px; padding: 0 {GRID // 2}px; }}
    QHeaderView::section {{ background: {tokens.window}; color: {tokens.muted}; border: none;
        border-bottom: 1px solid {tokens.border}; padding: 3px {CELL_PAD}px; }}
    QTabBar::tab {{ background: {tokens.window}; color: {tokens.muted}; border: none;
        border-right: 1px solid {tokens.border}; padding: 6px 12px; }}
    QTabBar#openKeys::tab {{ min-width: 96px; }}
    QTabBar::tab:selected {{ background: {tokens.base}; color: {tokens.text};
        border-bottom: 2px solid {tokens.accent}; }}
    QTabBar::tab:selected:focus {{ background: {tokens.selection}; }}
    QTabBar::tab:hover {{ color: {tokens.text}; }}
    QTabBar::scroller {{ width: 48px; }}
    QToolButton#ScrollLeftButton, QToolButton#ScrollRightButton {{ border: none; padding: 0; }}
    QTabWidget::pane {{ border: none; }}
    QProgressBar {{ border: none; background: {tokens.raised}; }}
    QProgressBar::chunk {{ background: {tokens.accent}; }}
    QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
    QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
    QScrollBar::handle {{ background: {tokens.border}; border-radius: 4px; margin: 1px; }}
    QScrollBar::handle:vertical {{ min-height: 24px; }}
    QScrollBar::handle:horizontal {{ min-width: 24px; }}
    QScrollBar::handle:hover {{ background: {tokens.faint}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QAbstractScrollArea::corner {{ background: transparent; border: none; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    QMenu {{ background: {tokens.base}; border: 1px solid {tokens.border}; padding: 4px; }}
    QMenu::item {{ padding: 4px 24px 4px 12px; min-height: 16px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {tokens.selection}; }}
    QMenu::item:disabled {{ color: {tokens.faint}; }}
    QMenu::separator {{ height: 1px; background: {tokens.border}; margin: 4px 8px; }}
    """


def fill(button: QPushButton, *, destructive: bool = False, primary: bool = False) -> None:
    """Fill a button in the colour of the next step or of what takes something away, or neither."""
    button.setProperty("primary", primary)
    button.setProperty("destructive", destructive)
    look_again(button)


def _lifted(colour: str, tokens: Tokens) -> str:
    """Answer the colour of a filled button below the mouse: nearer to the text of the window."""
    filled = QColor(colour)
    return (filled.lighter(112) if tokens.is_dark else filled.darker(118)).name()
