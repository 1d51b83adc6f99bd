"""Issues outside the schedule let readers sleep, unless somebody insists."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest import pipeline
from digest.model import QuietHours
from digest.schedule.quiet import Waits, ends
from digest.store.extras import Wish
from tests.after.conftest import Make
from tests.after.room import write

QUIET = QuietHours(time(22), time(7))
MORE = """
zone = "Europe/Dublin"
  [editions.quiet_hours]
  from = "22:00"
  until = "07:00"
"""
READERS = """email,name,zone,breaking,editions,consent_source
home@example.org,Home Reader,,yes,daily,form
york@example.org,York Reader,America/New_York,yes,daily,form
india@example.org,India Reader,Asia/Kolkata,yes,daily,form
calm@example.org,Calm Reader,,no,daily,form
"""


@pytest.mark.parametrize(
    ("at", "zone", "wanted"),
    [
        ("2026-11-24T23:30+00:00", "UTC", "2026-11-25T07:00+00:00"),
        ("2026-11-24T03:00+00:00", "UTC", "2026-11-24T07:00+00:00"),
        ("2026-11-24T22:00+00:00", "UTC", "2026-11-25T07:00+00:00"),
        ("2026-11-24T07:00+00:00", "UTC", None),
        ("2026-11-24T12:00+00:00", "UTC", None),
        ("2026-11-24T05:00+00:00", "America/New_York", "2026-11-24T12:00+00:00"),
        ("2026-11-24T05:00+00:00", "Asia/Kolkata", None),
        ("2026-03-29T00:30+00:00", "Europe/Berlin", "2026-03-29T05:00+00:00"),
    ],
)
def test_when_they_end(at: str, zone: str, wanted: str | None) -> None:
    found = ends(datetime.fromisoformat(at), QUIET, ZoneInfo(zone))
    assert found == (None if wanted is None else datetime.fromisoformat(wanted))


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),
    st.times(),
    st.times(),
    st.sampled_from(["UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]),
)
def test_nobody_waits_longer_than_a_day(
    naive: datetime, begins: time, until: time, zone: str
) -> None:
    at, there = naive.replace(tzinfo=UTC), ZoneInfo(zone)
    found = ends(at, QuietHours(begins, until), there)
    if found is None:
        now = at.astimezone(there).time()
        assert not (begins <= now < until)
    else:
        assert at <= found <= at + timedelta(hours=25)
    assert Waits(at, None, there).due(zone) is None
    assert Waits(at, QuietHours(begins, until), ZoneInfo("UTC")).due(zone) == found
    assert Waits(at, QuietHours(begins, until), there).due("Nowhere/Land") == found


def test_who_sleeps_gets_it_in_the_morning(make: Make, tmp_path: Path) -> None:
    room = make(MORE, READERS)
    room.app.tick()
    newsroom, parts = room.app.newsroom, room.app.parts
    unopened = newsroom.open_extra("daily", None, "ed", keep=False)
    told = newsroom.extra_forecast(unopened, Wish())
    seven = datetime(2026, 11, 24, 7, tzinfo=UTC)
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert dict(told.by_due) == {None: 1, seven: 1, noon: 1}
    at_once = newsroom.extra_forecast(unopened, Wish(despite_quiet=True))
    assert dict(at_once.by_due) == {None: 3}
    issue = pipeline.send_now(parts, newsroom.open_extra("daily", None, "ed"))
    assert room.mails(issue).keys() == {"India"}
    room.clock.at = seven
    room.app.tick()
    assert room.mails(issue).keys() == {"India", "Home"}
    room.clock.at = noon
    room.app.tick()
    assert room.mails(issue).keys() == {"India", "Home", "York"}
    room.clock.at = datetime(2026, 11, 25, 5, tzinfo=UTC)
    write(tmp_path, 3, "Harbour closes for the night")
    room.app.tick()
    insisted = newsroom.open_extra("daily", None, "ed", wish=Wish(despite_quiet=True))
    issue = pipeline.send_now(parts, insisted)
    assert room.mails(issue).keys() == {"India", "Home", "York"}
