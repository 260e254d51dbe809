"""Icons and other files that come with the program."""

import gc

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtSvg import QSvgRenderer

from inspector import theme
from inspector.assets import icon, picture, resource

ICONS = sorted(path.stem for path in resource("icons").glob("*.svg"))
NEEDED = (
    "open plus save revert delete rename undo redo refresh search jump back forward bookmark moon sun lock copy "
    "workspace shared user group key warning info empty broken pause play app plugin"
)


@pytest.fixture(autouse=True)
def light(qapp):
    """Start and end every test in the light look."""
    theme.apply(qapp, dark=False)
    yield
    theme.apply(qapp, dark=False)


def colours_in(pixmap: QPixmap) -> set[str]:
    """The colours of the pixels that are fully painted."""
    image = pixmap.toImage()
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return {pixel.name().upper() for pixel in pixels if pixel.alpha() == 255}


def strongest(pixmap: QPixmap) -> int:
    image = pixmap.toImage()
    return max(image.pixelColor(x, y).alpha() for x in range(image.width()) for y in range(image.height()))


def test_every_icon_is_there_and_no_other():
    assert sorted(NEEDED.split()) == ICONS


@pytest.mark.parametrize("name", ICONS)
def test_an_icon_is_a_drawing_on_the_grid_in_the_texts_colour(name):
    source = resource(f"icons/{name}.svg").read_text(encoding="utf-8")
    assert QSvgRenderer(str(resource(f"icons/{name}.svg"))).isValid()
    if name != "app":
        assert 'viewBox="0 0 16 16"' in source
        assert 'stroke="currentColor" stroke-width="1.5"' in source
        assert "#" not in source


def test_an_icon_follows_the_look(qapp):
    save = icon("save")
    assert colours_in(save.pixmap(QSize(64, 64))) == {theme.LIGHT.text}
    theme.apply(qapp, dark=True)
    assert colours_in(save.pixmap(QSize(64, 64))) == {theme.DARK.text}


def test_an_icon_is_drawn_anew_for_a_finer_screen(qapp):
    pixmap = icon("key").pixmap(QSize(16, 16), 2.0)
    assert pixmap.size() == QSize(32, 32)
    assert pixmap.devicePixelRatio() == 2.0


def test_a_disabled_icon_is_dimmed(qapp):
    save = icon("save")
    normal, disabled = (save.pixmap(QSize(64, 64), mode) for mode in (QIcon.Mode.Normal, QIcon.Mode.Disabled))
    assert strongest(normal) == 255
    assert strongest(disabled) < 128


def test_a_copy_of_an_icon_outlives_the_original(qapp):
    original = icon("copy")
    copy = QIcon(original)
    copy.addPixmap(QPixmap(4, 4))  # from here on Qt has an engine of its own for it
    del original
    gc.collect()
    assert colours_in(copy.pixmap(QSize(64, 64))) == {theme.LIGHT.text}


def test_a_picture_has_the_colour_and_the_size_that_were_asked_for(qapp):
    drawn = picture("empty", 48, QColor("#C81E1E"), 2.0)
    assert drawn.size() == QSize(96, 96)
    assert drawn.deviceIndependentSize().width() == 48
    assert colours_in(drawn) == {"#C81E1E"}


def test_a_wrong_name_is_refused_before_anything_is_painted():
    with pytest.raises(FileNotFoundError, match=r"icons/nothing\.svg"):
        icon("nothing")
