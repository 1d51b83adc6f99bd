"""Counted links: where they lead, what is counted, and of whom."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.click_links import ClickLinks
from digest.deliver.clicks import Hit, judged, says_machine
from digest.errors import WrongStateError
from digest.model import ClickKind, IssueId, LinkId
from digest.steps import links as steps
from digest.store import clicks, links
from digest.store.engine import reading
from digest.store.link_tables import click, link_change, reader_click
from digest.web.clicks import in_ascii
from digest.web.guard import PAGE_POLICY
from tests.after.conftest import Make
from tests.after.room import Room, body
from tests.after.room import links as counted

COUNTED = "count_clicks = true"
LATER = timedelta(seconds=40)
HUMAN, MACHINE = ClickKind.HUMAN, ClickKind.MACHINE
WHERE = (
    "https://meridian.example/2?utm_source=meridian&utm_medium=email&utm_campaign=daily-2026-11-24"
)


def follow(room: Room, path: str, place: str = "192.0.2.7", **headers: str) -> int:
    """The status of a click, and what it leads to is looked at by others."""
    return room.client.get(path, headers={"X-Forwarded-For": place, **headers}).status_code


def kinds(room: Room) -> dict[str, int]:
    """All that is counted, once everything is written."""
    room.app.following.counter.flush(everything=True)
    with reading(room.app.engine) as connection:
        query = sa.select(click.c.kind, sa.func.sum(click.c.clicks)).group_by(click.c.kind)
        return {kind: int(count) for kind, count in connection.execute(query)}


def test_from_the_mail_to_the_story(make: Make) -> None:
    room = make(COUNTED)
    issue = room.send()
    ann, bob = room.mails(issue)["Ann"], room.mails(issue)["Bob"]
    paths = counted(ann)
    assert len(paths) == 3
    assert paths == counted(bob), "one link for all readers"
    assert set(counted(ann, "html")) == set(paths)
    assert "meridian.example/2" not in body(ann, "html") + body(ann, "plain")
    assert all(re.fullmatch(r"/c/\d+\.[\w-]{16}", path) for path in paths)
    leave = str(ann["List-Unsubscribe"]) + body(ann, "plain")
    assert "/u/" in leave
    assert "/c/" not in str(ann["List-Unsubscribe"])
    assert "https://meridian.example/subscribe" in body(ann, "html"), "no story's: as it is"
    room.clock.at += LATER
    answer = room.client.get(paths[0])
    assert (answer.status_code, answer.headers["location"], answer.text) == (302, WHERE, "")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-robots-tag"].startswith("noindex")
    assert "set-cookie" not in answer.headers
    assert room.client.head(paths[0]).status_code == 302
    assert room.client.post(paths[0]).status_code == 405
    assert kinds(room) == {"human": 1}
    room.clock.at += LATER
    assert follow(room, paths[1]) == 302
    assert kinds(room) == {"human": 2}
    copy = re.findall(r"http://127\.0\.0\.1:8000(/v/\S+)", body(ann, "plain"))[0]
    page = room.client.get(copy).text
    assert "/c/" not in page
    assert 'href="https://meridian.example/2"' in page


def test_without_the_setting_nothing_leads_through_us(make: Make) -> None:
    room = make()
    ann = room.mails(room.send())["Ann"]
    assert counted(ann) == []
    assert WHERE in body(ann, "plain")


def test_readers_who_agreed_are_told_apart_as_long_as_they_do(make: Make) -> None:
    room = make(COUNTED)
    who = room.agree("ann@example.org")
    issue = room.send()
    mails = room.mails(issue)
    own, others = counted(mails["Ann"]), counted(mails["Bob"])
    assert all(re.fullmatch(rf"/c/\d+\.[\w-]{{16}}-{who}\.[\w-]{{16}}", path) for path in own)
    assert [path.partition("-" + str(who))[0] for path in own] == others
    assert set(counted(mails["Ann"], "html")) == set(own)
    for path in (own[0], own[0], others[1]):
        room.clock.at += LATER
        assert follow(room, path) == 302
    assert kinds(room) == {"human": 3}

    def kept() -> list[int]:
        with reading(room.app.engine) as connection:
            return list(connection.scalars(sa.select(reader_click.c.subscriber_id)))

    assert kept() == [who]
    told = room.app.rights.persons.data(who)
    assert [one["url"] for one in told["clicks"]] == [WHERE]
    room.agree("ann@example.org", clicks=False)
    room.clock.at += LATER
    assert follow(room, own[1]) == 302
    assert kinds(room) == {"human": 4}, "as anybody's"
    assert kept() == [who]
    forged = own[2].replace(f"-{who}.", f"-{who + 1}.")
    room.clock.at += LATER
    assert follow(room, forged) == 302
    assert kinds(room) == {"human": 5}
    room.app.rights.persons.erase(who)
    assert kept() == []


def test_a_link_that_has_gone_can_be_changed_and_taken_back(make: Make) -> None:
    room = make(COUNTED)
    issue = room.send()
    path = counted(room.mails(issue)["Ann"])[0]
    parts = room.app.parts
    with reading(room.app.engine) as connection:
        (one, *_) = [one for one in links.of_issue(connection, issue.id) if one.target.url == WHERE]
    for bad in ("javascript:alert(1)", "ftp://x.example/", "/home", "", "http:// x"):
        with pytest.raises(WrongStateError):
            steps.repoint(parts, one.id, bad, "ed", "")
    steps.repoint(parts, one.id, "https://meridian.example/new?utm_source=x", "ed", "a typo")
    room.clock.at += LATER
    there = room.client.get(path).headers["location"]
    assert there.startswith("https://meridian.example/new?utm_source=x&utm_medium=email")
    assert there.count("utm_source") == 1
    steps.withdraw(parts, one.id, "ed", "withdrawn story")
    steps.withdraw(parts, one.id, "ed", "again")
    room.clock.at += LATER
    answer = room.client.get(path, headers={"Accept-Language": "es"})
    assert answer.status_code == 410
    assert "<a " not in answer.text.replace('<a class="skip" href="#main">', "")
    assert 'lang="es"' in answer.text
    assert answer.headers["content-security-policy"] == PAGE_POLICY
    steps.repoint(parts, one.id, WHERE, "ed", "it is back")
    room.clock.at += LATER
    assert room.client.get(path).headers["location"] == WHERE
    with reading(room.app.engine) as connection:
        told = links.changes(connection, issue.id)
        assert connection.scalar(sa.select(sa.func.count()).select_from(link_change)) == 3
    assert [(change.who, change.why, change.after == "") for change in told] == [
        ("ed", "a typo", False),
        ("ed", "withdrawn story", True),
        ("ed", "it is back", False),
    ]
    assert told[0].before == WHERE


def test_machines_are_counted_apart(make: Make) -> None:
    room = make(COUNTED)
    paths = counted(room.mails(room.send())["Ann"])
    assert follow(room, paths[0]) == 302
    assert kinds(room) == {"machine": 1}, "nobody reads so fast"
    room.clock.at += LATER
    for path in paths:
        follow(room, path, place="192.0.2.9")
    assert kinds(room) == {"machine": 4}, "three links at once"
    room.clock.at += LATER
    for path in paths:
        follow(room, path, place="")
    assert kinds(room) == {"machine": 4, "human": 3}, "where from is not known"
    room.clock.at += LATER
    follow(room, paths[0], place="192.0.2.1", **{"Sec-Purpose": "prefetch;prerender"})
    follow(
        room, paths[0], place="192.0.2.2", **{"User-Agent": "Mozilla/5.0 (compatible; bingbot/2.0)"}
    )
    room.client.head(paths[0], headers={"X-Forwarded-For": "192.0.2.3"})
    follow(room, paths[0], place="192.0.2.3")
    assert kinds(room) == {"machine": 7, "human": 3}


def test_what_cannot_be_written_waits(make: Make) -> None:
    room = make(COUNTED)
    issue = room.send()
    path = counted(room.mails(issue)["Ann"])[0]
    room.clock.at += LATER
    follow(room, path)
    counter = room.app.following.counter
    with room.app.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE click RENAME TO gone"))
    with pytest.raises(sa.exc.DBAPIError):
        counter.flush(everything=True)
    with room.app.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE gone RENAME TO click"))
    assert kinds(room) == {"human": 1}
    follow(room, path)
    counter.close()
    with reading(room.app.engine) as connection:
        assert clicks.total(connection, issue.id) == 2
        assert list(clicks.by_hour(connection, issue.id)) == [datetime(2026, 11, 24, 5, tzinfo=UTC)]


SIGNS = ClickLinks((b"a" * 32,))


@given(
    st.text(max_size=60)
    | st.from_regex(r"[0-9]{0,30}\.[a-zA-Z-]{0,20}(-[0-9]{0,30}\.[\w-]{0,20})?")
)
def test_no_address_is_made_up(name: str) -> None:
    assert SIGNS.read(name) is None
    assert SIGNS.reader(IssueId(1), name) is None


@given(st.integers(0, 2**53), st.integers(0, 2**53), st.integers(0, 60), st.characters())
def test_one_changed_character_opens_nothing(link: int, who: int, place: int, other: str) -> None:
    path = SIGNS.path(LinkId(link)).removeprefix("/c/")
    ending = SIGNS.ending(IssueId(7), who)
    assert SIGNS.read(path + ending) == (link, ending)
    assert SIGNS.reader(IssueId(7), ending) == who
    assert SIGNS.reader(IssueId(8), ending) is None
    at = place % len(path)
    changed = path[:at] + other + path[at + 1 :]
    assert changed == path or SIGNS.read(changed) is None
    at = place % len(ending)
    changed = ending[:at] + other + ending[at + 1 :]
    assert changed == ending or SIGNS.reader(IssueId(7), changed) is None
    assert ClickLinks((b"b" * 32,)).read(path) is None
    assert ClickLinks((b"b" * 32, b"a" * 32)).read(path) == (link, "")


@settings(
    max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_any_address_gets_an_answer_that_leads_nowhere(small: Room, name: str) -> None:
    from urllib.parse import quote

    answer = small.client.get(f"/c/{quote(name, safe='')}")
    assert answer.status_code == 404
    assert "location" not in answer.headers


def test_where_it_leads_fits_into_a_header() -> None:
    assert in_ascii("https://m.example/a%20b?c=d&e#f") == "https://m.example/a%20b?c=d&e#f"
    assert (
        in_ascii("https://münchen.example:8080/straße?q=ü&r=%C3%BC#ä")
        == "https://xn--mnchen-3ya.example:8080/stra%C3%9Fe?q=%C3%BC&r=%C3%BC#%C3%A4"
    )
    assert in_ascii("https://m.example/नदी").isascii()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"user-agent": ""},
        {"user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"user-agent": "Mozilla/5.0 HeadlessChrome/140.0"},
        {"user-agent": "python-requests/2.32"},
        {"user-agent": "Mozilla/5.0 (Windows NT 5.1; rv:11.0) BarracudaCentral"},
        {"user-agent": "Mozilla/5.0 Firefox/140.0", "purpose": "prefetch"},
        {"user-agent": "Mozilla/5.0 Safari/605", "x-purpose": "preview"},
    ],
)
def test_who_says_to_be_a_machine(headers: dict[str, str]) -> None:
    assert says_machine(headers)


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
        "Mozilla/5.0 (Linux; Android 15; Cubot X90) Chrome/140.0 Mobile Safari/537.36",
        "Opera/9.80 (J2ME/MIDP; Opera Mini/9.80) Presto/2.12",
    ],
)
def test_people_are_none(agent: str) -> None:
    assert not says_machine({"user-agent": agent})


def hit(link: int, second: float, place: bytes = b"here", **told: object) -> Hit:
    at = datetime(2026, 11, 24, 6, tzinfo=UTC) + timedelta(seconds=second)
    values = {"link": LinkId(link), "issue": IssueId(1), "at": at, "place": place, **told}
    return Hit(**values)  # type: ignore[arg-type]  # a shorthand for tests


def test_hurry_is_told_by_what_comes_before_and_after() -> None:
    def of(*hits: Hit, around: tuple[Hit, ...] = ()) -> list[ClickKind]:
        return [kind for _, kind in judged(hits, around)]

    assert of(hit(1, 0), hit(2, 1.5)) == [MACHINE, MACHINE]
    assert of(hit(1, 0), hit(2, 2.5)) == [HUMAN, HUMAN]
    assert of(hit(1, 0), hit(1, 0.3)) == [HUMAN, HUMAN], "a double click"
    assert of(hit(1, 0), hit(2, 1, issue=IssueId(2))) == [HUMAN, HUMAN]
    assert of(hit(1, 0), hit(2, 0, b"there")) == [HUMAN, HUMAN]
    assert of(hit(1, 0, b""), hit(2, 0, b"")) == [HUMAN, HUMAN], "nobody knows"
    assert of(hit(1, 0), around=(hit(2, 1),)) == [MACHINE]
    assert of(hit(1, 0), around=(hit(1, -1, click=False),)) == [MACHINE]
    assert of(hit(1, 0, machine=True)) == [MACHINE]
