"""The records: what they hold, that nobody changes them, and their times."""

import dataclasses
import pickle
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage_core import Change, Entry, Kind, Scope, ScopeInfo
from storage_core.entry import as_datetime, as_milliseconds

MOMENT = datetime(2026, 2, 3, 4, 5, 6, 789_000, tzinfo=UTC)
RECORDS = [
    Entry(Scope("acme"), "key", Kind.JSON, [1], 3, 7, MOMENT, None),
    Change(7, Scope("acme", "ann"), "key", False, Kind.BYTES, 3, MOMENT),
    ScopeInfo(Scope("acme"), 1, 3),
    Scope("acme"),
]


@pytest.mark.parametrize("record", RECORDS)
def test_a_record_is_frozen_and_can_be_sent_to_another_process(record: Entry) -> None:
    for field in dataclasses.fields(record):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(record, field.name, None)
    assert pickle.loads(pickle.dumps(record)) == record


def test_the_kinds_are_two() -> None:
    assert [kind.name for kind in Kind] == ["JSON", "BYTES"]


@given(st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC)))
def test_a_time_keeps_its_milliseconds(moment: datetime) -> None:
    assert timedelta(0) <= moment - as_datetime(as_milliseconds(moment)) < timedelta(milliseconds=1)


def test_milliseconds_become_an_aware_datetime() -> None:
    assert as_datetime(1_770_091_506_789) == MOMENT
    assert as_datetime(0).tzinfo is UTC
