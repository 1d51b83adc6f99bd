"""The ten sample subscribers: valid, varied, and enough for each segment."""

import csv
from datetime import date

from digest.model import TOPICS
from digest.sample import subscribers
from tests.sample.test_stories import REGIONS

COLUMNS = [
    "email",
    "name",
    "language",
    "regions",
    "topics",
    "editions",
    "tags",
    "consent_source",
    "consent_at",
]


def _rows() -> list[dict[str, str]]:
    text = subscribers().read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _set(row: dict[str, str], column: str) -> set[str]:
    return set(filter(None, row[column].split(";")))


def test_every_row_is_valid() -> None:
    assert len(_rows()) == 10
    assert len({row["email"] for row in _rows()}) == 10
    for row in _rows():
        assert list(row) == COLUMNS
        assert row["email"].rpartition("@")[2] in {"example.org", "example.com", "example.net"}
        assert _set(row, "regions") <= REGIONS
        assert _set(row, "topics") <= set(TOPICS)
        assert _set(row, "editions") <= {"morning", "africa-brief"}
        assert row["editions"]
        assert row["consent_source"]
        assert date.fromisoformat(row["consent_at"]).year == 2026


def test_four_segments_have_readers_and_leave_some_out() -> None:
    rows = _rows()
    segments = [
        [row["email"] for row in rows if "africa" in _set(row, "regions")],
        [row["email"] for row in rows if "business" in _set(row, "topics")],
        [row["email"] for row in rows if "supporter" in _set(row, "tags")],
        [row["email"] for row in rows if row["language"] == "en"],
    ]
    assert all(2 <= len(segment) < 10 for segment in segments)
    assert len({tuple(segment) for segment in segments}) == 4


def test_readers_differ() -> None:
    rows = _rows()
    wishes = {(row["regions"], row["topics"], row["language"], row["tags"]) for row in rows}
    assert len(wishes) == 10
    assert {row["language"] for row in rows} == {"en", "hi", "ar"}
    assert sum(not row["regions"] and not row["topics"] for row in rows) == 1
