"""Which places a few words mean, on a real storage."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from inspector import jumping
from inspector.jumping import FEW_SCOPES, Destination, destinations
from storage_core import AsyncStorage, Scope
from storage_core.browse import Browser

SHARED, ANN, BOB, JOANN = Scope("acme"), Scope("acme", "Ann"), Scope("acme", "bob"), Scope("beta", "joann")


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    async with AsyncStorage(tmp_path / "state.db") as storage:
        await storage.store(SHARED).save_many({"todos": 1, "annual report": 1})
        await storage.store(ANN).save_many({"todos": 1, "Todos:old": 1, "annual": 1})
        await storage.store(BOB).save_many({"todos": 1, "note for ann": 1})
        await storage.store(JOANN).save_many({"x": 1, "Straße": 1})
        async with Browser(storage) as browser:
            yield browser


async def found(browser: Browser, text: str) -> list[Destination]:
    return [place async for some in destinations(browser, text) for place in some]


async def test_scopes_come_first_then_keys_of_that_very_name_then_the_others(browser: Browser) -> None:
    assert await found(browser, "ann") == [
        Destination(ANN),
        Destination(JOANN),
        Destination(SHARED, "annual report"),
        Destination(ANN, "annual"),
        Destination(BOB, "note for ann"),
    ]
    assert (await found(browser, "todos"))[:3] == [
        Destination(scope, "todos") for scope in (SHARED, ANN, BOB)
    ]
    assert (await found(browser, "annual report"))[0] == Destination(SHARED, "annual report")


@pytest.mark.parametrize("limit", [0, FEW_SCOPES])  # everywhere at once, and scope by scope
async def test_several_words_must_all_stand_somewhere_in_the_path(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(jumping, "FEW_SCOPES", limit)
    assert await found(browser, "TODOS ann") == [Destination(ANN, "Todos:old"), Destination(ANN, "todos")]
    assert await found(browser, "ann acme") == [
        Destination(ANN),
        Destination(SHARED, "annual report"),
        Destination(ANN, "annual"),
        Destination(BOB, "note for ann"),
    ]
    assert await found(browser, "bob ann note") == [Destination(BOB, "note for ann")]
    assert await found(browser, "beta todos") == []


async def test_no_place_is_found_twice(browser: Browser) -> None:
    for text in ("todos", "annual report", "a n"):
        places = await found(browser, text)
        assert len(places) == len(set(places)) > 0, text
    places = await found(browser, "annual report a")
    assert places == [Destination(SHARED, "annual report")]


async def test_the_shared_scope_has_its_name(browser: Browser) -> None:
    assert Destination(SHARED) in await found(browser, "shared")


async def test_nothing_is_meant_by_blanks(browser: Browser) -> None:
    assert await found(browser, "  ") == []


async def test_pages_of_rows_follow_one_another(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jumping, "ROWS_AT_ONCE", 1)
    assert len(await found(browser, "todo")) == 4
