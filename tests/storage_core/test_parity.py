"""The facades are twins: the same names, parameters and documentation; and the public names are complete."""

import inspect
import re
from types import ModuleType
from typing import Any

import pytest

import storage_core
from storage_core import AsyncStorage, AsyncStore, Storage, StorageError, Store, errors

ONLY_ASYNCHRONOUS = {"watch"}
PLAIN = {"workspace", "store", "user", "scope", "location", "read_only", "capabilities"}
ITERATORS = {"keys", "entries", "changes"}
VERBS = {
    *("set", "get", "save", "load", "load_text", "save_text", "exists", "delete", "update", "entry", "keys"),
    *("entries", "save_many", "set_many", "load_many", "get_many", "delete_many", "clear", "rename", "move"),
    *("expire", "scope", "user"),
}


def members(owner: type) -> dict[str, Any]:
    """The public members of a class, its bases' too."""
    return {name: member for name, member in inspect.getmembers(owner) if not name.startswith("_")}


def parameters(function: Any) -> list[tuple[str, Any, Any, str]]:
    """Name, kind, default and annotation of each parameter."""
    return [
        (parameter.name, parameter.kind, parameter.default, synchronous(parameter.annotation))
        for parameter in inspect.signature(function).parameters.values()
    ]


def synchronous(annotation: Any) -> str:
    """An annotation as text, with what is asynchronous in it called as its synchronous twin is."""
    return re.sub(r"\bAsync(?=Store|Storage|Iterator)", "", str(annotation)).strip("'\"")


PAIRS = [(Storage, AsyncStorage), (Store, AsyncStore)]


@pytest.mark.parametrize(("original", "twin"), PAIRS)
def test_twins_have_the_same_members(original: type, twin: type) -> None:
    assert set(members(twin)) - ONLY_ASYNCHRONOUS == set(members(original))


@pytest.mark.parametrize(("original", "twin"), [*PAIRS, (Store, type(storage_core.user))])
def test_twins_have_the_same_parameters_and_results(original: type, twin: type) -> None:
    for name, member in members(original).items():
        if isinstance(member, property):
            assert isinstance(getattr(twin, name), property)
            continue
        assert parameters(getattr(twin, name)) == parameters(member), name
        results = [
            inspect.signature(function).return_annotation for function in (getattr(twin, name), member)
        ]
        assert synchronous(results[0]) == synchronous(results[1]), name


def test_twins_are_made_with_the_same_parameters() -> None:
    assert parameters(AsyncStorage) == parameters(Storage)


@pytest.mark.parametrize(("original", "twin"), PAIRS)
def test_the_verbs_of_the_asynchronous_twin_are_coroutines_or_asynchronous_iterators(
    original: type, twin: type
) -> None:
    for name in set(members(original)) - PLAIN:
        verb = getattr(twin, name)
        assert inspect.iscoroutinefunction(verb) is (name not in ITERATORS), name
        if name in ITERATORS:
            assert "AsyncIterator" in str(inspect.signature(verb).return_annotation)


def test_a_store_has_the_verbs_of_the_contract_and_no_others() -> None:
    assert set(members(Store)) == VERBS
    assert set(members(type(storage_core.store))) == VERBS
    assert set(members(type(storage_core.user))) == VERBS


def test_the_public_names_are_sorted_and_complete() -> None:
    names = storage_core.__all__
    assert names == sorted(names)
    public = {
        name
        for name, value in vars(storage_core).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    assert set(names) == public


def test_no_public_name_is_hidden_by_a_module() -> None:
    assert not [name for name in storage_core.__all__ if isinstance(getattr(storage_core, name), ModuleType)]


def test_everything_public_has_documentation() -> None:
    for name in storage_core.__all__:
        value = getattr(storage_core, name)
        owner = value if callable(value) else type(value)
        assert (owner.__doc__ or "").strip(), name
        if inspect.isclass(owner) and not issubclass(owner, Exception):
            for member_name, member in members(owner).items():
                if member_name in getattr(owner, "__dataclass_fields__", ()) or not hasattr(
                    member, "__doc__"
                ):
                    continue  # a field: its class tells what it is
                assert (inspect.getdoc(member) or "").strip(), f"{name}.{member_name}"


def test_the_tree_in_the_documentation_of_the_errors_is_the_real_one() -> None:
    assert errors.__doc__ is not None
    drawn = dict(re.findall(r"(\w+Error)(?: \((\w+)\))?  ", errors.__doc__))
    real = {
        name: value
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, StorageError) and value is not StorageError
    }
    assert set(drawn) == set(real)
    for name, error in real.items():
        assert error.__bases__[0] is StorageError
        assert [base.__name__ for base in error.__bases__[1:]] == ([drawn[name]] if drawn[name] else []), name
        assert name in storage_core.__all__
        assert error.__doc__
