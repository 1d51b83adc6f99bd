"""Dates as sources write them: the instant, and how far it can be trusted."""

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import DateGrade
from digest.sources.dates import UNDATED, read

EXACT, ASSUMED, DAY = DateGrade.EXACT, DateGrade.ASSUMED_ZONE, DateGrade.DAY_ONLY

#: what feed parsers are known to read wrongly, and what people write besides
CASES = [
    ("Thu, 20 Aug 2026 09:00:00 BST", "2026-08-20T08:00", EXACT),
    ("Thu, 20 Aug 2026 09:00:00 CEST", "2026-08-20T07:00", EXACT),
    ("Thu, 20 Aug 2026 09:00:00 AEST", "2026-08-19T23:00", EXACT),
    ("Thu, 20 Aug 2026 09:00:00 IST", "2026-08-20T03:30", ASSUMED),
    ("2026-08-20T09:00:00+0530", "2026-08-20T03:30", EXACT),
    ("2026-08-20T09:00:00+05:30", "2026-08-20T03:30", EXACT),
    ("Thu, 20 Aug 2026 09:00:00", "2026-08-20T09:00", ASSUMED),
    ("2026-08-20T09:00:00", "2026-08-20T09:00", ASSUMED),
    ("Thu, 20 Aug 2026 9:00 PM EDT", "2026-08-21T01:00", EXACT),
    ("August 20, 2026 12:05 a.m. EDT", "2026-08-20T04:05", EXACT),
    ("1755680400", "2025-08-20T09:00", EXACT),
    ("1755680400000", "2025-08-20T09:00", EXACT),
    ("jeu., 20 août 2026", "2026-08-20T00:00", DAY),
    ("martes, 3 de marzo de 2026 10:30", "2026-03-03T10:30", ASSUMED),
    ("Thu, 20 Aug 2026 09:00:00 GMT", "2026-08-20T09:00", EXACT),
    ("Thu, 20 Aug 26 09:00:00 -0000", "2026-08-20T09:00", EXACT),
    ("Thu, 20 Aug 2026 24:00:00 GMT", "2026-08-21T00:00", EXACT),
    ("Thu, 20 Aug 2026 23:59:60 GMT", "2026-08-20T23:59:59", EXACT),
    ("Thu Aug 20 09:00:00 EDT 2026", "2026-08-20T13:00", EXACT),
    ("2026-08-20T09:00:00.123456Z", "2026-08-20T09:00", EXACT),
    ("2026-08-20 09:00:00 -0400", "2026-08-20T13:00", EXACT),
    ("20260820T090000Z", "2026-08-20T09:00", EXACT),
    ("2026/08/20 09:00 ET", "2026-08-20T13:00", EXACT),
    ("20 Aug 2026 09:00:00 GMT+2", "2026-08-20T07:00", EXACT),
    ("Thu, 20 Aug 2026 09:00:00 +0000 (UTC)", "2026-08-20T09:00", EXACT),
    ("2026-08-20", "2026-08-20T00:00", DAY),
    ("August 20th, 2026", "2026-08-20T00:00", DAY),
    ("20.8.2026", "2026-08-20T00:00", DAY),
    ("25/12/2026", "2026-12-25T00:00", DAY),
    ("2026年8月20日 09:00", "2026-08-20T09:00", ASSUMED),
]
UNREADABLE = [
    "May", "10:00", "08/09/2026", "Mon, 30 Nov -0001 00:00:00 +0000", "0000-00-00 00:00:00",
    "1970-01-01T00:00:00Z", "2026-08", "2026", "yesterday", "", "  ", "Sun, 31 Feb 2026 10:00 GMT",
    "2026-13-01", "20 Aug 2026 25:00 GMT", "9" * 5000, "0", "١٢",
]  # fmt: skip


@pytest.mark.parametrize(("raw", "instant", "grade"), CASES)
def test_reads(raw: str, instant: str, grade: DateGrade) -> None:
    dated = read(raw)
    assert (dated.at, dated.grade) == (datetime.fromisoformat(f"{instant}+00:00"), grade)


@pytest.mark.parametrize("raw", UNREADABLE)
def test_what_does_not_say_its_day_is_no_date(raw: str) -> None:
    assert read(raw) == UNDATED


@pytest.mark.parametrize(
    ("raw", "zone", "hour", "grade"),
    [
        ("2026-08-20T09:00:00", "Asia/Kolkata", "03:30", ASSUMED),
        ("2026-01-20T09:00:00", "Europe/London", "09:00", ASSUMED),
        ("2026-08-20T09:00:00", "Europe/London", "08:00", ASSUMED),
        ("2026-08-20T09:00:00Z", "Asia/Kolkata", "09:00", EXACT),
        ("20 Aug 2026 09:00 IST", "Asia/Kolkata", "03:30", EXACT),
        ("20 Aug 2026 09:00 IST", "Asia/Jerusalem", "03:30", ASSUMED),  # IDT there in August
        ("20 Jan 2026 09:00 IST", "Asia/Jerusalem", "07:00", EXACT),
        ("20 Aug 2026 09:00 IST", "Europe/Dublin", "08:00", EXACT),
    ],
)
def test_the_sources_zone_fills_what_the_date_leaves_open(
    raw: str, zone: str, hour: str, grade: DateGrade
) -> None:
    dated = read(raw, ZoneInfo(zone))
    assert dated.at is not None
    assert (dated.at.strftime("%H:%M"), dated.grade) == (hour, grade)


def test_a_day_begins_at_the_sources_own_midnight() -> None:
    assert read("2026-08-20", ZoneInfo("Asia/Tokyo")).at == datetime(2026, 8, 19, 15, tzinfo=UTC)


def test_midnight_is_told() -> None:
    assert read("Thu, 20 Aug 2026 00:00:00 +0200").midnight
    assert not read("Thu, 20 Aug 2026 00:01:00 +0200").midnight


@given(
    st.datetimes(datetime(1990, 1, 2), datetime(2100, 12, 30)),
    st.integers(-14 * 60, 14 * 60),
)
def test_every_rfc_5322_and_iso_date_comes_back(naive: datetime, minutes: int) -> None:
    at = naive.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    for written in (
        format_datetime(at),
        at.isoformat(),
        at.isoformat(" "),
        at.strftime("%Y%m%dT%H%M%S%z"),
    ):
        dated = read(written)
        assert (dated.at, dated.grade) == (at, EXACT), written


@given(
    st.text(
        alphabet=st.sampled_from("0123456789-/:.,+TZ aApPmMJulyseptécembreuIST年月日"), max_size=40
    )
)
def test_never_raises_and_is_always_utc(raw: str) -> None:
    dated = read(raw, ZoneInfo("America/New_York"))
    assert (dated.at is None) == (dated.grade is DateGrade.NONE)
    assert dated.at is None or dated.at.tzinfo is UTC


@given(st.text(max_size=200))
def test_never_raises_on_any_text(raw: str) -> None:
    read(raw)
