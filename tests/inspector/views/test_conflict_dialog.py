"""What a person is asked where a value was changed while it was edited."""

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton, QWidget

from inspector import theme
from inspector.garbage import GuiCollector
from inspector.tasks import Tasks
from inspector.views.conflict_dialog import ConflictDialog, Resolution, resolve

BASE, THEIRS, MINE = b'{"a": 1, "b": 2}', b'{"a": 5, "b": 2}', b'{"a": 1, "b": 2, "c": 3}'


@pytest.fixture(autouse=True)
def light(qapp):
    """Start and end every test in the light look, and collect garbage on this thread alone."""
    collector = GuiCollector()
    theme.apply(qapp, dark=False)
    yield
    theme.apply(qapp, dark=False)
    collector.stop()


@pytest.fixture
def window(qtbot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    return window


@pytest.fixture
def ask(window):
    """A dialog over the window: `ask(theirs, mine)`."""

    def make(theirs=THEIRS, mine=MINE, *, base=BASE, key="todos", json=True):
        return ConflictDialog(window, key, base, theirs, mine, json=json)

    return make


def text(dialog: ConflictDialog, name: str) -> str:
    return dialog.findChild(QPlainTextEdit, name).toPlainText()


def button(dialog: ConflictDialog, name: str) -> QPushButton:
    return dialog.findChild(QPushButton, name)


def note(dialog: ConflictDialog) -> str:
    return dialog.findChild(QLabel, "mergeNote").text()


async def test_base_theirs_and_mine_stand_side_by_side(ask):
    dialog = ask()
    await dialog.compare()
    assert dialog.objectName() == "conflictDialog"
    assert text(dialog, "baseView").split("\n") == ["$.a", "  1", "", "$.c", "  not there", ""]
    assert text(dialog, "theirsView").split("\n")[:2] == ["changed  $.a", "  5"]
    assert text(dialog, "mineView").split("\n")[3:5] == ["added    $.c", "  3"]


def raise_it(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize(
    ("name", "resolution"),
    [
        ("takeTheirsButton", Resolution.TAKE_THEIRS),
        ("takeMineButton", Resolution.TAKE_MINE),
        ("mergeButton", Resolution.MERGE),
        ("keepEditingButton", Resolution.KEEP_EDITING),
    ],
)
async def test_each_button_is_a_resolution(ask, name, resolution):
    dialog = ask()
    await dialog.compare()
    answered = asyncio.ensure_future(resolve(dialog, Tasks(raise_it)))
    await asyncio.sleep(0)
    button(dialog, name).click()
    assert await answered is resolution


async def test_escape_keeps_editing_and_so_does_enter_until_something_is_chosen(ask, qtbot):
    for key in (Qt.Key.Key_Escape, Qt.Key.Key_Return):
        dialog = ask()
        answered = asyncio.ensure_future(resolve(dialog, Tasks(raise_it)))
        await asyncio.sleep(0)
        qtbot.keyClick(dialog, key)
        assert await answered is Resolution.KEEP_EDITING


async def test_a_merge_takes_both_where_they_do_not_touch(ask):
    dialog = ask()
    assert dialog.merged is None
    assert not button(dialog, "mergeButton").isEnabled()
    assert note(dialog) == "Comparing…"
    await dialog.compare()
    assert dialog.merged == b'{"a": 5, "b": 2, "c": 3}'
    assert button(dialog, "mergeButton").isEnabled()
    assert note(dialog) == "No field was changed by both: a merge takes all changes."


async def test_fields_that_touch_are_named_and_not_merged(ask):
    dialog = ask(mine=b'{"a": 7, "b": 2}')
    await dialog.compare()
    assert dialog.merged is None
    assert not button(dialog, "mergeButton").isEnabled()
    assert note(dialog) == "Both changed $.a: only one of the two can stay."


async def test_it_can_be_answered_before_it_has_compared(ask):
    dialog = ask(*(b"[" + b"%d, " % number * 100_000 + b"0]" for number in (1, 2)))
    answered = asyncio.ensure_future(resolve(dialog, Tasks(raise_it)))
    await asyncio.sleep(0)
    button(dialog, "takeTheirsButton").click()
    assert await answered is Resolution.TAKE_THEIRS
    assert dialog.merged is None


async def test_resolving_compares_by_itself(ask):
    dialog = ask()
    compared = asyncio.get_running_loop().create_future()
    dialog.findChild(QPlainTextEdit, "mineView").textChanged.connect(
        lambda: None if compared.done() else compared.set_result(None)
    )
    answered = asyncio.ensure_future(resolve(dialog, Tasks(raise_it)))
    await compared
    await asyncio.sleep(0)
    button(dialog, "mergeButton").click()
    assert await answered is Resolution.MERGE
    assert dialog.merged == b'{"a": 5, "b": 2, "c": 3}'


async def test_where_it_was_deleted_one_recreates_or_discards(ask):
    dialog = ask(theirs=None)
    await dialog.compare()
    assert dialog.windowTitle() == "Deleted meanwhile"
    assert button(dialog, "takeMineButton").text() == "&Recreate"
    assert button(dialog, "takeTheirsButton").text() == "&Discard"
    assert button(dialog, "mergeButton").isHidden()
    assert text(dialog, "theirsView").strip() == "deleted"


async def test_the_columns_scroll_as_one(ask):
    base = "".join(f"{number}\n" for number in range(1_000)).encode()
    dialog = ask(base=base, theirs=base.replace(b"1", b"x"), mine=base.replace(b"2", b"y" * 500), json=False)
    await dialog.compare()
    dialog.show()
    bars = [dialog.findChild(QPlainTextEdit, name).verticalScrollBar() for name in ("baseView", "mineView")]
    bars[1].setValue(40)
    assert bars[0].value() == 40
    bars[0].setValue(90)
    assert bars[1].value() == 90


async def test_secrets_are_hidden_until_a_click(ask, qtbot):
    dialog = ask(b'["hunter2"]', b'["hunter3"]', base=b'["hunter1"]', key="api_token")
    await dialog.compare()
    dialog.show()
    names = ("baseView", "theirsView", "mineView")
    assert not any("hunter" in text(dialog, name) for name in names)
    qtbot.mouseClick(button(dialog, "revealButton"), Qt.MouseButton.LeftButton)
    assert [f"hunter{n}" in text(dialog, name) for n, name in enumerate(names, 1)] == [True] * 3


async def test_hostile_keys_and_values_are_shown_as_text(ask):
    hostile = '{"<img src=x>": "<h1>&\u202e</h1>"}'.encode()
    dialog = ask(b"{}", hostile, base=b'{"a": 1}', key="<img src=file:///x>\n\u202e")
    await dialog.compare()
    labels = dialog.findChildren(QLabel)
    assert "<img src=file:///x>\\n\\u202e was changed while you edited it" in [each.text() for each in labels]
    assert all(each.textFormat() == Qt.TextFormat.PlainText for each in labels)
    assert '"<h1>&\\u202e</h1>"' in text(dialog, "mineView")
