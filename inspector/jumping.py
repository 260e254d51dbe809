"""Finds the places, scopes and keys, that a few typed words mean."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from inspector.system import OUR_OWN, System
from storage_core import Scope
from storage_core.browse import Address, Browser, Match, Query

ROWS_AT_ONCE = 500
FEW_SCOPES = 8
"""So many scopes are looked through one by one; where there are more, all of them at once."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A place to go to: a key, or, where that is None, a whole scope."""

    scope: Scope
    key: str | None = None


async def destinations(
    browser: Browser, text: str, system: System = OUR_OWN
) -> AsyncGenerator[list[Destination], None]:
    """The places in whose workspace, user or key each word of `text` stands, whatever the case of its letters.

    First come the scopes, then the keys that are `text` itself, then the others: no place twice, and a key only
    where a word stands in it. They come as they are found; whoever has enough closes the generator. Raises what the
    browser raises.
    """
    words = sorted(set(text.casefold().split()), key=lambda word: (-len(word), word))
    if not words:
        return
    scopes = list(await browser.counts())
    yield [Destination(scope) for scope in scopes if all(word in _in_words(scope, system) for word in words)]
    exact = await browser.page(Query(pattern=text.strip(), match=Match.EXACT), 0, ROWS_AT_ONCE)
    yield [Destination(entry.scope, entry.key) for entry in exact]
    seen = {Address(entry.scope, entry.key) for entry in exact}
    for place, word in enumerate(words):
        # A key with one of the words before has been found with that one: here they must stand in the scope.
        before = words[:place]
        among = [scope for scope in scopes if all(each in _in_words(scope, system) for each in before)]
        queries = [Query(scope, pattern=word) for scope in among]
        for query in queries if len(queries) <= FEW_SCOPES else [Query(pattern=word)]:
            async for address in _found(browser, query):
                if address not in seen and _is_meant(address, words, before, system):
                    yield [Destination(*address)]


async def _found(browser: Browser, query: Query) -> AsyncGenerator[Address, None]:
    listing = await browser.listing(query)
    for start in range(0, len(listing), ROWS_AT_ONCE):
        for entry in await browser.rows(listing, start, start + ROWS_AT_ONCE):
            if entry is not None:
                yield Address(entry.scope, entry.key)


def _is_meant(address: Address, words: Sequence[str], found_before: Sequence[str], system: System) -> bool:
    scope, key = _in_words(address.scope, system), address.key.casefold()
    return all(word in scope or word in key for word in words) and not any(
        word in key for word in found_before
    )


def _in_words(scope: Scope, system: System) -> str:
    """A scope as it is typed and read, in small letters: by its own name, and by what people call it."""
    title = system.titles(scope)
    names = [*system.path(scope), scope.user] if title and scope.user else system.path(scope)
    return " / ".join(name for name in names if name).casefold()
