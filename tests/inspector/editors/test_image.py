"""The image preview: what it shows, how large, and that it never changes a byte."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
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
