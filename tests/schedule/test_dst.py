"""A part of ``make dst``: the zones with the oddest clocks, and some of all the others."""

from datetime import date

from tests.schedule.dst import Found, local_dates, walk, zones

#: half an hour, two hours, at midnight, in Ramadan, a day left out before, 45 minutes off
ODD = (
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "Asia/Beirut",
    "America/Santiago",
    "Africa/Casablanca",
    "Pacific/Chatham",
    "America/New_York",
)
SOME = ("00:00", "01:30", "02:15", "23:59")


def test_every_local_date_has_one_issue_in_every_zone() -> None:
    found = Found()
    for name in ODD:
        found.add(walk(name, SOME, every=6))
    for name in zones()[::6]:
        found.add(walk(name, ("02:30",), every=12))
    assert found.errors == []
    assert found.zones > 100
    assert found.cases > 2_000


def test_a_reader_local_issue_is_of_its_date_everywhere() -> None:
    for day in (date(2026, 3, 29), date(2026, 11, 1), date(2027, 1, 1)):
        assert local_dates(day, "06:00", zones()[::3]).errors == []
