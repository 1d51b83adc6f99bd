"""A page's generated parts: found, and written anew."""

import re
from collections.abc import Callable, Mapping, Sequence

#: what stands there now → what should
Part = Callable[[str], str]

_PART = re.compile(
    r"(?P<begin><!-- generated: (?P<name>[a-z-]+) -->\n)"
    r"(?P<body>.*?)(?P<end><!-- end of (?P=name) -->)",
    re.DOTALL,
)
_BAR = re.compile(r"(?<!\\)\|")

#: stands where a person has to write what something means; no page may hold it
UNWRITTEN = "(to be written)"


def written(text: str, parts: Mapping[str, Part]) -> str:
    """The page with all its parts as the code has them. Raises KeyError for an unknown part."""

    def anew(found: re.Match[str]) -> str:
        body = parts[found["name"]](found["body"]).strip("\n")
        return f"{found['begin']}\n{body}\n\n{found['end']}"

    return _PART.sub(anew, text)


def names(text: str) -> list[str]:
    """The names of a page's parts."""
    return [found["name"] for found in _PART.finditer(text)]


def cells(row: str) -> list[str]:
    """A table row's cells, still escaped. No row: none."""
    line = row.strip()
    return [cell.strip() for cell in _BAR.split(line)[1:-1]] if line.startswith("|") else []


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table. Cells are Markdown, with their bars escaped."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(
        "|" + "".join(f" {cell} |" if cell else " |" for cell in line) for line in lines
    )


def by_hand(body: str) -> dict[str, str]:
    """First cell → last cell, of the tables that stand there now: what people wrote."""
    rows = [cells(line) for line in body.splitlines()]
    return {row[0]: row[-1] for row in rows if len(row) > 1}


def code(text: object) -> str:
    """It as Markdown's code, for a cell."""
    return "`" + str(text).replace("|", "\\|") + "`"
