"""A storage that is damaged: cut off, bits flipped, rows that make no sense. It says so, with errors of ours."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage_core import CorruptError, Storage, StorageError
from tests.storage_core.conftest import OpenStorage
from tests.storage_core.verbs import READS, VERBS, fill


@pytest.fixture
async def sound(location: Path, open_storage: OpenStorage) -> bytes:
    """The bytes of a storage at `location` that was written and closed."""
    async with open_storage() as storage:
        await fill(storage.workspace("acme"))
        await storage.workspace("acme").user("ann").set("large", bytes(50_000))
    return location.read_bytes()


@pytest.mark.parametrize("left", [100, 512, 4096, 4097, 5 * 4096, -4096, -1])
async def test_a_file_that_was_cut_off_is_refused_and_left_as_it_is(
    location: Path, open_storage: OpenStorage, sound: bytes, left: int
) -> None:
    location.write_bytes(sound[:left])
    with pytest.raises(CorruptError):
        await open_storage().workspaces()
    with pytest.raises(CorruptError):
        await open_storage(read_only=True).workspaces()
    assert location.read_bytes() == sound[:left]


async def _errors(open_storage: OpenStorage, location: Path) -> list[str]:
    """The errors that a storage gives when everything is asked of it; anything but an error of ours gets out."""
    errors = []
    before = location.read_bytes()
    for read_only in (True, False):
        storage = open_storage(location, read_only=read_only)
        try:
            for name, verb in (READS if read_only else VERBS).items():
                try:
                    found = await verb(storage, storage.workspace("acme"))
                    errors += [name] if name == "check" and found else []
                except StorageError:
                    errors.append(name)
        finally:
            await storage.close()
        assert not read_only or location.read_bytes() == before
        location.with_name("backup.db").unlink(missing_ok=True)
    return errors


@pytest.mark.parametrize("count", [90, pytest.param(8_000, marks=pytest.mark.slow)])
async def test_a_flipped_bit_lets_nothing_out_but_errors_of_ours(
    location: Path, open_storage: OpenStorage, sound: bytes, count: int
) -> None:
    chance = random.Random(count)
    heads = [page + byte for page in range(0, 8 * 4096, 4096) for byte in range(100)]
    seen = 0
    for number in range(count):
        place = chance.choice(heads) if number % 2 else chance.randrange(len(sound))
        damaged = bytearray(sound)
        damaged[place] ^= 1 << chance.randrange(8)
        location.write_bytes(damaged)
        seen += bool(await _errors(open_storage, location))
    assert seen > count // 20


NONSENSE = {
    "a kind that there is none of": "UPDATE entries SET kind = 7",
    "a kind that is text": "UPDATE entries SET kind = 'json'",
    "a value that is text": "UPDATE entries SET value = 'text'",
    "a value that is a number": "UPDATE entries SET value = 5",
    "a value that is no JSON": "UPDATE entries SET value = x'7b'",
    "a value that is no UTF-8": "UPDATE entries SET value = x'ff'",
    "a key that is no UTF-8": "UPDATE entries SET key = CAST(x'ff' AS TEXT) WHERE key = 'number'",
    "a key that is bytes": "UPDATE entries SET key = x'6a' WHERE key = 'number'",
    "an empty key": "UPDATE entries SET key = '' WHERE key = 'number'",
    "a revision that is text": "UPDATE entries SET revision = 'first'",
    "a time beyond all calendars": f"UPDATE entries SET updated = {2**62}",
    "a time that is text": "UPDATE entries SET updated = 'today'",
    "an expiry that is text": "UPDATE entries SET expires = 'never'",
    "an expiry beyond all calendars": f"UPDATE entries SET expires = {2**62}",
    "a workspace without a name": "UPDATE scopes SET workspace = ''",
    "a workspace that is no UTF-8": "UPDATE scopes SET workspace = CAST(x'ff' AS TEXT)",
    "a user that is bytes": "UPDATE scopes SET user = x'61' WHERE user = 'ann'",
    "no scopes": "DELETE FROM scopes",
    "a change of a kind that there is none of": "UPDATE changes SET kind = 7",
    "a change that is text": "UPDATE changes SET at = 'today', size = 'large', deleted = 'no'",
    "a change beyond all calendars": f"UPDATE changes SET at = {2**62}",
    "the last revision that there is": f"UPDATE changes SET revision = {2**63 - 1} WHERE revision = 1",
    "a table whose name is no UTF-8": "PRAGMA writable_schema = 1;"
    " UPDATE sqlite_schema SET name = CAST(x'ce20' AS TEXT), sql = 'CREATE' WHERE name = 'changes'",
    "no table": "DROP TABLE entries",
    "a table with other columns": "DROP TABLE changes; CREATE TABLE changes (id)",
    "a format that never was": "PRAGMA user_version = 0",
    "a format below all": "PRAGMA user_version = -5",
}


@pytest.mark.usefixtures("sound")
@pytest.mark.parametrize("kind", NONSENSE)
async def test_rows_that_make_no_sense_let_nothing_out_but_errors_of_ours(
    location: Path, open_storage: OpenStorage, kind: str
) -> None:
    with closing(sqlite3.connect(location)) as connection:
        connection.executescript(NONSENSE[kind])
    assert await _errors(open_storage, location)


async def test_what_is_sound_in_a_damaged_storage_can_still_be_read(
    location: Path, open_storage: OpenStorage, sound: bytes
) -> None:
    damaged = bytearray(sound)
    damaged[-8 * 4096 : -4 * 4096] = bytes(4 * 4096)  # the middle of the large value
    location.write_bytes(damaged)
    async with open_storage(read_only=True) as storage:
        assert await storage.workspace("acme").load("json") == {"some": ["value", 1, None]}
        assert await storage.check() != []


def test_a_sound_storage_has_no_faults(location: Path) -> None:
    with Storage(location) as storage:
        assert storage.check() == []
