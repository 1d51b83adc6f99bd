"""The rows of an import as they were given: our own CSV, or another system's export."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from subscribers.errors import UnreadableFileError
from subscribers.foreign import Format
from subscribers.foreign.files import files
from subscribers.foreign.row import ForeignRow, Standing
from subscribers.formulas import plain
from subscribers.model import Catalogue
from subscribers.records import LONGEST_LINE, Record, Records
from subscribers.rows import LISTS, REQUIRED, Problem, RowError, is_ours
from subscribers.segment_parse import closest


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One row, by our own columns; ``problem`` says why it could not even be read."""

    line: int
    file: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)
    standing: Standing = Standing.WELCOME
    #: ISO 8601; empty where the export does not say
    left_at: str = ""
    #: the editions they left; none: all there are
    left_editions: frozenset[str] = frozenset()
    problem: RowError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the newsroom says of a file's own words."""

    #: the file's column, in lower case → ours
    columns: Mapping[str, str] = field(default_factory=dict)
    #: a word in its cells, in lower case → our slug
    words: Mapping[str, str] = field(default_factory=dict)
    #: for rows that do not say where the person asked for mail
    consent: str = ""
    #: for rows that name no edition
    editions: frozenset[str] = frozenset()


@dataclass(slots=True)
class Columns:
    """What became of a file's columns."""

    ignored: set[str] = field(default_factory=set)
    #: column → how many of its words were, and were not, found among what there is to choose
    matched: Counter[str] = field(default_factory=Counter)
    unmatched: Counter[str] = field(default_factory=Counter)


def own(stream: BinaryIO, reading: Reading, columns: Columns) -> Iterator[Given]:
    """The rows of a CSV with our columns (rows.py), or others mapped to them."""
    records = Records(stream)
    names = [reading.columns.get(name.casefold(), name.casefold()) for name in records.header]
    wanted = [one for one in REQUIRED if one != "consent_source" or not reading.consent]
    for column in wanted:
        if column not in names:
            near = closest(column, [name for name in names if name.isidentifier()])
            raise UnreadableFileError(
                f"the first line must name the columns, separated by commas, and {column!r} is"
                f" not among them; {near}"
            )
    _check_once(names)
    ours = frozenset(name for name in names if is_ours(name))
    columns.ignored.update(name for name in names if name not in ours)
    return _own(records, names, ours, reading)


def _own(
    records: Records, names: Sequence[str], ours: frozenset[str], reading: Reading
) -> Iterator[Given]:
    for record in records:
        try:
            cells = _cells(record, names)
        except RowError as error:
            yield Given(line=record.line, problem=error)
            continue
        cells = {name: plain(cell) for name, cell in cells.items() if name in ours}
        if not cells.get("consent_source", "").strip():
            cells["consent_source"] = reading.consent
        yield Given(line=record.line, cells=cells)


def foreign(
    path: Path, kind: Format, catalogue: Catalogue, reading: Reading, columns: Columns
) -> Iterator[Given]:
    """The people of another system's export, leavers among them."""
    words = _Words(catalogue, reading, columns)
    for file, stream in files(path, kind.files):
        if kind.by_name and not file.casefold().startswith(kind.files):
            told = ", ".join(f"{one}….csv" for one in kind.files)
            raise UnreadableFileError(f"keep the names that {kind.name} gave its files: {told}")
        records = Records(stream, backslashes=kind.backslashes)
        names = [name.casefold() for name in records.header]
        for column in kind.needs:
            if column not in names:
                raise UnreadableFileError(
                    f"{file} is no export of {kind.name}, or lacks its column {column!r}"
                )
        for record in records:
            try:
                cells = _cells(record, names)
            except RowError as error:
                yield Given(line=record.line, file=file, problem=error)
                continue
            yield words.given(kind.translate({**cells, "file": file.casefold()}), file, record.line)


class _Words:
    """Finds another system's groups and lists among what there is to choose here."""

    def __init__(self, catalogue: Catalogue, reading: Reading, columns: Columns) -> None:
        self._reading = reading
        self._columns = columns
        self._known: dict[str, tuple[str, str]] = {}
        for column, offered in (
            ("topics", catalogue.topics),
            ("regions", catalogue.regions),
            ("editions", catalogue.editions),
        ):
            for slug, name in offered.items():
                self._known[name.casefold()] = self._known[slug] = (column, slug)
        for word, slug in reading.words.items():
            if slug in self._known:
                self._known[word] = self._known[slug]

    def given(self, row: ForeignRow, file: str, line: int) -> Given:
        cells = dict(row.cells)
        found: dict[str, list[str]] = {}
        for column, words in row.words.items():
            target = self._reading.columns.get(column)
            if target is not None and target not in LISTS:
                cells[target] = " ".join(words)
                continue
            for word in words:
                self._find(column, target, word, found)
        for column, slugs in found.items():
            cells[column] = ";".join(filter(None, [cells.get(column, ""), *slugs]))
        if not cells.get("consent_source", "").strip():
            cells["consent_source"] = self._reading.consent
        left: frozenset[str] = frozenset()
        if row.left_list:
            kind, slug = self._known.get(row.left_list.strip().casefold(), ("", ""))
            left = frozenset({slug}) if kind == "editions" else self._reading.editions
            if not left:
                detail = "they left a list that is none of your editions"
                return Given(line=line, file=file, problem=RowError(Problem.OTHER_LIST, detail))
        return Given(
            line=line,
            file=file,
            cells=cells,
            standing=row.standing,
            left_at=row.left_at,
            left_editions=left,
        )

    def _find(
        self, column: str, target: str | None, word: str, found: dict[str, list[str]]
    ) -> None:
        if not word.strip():
            return
        if target == "tags":
            found.setdefault("tags", []).append(word)
            self._columns.matched[column] += 1
            return
        known = self._known.get(word.strip().casefold())
        if known is None or (target is not None and known[0] != target):
            self._columns.unmatched[column] += 1
            return
        self._columns.matched[column] += 1
        found.setdefault(known[0], []).append(known[1])


def _cells(record: Record, names: Sequence[str]) -> dict[str, str]:
    if record.too_long:
        raise RowError(Problem.TOO_LONG, f"a line of over {LONGEST_LINE} bytes")
    if record.cells is None:
        raise RowError(Problem.QUOTES, "a quote is not closed, or text follows it")
    if len(record.cells) != len(names):
        raise RowError(Problem.COLUMNS, f"{len(record.cells)} cells for {len(names)} columns")
    return dict(zip(names, record.cells, strict=True))


def _check_once(names: Sequence[str]) -> None:
    repeated = sorted({name for name in names if is_ours(name) and names.count(name) > 1})
    if repeated:
        raise UnreadableFileError(f"column {repeated[0]!r} is there twice")
