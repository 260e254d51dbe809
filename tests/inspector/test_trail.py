"""The trail of places: back and forward, also where one is held where one is."""

from inspector.trail import KEPT, Trail
from storage_core import Scope
from storage_core.browse import Address

A, B, C, D = (Address(Scope("acme"), key) for key in "abcd")


def went(*places: Address) -> Trail:
    trail = Trail()
    for place in places:
        trail.visit(place)
    return trail


def test_back_and_forward_lead_along_the_places_in_order() -> None:
    trail = went(A, B, C)
    for way, place in ((trail.back, B), (trail.back, A), (trail.forward, B), (trail.forward, C)):
        assert way() == place
        trail.visit(place)
    assert trail.can_go_back()
    assert not trail.can_go_forward()
    assert trail.forward() is None


def test_a_new_place_ends_the_way_forward() -> None:
    trail = went(A, B, C)
    trail.visit(trail.back())
    trail.visit(D)
    assert not trail.can_go_forward()
    assert trail.back() == B


def test_the_same_place_once_more_is_no_new_place() -> None:
    trail = went(A, B, B)
    assert trail.back() == A


def test_back_once_more_before_the_place_is_reached_leads_further() -> None:
    trail = went(A, B, C)
    assert (trail.back(), trail.back(), trail.back()) == (B, A, None)
    trail.visit(A)
    assert not trail.can_go_back()
    assert trail.forward() == B


def test_whoever_is_held_where_they_are_keeps_both_ways() -> None:
    trail = went(A, B, C)
    assert trail.back() == B
    trail.visit(C)  # an edit was kept
    assert trail.back() == B
    assert not trail.can_go_forward()


def test_the_same_place_is_told_apart_by_where_it_is_on_the_trail() -> None:
    trail = went(A, B, A, C)
    trail.visit(trail.back())
    assert trail.back() == B


def test_recent_places_are_each_there_once_without_the_one_where_the_person_is() -> None:
    assert went(A, B, A, C).recent() == [A, B]
    assert Trail().recent() == []


def test_a_bounded_number_of_places_is_kept() -> None:
    places = [Address(Scope("acme"), str(number)) for number in range(KEPT + 5)]
    trail = went(*places)
    while trail.can_go_back():
        trail.visit(trail.back())
    assert trail.forward() == places[6]


def test_a_cleared_trail_leads_nowhere() -> None:
    trail = went(A, B)
    trail.clear()
    assert (trail.back(), trail.forward(), trail.can_go_back(), trail.can_go_forward()) == (
        None,
        None,
        False,
        False,
    )
