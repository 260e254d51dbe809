"""One table of colours, and what Qt makes of it."""

import re
from dataclasses import asdict

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontInfo, QGuiApplication, QPalette
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from inspector import theme
from inspector.assets import resource
from inspector.plain import PlainLabel
from inspector.theme import Choice

LOOKS = pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=["light", "dark"])


@pytest.fixture(autouse=True)
def light(qapp):
    """Start and end every test in the light look."""
    theme.apply(qapp, dark=False)
    yield
    theme.theme().still = None
    theme.apply(qapp, dark=False)


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2."""

    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    rgb = QColor(colour)
    return 0.2126 * linear(rgb.redF()) + 0.7152 * linear(rgb.greenF()) + 0.0722 * linear(rgb.blueF())


def contrast(text: str, ground: str) -> float:
    lighter, darker = sorted((luminance(text), luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


GROUNDS_OF = {
    "text": ("window", "pane", "hover", "pressed", "selection", "marked_text", "hairline"),
    "second_text": ("window", "pane", "hover", "pressed", "selection", "hairline"),
    "on_accent": ("accent", "accent_hover", "accent_pressed"),
    "accent": ("window", "pane"),
    "amber": ("window", "pane", "hover", "selection"),
    "red": ("window", "pane", "hover", "selection", "danger_hover", "danger_pressed"),
    "green": ("window", "pane", "hover", "selection"),
}


@LOOKS
@pytest.mark.parametrize(
    ("text", "ground"), [(text, ground) for text, grounds in GROUNDS_OF.items() for ground in grounds]
)
def test_every_text_can_be_read_on_what_is_behind_it(colours, text, ground):
    shades = theme.shades(colours)
    assert contrast(shades[text], shades[ground]) >= 4.5


@LOOKS
@pytest.mark.parametrize("ground", ["window", "pane"])
def test_the_focus_can_be_told_from_what_is_behind_it(colours, ground):
    shades = theme.shades(colours)
    assert contrast(shades["accent"], shades[ground]) >= 3


@LOOKS
def test_the_style_sheet_has_no_colour_but_the_tokens(colours):
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b", resource("style.qss").read_text(encoding="utf-8"))
    folder = resource("controls/dark" if colours is theme.DARK else "controls/light")
    drawings = sorted(folder.glob("*.svg"))
    assert len(drawings) >= 10
    for drawing in drawings:
        found = set(re.findall(r"#[0-9a-fA-F]{6}", drawing.read_text(encoding="utf-8")))
        assert found <= set(asdict(colours).values())


def test_both_looks_draw_the_same_controls():
    light, dark = (
        {path.name for path in resource(f"controls/{look}").iterdir()} for look in ("light", "dark")
    )
    assert light == dark
    used = set(re.findall(r"\$controls/([a-z-]+\.svg)", resource("style.qss").read_text(encoding="utf-8")))
    assert used == light


def test_changing_the_look_changes_what_is_painted_and_tells_once(qapp, qtbot):
    button = QPushButton("Save")
    button.setProperty("primary", True)
    field = QLineEdit()
    for widget in (button, field):
        qtbot.addWidget(widget)
        widget.resize(120, 28)
    told = []
    theme.theme().changed.connect(lambda: told.append(theme.current()))
    for dark in (True, True, False):
        theme.apply(qapp, dark)
        colours = theme.tokens(dark)
        assert theme.current() is colours
        assert painted(button, 8, 14) == colours.accent
        assert painted(field, 100, 14) == colours.pane
        assert qapp.palette().color(QPalette.ColorRole.Window).name().upper() == colours.window
    assert told == [theme.DARK, theme.LIGHT]


def painted(widget, x, y):
    return widget.grab().toImage().pixelColor(x, y).name().upper()


@pytest.mark.parametrize(
    "make", [QLabel, PlainLabel, lambda text: PlainLabel(text, elide=Qt.TextElideMode.ElideRight)]
)
def test_a_label_takes_the_colour_of_its_tone(qapp, qtbot, make):
    label = make("██████")
    qtbot.addWidget(label)
    label.setProperty("tone", "red")
    label.resize(80, 26)
    image = label.grab().toImage()
    seen = {image.pixelColor(x, 13).name().upper() for x in range(80)}
    assert theme.LIGHT.red in seen


def test_a_choice_holds_and_without_one_the_system_is_followed(qapp):
    theme.theme().choose(Choice.DARK)
    assert theme.current() is theme.DARK
    theme.theme().choose(Choice.SYSTEM)
    system = QGuiApplication.styleHints().colorScheme().name
    assert theme.theme().choice is Choice.SYSTEM
    assert theme.current() is theme.tokens(dark=system == "Dark")


def test_the_application_has_one_theme(qapp):
    assert theme.theme() is theme.theme()
    assert theme.theme().parent() is qapp


def test_motion_is_reduced_where_the_environment_or_the_person_asks_for_it(qapp, monkeypatch):
    monkeypatch.delenv(theme.REDUCED_MOTION_VARIABLE, raising=False)
    assert not theme.reduced_motion()
    monkeypatch.setenv(theme.REDUCED_MOTION_VARIABLE, "1")
    assert theme.reduced_motion()
    theme.theme().still = False
    assert not theme.reduced_motion()
    monkeypatch.setenv(theme.REDUCED_MOTION_VARIABLE, "0")
    theme.theme().still = None
    assert not theme.reduced_motion()
    theme.theme().still = True
    assert theme.reduced_motion()


def test_values_are_shown_in_a_face_of_one_width_at_the_interfaces_size(qapp):
    font = theme.mono_font()
    assert QFontInfo(font).fixedPitch()
    assert font.pointSizeF() == qapp.font().pointSizeF()


def test_the_name_of_a_value_stands_out(qapp):
    assert theme.title_font().pointSizeF() > qapp.font().pointSizeF()


def test_a_colour_is_mixed_by_its_share():
    assert theme.mix("#FFFFFF", "#000000", 0.5) == "#808080"
    assert theme.mix("#123456", "#FFFFFF", 1) == "#123456"
    assert theme.mix("#123456", "#FEDCBA", 0) == "#FEDCBA"
