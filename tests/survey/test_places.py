"""Zones and countries from the little that sites say."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.survey.places import utc_offset, where

SUMMER = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "hours", "language", "host", "expected"),
    [
        ("Africa/Nairobi", 3, "en-US", "post.example", ("Africa/Nairobi", True, "KE", True)),
        ("UTC", 0, "en-US", "post.co.ke", ("UTC", True, "KE", True)),
        ("", 3, "en", "post.co.ke", ("Africa/Nairobi", False, "KE", True)),
        ("", 0, "en", "post.co.ke", ("Africa/Nairobi", False, "KE", True)),
        ("", -2.5, "en-CA", "post.example", ("America/St_Johns", False, "CA", False)),
        ("", 3, "en", "post.example", ("Etc/GMT-3", False, "", False)),
        ("", 5.5, "en", "post.example", ("UTC", False, "", False)),
        ("", 5.5, "hi-IN", "post.example", ("Asia/Kolkata", False, "IN", False)),
        ("", 0, "en-US", "post.io", ("UTC", False, "", False)),
        ("", 0, "zh-Hans-SG", "post.example", ("Asia/Singapore", False, "SG", False)),
        ("Not/AZone", 0, "pt-BR", "post.example", ("UTC", False, "BR", False)),
        ("../etc/passwd", 0, "", "127.0.0.1", ("UTC", False, "", False)),
        ("Europe/London", 1, "", "post.co.uk", ("Europe/London", True, "GB", True)),
    ],
)
def test_where(
    zone: str, hours: float, language: str, host: str, expected: tuple[str, bool, str, bool]
) -> None:
    offset = timedelta(hours=hours)
    found = where(zone=zone, offset=offset, language=language, host=host, now=SUMMER)
    assert (found.zone, found.zone_sure, found.country, found.country_sure) == expected


def test_the_offset_most_dates_are_written_with() -> None:
    nairobi = ["Tue, 24 Nov 2026 09:00:00 +0300", "2026-11-24T08:00:00+03:00", "yesterday", ""]
    assert utc_offset(nairobi) == timedelta(hours=3)
    assert utc_offset(["Tue, 24 Nov 2026 09:00:00 GMT"]) is None
    assert utc_offset([]) is None
