"""The API's operations and what its feed tells, from the document that it serves."""

import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from digest import bundled
from digest.app import App
from digest.clock import SystemClock
from digest.config import load
from tests.reference.page import UNWRITTEN, by_hand, code, table


def operations(_: str) -> str:
    """One row an operation: how it is called, with which scope, what it does and answers."""
    document = _document()
    rows = [
        (
            code(f"{method.upper()} {path}"),
            code(one["security"][0]["key"][0]),
            one["summary"].replace("|", "\\|"),
            _takes(one, document["components"]["schemas"]),
            ", ".join(status for status in one["responses"] if status not in {"401", "403", "429"}),
        )
        for path, methods in document["paths"].items()
        for method, one in methods.items()
    ]
    return table(("operation", "scope", "does", "takes", "answers"), rows)


def happenings(body: str) -> str:
    """The kinds of the event feed, each with what it means by hand."""
    hand = by_hand(body)
    kinds = [code(one) for one in _document()["components"]["schemas"]["Happening"]["enum"]]
    return table(("kind", "means"), [(one, hand.get(one, UNWRITTEN)) for one in kinds])


def _takes(operation: dict[str, Any], schemas: dict[str, Any]) -> str:
    named = [code(one["name"]) for one in operation.get("parameters", ()) if one["in"] == "query"]
    given = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    model = given.get("schema", {}).get("$ref", "").rpartition("/")[2]
    if model:
        schema = schemas[model]
        needed = set(schema.get("required", ()))
        named += [
            f"**{code(name)}**" if name in needed else code(name) for name in schema["properties"]
        ]
    return ", ".join(named)


@cache
def _document() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "config.toml")
        shutil.copy(bundled.sample_config(), config)
        return App(load(config, {}), SystemClock()).api.document()
