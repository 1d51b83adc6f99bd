"""A dry run: what a send would come to, and when it would be done."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from digest import pipeline
from digest.app import App
from digest.model import BatchState, DeliveryState, IssueState
from digest.steps import compose
from digest.steps.parts import Parts
from digest.steps.plan import SendPlan, plan
from digest.store.engine import writing
from digest.store.tables import batch, delivery, issue
from tests.line.test_pipeline import DUE, START, Make, at, make, morning

__all__ = ["make"]


on_sqlite = pytest.mark.parametrize("make", ["sqlite"], indirect=True)


def planned(parts: Parts) -> SendPlan:
    return plan(parts, compose.today(parts, parts.edition("morning"), keep=False))


@on_sqlite
def test_before_a_send_it_tells_requests_and_the_finish(make: Make) -> None:
    app = make()
    at(app, START)
    told = planned(app.parts)
    assert (told.messages, told.requests, told.batches) == (9, 9, 1)
    assert told.stories > 0
    assert (told.per_second, told.rate) == (300, "assumed")
    assert told.begins == START
    assert told.ends == START + timedelta(seconds=9 / 300)
    assert told.send_by == START + timedelta(minutes=90)
    assert told.in_time
    assert morning(app).state is IssueState.DRAFTING, "nothing is stored"


@on_sqlite
def test_too_slow_it_says_so_and_a_window_to_take_it_back_counts(make: Make) -> None:
    app = make()
    at(app, START)
    slow = replace(app.parts.rules, per_second=0.001, undo=timedelta(minutes=5))
    told = planned(replace(app.parts, rules=slow))
    assert (told.per_second, told.rate) == (0.0, "configured")
    assert told.begins == START + timedelta(minutes=5)
    assert told.ends == told.begins + timedelta(seconds=9000)
    assert not told.in_time


def test_the_last_large_send_tells_the_rate(make: Make) -> None:
    app = make()
    at(app, START)
    _large_send(app, readers=600, seconds=8)
    told = planned(app.parts)
    assert told.rate == "measured"
    assert told.per_second == 50, "400 after the first batch's end, in 8 seconds"


def test_on_its_way_what_is_left_counts(make: Make) -> None:
    app = make()
    at(app, START)
    at(app, DUE - timedelta(minutes=10))
    pipeline.address(app.parts, morning(app))
    told = app.newsroom.issue_plan(morning(app).id)
    assert (told.state, told.messages, told.batches) == (IssueState.SENDING, 9, 1)
    at(app, DUE)
    assert app.newsroom.issue_plan(morning(app).id).messages == 0


def _large_send(app: App, readers: int, seconds: int) -> None:
    """Three batches of yesterday's issue, the last done so many seconds after the first."""
    before = DUE - timedelta(days=1)
    with writing(app.engine) as connection:
        number = connection.execute(
            sa.insert(issue).values(
                edition="morning",
                local_date=before.date(),
                sequence=1,
                scheduled_at=before,
                state=IssueState.SENT.value,
                sent_at=before,
            )
        ).inserted_primary_key
        assert number is not None
        connection.execute(
            sa.insert(batch),
            [
                {
                    "issue_id": number[0],
                    "number": one,
                    "state": BatchState.DONE.value,
                    "attempt": 1,
                    "done_at": before + timedelta(seconds=seconds * (one - 1) / 2),
                }
                for one in (1, 2, 3)
            ],
        )
        connection.execute(
            sa.insert(delivery),
            [
                {
                    "issue_id": number[0],
                    "number": who % 3 + 1,
                    "subscriber_id": who,
                    "variant_id": 1,
                    "state": DeliveryState.ACCEPTED.value,
                    "at": before,
                }
                for who in range(1000, 1000 + readers)
            ],
        )
