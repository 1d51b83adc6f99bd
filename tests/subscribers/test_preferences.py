"""Pauses, hours, privacy, second thoughts and what is foretold, over HTTP on both databases."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from starlette.applications import Starlette
from starlette.testclient import TestClient

from subscribers import Consent, NextIssue, Preferences, Subscribers, routes
from subscribers.consent import ConsentEvent, record
from subscribers.form import Fields, FormError, pause
from subscribers.model import ConsentAction
from subscribers.tables import letter_due, subscriber
from tests.subscribers.conftest import NOW, add, house
from tests.subscribers.test_web import TEMPLATES, editions_of, links, ticked

DAY = timedelta(days=1)


@dataclass
class Hands:
    """The pages at a time that a test moves on."""

    people: Subscribers
    now: datetime = NOW
    next_issue: NextIssue | None = None

    def __post_init__(self) -> None:
        made = routes(self.people, TEMPLATES, lambda: self.now, next_issue=self.next_issue)
        self.client = TestClient(Starlette(routes=made), follow_redirects=True)

    def page(self, who: int) -> str:
        return self.client.get(self.people.preferences_path(who, self.now)).text

    def post(self, who: int, **fields: str | list[str]) -> str:
        answer = self.client.post(self.people.preferences_path(who, self.now), data=fields)
        assert answer.status_code == 200
        return answer.text

    def known(self, who: int) -> Preferences:
        path = self.people.preferences_path(who, self.now)
        return self.people.preferences_of(path.removeprefix("/p/"), self.now)


@pytest.fixture
def here(sqlite_engine: Engine) -> Iterator[Hands]:
    """On SQLite, where the kind of database does not matter."""
    made = Hands(house(sqlite_engine))
    with made.client:
        yield made


@pytest.fixture
def hands(people: Subscribers) -> Iterator[Hands]:
    made = Hands(people)
    with made.client:
        yield made


def test_all_that_is_chosen_is_kept_and_shown(hands: Hands, engine: Engine) -> None:
    who = add(hands.people, "anna@example.org")
    page = hands.post(
        who,
        edition="morning",
        send_hour="7",
        time_zone="Asia/Kolkata",
        breaking=["no", "yes"],
        measure_opens=["no", "yes"],
        measure_clicks="no",
    )
    chosen = {"send_hour=7", "time_zone=Asia/Kolkata", "breaking=yes", "measure_opens=yes"}
    assert chosen <= ticked(page)
    assert "measure_clicks=yes" not in ticked(page)
    assert "At 07:00 by the clock of Kolkata." in page
    with engine.connect() as connection:
        row = connection.execute(sa.select(subscriber)).one()
    assert (row.send_hour, row.time_zone, row.breaking) == (7, "Asia/Kolkata", True)
    assert (row.measure_opens, row.measure_clicks, row.last_active_at) == (True, False, NOW)
    # what a form does not send says nothing
    assert chosen <= ticked(hands.post(who, edition="morning"))
    assert chosen <= ticked(hands.post(who, region="africa"))
    assert editions_of(hands.people, who) == {"morning"}
    # an hour can be taken back, and a list be emptied
    page = hands.post(who, shown=["edition", "region"], edition="morning", send_hour="")
    assert {"send_hour=", "time_zone=Asia/Kolkata"} <= ticked(page)
    assert "region=africa" not in ticked(page)


def test_each_privacy_choice_is_a_consent_of_its_own(hands: Hands) -> None:
    who = add(hands.people, "anna@example.org")
    for opens, clicks in (("no", "yes"), ("yes", "yes"), ("yes", "yes"), ("no", "yes")):
        hands.now += DAY
        hands.post(who, measure_opens=opens, measure_clicks=clicks)
    told = [
        (one.purpose, one.action.value, one.wording, one.source, one.actor)
        for one in hands.people.why(who).consents[1:]
    ]
    where = ("preference page", "reader")
    assert told == [
        ("click_tracking", "given", "preferences-3", *where),
        ("open_tracking", "given", "preferences-3", *where),
        ("open_tracking", "withdrawn", "", *where),
    ]


def test_privacy_and_breaking_news_are_off_at_first(here: Hands) -> None:
    page = here.page(add(here.people, "anna@example.org"))
    for name in ("measure_opens", "measure_clicks", "breaking"):
        assert f'type="checkbox" name="{name}" value="yes">' in page


@pytest.mark.parametrize(
    ("asked", "resumes"),
    [
        ({"pause": "week"}, date(2026, 12, 1)),
        ({"pause": "fortnight"}, date(2026, 12, 8)),
        ({"pause": "month"}, date(2026, 12, 24)),
        ({"pause": "until", "pause_until": "2026-11-25"}, date(2026, 11, 25)),
        ({"pause": "until", "pause_until": "2027-11-25"}, date(2027, 11, 25)),
    ],
)
def test_a_pause_ends_by_itself(here: Hands, asked: dict[str, str], resumes: date) -> None:
    who = add(here.people, "anna@example.org")
    here.post(who, edition="morning", time_zone="America/New_York")
    page = here.post(who, **asked)
    day = f"{resumes.day} {resumes:%B %Y}"
    assert f"<b>Paused.</b>\n  Your newsletters come again by themselves on {day}." in page
    assert f"<b>Paused until {day}.</b>" in page
    assert f"It comes after your pause, which ends on {day}." in page
    until = here.known(who).paused_until
    assert until == datetime(*resumes.timetuple()[:3], tzinfo=ZoneInfo("America/New_York"))
    # choosing something else goes on with it
    assert "Paused until" in here.post(who, edition="morning", style="plain")
    here.now = until
    assert "Paused until" not in here.page(who)
    assert "Go on now" not in here.page(who)


def test_going_on_now(here: Hands) -> None:
    who = add(here.people, "anna@example.org")
    assert "Go on now" in here.post(who, pause="week")
    page = here.post(who, go_on="yes")
    assert "<b>No longer paused.</b>" in page
    assert here.known(who).paused_until is None
    assert editions_of(here.people, who) == {"morning"}


@pytest.mark.parametrize(
    ("today", "fields", "day"),
    [
        (date(2026, 1, 31), {"pause": ["month"]}, date(2026, 2, 28)),
        (date(2026, 12, 31), {"pause": ["month"]}, date(2027, 1, 31)),
        (date(2028, 1, 30), {"pause": ["month"]}, date(2028, 2, 29)),
    ],
)
def test_a_month_is_one_of_the_calendar(today: date, fields: Fields, day: date) -> None:
    now = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    asked = pause(fields, ZoneInfo("UTC"), now)
    assert asked.until == datetime(day.year, day.month, day.day, tzinfo=UTC)


def test_a_day_is_one_of_the_readers_zone() -> None:
    now = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    fields = {"pause": ["until"], "pause_until": ["2026-11-25"]}
    with pytest.raises(FormError):  # there it is that day already
        pause(fields, ZoneInfo("Asia/Tokyo"), now)
    assert pause(fields, ZoneInfo("America/Lima"), now).until == datetime(
        2026, 11, 25, 5, tzinfo=UTC
    )


def test_a_refused_pause_says_what_to_do(here: Hands) -> None:
    who = add(here.people, "anna@example.org")
    path = here.people.preferences_path(who, NOW)
    answer = here.client.post(path, data={"pause": "until", "pause_until": "2020-01-01"})
    assert answer.status_code == 400
    assert '<a href="#pause_until">Choose another day</a>' in answer.text
    assert 'aria-invalid="true" aria-describedby="wrong"' in answer.text
    assert here.known(who).paused_until is None


def test_a_fresh_link_is_written_once_in_ten_minutes(hands: Hands, engine: Engine) -> None:
    who = add(hands.people, "anna@example.org")
    for _ in range(3):
        assert "A fresh link is on its way to your mailbox." in hands.post(who, link="yes")
    hands.now += timedelta(minutes=10)
    hands.post(who, link="yes")
    with engine.connect() as connection:
        rows = connection.execute(sa.select(letter_due)).all()
    assert [(row.kind, row.subscriber_id, row.language) for row in rows] == [
        ("link", who, "en")
    ] * 2


# --- second thoughts


def undo_of(html: str) -> str:
    (path,) = {part.split('"')[0] for part in html.split('action="..')[1:] if "/undo/" in part[:7]}
    return path


@pytest.mark.parametrize("scope", ["this", "all"])
def test_leaving_by_hand_can_be_undone(hands: Hands, scope: str) -> None:
    who = add(hands.people, "anna@example.org", "morning", "weekly", "sport")
    before = editions_of(hands.people, who)
    path = links(hands.people, who).leave_path
    for _ in range(2):  # a reload must not lose it
        done = hands.client.post(path, data={"from": "page", "scope": scope}).text
    undo = undo_of(done)
    for _ in range(2):
        assert "Undo: get it again" in hands.client.get(undo).text
        hands.client.head(undo)
        assert editions_of(hands.people, who) < before
    assert "You get it as before." in hands.client.post(undo).text
    assert editions_of(hands.people, who) == before
    last = hands.people.why(who).consents[-1]
    assert (last.action, last.source, last.wording) == (ConsentAction.GIVEN, "undo", "undo-1")
    count = len(hands.people.why(who).consents)
    hands.client.post(undo)
    assert len(hands.people.why(who).consents) == count, "a second time changes nothing"
    assert links(hands.people, who).leave_path == path


@pytest.mark.parametrize("scope", ["this", "all"])
def test_a_forwarded_mail_brings_nobody_back(hands: Hands, scope: str) -> None:
    who = add(hands.people, "anna@example.org", "morning", "weekly")
    path = links(hands.people, who).leave_path
    hands.client.post(path, data={"from": "page", "scope": "all"})
    hands.now += timedelta(hours=1)
    pressed_by_another = hands.client.post(path, data={"from": "page", "scope": scope}).text
    hands.client.post(undo_of(pressed_by_another))
    assert editions_of(hands.people, who) == set()


def test_leaving_on_the_page_can_be_undone(hands: Hands) -> None:
    who = add(hands.people, "anna@example.org", "morning", "weekly")
    page = hands.post(who, edition="weekly")
    assert "On 24 November 2026 you left Morning Briefing." in page
    hands.now += 29 * DAY
    token = hands.people.preferences_path(who, hands.now).removeprefix("/p/")
    back = hands.client.post(undo_of(hands.page(who)), data={"back": token})
    assert back.url.path == f"/p/{token}"
    assert "<b>Undone.</b>" in back.text
    assert editions_of(hands.people, who) == {"morning", "weekly"}
    page = hands.post(who, leave_all="yes")
    assert "Would you tell us why?" in page
    hands.client.post(undo_of(page))
    assert editions_of(hands.people, who) == {"morning", "weekly"}


def test_after_thirty_days_it_cannot(hands: Hands) -> None:
    who = add(hands.people, "anna@example.org")
    page = hands.post(who, leave_all="yes")
    hands.now += 30 * DAY + timedelta(seconds=1)
    answers = [hands.client.post(one) for one in (undo_of(page), "/undo/forged")]
    assert [one.status_code for one in answers] == [404, 404]
    assert answers[0].text == answers[1].text
    assert "/undo/" not in hands.page(who)
    assert editions_of(hands.people, who) == set()


def test_a_leave_key_brings_nothing_back_that_was_left_long_ago(here: Hands) -> None:
    who = add(here.people, "anna@example.org", "morning", "weekly")
    path = links(here.people, who).leave_path
    here.client.post(path)
    here.now += 31 * DAY
    for scope in ("this", "all"):
        done = here.client.post(path, data={"from": "page", "scope": scope}).text
        here.client.post(undo_of(done))
    assert editions_of(here.people, who) == {"weekly"}, "left now, and that undone"


def test_undo_does_no_more_than_that(here: Hands) -> None:
    who = add(here.people, "anna@example.org", "morning", "weekly")
    page = here.post(who, edition="weekly")
    token = undo_of(page).removeprefix("/undo/")
    manage = here.people.preferences_path(who, NOW).removeprefix("/p/")
    assert here.client.get(f"/p/{token}").status_code == 404
    assert here.client.post(f"/undo/{manage}").status_code == 404
    here.people.suppress(who, reason="complaint", now=NOW)
    here.client.post(f"/undo/{token}", data={"back": "https://evil.example/"})
    assert here.known(who).suppressed
    assert "/undo/" not in here.page(who)


def test_undo_tells_nobody_whether_a_key_is_known(here: Hands) -> None:
    known = links(here.people, add(here.people, "anna@example.org")).leave_path
    undo = [
        undo_of(here.client.post(path, data={"from": "page"}).text)
        for path in (known, "/u/" + "A" * 22, "/u/%F0%9F%98%80")
    ]
    for ask in (here.client.get, here.client.post):
        answers = [ask(path) for path in undo]
        assert len({(one.status_code, one.content) for one in answers}) == 1


def test_why_somebody_left_is_asked_afterwards_and_kept_of_nobody(
    here: Hands, capsys: pytest.CaptureFixture[str]
) -> None:
    who = add(here.people, "anna@example.org")
    page = here.post(who, leave_all="yes")
    token = undo_of(page).removeprefix("/undo/")
    capsys.readouterr()
    for reason in ("too_many", "<script>", ""):
        answer = here.client.post("/left", data={"token": token, "reason": reason})
        assert "Thank you" in answer.text
    assert here.client.post("/left", data={"reason": "other"}).status_code == 404
    told = capsys.readouterr().out
    assert told.count("left_because") == 1
    assert "too_many" in told


# --- why, and what comes next


def test_why_tells_of_each_newsletter(here: Hands, sqlite_engine: Engine) -> None:
    who = add(here.people, "anna@example.org")
    with sqlite_engine.begin() as connection:
        event = ConsentEvent(
            subscriber_id=who,
            purpose="newsletter:morning",
            action=ConsentAction.CONFIRMED,
            at=NOW + DAY,
            source="confirmation page",
            wording="confirm-1",
            actor="reader",
        )
        record(connection, [event])
    here.now += 2 * DAY
    page = here.post(who, edition=["morning", "weekly"])
    day = '<time datetime="2026-11-{0}">{0} November 2026</time>'
    assert f"Morning Briefing: signed up on {day.format(24)} (test form)." in page
    assert f"Confirmed from this mailbox on {day.format(25)}." in page
    assert f"World Weekly: signed up on {day.format(26)} (preference page)." in page
    here.post(who, edition="weekly")
    here.now += DAY
    page = here.post(who, edition=["morning", "weekly"])
    assert f"Morning Briefing: signed up on {day.format(27)} (preference page)." in page
    assert "Confirmed from" not in page


@dataclass(frozen=True)
class OneComing:
    at: datetime
    days: frozenset[int]


@dataclass(frozen=True)
class OneStory:
    headline: str
    source: str = "Wire"
    language: str = "en"


@dataclass(frozen=True)
class OnePart:
    title: str
    stories: Sequence[OneStory]


@dataclass(frozen=True)
class OneSample:
    path: str
    at: datetime


@dataclass
class Foretold:
    """An edition that goes each morning at six."""

    broken: bool = False
    asked: list[str] = field(default_factory=list)

    def sample(self, edition: str, language: str) -> OneSample | None:
        if self.broken:
            raise RuntimeError("the store is away")
        return OneSample(f"/v/{edition}-{language}", NOW) if edition == "morning" else None

    def reaches(self, edition: str, at: datetime, hour: int | None, zone: ZoneInfo) -> datetime:
        if hour is None:
            return at
        local = at.astimezone(zone)
        later = local.replace(hour=hour, minute=0)
        return later if later >= local else later + timedelta(days=1)

    def coming(self, edition: str, until: datetime) -> list[OneComing]:
        self.asked.append(edition)
        if self.broken:
            raise RuntimeError("the composer is away")
        days = [NOW + n * DAY for n in range(1, 15)]
        return [OneComing(at, frozenset({at.isoweekday()})) for at in days if at <= until]

    def parts(self, edition: str, subscriber: int) -> list[OnePart]:
        return [OnePart("Africa <1>", [OneStory("Rain & <b>shine</b>"), OneStory("Two")])]


def test_the_next_issue_is_foretold(sqlite_engine: Engine) -> None:
    people = house(sqlite_engine)
    hands = Hands(people, next_issue=Foretold())
    who = add(people, "anna@example.org")
    page = hands.page(who)
    assert "It goes on 25 November 2026 at 06:00, by the clock of UTC." in page
    assert "It would hold these 2 stories if it went now" in page
    assert "Rain &amp; &lt;b&gt;shine&lt;/b&gt;" in page
    assert '<small dir="auto">Wire</small>' in page
    assert '<a href="../v/morning-en">Morning Briefing: see the latest issue</a>' in page
    assert page.count("see the latest issue") == 1, "of the others there is none"
    page = hands.post(who, frequency="weekly", weekly_on="1", send_hour="5")
    assert "It goes on 1 December 2026 at 05:00" in page
    page = hands.post(who, send_hour="23", time_zone="Asia/Tokyo")
    assert "It goes on 30 November 2026 at 23:00, by the clock of Tokyo." in page
    hands.post(who, pause="week")
    assert "It would hold" not in hands.page(who)
    hands.post(who, leave_all="yes")
    assert "It would hold" not in hands.page(who)


def test_the_page_works_where_nothing_can_be_foretold(sqlite_engine: Engine) -> None:
    people = house(sqlite_engine)
    port = Foretold(broken=True)
    who = add(people, "anna@example.org")
    page = Hands(people, next_issue=port).post(who, edition="morning", style="plain")
    assert "We cannot tell at the moment. It comes as you chose." in page
    assert "see the latest issue" not in page
    assert "style=plain" in ticked(page)
    assert port.asked


def test_the_page_speaks_as_asked(here: Hands) -> None:
    who = add(here.people, "anna@example.org")
    path = here.people.preferences_path(who, NOW)
    answer = here.client.post(f"{path}?lang=ar", data={"style": "plain"})
    assert str(answer.url.query, "ascii") == "lang=ar&done=saved"
    evil = here.client.get(f"{path}?lang=%22%3E%3Cscript%3E&done=%3Cb%3E")
    assert evil.status_code == 200
    assert "<b>" not in evil.text.split("<main")[1].split("You get")[0].replace(
        '<b class="address"', ""
    )


def test_a_person_who_has_not_confirmed_stays_so(people: Subscribers, engine: Engine) -> None:
    who = add(people, "anna@example.org", "morning", "weekly")
    table = sa.table("subscription", sa.column("edition"), sa.column("state"))
    with engine.begin() as connection:
        waiting = sa.update(table).where(table.c.edition == "weekly")
        connection.execute(waiting.values(state="pending"))
    hands = Hands(people)
    hands.post(who, shown="edition", edition="morning")
    assert [one.state for one in people.why(who).subscriptions] == ["active", "pending"]


def test_choices_of_this_page_bar_no_consent(here: Hands) -> None:
    who = here.people.add(
        "b@example.org",
        consent=Consent(source="fair", at=NOW),
        editions=frozenset(),
        now=NOW,
        actor="tests",
    )
    assert "You get no newsletter at the moment." in here.page(who)
    assert "This address was signed up on" in here.page(who)
