"""A person's way through a large storage, as one function: what it takes at each step, and what is then shown."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QLabel, QLineEdit, QTableView, QWidget

from inspector.models.key_rows import Column
from inspector.models.key_table import Counted, KeyRole
from inspector.views.jump_palette import JumpPalette
from inspector.views.main_window import MainWindow
from storage_core import Scope
from storage_core.browse import Order

_AT_MOST = 60  # seconds, for one step
_LOOK = 0.005
_VALUES = 5
_LEFT = Qt.MouseButton.LeftButton

Child = TypeVar("Child", bound=QWidget)


@dataclass(frozen=True, slots=True)
class Ground:
    """Where the tour goes: a scope, texts to filter its keys by, how many jumps, a text that values have."""

    scope: Scope
    filters: tuple[str, ...]
    jumps: int
    searched: str


@dataclass(frozen=True, slots=True)
class Step:
    """What was done, the seconds until it showed, and what did: the first key in sight, a count, a status."""

    what: str
    seconds: float
    shown: str


class Eyes(QObject):
    """Sees when the table of keys has been painted with all that is in the rows in sight."""

    def __init__(self, table: QTableView) -> None:
        super().__init__()
        self._table = table
        self._awaited: asyncio.Future[float] | None = None
        self._is_wanted: Callable[[], bool] = lambda: True
        table.viewport().installEventFilter(self)

    async def painted(self, is_wanted: Callable[[], bool] = lambda: True) -> float:
        """Wait until rows have been painted for which `is_wanted` holds; tells when, by `time.monotonic()`."""
        self._is_wanted = is_wanted
        self._awaited = asyncio.get_running_loop().create_future()
        return await asyncio.wait_for(self._awaited, _AT_MOST)

    def rows_in_sight(self) -> list[str]:
        """The keys that can be seen; none while some of them are not at hand."""
        model = self._table.model()
        last = self._table.rowAt(self._table.viewport().height() - 1)
        rows = range(max(self._table.rowAt(0), 0), model.rowCount() if last < 0 else last + 1)
        if any(model.index(row, 0).data(KeyRole.ADDRESS) is None for row in rows):
            return []
        return [model.index(row, 0).data() for row in rows]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_awaited = self._awaited is not None and not self._awaited.done()
        if event.type() == QEvent.Type.Paint and is_awaited:
            asyncio.get_running_loop().call_soon(self._look)  # when that is done
        return False

    def _look(self) -> None:
        if (
            self._awaited is not None
            and not self._awaited.done()
            and self.rows_in_sight()
            and self._is_wanted()
        ):
            self._awaited.set_result(time.monotonic())


class Tour:
    """Leads through an open window, with mouse and keyboard; writes nothing. `doing` is what is under way."""

    def __init__(self, window: MainWindow, eyes: Eyes, ground: Ground) -> None:
        self.doing = ""
        self._window = window
        self._ground = ground
        self._eyes = eyes
        self._keys = window.keys
        self._began = 0.0

    async def steps(self) -> AsyncIterator[Step]:
        """Take each step and hand it over once it shows."""
        for part in (
            self._selecting(),
            self._jumping(),
            *map(self._filtering, self._ground.filters),
            self._sorting(),
            self._looking_at_values(),
            self._selecting_all(),
            self._unfolding(),
            self._jumping_by_name(),
            self._searching(),
        ):
            async for step in part:
                yield step

    async def _selecting(self) -> AsyncIterator[Step]:
        tree, model, scope = self._window.scopes.tree, self._window.scopes.model, self._ground.scope
        tree.expand(model.workspace_index(scope.workspace))
        tree.scrollTo(model.index_of(scope))
        yield await self._step(
            "select",
            lambda: self._click(tree, tree.visualRect(model.index_of(scope)).center()),
            lambda: self._keys.model.query.scope == scope,
        )
        yield await self._counted("count")

    async def _jumping(self) -> AsyncIterator[Step]:
        bar, chance = self._keys.table.verticalScrollBar(), random.Random(7)
        for _ in range(self._ground.jumps):
            place = chance.randint(bar.minimum(), bar.maximum())
            if place != bar.value():
                yield await self._step("jump", partial(bar.setValue, place))

    async def _filtering(self, text: str) -> AsyncIterator[Step]:
        line, model = self._child(QLineEdit, "keyFilter"), self._keys.model
        await self._type(line, text[:-1])
        last = partial(QTest.keyClicks, line, text[-1])
        yield await self._step("filter", last, lambda: model.query.pattern == text)
        yield await self._counted("filter count")
        yield await self._step(
            "clear filter",
            lambda: QTest.keyClick(line, Qt.Key.Key_Escape),
            lambda: not model.query.pattern,
        )
        yield await self._counted("count")

    async def _sorting(self) -> AsyncIterator[Step]:
        header, model = self._keys.table.horizontalHeader(), self._keys.model
        for column in (Column.SIZE, Column.UPDATED, Column.KEY):
            section = model.section_of(column)
            assert section is not None
            order = model.order_of(section)
            at = QPoint(header.sectionViewportPosition(section) + 8, header.height() // 2)
            yield await self._step(
                f"sort by {column.value.lower()}",
                partial(self._click, header, at),
                partial(self._is_ordered_by, order),
            )
            yield await self._counted("count")

    async def _looking_at_values(self) -> AsyncIterator[Step]:
        table = self._keys.table
        if table.verticalScrollBar().value():
            yield await self._step("scroll to the top", table.scrollToTop)
        for row in range(min(_VALUES, self._keys.model.count)):
            yield await self._shows("value", partial(self._click_row, row), self._value)

    async def _selecting_all(self) -> AsyncIterator[Step]:
        everything = partial(
            QTest.keyClick, self._keys.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier
        )
        yield await self._shows("select all", everything, lambda: str(self._keys.count_selected()))
        yield await self._shows("value", partial(self._click_row, 0), self._value)

    async def _unfolding(self) -> AsyncIterator[Step]:
        tree, model, line = self._window.scopes.tree, self._window.scopes.model, self._window.scopes.filter
        for row in range(model.rowCount()):
            index = model.index(row, 0)
            yield await self._shows("unfold", partial(tree.expand, index), partial(self._count_below, index))
        await self._type(line, self._ground.scope.user or "")
        yield await self._shows("filter scopes", line.update, lambda: str(model.rowCount()))
        yield await self._shows("show all scopes", line.clear, lambda: str(model.rowCount()))

    async def _jumping_by_name(self) -> AsyncIterator[Step]:
        self._window.commands["Jump"].trigger()
        palette, line = self._child(JumpPalette, "jumpPalette"), self._child(QLineEdit, "jumpEdit")
        await self._type(line, self._ground.scope.user or "")
        yield await self._shows(
            "jump by name", line.update, lambda: str(palette.model.index(0, 0).data() or "")
        )
        yield await self._leaves(line, palette)

    async def _searching(self) -> AsyncIterator[Step]:
        self._window.commands["Search"].trigger()
        line, status = self._child(QLineEdit, "searchEdit"), self._child(QLabel, "searchStatus")
        await self._type(line, self._ground.searched)
        yield await self._shows(
            "search", line.update, lambda: status.text() if "looked at all" in status.text() else ""
        )
        yield await self._leaves(line, self._window.search)

    # How a step is taken.

    async def _step(
        self, what: str, act: Callable[[], object], is_wanted: Callable[[], bool] = lambda: True
    ) -> Step:
        """Act, and wait until the table has painted the rows that are then wanted."""
        self._begin(what)
        act()
        painted = await self._eyes.painted(is_wanted)
        return Step(what, painted - self._began, self._eyes.rows_in_sight()[0])

    async def _counted(self, what: str) -> Step:
        """Wait until it is known how many rows there are, counted from the beginning of the step before."""
        self.doing = what
        label = self._child(QLabel, "keyCount")

        def counted() -> bool:
            return self._keys.model.counted is Counted.COMPLETE and "…" not in label.text()

        step = await self._found(what, lambda: label.text() if counted() else "")
        await asyncio.sleep(_LOOK)  # the scroll bar follows with the next event
        return step

    async def _shows(self, what: str, act: Callable[[], object], shown: Callable[[], str]) -> Step:
        """Act, and wait until there is something that `shown` tells."""
        self._begin(what)
        act()
        return await self._found(what, shown)

    async def _leaves(self, line: QWidget, panel: QWidget) -> Step:
        return await self._shows(
            "leave",
            lambda: QTest.keyClick(line, Qt.Key.Key_Escape),
            lambda: "" if panel.isVisible() else "gone",
        )

    async def _type(self, line: QLineEdit, text: str) -> None:
        """Type letter by letter: whoever listens has time for each of them."""
        self.doing = "typing"
        for letter in text:
            QTest.keyClicks(line, letter)
            await asyncio.sleep(_LOOK)

    def _begin(self, what: str) -> None:
        self.doing, self._began = what, time.monotonic()

    async def _found(self, what: str, shown: Callable[[], str]) -> Step:
        async with asyncio.timeout(_AT_MOST):
            while True:
                await asyncio.sleep(_LOOK)
                if found := shown():
                    return Step(what, time.monotonic() - self._began, found)

    def _count_below(self, index: QModelIndex) -> str:
        return str(self._window.scopes.model.rowCount(index))

    def _is_ordered_by(self, order: Order | None) -> bool:
        return self._keys.model.query.order is order

    def _value(self) -> str:
        """The key whose value is on the desk, once that is the one that was clicked."""
        chosen = self._keys.table.currentIndex().data(KeyRole.ADDRESS)
        return chosen.key if chosen is not None and chosen == self._window.desk.address else ""

    def _click_row(self, row: int) -> None:
        table = self._keys.table
        self._click(table, table.visualRect(self._keys.model.index(row, 0)).center())

    def _click(self, view: QAbstractItemView, at: QPoint) -> None:
        QTest.mouseClick(view.viewport(), _LEFT, pos=at)

    def _child(self, kind: type[Child], name: str) -> Child:
        found = self._window.findChild(kind, name)
        assert found is not None, name
        return found
