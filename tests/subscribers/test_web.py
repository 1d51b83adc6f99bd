"""The readers' pages: only a POST changes anything, one-click is RFC 8058, and no oracle."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import jinja2
import pytest
import sqlalchemy as sa
from httpx2 import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine
from starlette.applications import Starlette
from starlette.testclient import TestClient

from subscribers import Recipient, Subscribers, routes
from subscribers.form import LONGEST_FORM
from subscribers.tables import metadata
from subscribers.voice import accepted
from subscribers.web import LEFT
from tests.parts import REPO
from tests.subscribers.conftest import EVERY_DAY, NOW, add, house

TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(REPO / "templates" / "web"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
)
UNDO = re.compile(r'(/undo/|name="token" value=")[\w.-]+')
ONE_CLICK = "List-Unsubscribe=One-Click"
SCRIPT = '<script src="/reader.js" defer></script>'
URLENCODED = "application/x-www-form-urlencoded"


def client_for(people: Subscribers) -> TestClient:
    app = Starlette(routes=routes(people, TEMPLATES, lambda: NOW))
    return TestClient(app, follow_redirects=False)


@pytest.fixture
def people(sqlite_engine: Engine) -> Subscribers:
    return house(sqlite_engine)


@pytest.fixture
def client(people: Subscribers) -> Iterator[TestClient]:
    with client_for(people) as one:
        yield one


def links(people: Subscribers, who: int, edition: str = "morning") -> Recipient:
    found = people.recipients(edition, [who], NOW)[who]
    assert isinstance(found, Recipient)
    return found


def everything(engine: Engine) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [
            tuple(row)
            for table in metadata.sorted_tables
            for row in connection.execute(sa.select(table))
        ]


def editions_of(people: Subscribers, who: int) -> frozenset[str]:
    return people.why(who).facts.editions


def test_scanners_change_nothing(
    people: Subscribers, client: TestClient, sqlite_engine: Engine
) -> None:
    recipients = [
        links(people, add(people, f"r{n}@example.org", "morning", "weekly")) for n in range(20)
    ]
    before = everything(sqlite_engine)
    for one in recipients:
        for path in (one.leave_path, one.preferences_path):
            for query in ("", "?List-Unsubscribe=One-Click", "?leave_all=yes", "?from=page"):
                for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE"):
                    answer = client.request(method, path + query)
                    assert answer.status_code in {200, 405}
    assert everything(sqlite_engine) == before


@pytest.mark.parametrize(
    "body",
    [
        {"content": ONE_CLICK, "headers": {"content-type": URLENCODED}},
        {"files": {"List-Unsubscribe": (None, "One-Click")}},
        {"files": {"List-Unsubscribe": (None, "One-Click"), "x": ("f.bin", b"\0" * 999)}},
        {"content": f"a=1&{ONE_CLICK}&b=%FF", "headers": {"content-type": URLENCODED}},
        {"content": ONE_CLICK},
        {"content": b""},
        {"content": b"\xff\xfe", "headers": {"content-type": "multipart/form-data"}},
        {"content": b"--x\r\nbad", "headers": {"content-type": "multipart/form-data; boundary=x"}},
        {"content": b"x" * (LONGEST_FORM + 1), "headers": {"content-type": URLENCODED}},
    ],
)
def test_one_click_leaves_whatever_a_mail_client_sends(
    people: Subscribers, client: TestClient, body: dict[str, object]
) -> None:
    who = add(people, "a@example.org", "morning", "weekly")
    answer = client.post(links(people, who).leave_path, **body)  # type: ignore[arg-type]
    assert answer.status_code == 200
    assert answer.text == LEFT
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "location" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert editions_of(people, who) == {"weekly"}


def _but_for_the_token(answer: Response) -> tuple[str, str]:
    headers = [one for one in sorted(answer.headers.items()) if one[0] != "content-length"]
    return UNDO.sub("…", answer.text), str(headers)


def test_one_click_has_no_oracle(people: Subscribers, client: TestClient) -> None:
    who = add(people, "a@example.org")
    path = links(people, who).leave_path
    bodies = [{"List-Unsubscribe": "One-Click"}, {"from": "page"}, {"from": "page", "scope": "all"}]
    for body in bodies:
        answers = [
            client.post(one, data=body)
            for one in (path, path, "/u/" + "A" * 22, "/u/x", "/u/%F0%9F%98%80", "/u/%00")
        ]
        assert {one.status_code for one in answers} == {200}
        # A page has a token for undoing, made of the key's hash, and by it alone its length.
        assert len({_but_for_the_token(one) for one in answers}) == 1
    pages = [client.get(one) for one in (path, "/u/" + "A" * 22)]
    assert pages[0].content == pages[1].content
    assert pages[0].headers == pages[1].headers


def test_a_persons_button(people: Subscribers, client: TestClient) -> None:
    who = add(people, "a@example.org", "morning", "weekly", "sport")
    path = links(people, who).leave_path
    page = client.get(path)
    assert page.status_code == 200
    assert 'name="from" value="page"' in page.text
    done = client.post(path, data={"from": "page", "scope": "this"})
    assert done.headers["content-type"].startswith("text/html")
    assert "You will not get this newsletter any more" in done.text
    assert editions_of(people, who) == {"weekly", "sport"}
    done = client.post(path, data={"from": "page", "scope": "all"})
    assert "You will get no more newsletters" in done.text
    assert editions_of(people, who) == set()
    assert people.why(who).consents[-1].actor == "reader"


def test_a_mail_client_cannot_leave_everything(people: Subscribers, client: TestClient) -> None:
    who = add(people, "a@example.org", "morning", "weekly")
    client.post(links(people, who).leave_path, data={"scope": "all", "List-Unsubscribe": "1"})
    assert editions_of(people, who) == {"weekly"}


def test_every_answer_is_private(people: Subscribers, client: TestClient) -> None:
    who = add(people, "anna.berg@example.org")
    one = links(people, who)
    answers = [
        client.get(one.preferences_path),
        client.post(one.preferences_path, data={}),
        client.get("/p/forged"),
        client.post("/p/forged", data={}),
        client.get(one.leave_path),
        client.post(one.leave_path),
        client.post(one.preferences_path, content=b"x" * (LONGEST_FORM + 1)),
    ]
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "noindex" in answer.headers["x-robots-tag"]
        assert "anna.berg" not in answer.text
        assert "set-cookie" not in answer.headers


def ticked(html: str) -> set[str]:
    found = re.findall(r'name="(\w+)" value="([\w-]+)" checked', html)
    selects = re.findall(r'<select [^>]*name="(\w+)"[^>]*>(.*?)</select>', html, re.DOTALL)
    chosen = [
        (name, value)
        for name, options in selects
        for value in re.findall(r'<option value="([\w/+-]*)"[^>]* selected', options)
    ]
    return {f"{name}={value}" for name, value in (*found, *chosen)}


UNSAID = {
    *("frequency=every", "weekly_on=6", "limit=0", "style=full"),
    *("send_hour=", "time_zone="),
}


def test_the_page_shows_what_was_chosen_and_keeps_what_is(
    people: Subscribers, client: TestClient
) -> None:
    who = add(people, "anna@example.org", "morning", "weekly")
    path = links(people, who).preferences_path
    page = client.get(path)
    assert "a•••@example.org" in page.text
    assert "You get Morning Briefing and World Weekly." in page.text
    assert "Weekdays at 06:30" in page.text
    assert "24 November 2026" in page.text
    assert "(test form)" in page.text
    assert ticked(page.text) == {"edition=morning", "edition=weekly", "language=", *UNSAID}
    chosen = {
        "edition": ["morning", "sport", "made-up"],
        "region": ["africa", "europe", "atlantis"],
        "topic": ["health"],
        "language": "fr",
        "frequency": "weekly",
        "weekly_on": "2",
        "limit": "5",
        "style": "headlines",
    }
    saved = client.post(path, data=chosen)
    assert (saved.status_code, saved.headers["location"]) == (303, "?done=saved")
    page = client.get(f"{path}?done=saved")
    assert "<b>Saved.</b>" in page.text
    kept = {
        "edition=morning",
        "edition=sport",
        "region=africa",
        "region=europe",
        "topic=health",
        "language=fr",
        "frequency=weekly",
        "weekly_on=2",
        "limit=5",
        "style=headlines",
        "send_hour=",
        "time_zone=",
    }
    assert ticked(page.text) == kept
    facts = people.why(who).facts
    assert facts.editions == {"morning", "sport"}
    assert [
        (one.purpose, one.action, one.wording)
        for one in people.why(who).consents
        if one.source == "preference page"
    ] == [
        ("newsletter:weekly", "withdrawn", ""),
        ("newsletter:sport", "given", "preferences-3"),
    ]
    (reader,) = people.readers("sport", [], [], EVERY_DAY, NOW)
    assert (reader.regions, reader.topics) == ({"africa", "europe"}, {"health"})
    assert (reader.frequency, reader.limit, reader.style) == ("weekly", 5, "headlines")
    # the new edition's mail has a leave link that works
    client.post(links(people, who, "sport").leave_path)
    assert editions_of(people, who) == {"morning"}


def test_a_form_without_a_field_keeps_what_is(people: Subscribers, client: TestClient) -> None:
    path = links(people, add(people, "anna@example.org")).preferences_path
    kept = {"frequency": "weekdays", "limit": "10", "style": "plain", "language": "fr"}
    client.post(path, data={"edition": "morning", **kept})
    client.post(path, data={"edition": "morning"})
    assert {f"{name}={value}" for name, value in kept.items()} <= ticked(client.get(path).text)


def test_a_language_can_be_taken_back(people: Subscribers, client: TestClient) -> None:
    path = links(people, add(people, "anna@example.org")).preferences_path

    def language_after(chosen: str) -> str:
        client.post(path, data={"edition": "morning", "language": chosen})
        (reader,) = people.readers("morning", [], [], EVERY_DAY, NOW)
        return reader.language

    assert [language_after(one) for one in ("", "fr", "xx", "ar", "")] == ["", "fr", "fr", "ar", ""]


def test_a_language_not_offered_is_kept(
    people: Subscribers, client: TestClient, sqlite_engine: Engine
) -> None:
    path = links(people, add(people, "anna@example.org")).preferences_path
    with sqlite_engine.begin() as connection:
        connection.execute(sa.update(metadata.tables["subscriber"]).values(language="de"))
    assert "language=" in ticked(client.get(path).text)
    client.post(path, data={"edition": "morning", "language": ""})
    (reader,) = people.readers("morning", [], [], EVERY_DAY, NOW)
    assert reader.language == "de"


@pytest.mark.parametrize(
    "bad",
    [
        {"frequency": "hourly"},
        {"frequency": ""},
        {"frequency": ["every", "weekly"]},
        {"weekly_on": "0"},
        {"weekly_on": "8"},
        {"weekly_on": "٣"},
        {"limit": "7"},
        {"limit": "-1"},
        {"style": "FULL"},
        {"send_hour": "24"},
        {"send_hour": "-1"},
        {"send_hour": "07"},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "../../etc/passwd"},
        {"breaking": "on"},
        {"measure_opens": ["no", "maybe"]},
        {"pause": "year"},
        {"pause": "until"},
        {"pause": "until", "pause_until": "2026-11-24"},
        {"pause": "until", "pause_until": "2027-12-01"},
        {"pause": "until", "pause_until": "20261201"},
        {"pause": "until", "pause_until": "0000-00-00"},
        {"pause": "until", "pause_until": ["2026-12-01", "2026-12-02"]},
    ],
)
def test_a_choice_that_is_not_offered_is_refused(
    people: Subscribers, client: TestClient, sqlite_engine: Engine, bad: dict[str, str | list[str]]
) -> None:
    path = links(people, add(people, "anna@example.org")).preferences_path
    before = everything(sqlite_engine)
    answer = client.post(path, data={"edition": "weekly", **bad})
    assert answer.status_code == 400
    told = "A pause ends on a day after today" if bad.get("pause") == "until" else "do not offer."
    assert told in answer.text
    assert 'id="wrong" role="alert" tabindex="-1" autofocus' in answer.text
    assert "<title>Not saved · Your newsletters" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert everything(sqlite_engine) == before


def test_each_choice_has_its_label_and_each_group_its_legend(
    people: Subscribers, client: TestClient
) -> None:
    html = client.get(links(people, add(people, "anna@example.org")).preferences_path).text
    for legend in ("How often", "Pause", "When", "How much", "How it looks", "Privacy"):
        assert f"<legend>{legend}</legend>" in html
    assert len(re.findall(r'<label class="choice">\s*<input type="radio"', html)) == 10
    assert html.count('type="radio"') == 10
    assert '<label class="hidden" for="weekly_on">Day of the week</label>' in html
    assert '<option value="6" selected>Saturday</option>' in html


def test_saving_again_proves_nothing_twice(
    people: Subscribers, client: TestClient, sqlite_engine: Engine
) -> None:
    who = add(people, "anna@example.org")
    path = links(people, who).preferences_path
    client.post(path, data={"edition": "morning", "region": "africa"})
    before = everything(sqlite_engine)
    client.post(path, data={"edition": "morning", "region": "africa"})
    assert everything(sqlite_engine) == before


def test_stop_everything_and_come_back(people: Subscribers, client: TestClient) -> None:
    who = add(people, "anna@example.org", "morning", "weekly")
    one = links(people, who)
    answer = client.post(one.preferences_path, data={"leave_all": "yes", "edition": "morning"})
    assert answer.headers["location"] == "?done=left"
    page = client.get(f"{one.preferences_path}?done=left")
    assert "all newsletters are stopped" in page.text
    assert "You get no newsletter at the moment." in page.text
    assert editions_of(people, who) == set()
    client.post(one.preferences_path, data={"edition": "weekly"})
    assert editions_of(people, who) == {"weekly"}


def test_an_edition_that_is_not_offered_stays_as_it_is(people: Subscribers) -> None:
    who = add(people, "anna@example.org", "morning", "retired-edition")
    with client_for(people) as client:
        client.post(links(people, who).preferences_path, data={"edition": "weekly"})
    assert editions_of(people, who) == {"weekly", "retired-edition"}


def test_a_suppressed_person_is_told(people: Subscribers, client: TestClient) -> None:
    who = add(people, "anna@example.org")
    path = links(people, who).preferences_path
    people.suppress(who, reason="bounce", now=NOW)
    assert "We send nothing to this address at present" in client.get(path).text


def test_forged_expired_and_erased_look_alike(
    people: Subscribers, client: TestClient, sqlite_engine: Engine
) -> None:
    who, gone = add(people, "anna@example.org"), add(people, "gone@example.org")
    expired = people.preferences_path(who, NOW - timedelta(days=31))
    erased = people.preferences_path(gone, NOW)
    with sqlite_engine.begin() as connection:
        people_table = metadata.tables["subscriber"]
        connection.execute(sa.delete(people_table).where(people_table.c.id == gone))
    paths = [expired, erased, "/p/forged", "/p/%F0%9F%98%80", "/p/a.b.c"]
    answers = [client.get(path) for path in paths]
    answers += [client.post(path, data={"edition": "morning"}) for path in paths]
    assert {one.status_code for one in answers} == {404}
    assert len({one.content for one in answers}) == 1
    assert 'action="/links"' in answers[0].text, "a fresh link by letter"
    assert editions_of(people, who) == {"morning"}


def test_forms_post_to_where_they_stand_and_nothing_is_inline(
    people: Subscribers, client: TestClient
) -> None:
    one = links(people, add(people, "anna@example.org"))
    for path in (one.preferences_path, one.leave_path, "/p/forged"):
        html = client.get(path).text.replace(SCRIPT, "").replace('action="/links"', "")
        assert "action=" not in html
        for inline in ("<script", "<style", " style=", " onclick=", "javascript:"):
            assert inline not in html


def test_names_from_the_config_are_escaped(sqlite_engine: Engine) -> None:
    from subscribers import Catalogue
    from tests.subscribers.conftest import KEYS

    catalogue = Catalogue(editions={"morning": "<b>A & B</b>"}, regions={"x": '"><script>'})
    people = Subscribers(sqlite_engine, KEYS, catalogue, {})
    who = add(people, "anna@example.org")
    with client_for(people) as client:
        html = client.get(links(people, who).preferences_path).text
    assert "&lt;b&gt;A &amp; B" in html
    assert "<script" not in html.replace(SCRIPT, "")


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    body=st.binary(max_size=200),
    kind=st.sampled_from(
        [URLENCODED, "multipart/form-data; boundary=x", "multipart/form-data", "text/plain", "é"]
    ),
)
def test_no_body_breaks_a_page(people: Subscribers, body: bytes, kind: str) -> None:
    who = add(people, "anna@example.org")
    headers = {"content-type": kind.encode()}
    with client_for(people) as client:
        one = people.preferences_path(who, NOW)
        for content in (body, b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + body):
            left = client.post("/u/" + "A" * 22, content=content, headers=headers)  # type: ignore[arg-type]
            assert left.status_code == 200
            saved = client.post(one, content=content, headers=headers)  # type: ignore[arg-type]
            assert saved.status_code in {303, 400}


def test_a_form_one_byte_too_long_is_refused(people: Subscribers, client: TestClient) -> None:
    who = add(people, "anna@example.org")
    path = links(people, who).preferences_path
    for length, status in ((LONGEST_FORM, 303), (LONGEST_FORM + 1, 400)):
        body = b"edition=morning&x=" + b"y" * (length - 18)
        answer = client.post(path, content=body, headers={"content-type": URLENCODED})
        assert answer.status_code == status


def test_the_style_is_strict_and_mirrors() -> None:
    css = Path(REPO / "templates" / "web" / "style.css").read_text()
    physical = r"(margin|padding|border|inset)-(left|right|top|bottom)|[^-](left|right|top|bottom):"
    assert not re.search(physical, css)
    assert "url(" not in css
    assert "@import" not in css


def test_pages_without_voices_are_english(people: Subscribers, client: TestClient) -> None:
    page = client.get("/u/" + "A" * 22, headers={"accept-language": "fr"})
    assert '<html lang="en" dir="ltr">' in page.text


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        ("fr-CH, fr;q=0.9, en;q=0.8, *;q=0.5", ["fr-CH", "fr", "en"]),
        ("en;q=0.1,ar ; q=1.0", ["ar", "en"]),
        ("en;q=0, hi", ["hi"]),
        ("", []),
        ("*", []),
        ("fr;q=2, <b>, x" + "y" * 5000, []),
        ("en," * 5000, ["en"] * 333),
    ],
)
def test_accept_language(header: str, tags: list[str]) -> None:
    assert accepted(header) == tags
