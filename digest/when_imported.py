"""Does something right after a module is imported, where somebody ever imports it.

structlog takes as long to import as Python to start, and few commands log: it is told how only when
the first module that logs asks for it.
"""

import sys
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType


def when_imported(name: str, do: Callable[[], None]) -> None:
    """Call ``do`` when module ``name`` has been imported; at once where it is already."""
    if name in sys.modules:
        do()
    else:
        sys.meta_path.insert(0, _Afterwards(name, do))


class _Afterwards(MetaPathFinder):
    def __init__(self, name: str, do: Callable[[], None]) -> None:
        self._name = name
        self._do = do

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What others find, with ``do`` to follow; nothing for any other module."""
        del path, target
        if fullname != self._name:
            return None
        sys.meta_path.remove(self)
        found = find_spec(fullname)
        if found is None or found.loader is None:
            return found
        run = found.loader.exec_module

        def run_and_do(module: ModuleType) -> None:
            run(module)
            self._do()

        # of this one loader, which is made anew for each import
        found.loader.exec_module = run_and_do  # type: ignore[method-assign]
        return found
