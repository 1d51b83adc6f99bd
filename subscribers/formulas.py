"""Cells that a spreadsheet would run as formulas, made harmless, and made themselves again.

OWASP ASVS 5 §1.2.10: a cell that starts with one of these characters gets an apostrophe before it.
"""

import re

_RISKY = re.compile(r"'*[=+\-@\t\r]")
_MADE_SAFE = re.compile(r"'+[=+\-@\t\r]")


def safe(cell: str) -> str:
    """The cell as text for a spreadsheet."""
    return f"'{cell}" if _RISKY.match(cell) else cell


def plain(cell: str) -> str:
    """What ``safe`` was given."""
    # Of millions of cells few begin so.
    return cell[1:] if cell[:1] == "'" and _MADE_SAFE.match(cell) else cell
