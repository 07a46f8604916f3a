"""Icons of the Material Design set, in any colour and sharp at any scale.

The font and the names are those QtAwesome installs. It is not imported: that takes as long as all
of the window's own modules together (through QtPy; measured), and to draw a glyph takes little.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPixmap

SET: Final = "mdi6."
"""What every name begins with, as in QtAwesome: `mdi6.phone`."""

FILL: Final = 0.875
"""How much of its square a glyph fills, as QtAwesome draws it."""

DISABLED_OPACITY: Final = 0.4


def drawn(name: str, *, color: str) -> QIcon:
    """Answer the icon of that name (`mdi6.phone`) in that colour.

    Raises:
        KeyError: The set has no such icon.
    """
    return QIcon(_GlyphEngine(_glyph(name), color))


class _GlyphEngine(QIconEngine):
    def __init__(self, glyph: str, color: str) -> None:
        super().__init__()
        self._glyph = glyph
        self._color = color

    def paint(
        self,
        painter: QPainter,
        rect: QRect,
        mode: QIcon.Mode,
        state: QIcon.State,  # noqa: ARG002 - Qt's
    ) -> None:
        painter.save()
        font = QFont(_family())
        font.setPixelSize(max(round(rect.height() * FILL), 1))
        painter.setFont(font)
        painter.setPen(QColor(self._color))
        if mode is QIcon.Mode.Disabled:
            painter.setOpacity(DISABLED_OPACITY)
        painter.drawText(QRectF(rect), Qt.AlignmentFlag.AlignCenter, self._glyph)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        if size.isEmpty():  # a control for which there is no room asks, too
            return pixmap
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _GlyphEngine(self._glyph, self._color)


@cache
def _glyphs() -> dict[str, str]:
    return dict(json.loads(_font_file("materialdesignicons6-webfont-charmap-*.json").read_bytes()))


def _glyph(name: str) -> str:
    if not name.startswith(SET):
        raise KeyError(name)
    return chr(int(_glyphs()[name.removeprefix(SET)], 16))


@cache
def _family() -> str:
    number = QFontDatabase.addApplicationFont(
        str(_font_file("materialdesignicons6-webfont-[0-9]*.ttf"))
    )
    return QFontDatabase.applicationFontFamilies(number)[0]


def _font_file(pattern: str) -> Path:
    spec = find_spec("qtawesome")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("QtAwesome, which brings the icons, is not installed")
    return next((Path(spec.origin).parent / "fonts").glob(pattern))
