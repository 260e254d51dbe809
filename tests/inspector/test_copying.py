"""What is copied is what Python and a spreadsheet read again as the very same."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from inspector.copying import path_of, plugin_code, rows_as_table, scope_path, storage_code
from inspector.system import System
from storage_core import Capabilities, Entry, Kind, Scope
from storage_core.browse import Address

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)


class Recorder:
    """Takes the place of a storage in code that is run, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def __getattr__(self, verb: str):
        def call(name: str) -> "Recorder":
            self.asked.append((verb, name))
            return self

        return call


@given(NAMES, NAMES, NAMES)
def test_code_names_the_very_same_place_whatever_is_in_its_names(workspace: str, user: str, key: str) -> None:
    storage = Recorder()
    code = storage_code(Address(Scope(workspace, user), key), Kind.BYTES)
    eval(code, {"storage": storage})
    assert code.isascii()
    assert code.isprintable()
    assert storage.asked == [("workspace", workspace), ("user", user), ("get", key)]


def test_the_code_of_a_plugin_uses_the_ambient_store_that_fits() -> None:
    assert plugin_code(Address(Scope("acme"), "a"), Kind.JSON) == 'await store.load("a")'
    assert plugin_code(Address(Scope("acme", "ann"), "a"), Kind.BYTES) == 'await user.get("a")'


def test_a_shared_scope_is_named_so_in_a_path() -> None:
    assert path_of(Address(Scope("acme"), "a")) == "acme / Shared / a"
    assert scope_path(Scope("acme", "ann")) == "acme / ann"


def test_a_row_stays_one_row_of_five_cells_whatever_its_key_is() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    entry = Entry(Scope("acme"), "a\tb\nc\r", Kind.JSON, None, 7, 1, moment, None)
    (line,) = rows_as_table([entry])
    assert line.split("\t") == ["a\\tb\\nc\\r", "JSON", "7", "2026-01-02T03:04:05+00:00", ""]


def test_a_table_leaves_out_times_that_are_not_known():
    at = datetime(2026, 1, 2, tzinfo=UTC)
    entry = Entry(Scope("cat"), "theme", Kind.JSON, None, 3, 1, at, None)
    timeless = System(Capabilities("Cheshire Cat", times=False))
    assert rows_as_table([entry], timeless) == ["theme\tJSON\t3\t\t"]


def test_code_and_path_of_a_plugin_of_dify():
    dify = System(Capabilities("Dify", members="Plugins", shared=False))
    place = Address(Scope("tenant", "author/name"), "k")
    assert plugin_code(place, Kind.BYTES, dify) == 'self.session.storage.get("k")'
    assert path_of(place, dify) == "tenant / author/name / k"
    assert scope_path(Scope("tenant"), dify) == "tenant"
