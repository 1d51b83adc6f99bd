"""Signing up: asked on a form, confirmed by a button, and no oracle in between."""

import statistics
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from subscribers import Keep, Limits, Recipient, Rights
from subscribers.joining import fitting
from subscribers.tables import subscriber
from subscribers.voice import english
from subscribers.web_join import agreement
from tests.joining.conftest import Door
from tests.subscribers.conftest import CATALOGUE, EVERY_DAY, NOW, add

ANN = "ann@example.org"


def test_from_form_to_reader(door: Door) -> None:
    page = door.client().get("/join")
    assert page.status_code == 200
    assert "Morning Briefing" in page.text
    door.join(ANN, "morning", "sport", name="Ann  Reader", form="footer", wording="en-" + "0" * 16)
    assert door.states(ANN) == {"morning": "pending", "sport": "pending"}
    assert not list(door.people.readers("morning", (), (), EVERY_DAY, NOW))
    letter = door.letter()
    assert (letter.kind, letter.address, letter.name) == ("confirmation", ANN, "Ann Reader")
    assert letter.editions == ("morning", "sport")
    before = door.everything()
    for method in ("GET", "HEAD", "GET"):
        assert door.client().request(method, letter.path).status_code == 200
    assert door.everything() == before, "a GET confirms nothing"

    done = door.client().post(letter.path)
    assert done.status_code == 200
    assert "Morning Briefing and Sport" in done.text
    assert door.states(ANN) == {"morning": "active", "sport": "active"}
    (reader,) = door.people.readers("morning", (), (), EVERY_DAY, NOW)
    assert isinstance(
        door.people.recipients("morning", [reader.subscriber], NOW)[reader.subscriber], Recipient
    )
    why = door.people.why(reader.subscriber)
    assert [(one.action, one.source, one.wording) for one in why.consents] == [
        ("requested", "form: footer", "en-" + "0" * 16),
        ("requested", "form: footer", "en-" + "0" * 16),
        ("confirmed", "confirmation link", "en-" + "0" * 16),
        ("confirmed", "confirmation link", "en-" + "0" * 16),
    ]
    welcomes = door.take()
    assert [(one.kind, one.editions) for one in welcomes] == [
        ("welcome", ("morning",)),
        ("welcome", ("sport",)),
    ]
    assert all(one.leave_path.startswith("/u/") for one in welcomes)
    # again: the same answer, and nothing more happens
    before = door.everything()
    assert door.client().post(letter.path).content == done.content
    assert door.everything() == before


def test_an_old_link_does_not_bring_back_who_left(door: Door) -> None:
    door.join(ANN)
    letter = door.letter()
    door.client().post(letter.path)
    (reader,) = door.people.readers("morning", (), (), EVERY_DAY, NOW)
    (recipient,) = door.people.recipients("morning", [reader.subscriber], NOW).values()
    assert isinstance(recipient, Recipient)
    door.people.leave_by_key(recipient.leave_path.removeprefix("/u/"), NOW)
    answer = door.client().post(letter.path)
    assert answer.status_code == 404
    assert "/links" in answer.text, "it offers a fresh one"
    assert door.states(ANN) == {"morning": "left"}
    # asked for again, they join again
    door.join(ANN)
    assert door.states(ANN) == {"morning": "left"}, "until they confirm"
    fresh = next(one for one in door.take() if one.kind == "confirmation")
    assert door.client().post(fresh.path).status_code == 200
    assert door.states(ANN) == {"morning": "active"}


@pytest.mark.parametrize("reason", ["bounce", "complaint", "asked by letter"])
def test_a_promise_is_lifted_by_their_own_act_alone(door: Door, reason: str) -> None:
    who = add(door.people, ANN)
    door.people.suppress(who, reason=reason, now=NOW)
    door.now = NOW + timedelta(days=1)
    door.join(ANN)
    assert door.people.why(who).suppressions, "asking lifts nothing"
    letter = door.letter()
    assert letter.kind == "confirmation"
    assert door.client().get(letter.path).status_code == 200
    assert door.people.why(who).suppressions
    door.client().post(letter.path)
    assert not door.people.why(who).suppressions
    assert door.people.why(who).consents[-1].source.endswith(f"lifted: {reason}")
    # a promise made afterwards outlives the link
    door.people.suppress(who, reason=reason, now=door.now + timedelta(minutes=1))
    assert door.client().post(letter.path).status_code == 404
    assert door.people.why(who).suppressions


def test_a_suppressed_address_gets_fewer_letters_and_never_another_kind(door: Door) -> None:
    who = add(door.people, ANN, "morning")
    door.people.suppress(who, reason="complaint", now=NOW)
    for _ in range(4):
        door.join(ANN, "weekly")
    assert [one.kind for one in door.take()] == ["confirmation"]


def test_at_most_three_letters_in_thirty_days(door: Door) -> None:
    for hour in range(6):
        door.now = NOW + timedelta(hours=hour)
        door.join(ANN)
    assert len(door.take()) == 3
    assert door.consents(ANN) == [("requested", "newsletter:morning")] * 3
    door.now = NOW + timedelta(days=30, hours=1)
    door.join(ANN)
    assert len(door.take()) == 1


def test_a_known_reader_is_told_by_letter_only(door: Door) -> None:
    who = add(door.people, ANN, "morning")
    door.join(ANN, "morning", name="Somebody Else", language="fr")
    letter = door.letter()
    assert (letter.kind, letter.editions, letter.path) == ("known", ("morning",), "")
    assert door.people.why(who).facts.language == "", "a stranger changes nothing of them"
    door.join(ANN, "morning", "weekly")
    letter = door.letter()
    assert (letter.kind, letter.editions) == ("confirmation", ("weekly",))


def test_a_place_has_a_limit_and_is_told(door: Door) -> None:
    door.limits = Limits(per_place=3)
    client = door.client()
    codes = [
        client.post("/join", data={"email": f"{n}@example.org", "edition": "morning"}).status_code
        for n in range(5)
    ]
    assert codes == [303, 303, 303, 429, 429]
    assert client.post("/links", data={"email": ANN}).status_code == 429
    assert len(door.due()) == 3
    door.now += timedelta(hours=1, seconds=1)
    assert client.post("/join", data={"email": ANN, "edition": "morning"}).status_code == 303


def test_everybody_together_has_a_limit(door: Door) -> None:
    door.limits = Limits(per_place=0, per_minute=4)
    data = {"email": ANN, "edition": "morning"}
    assert [door.client().post("/join", data=data).status_code for _ in range(6)] == [
        *[303] * 4,
        *[429] * 2,
    ]
    door.now += timedelta(minutes=1)
    answer = door.client().post("/join", data=data)
    assert answer.status_code == 303


def test_bots_are_answered_like_people(lite: Door) -> None:
    data = {"email": ANN, "edition": "morning"}
    honest = lite.client().post("/join", data=data)
    assert len(lite.take()) == 1
    trapped = lite.client().post("/join", data={**data, "website": "http://spam.example"})
    assert (trapped.status_code, trapped.headers) == (honest.status_code, honest.headers)
    assert not lite.due()


def test_a_form_needs_a_persons_time(lite: Door) -> None:
    page = lite.client().get("/join").text
    stamp = page.partition('name="stamp" value="')[2].partition('"')[0]
    data = {"email": ANN, "edition": "morning", "stamp": stamp}
    lite.now = NOW + timedelta(seconds=1)
    quick = lite.client().post("/join", data=data)
    assert quick.status_code == 400
    assert "press the button once more" in quick.text
    for forged in ("1.x", "9" * 15 + "." + stamp.partition(".")[2], "é", "\0"):
        assert lite.client().post("/join", data={**data, "stamp": forged}).status_code == 400
    assert not lite.due()
    lite.now = NOW + timedelta(seconds=3)
    assert lite.client().post("/join", data=data).status_code == 303
    lite.now = NOW + timedelta(days=2)
    assert lite.client().post("/join", data=data).status_code == 400


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"email": "nobody", "edition": "morning"}, "no e-mail address"),
        ({"email": ANN}, "at least one newsletter"),
        ({"email": ANN, "edition": "unknown"}, "at least one newsletter"),
        ({"email": "<b>@x", "edition": "morning"}, "&lt;b&gt;@x"),
    ],
)
def test_mistakes_are_told(lite: Door, data: dict[str, str], says: str) -> None:
    answer = lite.client().post("/join", data=data)
    assert answer.status_code == 400
    assert says in answer.text
    assert not lite.due()


def test_a_form_on_another_site_may_post_and_nothing_else_may(lite: Door) -> None:
    elsewhere = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    page = lite.client().get("/join/embed?form=footer").text
    assert "https://news.example/join" in page
    assert "value=&#34;footer&#34;" in page or "footer" in page
    data = {"email": ANN, "edition": "morning"}
    assert lite.client().post("/join", data=data, headers=elsewhere).status_code == 303
    letter = lite.letter()
    for path in ("/links", letter.path, "/join/", "/join/embed"):
        assert lite.client().post(path, data=data, headers=elsewhere).status_code == 403


def test_json_with_and_without_a_known_origin(lite: Door) -> None:
    body = {"email": ANN, "editions": ["morning"], "form": "app", "language": "fr"}
    client = lite.client()
    ours = {"origin": "https://paper.example"}
    asked = client.options("/join", headers=ours)
    assert asked.headers["access-control-allow-origin"] == "https://paper.example"
    answer = client.post("/join", json=body, headers=ours)
    assert answer.status_code == 202
    assert answer.headers["access-control-allow-origin"] == "https://paper.example"
    assert lite.letter().language == "fr"
    assert client.post("/join", json=body).status_code == 202
    evil = {"origin": "https://evil.example"}
    assert client.post("/join", json=body, headers=evil).status_code == 403
    assert "access-control-allow-origin" not in client.options("/join", headers=evil).headers
    for wrong in ([], {}, {**body, "editions": "morning"}, {**body, "email": 7}, {**body, "x": 1}):
        expected = 202 if isinstance(wrong, dict) and "x" in wrong else 400
        assert client.post("/join", json=wrong).status_code == expected, wrong
    broken = {"content-type": "application/json"}
    for content in (b"", b"{", b"[" * 60_000, b"\xff", b'"' + b"x" * 70_000 + b'"'):
        assert client.post("/join", content=content, headers=broken).status_code == 400


def test_no_oracle_in_text(lite: Door) -> None:
    known = add(lite.people, "known@example.org", "morning")
    gone = add(lite.people, "gone@example.org", "morning")
    lite.people.suppress(gone, reason="complaint", now=NOW)
    lite.join("waits@example.org")
    del known
    for path in ("/join", "/links"):
        answers = []
        for who in ("new", "known", "gone", "waits", "waits", "waits", "waits"):
            data = {"email": f"{who}@example.org", "edition": "morning"}
            one = lite.client().post(path, data=data)
            answers.append((one.status_code, one.content, str(sorted(one.headers.items()))))
        assert len(set(answers)) == 1


def test_no_oracle_in_time(lite: Door) -> None:
    lite.limits = Limits(letters=30, letters_to_suppressed=30, per_place=0, per_minute=0)
    rounds = 24
    for n in range(rounds):
        add(lite.people, f"known{n}@example.org", "morning")
        gone = add(lite.people, f"gone{n}@example.org", "morning")
        lite.people.suppress(gone, reason="complaint", now=NOW)
        lite.join(f"waits{n}@example.org")
    client, kinds = lite.client(), ("new", "known", "gone", "waits")
    taken: dict[tuple[str, str], list[float]] = {}
    work: dict[tuple[str, str], list[float]] = {}
    for n in range(rounds):
        for path in ("/join", "/links"):
            # each kind is first, second… as often, so that its place in the turn counts for nothing
            for kind in (*kinds[n % 4 :], *kinds[: n % 4]):
                data = {"email": f"{kind}{n}@example.org", "edition": "morning"}
                begun, worked = time.perf_counter(), time.process_time()
                client.post(path, data=data)
                taken.setdefault((path, kind), []).append(time.perf_counter() - begun)
                work.setdefault((path, kind), []).append(time.process_time() - worked)
    for path in ("/join", "/links"):
        # Work is what differs if anything does; the clock adds a shared machine's noise.
        for measured, slack in ((work, 0.25), (taken, 1.0)):
            medians = [statistics.median(measured[path, kind]) for kind in kinds]
            print(path, [round(one * 1000, 2) for one in medians])
            assert max(medians) - min(medians) < slack * min(medians) + 0.001


def test_links_for_who_is_known(door: Door) -> None:
    who = add(door.people, ANN, "morning")
    door.client().post("/links", data={"email": ANN})
    letter = door.letter()
    assert (letter.kind, letter.subscriber) == ("link", who)
    assert letter.path.startswith("/data/")
    assert door.people.preferences_of(letter.preferences_path.removeprefix("/p/"), NOW)
    door.client().post("/links", data={"email": "nobody@example.org"})
    assert not door.due()
    # who never confirmed gets that again
    door.join("new@example.org", "weekly")
    door.take()
    door.client().post("/links", data={"email": "new@example.org"})
    letter = door.letter()
    assert (letter.kind, letter.editions) == ("confirmation", ("weekly",))


def test_links_do_not_work_for_another_thing_or_for_ever(door: Door) -> None:
    who = add(door.people, ANN, "morning")
    door.join(ANN, "weekly")
    door.client().post("/links", data={"email": ANN})
    confirm, link = door.take()
    paths = [confirm.path, link.path, link.preferences_path]
    for path in paths:
        token = path.rpartition("/")[2]
        for scope in ("confirm", "address", "stay", "data"):
            if f"/{scope}/{token}" == path:
                continue
            for method in ("GET", "POST"):
                answer = door.client().request(method, f"/{scope}/{token}")
                assert answer.status_code == 404
    pages = [door.client().get(f"/confirm/{forged}") for forged in ("x", token, "%00", "a" * 999)]
    assert len({one.content for one in pages}) == 1
    assert door.states(ANN) == {"morning": "active", "weekly": "pending"}
    door.now = NOW + timedelta(hours=1, seconds=1)
    assert door.client().get(link.path).status_code == 404
    assert door.client().get(confirm.path).status_code == 200
    door.now = NOW + timedelta(days=7, seconds=1)
    assert door.client().post(confirm.path).status_code == 404
    del who


def test_what_nobody_confirmed_is_forgotten(door: Door) -> None:
    kept = add(door.people, "reader@example.org", "morning")
    door.join("reader@example.org", "weekly")
    door.join(ANN)
    # They ask again when what they asked for first is nearly old.
    door.join("again@example.org")
    door.now = NOW + timedelta(days=20)
    door.join("later@example.org")
    door.join("again@example.org", "weekly")
    door.now = NOW + timedelta(days=30, seconds=1)
    gone = Rights(door.engine, {}).retain(Keep(), door.now)
    assert (gone["unconfirmed sign-ups"], gone["people who never confirmed"]) == (3, 1)
    with door.engine.connect() as connection:
        emails = set(connection.scalars(sa.select(subscriber.c.email)))
    assert emails == {"reader@example.org", "later@example.org", "again@example.org"}
    assert door.states("again@example.org") == {"weekly": "pending"}
    assert door.states("reader@example.org") == {"morning": "active"}
    assert door.people.why(kept).consents


def test_every_answer_is_private_and_names_nobody(lite: Door) -> None:
    lite.join(ANN)
    letter = lite.letter()
    client = lite.client()
    answers = [
        client.get("/join"),
        client.get("/join?done=sent"),
        client.get(letter.path),
        client.post(letter.path),
        client.get("/confirm/x"),
        client.post("/links", data={"email": ANN}),
        client.post("/join", data={"email": ANN, "edition": "morning"}),
    ]
    for one in answers:
        assert one.headers["cache-control"] == "no-store"
        assert one.headers["referrer-policy"] == "no-referrer"
        assert "noindex" in one.headers["x-robots-tag"]
        assert "set-cookie" not in one.headers
        assert ANN not in one.text
    assert "ann" not in letter.path.lower().partition("/confirm/")[0]


def test_the_wording_shown_is_the_wording_kept(lite: Door) -> None:
    page = lite.client().get("/join").text
    wording = page.partition('name="wording" value="')[2].partition('"')[0]
    lite.join(ANN, wording=wording)
    lite.join("bob@example.org", wording="en-" + "0" * 16)
    who = lite.people.find(ANN)
    assert who is not None
    assert lite.people.why(who).consents[0].wording == wording
    assert wording.startswith("en-")
    shown = agreement(english(CATALOGUE))
    assert shown.text in page
    rights = Rights(lite.engine, {})
    # Of words that we do not show, such as a copied form's of long ago, the version alone is kept.
    assert rights.words([wording, "en-" + "0" * 16]) == {wording: shown.text}
    assert [one["text"] for one in rights.held(who)["wording"]] == [shown.text]


def test_about_fits_its_column() -> None:
    many = [f"edition-{n:03}" for n in range(100)]
    told = fitting(many)
    assert len(told) <= 500
    assert told.split() == many[: len(told.split())]
