"""Hits as rows, and the secrets that an excerpt may hold."""

from datetime import UTC, datetime

import pytest
from pytestqt.modeltest import ModelTester

from inspector.models.hits import HitsModel, without_secrets
from storage_core import Entry, Kind, Scope
from storage_core.browse import Address, Hit


def hit(key: str, excerpt: str | None = None) -> Hit:
    moment = datetime(2026, 11, 21, tzinfo=UTC)
    return Hit(Entry(Scope("acme"), key, Kind.JSON, None, 1, 1, moment, None), excerpt)


def test_hits_are_added_below_each_other_and_counted(qtmodeltester: ModelTester) -> None:
    model = HitsModel()
    model.add([hit("a"), hit("b", "1")])
    model.add([hit("c", "2")])
    qtmodeltester.check(model)
    assert [model.index(row, 1).data() for row in range(3)] == ["a", "b", "c"]
    assert model.found == 3
    assert model.address(2) == Address(Scope("acme"), "c")
    model.clear()
    assert (model.rowCount(), model.found) == (0, 0)


@pytest.mark.parametrize(
    ("excerpt", "shown"),
    [
        ('{"password": "a b", "city": "Graz"}', '{"password": ••••, "city": "Graz"}'),
        ('{"apiKey":"a\\"b","n":1}', '{"apiKey":••••,"n":1}'),
        ('…"access_token": "cut off', '…"access_token": ••••'),
        ('{"secret": {"a": "b"}}', '{"secret": ••••'),
        ('{"keep": {"token": 12, "x": 1}}', '{"keep": {"token": ••••, "x": 1}}'),
        ('"{\\"token\\": \\"abc\\", \\"x\\": 1}"', '"{\\"token\\": ••••, \\"x\\": 1}"'),
        ("Authorization: Bearer abc\nHost: x", "Authorization: ••••\nHost: x"),
        ("PASSWORD=hunter2", "PASSWORD=••••"),
        ('{"max_tokens": 12}', '{"max_tokens": 12}'),
        ("no fields here", "no fields here"),
    ],
)
def test_what_a_field_says_to_be_secret_is_behind_dots(excerpt: str, shown: str) -> None:
    assert without_secrets("profile", excerpt) == shown


def test_all_of_a_value_is_behind_dots_where_its_key_says_so() -> None:
    assert without_secrets("api_key", "anything") == "••••"
