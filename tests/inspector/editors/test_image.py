"""The image preview: what it shows, how large, and that it never changes a byte."""

import pytest
from PySide6.QtCore import QBuffer, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QScrollArea

from inspector.editors.image import ImageEditor
from inspector.plain import PlainLabel


@pytest.fixture
def editor(qtbot):
    made = ImageEditor()
    qtbot.addWidget(made)
    made.resize(500, 400)
    made.show()
    return made


def view(editor):
    return editor.findChild(QScrollArea, "imageView")


def text(editor, name):
    return editor.findChild(PlainLabel, name).text()


def test_looking_at_bytes_as_an_image_changes_nothing(editor, encoded, png_claiming):
    for data in (b"", b"no image", encoded("PNG"), png_claiming(60_000, 60_000)):
        editor.load(data)
        assert editor.data() is data
        assert not editor.is_modified()
        assert editor.problem() == ""


def test_the_format_and_the_size_in_pixels_are_shown(editor, encoded):
    data = encoded("PNG", 1200, 3)
    editor.load(data)
    assert text(editor, "imageStatus") == f"PNG · 1,200 x 3 pixels · {len(data):,} B"
    assert view(editor).accessibleName().startswith("Image, PNG · 1,200 x 3 pixels")


def test_a_large_image_is_fitted_and_stays_so_as_the_room_changes(editor, encoded):
    editor.load(encoded("PNG", 2000, 100))
    assert editor.zoom() == pytest.approx(view(editor).maximumViewportSize().width() / 2000)
    before = editor.zoom()
    editor.resize(800, 400)
    assert editor.zoom() > before
    assert view(editor).widget().width() <= view(editor).viewport().width()


def test_a_small_image_is_not_enlarged(editor, encoded):
    editor.load(encoded("PNG", 16, 16))
    assert editor.zoom() == 1.0


@pytest.mark.parametrize(
    ("key", "zoom"),
    [(Qt.Key.Key_Plus, 1.5), (Qt.Key.Key_Minus, 0.75), (Qt.Key.Key_1, 1.0), (Qt.Key.Key_0, 1.0)],
)
def test_keys_zoom(editor, key, zoom, encoded):
    editor.load(encoded("PNG", 16, 16))
    QTest.keyClick(view(editor), key)
    assert editor.zoom() == zoom
    assert text(editor, "imagePercent") == f"{100 * zoom:.0f} %"


def test_buttons_zoom_up_to_the_largest_and_fit_goes_back(editor, encoded):
    editor.load(encoded("PNG", 16, 16))
    for _ in range(20):
        editor.findChild(QPushButton, "imageLarger").click()
    assert editor.zoom() == 16.0
    assert view(editor).widget().width() == 256
    for _ in range(20):
        editor.findChild(QPushButton, "imageSmaller").click()
    assert editor.zoom() == 0.05
    editor.findChild(QPushButton, "imageNatural").click()
    assert editor.zoom() == 1.0
    editor.step_zoom(1)
    editor.findChild(QPushButton, "imageFit").click()
    assert editor.zoom() == 1.0


@pytest.mark.parametrize(
    ("modifier", "zoom"), [(Qt.KeyboardModifier.ControlModifier, 1.5), (Qt.KeyboardModifier.NoModifier, 1.0)]
)
def test_the_wheel_zooms_with_control_alone(editor, modifier, zoom, encoded):
    editor.load(encoded("PNG", 16, 16))
    port = view(editor).viewport()
    middle = QPointF(port.rect().center())
    turn = QWheelEvent(
        middle,
        port.mapToGlobal(middle),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        modifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(port, turn)
    assert editor.zoom() == zoom


def test_a_checkerboard_is_behind_what_is_transparent(editor, encoded):
    editor.load(encoded("PNG", 40, 40, colour=(0, 0, 0, 0)))
    painted = view(editor).widget().grab().toImage()
    assert painted.pixelColor(2, 2) != painted.pixelColor(10, 2)


def test_an_image_is_painted_with_its_colours(editor, encoded):
    editor.load(encoded("PNG", 40, 40))
    painted = view(editor).widget().grab().toImage()
    assert painted.pixelColor(20, 20) == QColor(200, 30, 30)


def test_what_is_not_shown_says_why_in_plain_text(editor, encoded, png_claiming):
    editor.load(png_claiming(60_000, 60_000))
    assert "60,000 x 60,000 pixels is not shown" in text(editor, "imageRefusal")
    assert not editor.findChild(QPushButton, "imageFit").isVisible()
    editor.load(encoded("PNG"))
    assert text(editor, "imageRefusal") == ""
    assert editor.findChild(QPushButton, "imageFit").isVisible()


# Large images, which are read beside the window.


def test_a_large_image_is_read_beside_the_window_and_then_shown(qtbot, editor, encoded):
    data = encoded("PNG", 4000, 4000)
    editor.load(data)
    assert text(editor, "imageRefusal") == "The image is being read."
    assert not editor.findChild(QPushButton, "imageFit").isVisible()
    assert editor.data() is data
    qtbot.waitUntil(lambda: text(editor, "imageRefusal") == "")
    assert text(editor, "imageStatus").startswith("PNG · 4,000 x 4,000 pixels")
    assert editor.zoom() == pytest.approx(view(editor).maximumViewportSize().height() / 4000)
    for zoom in (editor.zoom(), 0.3, 0.5, 0.75, 1.0, 2.0):
        editor.set_zoom(zoom)
        painted = view(editor).grab().toImage()
        assert painted.pixelColor(painted.rect().center()) == QColor(200, 30, 30), zoom


def test_an_image_that_is_chosen_meanwhile_stays(qtbot, editor, encoded):
    editor.load(encoded("PNG", 4000, 4000))
    editor.load(encoded("PNG", 7, 5))
    qtbot.wait(300)
    assert text(editor, "imageStatus").startswith("PNG · 7 x 5 pixels")
    editor.load(encoded("PNG", 4000, 4000))
    editor.load(encoded("PNG", 3000, 3000))
    qtbot.waitUntil(lambda: text(editor, "imageRefusal") == "")
    assert text(editor, "imageStatus").startswith("PNG · 3,000 x 3,000 pixels")


def test_a_large_image_that_is_damaged_says_so(qtbot, editor, encoded):
    data = encoded("PNG", 4000, 4000)
    editor.load(data[: len(data) // 2])
    qtbot.waitUntil(lambda: "damaged" in text(editor, "imageRefusal"))


def test_every_pixel_is_there_once_one_looks_closely(qtbot, editor, encoded):
    """A line of one pixel is lost where four of them become one."""
    image = QImage(3000, 2000, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    for row in range(0, 2000, 2):
        image.setPixelColor(1500, row, QColor("black"))
    held = QBuffer()
    held.open(QBuffer.OpenModeFlag.WriteOnly)
    assert image.save(held, "PNG")
    editor.load(held.data().data())
    qtbot.waitUntil(lambda: text(editor, "imageRefusal") == "")
    editor.set_zoom(1.0)
    canvas = view(editor).widget()
    qtbot.waitUntil(
        lambda: canvas.grab(QRect(1500, 1000, 1, 1)).toImage().pixelColor(0, 0) == QColor("black")
    )
    painted = canvas.grab(QRect(1499, 1000, 3, 2)).toImage()
    colours = [[painted.pixelColor(x, y).name() for x in range(3)] for y in range(2)]
    assert colours == [["#ffffff", "#000000", "#ffffff"], ["#ffffff"] * 3]
