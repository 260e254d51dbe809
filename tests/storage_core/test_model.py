"""Any sequence of verbs, on both facades of one file, does what a plain dict says; any JSON comes back as it was."""

import asyncio
import json
import math
import re
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from storage_core import AsyncStorage, Scope, Storage, StorageError
from storage_core.values import checked_text, decode, encode
from tests.storage_core.conftest import stopped_clock
from tests.storage_core.facades import sync_facade
from tests.storage_core.oracle import Oracle

QUICK = settings(max_examples=60, stateful_step_count=10, deadline=None)
THOROUGH = settings(max_examples=2000, stateful_step_count=25, deadline=None)

SPLIT_PAIR = re.compile(r"[\ud800-\udbff][\udc00-\udfff]")
"""Two surrogates that JSON takes for one character: no storage can tell them from it, so it refuses them."""

TEXT = st.text(st.characters(exclude_categories=()), max_size=8).filter(
    lambda text: not SPLIT_PAIR.search(text)
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**60), 10**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
HERS = Scope("a", "u")
SCOPES = st.sampled_from([HERS, HERS, HERS, Scope("a"), Scope("A")])
KEYS = st.sampled_from(["a", "a", "a", "a/b", "a%", "ab", "\ud7ff", "\ue000", "\U0010ffff"])
PREFIXES = st.sampled_from(["", "a", "a/", "a%", "_", "\ud7ff", "\U0010ffff", "x"])
TTLS = st.sampled_from([None, 0.001, 1, 2.5, 60])
PAUSES = st.sampled_from([0, 0, 0, 0.001, 0.999, 1, 1.5])
REVISIONS = st.sampled_from([None, None, None, "its own", "its own", 0, 1, 7])
LIMITS = st.none() | st.integers(0, 5)
VALUES: st.SearchStrategy[Any] = (
    st.sampled_from([None, 1, 1.0, True, [], {"k": ["v"]}, "é", "\ud800", math.nan]) | JSON
)
TEXTS = st.sampled_from(["1", " [1.00 ]\n", '{"a":1,"a":2}', "1e5", "[1,]", "", '"é\\u00e9"'])


def wrap(value: Any) -> Any:
    return [value] if len(json.dumps(value)) < 40 else None


def spoil(value: Any) -> Any:
    return [value, math.nan]


def outcome(call: Callable[[], Any]) -> str:
    """What became of a call, in a form that tells 1 from True."""
    try:
        return repr(call())
    except StorageError as error:
        return f"{type(error).__name__} {getattr(error, 'entry', '')}"


def given_back(result: Any) -> Any:
    """The result that asyncio.gather gave, or the error that it caught."""
    if isinstance(result, BaseException):
        raise result
    return result


Write = tuple[str, Scope, tuple[Any, ...], dict[str, Any]]


@st.composite
def writes(draw: st.DrawFn) -> Write:
    """A verb that writes, whose scope, and its arguments; a revision may be "its own"."""
    scope, key = draw(SCOPES), draw(KEYS)

    def chosen(**options: st.SearchStrategy[Any]) -> dict[str, Any]:
        return {name: draw(strategy) for name, strategy in options.items()}

    calls: dict[str, Callable[[], tuple[tuple[Any, ...], dict[str, Any]]]] = {
        "set": lambda: ((key, draw(st.binary(max_size=4))), chosen(ttl=TTLS, if_revision=REVISIONS)),
        "save": lambda: ((key, draw(VALUES)), chosen(ttl=TTLS, if_revision=REVISIONS)),
        "save_text": lambda: ((key, draw(TEXTS)), chosen(ttl=TTLS, if_revision=REVISIONS)),
        "delete": lambda: ((key,), chosen(if_revision=REVISIONS)),
        "update": lambda: ((key, draw(st.sampled_from([wrap, spoil])), draw(SCALARS)), {}),
        "save_many": lambda: ((draw(st.dictionaries(KEYS, VALUES, max_size=4)),), {}),
        "set_many": lambda: ((draw(st.dictionaries(KEYS, st.binary(max_size=4), max_size=4)),), {}),
        "delete_many": lambda: ((draw(st.lists(KEYS, max_size=4)),), {}),
        "clear": lambda: ((draw(PREFIXES),), {}),
        "rename": lambda: ((key, draw(KEYS)), chosen(overwrite=st.booleans(), if_revision=REVISIONS)),
        "move": lambda: (
            (key, draw(SCOPES), draw(st.none() | KEYS)),
            chosen(overwrite=st.booleans(), if_revision=REVISIONS),
        ),
        "expire": lambda: ((key, draw(TTLS)), chosen(if_revision=REVISIONS)),
    }
    verb = draw(st.sampled_from([*calls, "save", "save", "update", "delete"]))
    return (verb, scope, *calls[verb]())


SOME_WRITES = st.lists(st.tuples(st.integers(0, 1), writes(), PAUSES), min_size=4, max_size=10)


class Machine(RuleBasedStateMachine):
    """Both facades on one file, and the oracle."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.clock = stopped_clock(self.patch)
        self.oracle = Oracle(self.clock)
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.open()

    def open(self) -> None:
        location = Path(self.folder.name) / "state.db"
        options: Any = {"durability": "process"}
        self.facades = [sync_facade(location, **options), AsyncStorage(location, **options)]

    def close(self) -> None:
        for facade in self.facades:
            self.runner.run(facade.close())

    def teardown(self) -> None:
        self.look(0)
        self.look(1)
        assert self.run(self.facades[0].check()) == []
        self.close()
        self.runner.close()
        self.folder.cleanup()
        self.patch.undo()

    def run(self, work: Any) -> Any:
        """The result of a coroutine, or all that an asynchronous iterator gives."""

        async def running() -> Any:
            return [item async for item in work] if hasattr(work, "__aiter__") else await work

        return self.runner.run(running())

    def resolved(self, write: Write) -> Write:
        """The write, with the revision that its entry has now in the place of "its own"."""
        verb, scope, args, options = write
        if options.get("if_revision") == "its own":
            entry = self.oracle.store(scope).entry(args[0])
            options = options | {"if_revision": 0 if entry is None else entry.revision}
        return verb, scope, args, options

    def both(self, facade: int, verb: str, scope: Scope | None, *args: Any, **options: Any) -> None:
        """The verb on a facade (of a scope, or of the storage) does what it does on the oracle."""
        actual: Any = self.facades[facade] if scope is None else self.facades[facade].store(scope)
        expected: Any = self.oracle if scope is None else self.oracle.store(scope)
        assert outcome(lambda: self.run(getattr(actual, verb)(*args, **options))) == outcome(
            lambda: getattr(expected, verb)(*args, **options)
        ), verb

    @initialize(some=SOME_WRITES)
    def begin(self, some: list[tuple[int, Write, float]]) -> None:
        self.both(0, "save_many", HERS, {"a": [1], "a/b": None, "ab": 2.0})
        self.both(1, "set_many", HERS, {"a%": b"1", "\U0010ffff": b""})
        self.both(0, "save", HERS, "a", [1], ttl=1)
        self.both(1, "set", HERS, "a%", b"1", ttl=1)
        self.write(some)

    @rule(some=SOME_WRITES)
    def write(self, some: list[tuple[int, Write, float]]) -> None:
        for facade, write, pause in some:
            verb, scope, args, options = self.resolved(write)
            self.both(facade, verb, scope, *args, **options)
            self.clock.advance(pause)

    @rule(some=st.lists(writes(), min_size=2, max_size=8))
    def write_together(self, some: list[Write]) -> None:
        """What arrives together goes as a batch, in its order, and each has the outcome it has alone."""
        some = [self.resolved(write) for write in some if write[0] != "update"]

        async def at_once() -> list[Any]:
            works = [
                getattr(self.facades[1].store(scope), verb)(*args, **options)
                for verb, scope, args, options in some
            ]
            return await asyncio.gather(*works, return_exceptions=True)

        actual = self.runner.run(at_once())
        for write, result in zip(some, actual, strict=True):
            assert outcome(partial(given_back, result)) == self.answer(write), write

    def answer(self, write: Write) -> str:
        """What the oracle makes of a write."""
        verb, scope, args, options = write
        return outcome(lambda: getattr(self.oracle.store(scope), verb)(*args, **options))

    @rule(facade=st.integers(0, 1), scope=SCOPES, key=KEYS, keys=st.lists(KEYS, max_size=5))
    def read(self, facade: int, scope: Scope, key: str, keys: list[str]) -> None:
        for verb in ("get", "load", "load_text", "exists", "entry"):
            self.both(facade, verb, scope, key)
        self.both(facade, "load_many", scope, keys)
        self.both(facade, "get_many", scope, keys)

    @rule(facade=st.integers(0, 1), scope=SCOPES, prefix=PREFIXES, after=st.none() | KEYS, limit=LIMITS)
    def list_some(self, facade: int, scope: Scope, prefix: str, after: str | None, limit: int | None) -> None:
        self.both(facade, "keys", scope, prefix, after=after, limit=limit)
        self.both(facade, "entries", scope, prefix, after=after, limit=limit)

    @rule(facade=st.integers(0, 1))
    def look(self, facade: int) -> None:
        """Everything there is, and everything that became of it."""
        for scope in {scope for scope, _ in self.oracle.held}:
            self.both(facade, "entries", scope)
            for key in self.oracle.store(scope).keys():
                self.both(facade, "entry", scope, key)
        self.both(facade, "workspaces", None)
        self.both(facade, "scopes", None)
        self.both(facade, "changes", None, 0)
        self.both(facade, "changes", None, len(self.oracle.feed) // 2)

    @rule()
    def open_anew(self) -> None:
        self.close()
        self.open()


def test_any_sequence_of_verbs_does_what_a_plain_dict_does() -> None:
    run_state_machine_as_test(Machine, settings=QUICK)


@pytest.mark.slow
def test_any_long_sequence_of_verbs_does_what_a_plain_dict_does() -> None:
    run_state_machine_as_test(Machine, settings=THOROUGH)


@pytest.fixture(scope="module")
def two_stores(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A store, and another that holds JSON as text."""
    with Storage(tmp_path_factory.mktemp("json") / "state.db", durability="process") as storage:
        yield storage.workspace("values"), storage.workspace("texts")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=JSON)
def test_any_json_value_comes_back_with_the_same_types(two_stores: Any, value: Any) -> None:
    values, texts = two_stores
    values.save("key", value)
    assert repr(values.load("key")) == repr(value)
    for text in (json.dumps(value), json.dumps(value, indent=2, sort_keys=True), values.load_text("key")):
        texts.save_text("key", text)
        assert texts.load_text("key") == text
    assert repr(texts.load("key")) == repr(value)


def check_encoding(value: Any) -> None:
    data = encode(value)
    assert repr(decode(data)) == repr(value)
    assert checked_text(data.decode()) == data


@settings(max_examples=300, deadline=None)
@given(value=JSON)
def test_what_is_encoded_is_checked_text_and_decodes_to_the_same(value: Any) -> None:
    check_encoding(value)


@pytest.mark.slow
@settings(max_examples=20_000, deadline=None)
@given(value=JSON)
def test_what_is_encoded_decodes_to_the_same_for_very_many_values(value: Any) -> None:
    check_encoding(value)
