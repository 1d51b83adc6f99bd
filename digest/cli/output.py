"""What commands print: a table for people, or JSON for programs, on standard output."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="print JSON instead of text")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="say what would happen, change nothing")]


def as_json(value: object) -> None:
    """Print ``value`` as one JSON document."""
    sys.stdout.write(json.dumps(value, default=_plain, ensure_ascii=False, indent=2) + "\n")


def _plain(value: Any) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    return str(value)


def line(text: str = "") -> None:
    """Print one line."""
    sys.stdout.write(text + "\n")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table: numbers to the right, one line a row, no frame."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(head, *cells, strict=True)]
    right = [
        bool(cells) and all(row[at].replace(".", "").isdigit() or not row[at] for row in cells)
        for at in range(len(head))
    ]
    for row in [list(head), ["─" * width for width in widths], *cells]:
        padded = (
            text.rjust(width) if to_right else text.ljust(width)
            for text, width, to_right in zip(row, widths, right, strict=True)
        )
        line("  " + "  ".join(padded).rstrip())


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M UTC")
    return str(value)
