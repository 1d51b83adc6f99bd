"""Finds each line that the code writes into the log, by reading the code."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

LEVELS = frozenset({"debug", "info", "warning", "error", "exception", "critical"})
#: ids and words that every line may have
_COMMON = frozenset({"exc_info"})


@dataclass(frozen=True, slots=True)
class Written:
    """One call that writes a line."""

    name: str
    level: str
    #: the fields that stand in the call; others may come by ``**``
    fields: frozenset[str]
    where: str


def written(folders: Iterable[Path]) -> Iterator[Written]:
    """Every ``log.…("name", …)`` below these folders. Raises TypeError: a name is no literal."""
    for folder in folders:
        for file in sorted(folder.rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call) and _logs(node.func):
                    yield _written(node, f"{file}:{node.lineno}")


def _logs(called: ast.expr) -> bool:
    return (
        isinstance(called, ast.Attribute)
        and called.attr in LEVELS
        and isinstance(called.value, ast.Name)
        and called.value.id == "log"
    )


def _written(call: ast.Call, where: str) -> Written:
    first = call.args[0] if call.args else None
    if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
        raise TypeError(f"{where}: the name of an event is a literal, so that it can be found")
    assert isinstance(call.func, ast.Attribute), "asked before"
    level = "error" if call.func.attr in {"exception", "critical"} else call.func.attr
    fields = {one.arg for one in call.keywords if one.arg is not None}
    return Written(first.value, level, frozenset(fields - _COMMON), where)
