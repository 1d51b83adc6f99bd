"""The calendar: what goes out when, what it covers, days left out and put back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from starlette.testclient import TestClient

from digest.model import IssueState
from digest.people.roles import Grant, Role
from digest.steps import opening
from digest.steps.calendar import Entry, calendar
from digest.steps.foresee import Foreseen
from digest.store import issues
from digest.store.engine import reading
from tests.desk.conftest import ADMIN, NOW, Served

Make = Callable[..., Served]
FRIDAY, MONDAY = date(2026, 11, 27), date(2026, 11, 30)


@pytest.fixture
def served(desk: Make) -> Served:
    made = desk()
    made.person("Boss", ADMIN)
    return made


@pytest.fixture
def sam(served: Served) -> TestClient:
    return served.person("Sam", Grant(Role.SENDER, "daily"))


def press(client: TestClient, do: str, day: date, edition: str = "daily") -> tuple[int, str]:
    form = {"do": do, "day": str(day), "edition": edition}
    answer = client.post("/desk/calendar", data=form)
    return answer.status_code, answer.text


def entry(served: Served, day: date) -> Entry:
    parts = served.app.parts
    days = calendar(parts, [parts.edition("daily")])
    (found,) = (one for each in days if each.day == day for one in each.entries)
    return found


def test_what_goes_out_and_what_each_issue_covers(served: Served) -> None:
    parts = served.app.parts
    weekdays = replace(parts.edition("daily"), weekdays=frozenset(range(1, 6)))
    days = calendar(parts, [weekdays])
    assert [one.day for one in days] == [date(2026, 11, 24) + timedelta(days=n) for n in range(14)]
    assert [one.day.isoweekday() for one in days if one.quiet] == [6, 7, 6, 7]
    (monday,) = (one for one in days if one.day == MONDAY)
    (told,) = monday.entries
    lock = timedelta(minutes=weekdays.lock_minutes)
    assert told.covers is not None
    assert told.covers[1] == told.at - lock
    assert told.covers[1] - told.covers[0] == timedelta(days=3)


def test_a_day_left_out_has_no_issue_until_it_is_put_back(served: Served, sam: TestClient) -> None:
    assert press(sam, "out", FRIDAY)[0] == 303
    left = entry(served, FRIDAY)
    assert left.off is not None
    assert (left.off.who, left.covers) == ("Sam", None)
    after = entry(served, FRIDAY + timedelta(days=1)).covers
    assert after is not None
    assert after[1] - after[0] == timedelta(days=2)
    coming = Foreseen(served.app.parts).coming("daily", NOW + timedelta(days=7))
    assert FRIDAY not in {one.at.date() for one in coming}
    page = sam.get("/desk/calendar").text
    assert "by Sam" in page
    assert "Weekly" not in page
    assert press(sam, "back", FRIDAY)[0] == 303
    assert entry(served, FRIDAY).off is None
    told = [(one.act.what, one.act.about) for one in served.app.accounts.record()][-2:]
    assert told == [
        ("leave out a day", f"daily {FRIDAY}"),
        ("put a day back", f"daily {FRIDAY}"),
    ]


def test_the_machine_opens_no_issue_on_a_day_left_out(served: Served, sam: TestClient) -> None:
    press(sam, "out", FRIDAY)
    parts = served.app.parts
    daily = parts.edition("daily")
    for _ in range(5):
        served.wait(days=1)
        opening.plan(parts, daily)
    with reading(parts.engine) as connection:
        opened = {one.local_date for one in issues.recent(connection) if one.edition == "daily"}
    assert FRIDAY not in opened
    assert {FRIDAY - timedelta(days=1), FRIDAY + timedelta(days=1)} <= opened
    assert press(served.person("Sam"), "back", FRIDAY)[0] == 409


def test_an_issue_that_is_open_is_skipped_for_good(served: Served, sam: TestClient) -> None:
    day = entry(served, date(2026, 11, 25))
    assert day.issue is not None
    assert press(sam, "out", day.local_date)[0] == 303
    assert served.app.newsroom.issue(day.issue.id).state is IssueState.SKIPPED
    status, page = press(sam, "back", day.local_date)
    assert (status, "skipped for good" in page) == (409, True)


def test_who_may_not_and_what_cannot_be(served: Served, sam: TestClient) -> None:
    assert press(sam, "out", FRIDAY, "weekly")[0] == 403
    assert press(sam, "out", FRIDAY, "none")[0] == 400
    assert press(sam, "burn", FRIDAY)[0] == 400
    assert press(sam, "out", date(2026, 11, 20))[0] == 409
    assert press(sam, "out", date(2026, 12, 20))[0] == 409
    assert press(served.person("Ed", Grant(Role.EDITOR)), "out", FRIDAY)[0] == 403


def test_an_edition_is_paused_until_a_day_and_resumed(served: Served, sam: TestClient) -> None:
    assert press(sam, "pause", MONDAY)[0] == 303
    page = sam.get("/desk/calendar").text
    assert f"is paused until {MONDAY}, by Sam" in " ".join(page.split())
    assert entry(served, FRIDAY).paused is not None
    assert entry(served, MONDAY).paused is None
    assert press(sam, "pause", MONDAY)[0] == 409
    assert press(served.person("Ed2", Grant(Role.EDITOR)), "resume", FRIDAY)[0] == 403
    assert press(sam, "resume", FRIDAY)[0] == 303
    assert entry(served, FRIDAY).paused is None
    told = [one.act.what for one in served.app.accounts.record()]
    assert "pause an edition" in told
    assert "resume an edition" in told
