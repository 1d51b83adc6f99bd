"""CSV for spreadsheets: cells they would run as formulas, made harmless, and themselves again.

OWASP ASVS 5 §1.2.10: a cell that starts with one of these characters gets an apostrophe before it.
"""

import csv
import io
import re
from collections.abc import Iterable

_RISKY = re.compile(r"'*[=+\-@\t\r]")
_MADE_SAFE = re.compile(r"'+[=+\-@\t\r]")


def safe(cell: str) -> str:
    """The cell as text for a spreadsheet."""
    return f"'{cell}" if _RISKY.match(cell) else cell


def plain(cell: str) -> str:
    """What ``safe`` was given."""
    # Of millions of cells few begin so.
    return cell[1:] if cell[:1] == "'" and _MADE_SAFE.match(cell) else cell


def csv_row(cells: Iterable[str]) -> str:
    """A line of CSV (RFC 4180) of harmless cells, with its end."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow(map(safe, cells))
    return written.getvalue()
