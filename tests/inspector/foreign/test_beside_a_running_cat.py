"""The window beside the Cat itself, which runs in a process of its own and reads and writes the same database."""

from pathlib import Path

from inspector.app import open_window
from storage_core import Scope
from storage_core.browse import Address
from tests.foreign.cat_store import ADMIN, CatStore
from tests.inspector.person import Person


async def test_each_sees_at_once_what_the_other_has_saved(core_db: Path, one_running_cat: CatStore) -> None:
    cat = one_running_cat
    cat.make(core_db)
    cat.open(core_db)
    cat.save("todos", [{"text": "buy milk", "done": False}], user=ADMIN)
    window = await open_window(core_db)
    await window.idle()
    person = Person(window)
    window.go_to(Address(Scope("mycat", ADMIN), "todos"))
    await window.idle()
    assert person.place() == "mycat / admin / todos"
    await person.edit("$[0].text", "buy oat milk")
    await person.do("actionSave")
    assert cat.load("todos", user=ADMIN) == [{"text": "buy oat milk", "done": False}]
    cat.save("todos", [{"text": "sell milk", "done": True}], user=ADMIN)
    await person.sees(lambda: person.field("$[0].text").text() == "sell milk")
    await person.do("actionDelete")
    assert cat.load("todos", user=ADMIN) is None
    await person.do("actionUndo")
    assert cat.load("todos", user=ADMIN) == [{"text": "sell milk", "done": True}]
    await window.shutdown()
