"""The row that looks for something: what it tells, and its keys."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QToolButton

from inspector.editors.find_bar import FindBar


@pytest.fixture
def told():
    return []


@pytest.fixture
def bar(qtbot, told):
    made = FindBar(modes=("Text", "Hexadecimal"))
    qtbot.addWidget(made)
    made.sought.connect(lambda: told.append(("sought", made.words())))
    made.stepped.connect(lambda forwards: told.append(("stepped", forwards)))
    made.replaced.connect(lambda everywhere: told.append(("replaced", everywhere)))
    made.closed.connect(lambda: told.append("closed"))
    return made


def words(bar):
    return bar.findChild(QLineEdit, "findEdit")


def test_it_is_hidden_until_it_is_opened_with_what_to_look_for(bar, told):
    assert bar.isHidden()
    bar.open_bar("milk")
    assert bar.isVisible()
    assert words(bar).selectedText() == "milk"
    assert told[-1] == ("sought", "milk")


def test_opened_without_words_it_keeps_the_former_ones(bar):
    bar.open_bar("milk")
    bar.close_bar()
    bar.open_bar()
    assert bar.words() == "milk"


@pytest.mark.parametrize(
    ("key", "modifier", "what"),
    [
        (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, ("stepped", True)),
        (Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier, ("stepped", False)),
        (Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier, ("stepped", True)),
        (Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier, "closed"),
    ],
)
def test_its_keys(bar, told, key, modifier, what):
    bar.open_bar("milk")
    told.clear()
    QTest.keyClick(words(bar), key, modifier)
    assert told == [what]


def test_every_change_of_what_is_meant_is_told(bar, told):
    bar.open_bar("milk")
    told.clear()
    bar.findChild(QToolButton, "findCase").click()
    bar.findChild(QComboBox, "findMode").setCurrentText("Hexadecimal")
    words(bar).setText("6d")
    assert told == [("sought", "milk"), ("sought", "milk"), ("sought", "6d")]
    assert bar.match_case()
    assert bar.mode() == "Hexadecimal"


def test_replacing_is_offered_where_it_was_asked_for(bar, told):
    bar.open_bar("milk")
    assert not bar.findChild(QLineEdit, "replaceEdit").isVisible()
    bar.open_bar(replace=True)
    bar.findChild(QLineEdit, "replaceEdit").setText("oat")
    bar.findChild(QPushButton, "replaceOne").click()
    bar.findChild(QPushButton, "replaceAll").click()
    assert told[-2:] == [("replaced", False), ("replaced", True)]
    assert bar.replacement() == "oat"


def test_a_bar_that_cannot_replace_never_offers_it(qtbot):
    bar = FindBar(can_replace=False)
    qtbot.addWidget(bar)
    bar.open_bar(replace=True)
    assert not bar.findChild(QLineEdit, "replaceEdit").isVisible()
    assert not bar.findChild(QComboBox, "findMode").isVisible()


def test_the_count_is_shown_as_plain_text(bar):
    bar.show_count("<b>3</b>")
    count = bar.findChild(QLabel, "findCount")
    assert count.text() == "<b>3</b>"
    assert count.textFormat() == Qt.TextFormat.PlainText
