"""Something is done to a module as soon as it is imported: once, by whoever, and nothing else is touched."""

import importlib
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from storage_core.hosts.cheshire_cat.imports import when_imported

PACKAGE = "package_for_when_imported"
AWAITED = f"{PACKAGE}.awaited"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package with a module that imports another one."""
    folder = tmp_path / PACKAGE
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "awaited.py").write_text(f"from {PACKAGE} import other\nVALUE = 'set by the module'\n")
    (folder / "other.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    finders = list(sys.meta_path)
    yield folder
    assert sys.meta_path == finders
    for name in [name for name in sys.modules if name.startswith(PACKAGE)]:
        del sys.modules[name]


def test_it_is_done_once_right_after_the_module_has_run(package: Path) -> None:
    seen: list[tuple[ModuleType, str]] = []
    when_imported(AWAITED, lambda module: seen.append((module, module.VALUE)))
    assert seen == []
    module = importlib.import_module(AWAITED)
    importlib.import_module(AWAITED)
    assert seen == [(module, "set by the module")]


def test_it_is_done_at_once_where_the_module_is_there(package: Path) -> None:
    module = importlib.import_module(AWAITED)
    seen: list[ModuleType] = []
    when_imported(AWAITED, seen.append)
    assert seen == [module]


def test_giving_up_does_nothing_any_more(package: Path) -> None:
    seen: list[ModuleType] = []
    give_up = when_imported(AWAITED, seen.append)
    give_up()
    give_up()
    importlib.import_module(AWAITED)
    assert seen == []


def test_several_wait_for_one_module(package: Path) -> None:
    seen: list[str] = []
    when_imported(AWAITED, lambda module: seen.append("first"))
    when_imported(AWAITED, lambda module: seen.append("second"))
    importlib.import_module(AWAITED)
    assert sorted(seen) == ["first", "second"]


def test_a_module_that_fails_is_waited_for_again(package: Path) -> None:
    seen: list[ModuleType] = []
    when_imported(AWAITED, seen.append)
    source = (package / "awaited.py").read_text()
    (package / "awaited.py").write_text("raise LookupError('not yet')")
    with pytest.raises(LookupError):
        importlib.import_module(AWAITED)
    assert seen == []
    (package / "awaited.py").write_text(source + "# mended, and of another size\n")
    importlib.invalidate_caches()
    module = importlib.import_module(AWAITED)
    assert seen == [module]


def test_the_module_keeps_its_own_loader(package: Path) -> None:
    when_imported(AWAITED, lambda module: None)
    module = importlib.import_module(AWAITED)
    other = importlib.import_module(f"{PACKAGE}.other")
    assert type(module.__loader__) is type(module.__spec__.loader) is type(other.__loader__)
    assert "set by the module" in inspect.getsource(module)
