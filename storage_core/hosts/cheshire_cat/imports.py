"""Something to do to a module as soon as the program imports it."""

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


def when_imported(name: str, act: Callable[[ModuleType], None]) -> Callable[[], None]:
    """Call `act` with the module of that name: now, where it has been imported, else right after it is.

    Returns what makes it wait no longer.
    """
    module = sys.modules.get(name)
    if module is not None:
        act(module)
        return lambda: None
    finder = _Awaiting(name, act)
    sys.meta_path.insert(0, finder)
    return finder.give_up


class _Awaiting(MetaPathFinder):
    """Finds one module as the finders behind it do, and acts once it has run."""

    def __init__(self, name: str, act: Callable[[ModuleType], None]) -> None:
        self._name = name
        self._act = act

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        others = sys.meta_path[sys.meta_path.index(self) + 1 :]
        specs = (finder.find_spec(fullname, path, target) for finder in others)
        spec = next((spec for spec in specs if spec is not None), None)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_and_act(module: ModuleType) -> None:
                execute(module)
                if self in sys.meta_path:
                    self.give_up()
                    self._act(module)

            spec.loader.exec_module = execute_and_act  # type: ignore[method-assign]
        return spec

    def give_up(self) -> None:
        with suppress(ValueError):
            sys.meta_path.remove(self)
