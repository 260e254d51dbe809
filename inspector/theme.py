"""How the application looks: one table of colours, light and dark, and what follows from it for Qt."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from string import Template
from types import MappingProxyType
from typing import Self

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from inspector.assets import resource

GRID = 4  # logical pixels: distances are multiples of it
ROW_HEIGHT = 26
CORNER = 6
FADE_MS = 600

REDUCED_MOTION_VARIABLE = "STATE_INSPECTOR_REDUCED_MOTION"


class Choice(StrEnum):
    """What the person chose: one of the two looks, or whichever the system has."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours, each as `#RRGGBB`. Nothing on screen has another that is not mixed from these."""

    window: str
    pane: str
    hairline: str
    text: str
    second_text: str
    accent: str
    on_accent: str
    selection: str
    amber: str
    red: str
    green: str


LIGHT = Tokens(
    window="#FAFAFA",
    pane="#FFFFFF",
    hairline="#E4E4E7",
    text="#18181B",
    second_text="#65656E",
    accent="#2563EB",
    on_accent="#FFFFFF",
    selection="#E8F0FF",
    amber="#9F5406",
    red="#C81E1E",
    green="#13753A",
)
DARK = Tokens(
    window="#18181B",
    pane="#1F1F23",
    hairline="#33333A",
    text="#F4F4F5",
    second_text="#A9A9B2",
    accent="#6EA8FE",
    on_accent="#10131A",
    selection="#253555",
    amber="#F5B14C",
    red="#FF8A80",
    green="#5FD38D",
)


def tokens(dark: bool) -> Tokens:
    return DARK if dark else LIGHT


def mix(colour: str, ground: str, share: float) -> str:
    """`share` (0 to 1) of `colour` laid over `ground`, as `#RRGGBB`."""
    over, under = QColor(colour), QColor(ground)
    channels = ((over.red(), under.red()), (over.green(), under.green()), (over.blue(), under.blue()))
    return "#" + "".join(f"{round(top * share + below * (1 - share)):02X}" for top, below in channels)


@cache
def shades(colours: Tokens) -> Mapping[str, str]:
    """The tokens and what the style sheet mixes from them, by name."""
    mixed = {
        "hover": mix(colours.text, colours.pane, 0.06),
        "pressed": mix(colours.text, colours.pane, 0.11),
        "outline": mix(colours.text, colours.pane, 0.20),
        "scroll": mix(colours.text, colours.pane, 0.28),
        "marked_text": mix(colours.accent, colours.pane, 0.28),
        "accent_hover": mix(colours.text, colours.accent, 0.14),
        "accent_pressed": mix(colours.text, colours.accent, 0.26),
        "danger_hover": mix(colours.red, colours.pane, 0.08),
        "danger_pressed": mix(colours.red, colours.pane, 0.13),
    }
    return MappingProxyType(asdict(colours) | mixed)


class Theme(QObject):
    """The look that the application has now. It belongs to the application; `theme()` finds it.

    `still` is what the person chose about motion: True for none at all, None for no choice.
    """

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self.dark = False
        self.still: bool | None = None
        self._choice = Choice.SYSTEM
        app.styleHints().colorSchemeChanged.connect(self._follow_system)

    @property
    def choice(self) -> Choice:
        return self._choice

    @classmethod
    def of(cls, app: QApplication) -> Self:
        """The theme of `app`, made at first use."""
        found = app.findChild(cls, options=Qt.FindChildOption.FindDirectChildrenOnly)
        return found if found is not None else cls(app)

    def choose(self, choice: Choice) -> None:
        """Take the person's choice and apply it; with SYSTEM, go on following the system."""
        self._choice = choice
        hints = QGuiApplication.styleHints()
        # This reaches the window frame and the file dialogs where the platform draws them.
        if choice is Choice.SYSTEM:
            hints.unsetColorScheme()
        else:
            hints.setColorScheme(Qt.ColorScheme.Dark if choice is Choice.DARK else Qt.ColorScheme.Light)
        self._follow_system()

    def _follow_system(self) -> None:
        if self._choice is Choice.SYSTEM:
            self._show(QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark)
        else:
            self._show(self._choice is Choice.DARK)

    def _show(self, dark: bool) -> None:
        """Give the application the light or the dark look, and tell those who paint by themselves."""
        if dark == self.dark and self._app.styleSheet():
            return
        self.dark = dark
        if self._app.styleSheet():
            self._app.setStyleSheet("")  # Qt takes five times as long where one takes the place of another
        else:
            self._app.setStyle("Fusion")
        self._app.setPalette(_palette(tokens(dark)))
        self._app.setStyleSheet(_style_sheet(dark))
        self.changed.emit()


_found: Theme | None = None  # every cell that is painted asks for it


def theme() -> Theme:
    """The application's theme, made at first use. Raises RuntimeError while there is no QApplication."""
    global _found
    if _found is not None and isValid(
        _found
    ):  # it lives as long as its application, of which there is one at a time
        return _found
    app = QCoreApplication.instance()
    if not isinstance(app, QApplication):
        raise RuntimeError("a theme needs a QApplication: create one first")
    _found = Theme.of(app)
    return _found


def apply(app: QApplication, dark: bool) -> None:
    """Give `app` the light or the dark look now, whatever the system has."""
    Theme.of(app).choose(Choice.DARK if dark else Choice.LIGHT)


def current() -> Tokens:
    """The colours to paint with now."""
    return tokens(theme().dark)


def reduced_motion() -> bool:
    """Whether to leave out every animation.

    The person's setting (`theme().still`) decides, else the variable STATE_INSPECTOR_REDUCED_MOTION.
    """
    chosen = theme().still
    if chosen is not None:
        return chosen
    return os.environ.get(REDUCED_MOTION_VARIABLE, "") not in ("", "0")


def mono_font() -> QFont:
    """The system's monospaced face at the interface's size: for keys and values."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(QApplication.font().pointSizeF())
    font.setStyleHint(QFont.StyleHint.Monospace)
    return font


def figures_font() -> QFont:
    """The interface's face with figures of one width, so that numbers stand in columns."""
    font = QApplication.font()
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def title_font() -> QFont:
    """One size up and semibold: for the name of the value that is shown."""
    font = QApplication.font()
    font.setPointSizeF(font.pointSizeF() * 1.2)
    font.setWeight(QFont.Weight.DemiBold)
    return font


def _palette(colours: Tokens) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for roles, colour in (
        ((role.Window, role.AlternateBase, role.Midlight), colours.window),
        ((role.Base, role.Button, role.Light, role.ToolTipBase), colours.pane),
        ((role.Mid, role.Dark, role.Shadow), colours.hairline),
        ((role.WindowText, role.Text, role.ButtonText, role.ToolTipText, role.HighlightedText), colours.text),
        ((role.PlaceholderText,), colours.second_text),
        ((role.Highlight,), colours.selection),
        ((role.Accent, role.Link, role.LinkVisited), colours.accent),
        ((role.BrightText,), colours.on_accent),
    ):
        for each in roles:
            palette.setColor(each, QColor(colour))
    for each in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText, role.BrightText):
        palette.setColor(QPalette.ColorGroup.Disabled, each, QColor(colours.second_text))
    return palette


def _style_sheet(dark: bool) -> str:
    template = Template(resource("style.qss").read_text(encoding="utf-8"))
    controls = resource("controls/dark" if dark else "controls/light").as_posix()
    return template.substitute(shades(tokens(dark)), controls=controls, corner=CORNER, row=ROW_HEIGHT)
