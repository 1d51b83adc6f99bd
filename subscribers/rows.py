"""One row of an imported CSV → an ``Entry``, or why not. Pure.

Columns: ``email``, ``consent_source`` (both required), ``name``, ``language``, ``regions``,
``topics``, ``editions``, ``tags`` (these four are lists separated by ``;``), ``frequency``,
``weekly_on`` (1 is Monday), ``limit`` (0 is all stories), ``style``, ``hour`` (0 to 23, of their
``zone``'s clock), ``breaking`` (yes or no; these six as values.py lists them), ``zone`` (an IANA
name), ``paused_until`` and ``consent_at`` (ISO 8601; UTC where they name no zone) and
``attribute:NAME`` for whatever else the newsroom knows, one column for each name.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar

from subscribers import address
from subscribers.address import Address
from subscribers.errors import BadAddressError
from subscribers.model import Catalogue, Consent, Entry
from subscribers.segment_parse import closest
from subscribers.values import (
    DAYS,
    FREQUENCIES,
    HOURS,
    LIMITS,
    NAME_LENGTH,
    STYLES,
    TRUTHS,
    VALUE_LENGTH,
    language_code,
    person_name,
    tag_name,
    zones,
)

REQUIRED = ("email", "consent_source")
#: cells that are lists, separated by ``;``
LISTS = frozenset({"regions", "topics", "editions", "tags"})
COLUMNS = (
    "email",
    "name",
    "language",
    "regions",
    "topics",
    "editions",
    "tags",
    "frequency",
    "weekly_on",
    "limit",
    "style",
    "hour",
    "zone",
    "breaking",
    "paused_until",
    "consent_source",
    "consent_at",
)
#: what columns of the newsroom's own attributes begin with
ATTRIBUTE = "attribute:"
#: characters in one cell; longer ones are broken quotes or not ours
LONGEST_CELL = 2000
SOURCE_LENGTH = 200
SURROGATE = re.compile("[\ud800-\udfff]")

Value = TypeVar("Value")


@lru_cache(1000)
def attribute_of(column: str) -> str | None:
    """The attribute that a column of a file is about; None if it is about none."""
    return tag_name(column.removeprefix(ATTRIBUTE)) if column.startswith(ATTRIBUTE) else None


def is_ours(column: str) -> bool:
    """Whether a column of a file means anything to us."""
    return column in COLUMNS or attribute_of(column) is not None


class Problem(StrEnum):
    """What is wrong with a row. Of the first group the row is rejected."""

    BAD_ADDRESS = "bad_address"
    NO_CONSENT = "no_consent_source"
    BAD_DATE = "bad_consent_at"
    DUPLICATE = "duplicate"
    SUPPRESSED = "suppressed"
    COLUMNS = "wrong_column_count"
    QUOTES = "broken_quotes"
    NUL = "nul_character"
    ENCODING = "not_utf8"
    TOO_LONG = "too_long"
    UNCONFIRMED = "never_confirmed"
    OTHER_LIST = "left_another_list"
    # the row is taken, without what is named
    UNKNOWN_VALUE = "unknown_value"
    KEPT_OUT = "left_or_suppressed_edition"
    KEPT_CHOICE = "reader_chose_themselves"
    NO_EDITION = "no_edition"
    STAYS = "asked_here_since"


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem of one row: which line of the file, what, and what to do.

    No cell is repeated but short slugs, so that a report can be passed on.
    """

    line: int
    problem: Problem
    detail: str = ""
    #: of an export of several
    file: str = ""


class RowError(Exception):
    """This row is rejected."""

    def __init__(self, problem: Problem, detail: str = "") -> None:
        self.problem = problem
        self.detail = detail
        super().__init__(f"{problem}: {detail}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowReader:
    """Reads rows: what may be chosen, and what holds where a row says nothing."""

    catalogue: Catalogue
    now: datetime
    #: for rows that name no edition
    default_editions: frozenset[str] = frozenset()

    def entry(self, cells: Mapping[str, str]) -> tuple[Entry, list[tuple[Problem, str]]]:
        """The entry, and what was left out of it.

        Raises RowError where the row is rejected.
        """
        _check_cells(cells)
        mailbox = _mailbox(cells)
        left_out: list[tuple[Problem, str]] = []
        regions = _known(cells, "regions", self.catalogue.regions, left_out)
        topics = _known(cells, "topics", self.catalogue.topics, left_out)
        editions = _known(cells, "editions", self.catalogue.editions, left_out)
        if not cells.get("editions", "").strip():
            editions = self.default_editions
        if not editions:
            left_out.append((Problem.NO_EDITION, "gets no newsletter"))
        entry = Entry(
            address=mailbox,
            consent=self._consent(cells),
            name=_name(cells.get("name", "")),
            language=_language(cells, left_out),
            regions=regions,
            topics=topics,
            editions=editions,
            tags=_tags(cells, left_out),
            attributes=_attributes(cells, left_out),
            frequency=_one(cells, "frequency", FREQUENCIES, left_out),
            weekly_on=_one(cells, "weekly_on", DAYS, left_out),
            limit=_one(cells, "limit", LIMITS, left_out),
            style=_one(cells, "style", STYLES, left_out),
            hour=_one(cells, "hour", HOURS, left_out),
            zone=_one(cells, "zone", zones(), left_out) if cells.get("zone") else None,
            breaking=_one(cells, "breaking", TRUTHS, left_out),
            paused_until=_until(cells, left_out),
        )
        return entry, left_out

    def leaver(self, cells: Mapping[str, str], left_at: str) -> tuple[Address, datetime | None]:
        """Whom a row tells never to mail, and since when. Raises RowError."""
        email = {"email": cells["email"]}
        _check_cells(email)
        return _mailbox(email), self._moment(left_at, "when they left") if left_at else None

    def _consent(self, cells: Mapping[str, str]) -> Consent:
        source = person_name(cells["consent_source"])
        if not source:
            raise RowError(Problem.NO_CONSENT, "say where this person asked for mail")
        if len(source) > SOURCE_LENGTH:
            raise RowError(Problem.TOO_LONG, f"consent_source: over {SOURCE_LENGTH} characters")
        return Consent(source=source, at=self._consent_at(cells.get("consent_at", "").strip()))

    def _consent_at(self, text: str) -> datetime:
        return self._moment(text, "consent_at") if text else self.now

    def _moment(self, text: str, what: str) -> datetime:
        at = _instant(text)
        if at is None:
            raise RowError(Problem.BAD_DATE, f"{what}: use 2026-01-31 or ISO 8601")
        if at > self.now:
            raise RowError(Problem.BAD_DATE, f"{what} is in the future")
        return at


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        # astimezone fails at the ends of the calendar
        return at.replace(tzinfo=UTC) if at.utcoffset() is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _until(cells: Mapping[str, str], left_out: list[tuple[Problem, str]]) -> datetime | None:
    text = cells.get("paused_until", "").strip()
    at = _instant(text) if text else None
    if text and at is None:
        left_out.append((Problem.UNKNOWN_VALUE, "paused_until: use 2026-01-31 or ISO 8601"))
    return at


def _mailbox(cells: Mapping[str, str]) -> Address:
    try:
        return address.parse(cells["email"])
    except BadAddressError as error:
        raise RowError(Problem.BAD_ADDRESS, str(error)) from None


def _check_cells(cells: Mapping[str, str]) -> None:
    for column, cell in cells.items():
        if "\0" in cell:
            raise RowError(Problem.NUL, column)
        if len(cell) > LONGEST_CELL:
            raise RowError(Problem.TOO_LONG, f"{column}: over {LONGEST_CELL} characters")
        # bytes that are no UTF-8 were read as lone surrogates
        if not cell.isascii() and SURROGATE.search(cell):
            raise RowError(Problem.ENCODING, f"{column}: save the file as UTF-8")


def _list(cells: Mapping[str, str], column: str) -> list[str]:
    return [part.strip() for part in cells.get(column, "").split(";") if part.strip()]


def _known(
    cells: Mapping[str, str],
    column: str,
    known: Mapping[str, str],
    left_out: list[tuple[Problem, str]],
) -> frozenset[str]:
    values = set()
    for word in _list(cells, column):
        slug = word.casefold()
        if slug in known:
            values.add(slug)
        else:
            left_out.append((Problem.UNKNOWN_VALUE, f"{column}: {_short(word, known)}"))
    return frozenset(values)


def _one(
    cells: Mapping[str, str],
    column: str,
    known: Mapping[str, Value],
    left_out: list[tuple[Problem, str]],
) -> Value | None:
    """The value that a cell names; None where it is empty or names none."""
    word = cells.get(column, "").strip()
    value = known.get(word.casefold())
    if word and value is None:
        left_out.append((Problem.UNKNOWN_VALUE, f"{column}: {_short(word, known)}"))
    return value


def _tags(cells: Mapping[str, str], left_out: list[tuple[Problem, str]]) -> frozenset[str]:
    names = set()
    for word in _list(cells, "tags"):
        name = tag_name(word)
        if name is None:
            left_out.append((Problem.UNKNOWN_VALUE, "tags: letters, digits and _ . : - only"))
        else:
            names.add(name)
    return frozenset(names)


def _attributes(cells: Mapping[str, str], left_out: list[tuple[Problem, str]]) -> dict[str, str]:
    found = {}
    for column, cell in cells.items():
        name = attribute_of(column)
        value = "" if name is None else person_name(cell)
        if len(value) > VALUE_LENGTH:
            left_out.append((Problem.UNKNOWN_VALUE, f"{column}: over {VALUE_LENGTH} characters"))
        elif name and value:
            found[name] = value
    return found


def _language(cells: Mapping[str, str], left_out: list[tuple[Problem, str]]) -> str:
    text = cells.get("language", "").strip()
    code = language_code(text)
    if text and code is None:
        left_out.append((Problem.UNKNOWN_VALUE, "language: use a code such as en or pt-br"))
    return code or ""


def _name(text: str) -> str:
    name = person_name(text)
    if len(name) > NAME_LENGTH:
        raise RowError(Problem.TOO_LONG, f"name: over {NAME_LENGTH} characters")
    return name


def _short(word: str, known: Collection[str]) -> str:
    """A word for a report: what was meant, or the word itself where it is harmless."""
    shown = tag_name(word) or "a value"
    return f"{shown} is not known, {closest(word, known)}"
