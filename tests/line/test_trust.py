"""Pause, resume, stop, undo and doubts: a person's say in an issue that is on its way."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from digest import pipeline
from digest.app import App
from digest.clock import SetClock
from digest.deliver.transports.answer import outcome
from digest.errors import UnsoundError, WrongStateError
from digest.model import Decision, DeliveryState, Issue, IssueState, Message, Outcome
from digest.protocols import Journal
from digest.steps import control, doubtful
from digest.steps.fsck import fsck
from digest.steps.parts import Parts
from digest.steps.send import send
from digest.store import issues
from digest.store.engine import reading, writing
from digest.store.tables import issue_event, letter, pool
from tests.line.test_pipeline import DUE, START, Make, at, mails, make, morning

__all__ = ["make"]

ACCEPTED, EXPIRED = DeliveryState.ACCEPTED, DeliveryState.EXPIRED
IN_DOUBT, PLANNED = DeliveryState.IN_DOUBT, DeliveryState.PLANNED
HOUR = timedelta(hours=1)


#: what no database does differently
on_sqlite = pytest.mark.parametrize("make", ["sqlite"], indirect=True)


class Provider:
    """Accepts; from ``silent_from`` on it takes messages without a word. Two in a batch."""

    name = "provider"
    batch_size = 2

    def __init__(self, silent_from: int = 99, after: object = None) -> None:
        self.silent_from = silent_from
        self.after = after
        self.taken: list[int] = []

    def send(self, batch: str, messages: Sequence[Message], journal: Journal) -> Iterator[Outcome]:
        for message in messages:
            journal.handing_over([message.subscriber])
            self.taken.append(message.subscriber)
            silent = len(self.taken) >= self.silent_from
            state = IN_DOUBT if silent else ACCEPTED
            answer = outcome(message, state, "no answer" if silent else "250")
            journal.settled([answer])
            yield answer
        if callable(self.after):
            self.after(len(self.taken))

    def evidence(self, messages: Sequence[str]) -> Mapping[str, DeliveryState]:
        return {}


def sending(app: App, provider: Provider, **rules: object) -> Parts:
    """The parts with this provider; the issue of the morning is locked."""
    at(app, START)
    at(app, DUE - timedelta(minutes=10))
    changed = replace(app.parts.rules, **rules)  # type: ignore[arg-type]
    return replace(app.parts, transport=provider, routes=(), rules=changed)


def tick(app: App, parts: Parts, moment: object) -> None:
    app.clock.at = moment  # type: ignore[attr-defined,assignment]
    pipeline.tick(parts)


def counts(app: App) -> Mapping[DeliveryState, int]:
    assert fsck(app.parts) == []
    return app.newsroom.progress(morning(app))


def events(app: App, issue: Issue) -> list[tuple[str, str, str]]:
    with reading(app.engine) as connection:
        rows = connection.execute(sa.select(issue_event).where(issue_event.c.issue_id == issue.id))
        return [(row.what, row.after, row.who) for row in rows]


def test_paused_in_the_middle_it_goes_on_where_it_was(make: Make) -> None:
    app = make()
    other = App(app.settings, SetClock(DUE))  # another process

    def after(taken: int) -> None:
        if taken == 4:
            control.pause(other.parts, morning(other), "Ada", "a typo in the headline")

    provider = Provider(after=after)
    parts = sending(app, provider)
    tick(app, parts, DUE)
    assert len(provider.taken) == 4, "the batch at work is finished, no other begun"
    assert counts(app) == {ACCEPTED: 4, PLANNED: 5}
    assert morning(app).reason == "paused by Ada: a typo in the headline"
    tick(app, parts, DUE + HOUR)
    assert len(provider.taken) == 4
    with pytest.raises(WrongStateError, match="paused by Ada"):
        pipeline.send_now(parts, morning(app))
    with pytest.raises(WrongStateError, match="already"):
        control.pause(parts, morning(app), "Bob")
    control.resume(parts, morning(app), "Bob")
    tick(app, parts, DUE + HOUR + timedelta(minutes=1))
    assert counts(app) == {ACCEPTED: 9}
    assert len(set(provider.taken)) == 9
    assert [one for one in events(app, morning(app)) if one[0] == "control"] == [
        ("control", "pause", "Ada"),
        ("control", "resume", "Bob"),
    ]


@on_sqlite
def test_paused_too_long_only_a_person_who_insists_lets_it_go(make: Make) -> None:
    app = make()
    parts = sending(app, Provider(), resume_within=timedelta(minutes=30))
    control.pause(parts, morning(app), "Ada")
    tick(app, parts, DUE)
    assert morning(app).state is IssueState.DRAFTING or morning(app).state is IssueState.LOCKED
    app.clock.at = DUE + HOUR  # type: ignore[attr-defined]
    with pytest.raises(WrongStateError, match=r"too long ago.*--late"):
        control.resume(parts, morning(app), "Ada")
    control.resume(parts, morning(app), "Ada", late=True)
    tick(app, parts, DUE + HOUR + timedelta(minutes=1))
    assert counts(app) == {ACCEPTED: 9}


@on_sqlite
def test_paused_past_send_by_it_waits_and_goes_late_or_not_at_all(make: Make) -> None:
    app = make()
    other = App(app.settings, SetClock(DUE))
    provider = Provider(
        after=lambda taken: taken == 2 and control.pause(other.parts, morning(other), "A")
    )
    parts = sending(app, provider)
    tick(app, parts, DUE)
    tick(app, parts, DUE + 3 * HOUR)
    assert counts(app) == {ACCEPTED: 2, PLANNED: 7}
    with pytest.raises(WrongStateError, match="past its send-by"):
        control.resume(parts, morning(app), "A")
    control.resume(parts, morning(app), "A", late=True)
    tick(app, parts, DUE + 3 * HOUR)
    assert counts(app) == {ACCEPTED: 9}


def test_stopped_the_rest_is_listed_and_gets_the_stories_next_time(make: Make) -> None:
    app = make()
    other = App(app.settings, SetClock(DUE))

    def after(taken: int) -> None:
        if taken == 4:
            control.stop(other.parts, morning(other), "Ada", "wrong date")

    provider = Provider(after=after)
    parts = sending(app, provider)
    tick(app, parts, DUE)
    assert counts(app) == {ACCEPTED: 4, EXPIRED: 5}
    assert morning(app).state is IssueState.SENT
    with pytest.raises(WrongStateError):
        control.stop(parts, morning(app), "Ada")
    with_stories_next_day(app, parts, provider.taken[:4])


@on_sqlite
def test_past_send_by_the_rest_gets_the_stories_next_time(make: Make) -> None:
    app = make()
    clock = app.clock

    def after(taken: int) -> None:
        if taken == 4:
            clock.at = DUE + 2 * HOUR  # type: ignore[attr-defined]

    provider = Provider(after=after)
    parts = sending(app, provider)
    tick(app, parts, DUE)
    assert counts(app) == {ACCEPTED: 4, EXPIRED: 5}
    assert morning(app).state is IssueState.SENT
    with_stories_next_day(app, parts, provider.taken[:4])


def with_stories_next_day(app: App, parts: Parts, reached: Sequence[int]) -> None:
    """On the next day there is one new story; whoever got nothing gets yesterday's too."""
    desk = next(one.path for one in app.settings.sources if one.name == "desk")
    assert desk is not None
    (desk / "new.md").write_text(
        f"---\ntitle: The one new story\ndate: {(DUE + 20 * HOUR).isoformat()}\n"
        "url: https://example.org/new/\ntags: [Editors’ picks]\n---\n\nText.\n"
    )
    at(app, DUE + timedelta(days=1))
    late = DUE + timedelta(days=1)
    issue = next(
        one
        for one in app.newsroom.issues(50)
        if one.local_date == late.date() and one.edition == "morning"
    )
    folder = app.settings.sending.outbox / str(issue.id)
    stories = {
        int(file.stem.partition("-")[2]): file.read_text().count("<h2")
        for file in folder.glob("*.html")
        if "-" in file.stem
    }
    missed = {who: count for who, count in stories.items() if who not in reached}
    assert missed
    had = [count for who, count in stories.items() if who in reached]
    assert min(missed.values()) > max(had, default=0)


@on_sqlite
def test_undone_in_its_window_it_does_not_go(make: Make) -> None:
    app = make(sending__undo_minutes="20")
    at(app, START)
    at(app, DUE - timedelta(minutes=10))
    at(app, DUE + timedelta(minutes=9))
    assert morning(app).state is IssueState.LOCKED
    control.undo(app.parts, morning(app), "Ada")
    at(app, DUE + timedelta(minutes=12))
    assert morning(app).state is IssueState.DRAFTING
    assert mails(app) == 0
    control.resume(app.parts, morning(app), "Ada")
    at(app, DUE + timedelta(minutes=30))
    assert mails(app) == 0, "locked anew, it has a window anew"
    at(app, DUE + timedelta(minutes=50))
    assert morning(app).state is IssueState.SENT
    with pytest.raises(WrongStateError, match="cannot be taken back"):
        control.undo(app.parts, morning(app), "Ada")


@on_sqlite
def test_sent_by_hand_it_has_its_window_too(make: Make) -> None:
    app = make(sending__undo_minutes="5")
    pipeline.refresh(app.parts)
    issue = app.newsroom.send_now(app.newsroom.today("morning"))
    assert issue.state is IssueState.LOCKED
    app.clock.at += timedelta(minutes=5)  # type: ignore[attr-defined]
    assert app.newsroom.send_now(issue).state is IssueState.SENT


@on_sqlite
def test_the_error_budget_pauses_and_names_the_cause(make: Make) -> None:
    app = make(
        sending__error_budget="{ messages = 3, share = 0.1 }", alerts__to='["desk@example.org"]'
    )
    provider = Provider(silent_from=3)
    parts = sending(app, provider, budget=app.parts.rules.budget)
    tick(app, parts, DUE)
    issue = morning(app)
    assert issue.state is IssueState.SENDING
    assert (
        issue.reason == ("paused by error budget: 4 of 6 messages went wrong, 4 of them: no answer")
        or "4 of 6 messages went wrong" in issue.reason
    )
    tick(app, parts, DUE + HOUR)
    assert counts(app) == {ACCEPTED: 2, IN_DOUBT: 4, PLANNED: 3}
    with reading(app.engine) as connection:
        told = set(connection.scalars(sa.select(letter.c.purpose)))
    assert f"alert-morning-{DUE:%Y-%m-%d}-1-paused-1" in told
    provider.silent_from = 99
    control.resume(parts, morning(app), "Ada")
    tick(app, parts, DUE + HOUR)
    assert counts(app) == {ACCEPTED: 5, IN_DOUBT: 4}


@pytest.mark.parametrize(
    ("decision", "wanted", "again"),
    [
        (Decision.HOLD, {ACCEPTED: 7, IN_DOUBT: 2}, 0),
        (Decision.ACCEPT, {ACCEPTED: 9}, 0),
        (Decision.SKIP, {ACCEPTED: 7, EXPIRED: 2}, 0),
        (Decision.RESEND, {ACCEPTED: 9}, 2),
    ],
)
def test_a_person_decides_about_doubts(
    make: Make, decision: Decision, wanted: Mapping[DeliveryState, int], again: int
) -> None:
    app = make()
    provider = Provider(silent_from=8)
    parts = sending(app, provider)
    tick(app, parts, DUE)
    number = morning(app).id
    assert [one.why for one in doubtful.doubtful(parts, number)] == ["no answer"] * 2
    assert morning(app).state is IssueState.SENT, "doubts hold nothing up"
    provider.silent_from = 99
    done = doubtful.decide(parts, number, decision, "Ada")
    assert (done.deliveries, done.busy) == (2, 0)
    tick(app, parts, DUE + timedelta(minutes=1))
    assert counts(app) == wanted
    assert morning(app).state is IssueState.SENT
    assert len(provider.taken) == 9 + again
    assert ("doubtful", done and _state(decision), "Ada") in events(app, morning(app))


def _state(decision: Decision) -> str:
    return {"hold": "in_doubt", "accept": "accepted", "skip": "expired", "resend": "planned"}[
        decision
    ]


@on_sqlite
def test_one_subscriber_or_one_batch_may_be_decided_about(make: Make) -> None:
    app = make()
    parts = sending(app, Provider(silent_from=6))
    tick(app, parts, DUE)
    number = morning(app).id
    first, *_, last = doubtful.doubtful(parts, number)
    doubtful.decide(parts, number, Decision.ACCEPT, "Ada", subscribers=[first.subscriber])
    doubtful.decide(parts, number, Decision.SKIP, "Ada", batch=last.batch)
    left = doubtful.doubtful(parts, number)
    assert first.subscriber not in {one.subscriber for one in left}
    assert last.batch not in {one.batch for one in left}
    assert len(left) == 2


@on_sqlite
def test_past_send_by_doubts_are_sent_again_only_if_one_insists(make: Make) -> None:
    app = make()
    provider = Provider(silent_from=9)
    parts = sending(app, provider)
    tick(app, parts, DUE)
    app.clock.at = DUE + 5 * HOUR  # type: ignore[attr-defined]
    number = morning(app).id
    with pytest.raises(WrongStateError, match="past its send-by"):
        doubtful.decide(parts, number, Decision.RESEND, "Ada")
    assert len(doubtful.doubtful(parts, number)) == 1
    provider.silent_from = 99
    doubtful.decide(parts, number, Decision.RESEND, "Ada", late=True)
    tick(app, parts, DUE + 5 * HOUR)
    assert counts(app) == {ACCEPTED: 9}


@on_sqlite
@pytest.mark.parametrize(
    ("policy", "wanted", "taken"),
    [
        (Decision.HOLD, {ACCEPTED: 8, IN_DOUBT: 1}, 9),
        (Decision.RESEND, {ACCEPTED: 8, IN_DOUBT: 1}, 11),
        (Decision.SKIP, {ACCEPTED: 8, EXPIRED: 1}, 9),
    ],
)
def test_a_policy_decides_where_nobody_does(
    make: Make, policy: Decision, wanted: Mapping[DeliveryState, int], taken: int
) -> None:
    """Resending by policy ends after three attempts."""
    app = make()
    provider = Provider(silent_from=9)
    parts = sending(app, provider, doubtful=policy)
    tick(app, parts, DUE)
    for minutes in range(1, 8):
        app.clock.at = DUE + timedelta(minutes=minutes)  # type: ignore[attr-defined]
        send(parts, morning(app))
    assert app.newsroom.progress(morning(app)) == wanted
    assert len(provider.taken) == taken


@on_sqlite
def test_what_was_locked_and_changed_since_is_not_sent(make: Make, tmp_path: Path) -> None:
    app = make()
    parts = sending(app, Provider())
    with writing(app.engine) as connection:
        connection.execute(
            sa.delete(pool).where(pool.c.issue_id == morning(app).id, pool.c.rank == 0)
        )
    with pytest.raises(UnsoundError, match="not those that were locked"):
        pipeline.address(parts, morning(app))
    tick(app, parts, DUE)
    assert morning(app).state is IssueState.LOCKED
    assert [one.rule for one in fsck(app.parts)] == ["contents"]
    with reading(app.engine) as connection:
        assert issues.get(connection, morning(app).id).content_hash


@on_sqlite
def test_an_audience_that_does_not_add_up_is_not_sent(make: Make) -> None:
    app = make()
    provider = Provider()
    parts = sending(app, provider)
    pipeline.address(parts, morning(app))
    with writing(app.engine) as connection:
        connection.execute(sa.text("DELETE FROM delivery WHERE number = 1"))
    with pytest.raises(UnsoundError, match="an audience of 9, but 7 deliveries"):
        send(parts, morning(app))
    tick(app, parts, DUE)
    assert provider.taken == []
