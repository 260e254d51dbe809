"""The ledger counts the changes of a database that counts none: each once, in order, none invented."""

from collections.abc import Sequence
from functools import partial

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage_core import ChangesLostError, Kind, Scope
from storage_core.engines import ledger as module
from storage_core.engines.ledger import Ledger, Making, Seen
from storage_core.query import Address

SCOPE = Scope("acme")


def at(key: str) -> Address:
    return Address(SCOPE, key)


def seen(mark: object, size: int = 2) -> Seen:
    return Seen(Kind.JSON, size, mark)


def told(ledger: Ledger, since: int = 0) -> list[tuple[int, str, bool]]:
    return [(change.revision, change.key, change.deleted) for change in ledger.changes(since, 1_000)]


@pytest.fixture
def ledger() -> Ledger:
    """One that found `a` and `b` when the database was opened."""
    ledger = Ledger()
    ledger.begin_with({at("a"): seen("1"), at("b"): seen("1")})
    return ledger


def test_what_was_there_at_the_opening_has_revisions_but_is_no_change(ledger: Ledger) -> None:
    assert [line.revision for line in ledger.lines().values()] == [1, 2]
    assert told(ledger, ledger.last_revision) == []


def test_changes_of_before_the_opening_are_lost_not_invented(ledger: Ledger) -> None:
    with pytest.raises(ChangesLostError, match="from revision 3 on"):
        ledger.changes(1, 10)


def test_comparing_tells_what_came_what_changed_and_what_is_gone(ledger: Ledger) -> None:
    ledger.compare({at("b"): seen("2"), at("c"): seen("1")}, ledger.moment)
    assert told(ledger, 2) == [(3, "a", True), (4, "b", False), (5, "c", False)]
    assert {address.key: line.revision for address, line in ledger.lines().items()} == {"b": 4, "c": 5}


def test_comparing_with_the_same_again_tells_nothing(ledger: Ledger) -> None:
    ledger.compare({at("a"): seen("1"), at("b"): seen("1")}, ledger.moment)
    assert told(ledger, 2) == []


def test_comparing_one_scope_leaves_what_is_known_of_the_others(ledger: Ledger) -> None:
    other = Address(Scope("other"), "x")
    ledger.look(other, lambda: (seen("1"), None))
    ledger.compare({at("b"): seen("1")}, ledger.moment, SCOPE)
    assert told(ledger, 3) == [(4, "a", True)]
    ledger.compare({}, ledger.moment, other.scope)
    assert told(ledger, 4) == [(5, "x", True)]
    assert ledger.line(at("b")) is not None
    assert ledger.line(other) is None


def test_what_is_kept_is_seen_as_it_is_once_it_is_made(ledger: Ledger) -> None:
    making = Making(ledger)
    making.made(at("a"), seen("staged first"))
    revision = making.made(at("a"), seen("staged"))
    making.keep({at("a"): seen("in its place")})
    assert ledger.look(at("a"), lambda: (seen("in its place"), None)) == (revision, None)
    assert told(ledger, 2) == [(3, "a", False), (revision, "a", False)]


def test_what_is_known_of_entries_that_are_gone_does_not_grow_for_ever(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT_CHANGES", 3)
    for number in range(20):
        ledger.look(at(f"k{number}"), lambda: (seen("1"), None))
        ledger.look(at(f"k{number}"), lambda: (None, None))
    assert len(ledger._gone) <= 6


def test_a_look_that_finds_the_same_gives_the_same_revision(ledger: Ledger) -> None:
    assert ledger.look(at("a"), lambda: (seen("1"), "value")) == (1, "value")


def test_a_look_that_finds_something_else_is_a_change(ledger: Ledger) -> None:
    assert ledger.look(at("a"), lambda: (seen("2"), "new")) == (3, "new")
    assert told(ledger, 2) == [(3, "a", False)]


def test_a_look_that_finds_nothing_where_something_was_is_a_deletion(ledger: Ledger) -> None:
    assert ledger.look(at("a"), lambda: (None, None)) == (0, None)
    assert told(ledger, 2) == [(3, "a", True)]


def test_what_was_seen_earlier_never_stands_in_the_place_of_what_was_seen_later(ledger: Ledger) -> None:
    looks = iter([seen("old"), seen("new")])

    def see() -> tuple[Seen, str]:
        found = next(looks)
        if found.mark == "old":
            ledger.look(at("a"), lambda: (seen("new"), None))
        return found, found.mark

    revision, value = ledger.look(at("a"), see)
    assert value == "new"
    assert told(ledger, 2) == [(revision, "a", False)]


def test_a_comparison_that_began_before_a_change_does_not_take_it_back(ledger: Ledger) -> None:
    before = ledger.moment
    ledger.look(at("a"), lambda: (seen("2"), None))
    ledger.look(at("b"), lambda: (None, None))
    ledger.compare({at("a"): seen("1"), at("b"): seen("1")}, before)
    assert told(ledger, 2) == [(3, "a", False), (4, "b", True)]


def test_a_comparison_says_whether_all_that_it_found_was_noted(ledger: Ledger) -> None:
    assert ledger.compare({at("a"): seen(2), at("c"): seen(3)}, ledger.moment)
    before = ledger.moment
    assert ledger.note({at("a"): seen(4)}, [at("c")], ledger.moment)
    assert not ledger.note({at("a"): seen(3)}, [], before)
    assert not ledger.compare({at("a"): seen(4), at("c"): seen(3)}, before)
    assert not ledger.note({at("c"): seen(5)}, [], before)
    assert ledger.lines()[at("a")].seen == seen(4)


def test_nothing_newer_is_told_while_a_change_is_being_made(ledger: Ledger) -> None:
    making = Making(ledger)
    assert making.made(at("a"), seen("mine")) == 3
    ledger.look(at("b"), lambda: (seen("theirs"), None))
    assert (ledger.last_revision, told(ledger, 2)) == (2, [])
    making.keep()
    assert (ledger.last_revision, told(ledger, 2)) == (4, [(3, "a", False), (4, "b", False)])


def test_what_was_rolled_back_is_never_told(ledger: Ledger) -> None:
    making = Making(ledger)
    making.made(at("a"), seen("mine"))
    making.withdraw()
    assert told(ledger, 2) == []
    assert ledger.look(at("a"), lambda: (seen("1"), None)) == (1, None)


def test_a_change_that_somebody_saw_before_it_was_kept_is_told_once_and_has_the_promised_revision(
    ledger: Ledger,
) -> None:
    making = Making(ledger)
    promised = making.made(at("a"), seen("mine"))
    gone = making.made(at("b"), None)
    ledger.compare({at("a"): seen("mine")}, ledger.moment)
    making.keep()
    assert told(ledger, 2) == [(promised, "a", False), (gone, "b", True)]
    assert ledger.look(at("a"), lambda: (seen("mine"), None)) == (promised, None)


def test_the_revision_that_somebody_saw_before_it_was_kept_is_expected_until_something_changes(
    ledger: Ledger,
) -> None:
    making = Making(ledger)
    promised = making.made(at("a"), seen("staged"))
    told_with, _ = ledger.look(at("a"), lambda: (seen("mine"), None))
    making.keep({at("a"): seen("mine")})
    assert told(ledger, 2) == [(promised, "a", False)]
    revision = making.revision_of(at("a"), seen("mine"))
    assert revision == promised != told_with
    assert making.is_expected(at("a"), revision, promised)
    assert making.is_expected(at("a"), revision, told_with)
    assert not making.is_expected(at("a"), revision, 1)
    making.made(at("a"), seen("more"))
    assert not making.is_expected(at("a"), making.revision_of(at("a"), None), told_with)
    making.withdraw()
    revision = making.revision_of(at("a"), seen("theirs"))
    assert not making.is_expected(at("a"), revision, told_with)


def test_what_somebody_wrote_after_it_but_was_seen_before_it_was_kept_stays_newest(ledger: Ledger) -> None:
    making = Making(ledger)
    promised = making.made(at("a"), seen("mine"))
    theirs, _ = ledger.look(at("a"), lambda: (seen("theirs"), None))
    making.keep()
    assert told(ledger, 2) == [(promised, "a", False), (theirs, "a", False)]
    assert ledger.lines()[at("a")].revision == theirs


def test_a_transaction_sees_its_own_changes(ledger: Ledger) -> None:
    making = Making(ledger)
    assert making.revision_of(at("a"), seen("1")) == 1
    revision = making.made(at("a"), seen("2"))
    assert making.revision_of(at("a"), seen("2")) == revision
    making.made(at("a"), None)
    assert making.revision_of(at("a"), None) == 0


def test_an_entry_that_was_deleted_and_made_again_has_another_number_and_a_newer_revision(
    ledger: Ledger,
) -> None:
    first = ledger.lines()[at("a")]
    ledger.look(at("a"), lambda: (None, None))
    revision, _ = ledger.look(at("a"), lambda: (seen("1"), None))
    assert revision > first.revision
    assert ledger.lines()[at("a")].id != first.id


def test_the_oldest_changes_are_forgotten_and_whoever_asks_for_them_is_told(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT_CHANGES", 3)
    for mark in range(10):
        ledger.look(at("a"), partial(lambda found: (found, None), seen(mark)))
    with pytest.raises(ChangesLostError):
        ledger.changes(2, 10)
    assert [revision for revision, _, _ in told(ledger, ledger.last_revision - 3)] == [10, 11, 12]


@given(st.lists(st.dictionaries(st.sampled_from("abcd"), st.integers(0, 2)), min_size=1, max_size=8))
def test_following_the_changes_from_any_listing_leads_to_what_is_there(states: list[dict[str, int]]) -> None:
    ledger = Ledger()
    ledger.begin_with({at(key): seen(mark) for key, mark in states[0].items()})
    followed = {address.key for address in ledger.lines()}
    since = ledger.last_revision
    for state in states[1:]:
        ledger.compare({at(key): seen(mark) for key, mark in state.items()}, ledger.moment)
        for change in ledger.changes(since, 100):
            assert change.revision > since
            since = change.revision
            (followed.discard if change.deleted else followed.add)(change.key)
        assert followed == set(state)


class Witnessed:
    """One entry of a database with a write lock: what became of it, and what a ledger was told, step by step."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.state = 0
        """What is there now: the size of the value, and its mark; 0 is nothing."""
        self.history: list[tuple[int, int]] = []
        """Each state that there was, with the revision of a change of ours, 0 of others."""
        self.making = Making(self.ledger)
        self.made: list[tuple[int, int]] = []
        self.is_committed = False
        self.looks: dict[int, list[int]] = {}

    def step(self, who: int, value: int) -> None:
        if who < 2:
            self.look_on(who)
        elif who == 2:
            self.write_on(value)
        elif (not self.made or self.is_committed) and value != self.state:
            self.state = value
            self.history.append((value, 0))

    def look_on(self, reader: int) -> None:
        """A reader has its moment, then looks, then has noted what it saw."""
        look = self.looks.setdefault(reader, [])
        if not look:
            look.append(self.ledger.moment)
        elif len(look) == 1:
            look.append(self.state)
        else:
            moment, state = self.looks.pop(reader)
            self.ledger.revisions_of({at("a"): self.seen(state)}, moment)

    def write_on(self, value: int) -> None:
        """The writer changes it in a transaction that sees what it changes, then commits, then has kept it."""
        if self.is_committed:
            self.making.keep()
            self.made, self.is_committed = [], False
        elif self.made and value != self.made[-1][0]:
            self.is_committed = True
            self.history += self.made
            self.state = self.made[-1][0]
        elif value or (self.made[-1][0] if self.made else self.state):
            self.making.revision_of(at("a"), self.seen(self.state))
            self.made.append((value, self.making.made(at("a"), self.seen(value))))

    def finish(self) -> None:
        while self.made:
            self.write_on(1 - self.made[-1][0])
        self.ledger.look(at("a"), lambda: (self.seen(self.state), None))

    def seen(self, state: int) -> Seen | None:
        return seen(state, state) if state else None

    def told(self) -> list[tuple[int, int]]:
        ours = {revision for _, revision in self.history}
        changes = self.ledger.changes(0, 1_000)
        return [
            (0 if change.deleted else change.size, change.revision if change.revision in ours else 0)
            for change in changes
        ]


LOOK, WRITE, OTHERS = 0, 2, 3


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=40))
# A reader saw what others changed and changed back before ours.
@example([(LOOK, 0), (OTHERS, 1), (LOOK, 0), (OTHERS, 0), (WRITE, 2), (LOOK, 0)])
# Ours is committed and seen, then that of others, before ours is noted.
@example([(WRITE, 1), (WRITE, 2), *[(LOOK, 0)] * 3, (OTHERS, 2), *[(LOOK, 0)] * 3])
# Between ours and the same of others there was something else.
@example([(WRITE, 1), (WRITE, 2), (OTHERS, 2), *[(LOOK, 0)] * 3, (OTHERS, 1), *[(LOOK, 0)] * 3])
def test_whoever_looks_when_each_change_of_ours_is_told_once_and_others_in_the_order_in_which_they_were(
    steps: Sequence[tuple[int, int]],
) -> None:
    database = Witnessed()
    for step in steps:
        database.step(*step)
    database.finish()
    told = database.told()
    assert [change for change in told if change[1]] == [change for change in database.history if change[1]]
    history = iter(database.history)
    assert all(change in history for change in told), (told, database.history)
    assert (told[-1][0] if told else 0) == database.state
    assert database.ledger.last_revision >= max((revision for _, revision in told), default=0)
