"""Posts from outside: signed or refused, never a 5xx, and none of their good events lost."""

import json
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sendgrid.helpers.eventwebhook import EventWebhook
from starlette.testclient import TestClient

from digest.listening import Listening
from digest.model import EventKind, IssueId
from digest.store import heard, letters, person
from digest.store.engine import reading, writing
from digest.store.heard_table import delivery_event
from digest.web.hooks import LARGEST
from tests.hear.house import MARKS, NOW, House
from tests.hear.mails import mark
from tests.hear.posting import (
    HOOK_KEYS,
    STAMP,
    Site,
    dumped,
    hmac_signed,
    new_key,
    serve,
    settings,
    shown,
    signed,
    told,
)

SENDGRID, OWN = "/hooks/sendgrid", "/hooks/events"


@pytest.fixture
def pages(small_room: House) -> Site:
    return serve(small_room)


@pytest.fixture
def client(pages: Site) -> Iterator[TestClient]:
    # Any exception in a page would be raised here, as a 5xx would be answered elsewhere.
    with TestClient(pages.app, base_url="https://news.example.org") as one:
        yield one


def counts(room: House, issue: int = 1) -> dict[EventKind, int]:
    with reading(room.engine) as connection:
        return heard.counts(connection, IssueId(issue))


def rows(room: House) -> list[Any]:
    with reading(room.engine) as connection:
        return list(connection.execute(sa.select(delivery_event).order_by(delivery_event.c.id)))


def test_sendgrids_events_in_our_words(small_room: House, pages: Site, client: TestClient) -> None:
    dead, full, spam, gone, plain = readers = small_room.readers(5)
    small_room.issue(1, readers)
    body = dumped(
        [
            *(told("processed", 1, one) for one in readers),
            told("delivered", 1, plain, response="250 OK"),
            told("deferred", 1, plain, response="450 4.7.1 greylisted", attempt="2"),
            told("bounce", 1, dead, status="5.1.1", type="bounce", reason="550 5.1.1 <s@x> gone"),
            told("bounce", 1, full, status="5.2.2", type="bounce", reason="552 5.2.2 full"),
            told("bounce", 1, plain, status="5.7.1", type="blocked", reason="550 5.7.1 spam"),
            told("spamreport", 1, spam),
            told("group_unsubscribe", 1, gone, asm_group_id=1),
            told("open", 1, plain),
            told("click", 1, plain, url="https://example.org/"),
            told("group_resubscribe", 1, gone),
            # Somebody else's mail by the same account, and a letter of ours.
            {"event": "delivered", "email": "a@example.com", "timestamp": 1, "sg_event_id": "z"},
            told("bounce", 1, 1, dg_delivery="test-daily-20261124T060000000001"),
        ]
    )
    answer = client.post(SENDGRID, content=body, headers=signed(pages.key, body))
    assert (answer.status_code, answer.text) == (200, "12 of 17 are ours, 0 cannot be used\n")
    assert counts(small_room) == {
        EventKind.ACCEPTED: 5,
        EventKind.DELIVERED: 1,
        EventKind.DEFERRED: 1,
        EventKind.SOFT_BOUNCE: 2,
        EventKind.HARD_BOUNCE: 1,
        EventKind.COMPLAINT: 1,
        EventKind.UNSUBSCRIBE: 1,
    }
    assert small_room.suppressed(dead) == {"": "bounce: sendgrid, issue 1, 550 5.1.1"}
    assert small_room.suppressed(full) == {}
    assert small_room.editions(gone) == {"weekly"}
    assert small_room.editions(spam) == frozenset()
    kept = repr(rows(small_room))
    assert "@" not in kept
    assert "1.1.1" in kept


def test_a_letter_that_comes_back_suppresses_as_an_issue_does(
    small_room: House, pages: Site, client: TestClient
) -> None:
    dead, full, moving = small_room.readers(3)
    with writing(small_room.engine) as connection:
        for number, who in ((7, dead), (8, full), (9, None)):
            letters.claim(connection, f"people-{number}", "people", NOW, reader=who)
    marked = f"bounce+{mark('people-7')}@example.org"
    body = dumped(
        [
            told("bounce", 1, 1, dg_delivery="people-7", status="5.1.1", type="bounce"),
            told("bounce", 1, 1, dg_delivery="people-8", status="5.2.2", type="bounce"),
            # To an address that is not on file, and of a letter that was never written.
            told("bounce", 1, 1, dg_delivery="people-9", status="5.1.1", type="bounce"),
            told("bounce", 1, 1, dg_delivery="people-10", status="5.1.1", type="bounce"),
        ]
    )
    answer = client.post(SENDGRID, content=body, headers=signed(pages.key, body))
    assert answer.text == "2 of 4 are ours, 0 cannot be used\n"
    assert small_room.suppressed(dead) == {"": "bounce: sendgrid, letter, 5.1.1"}
    assert small_room.suppressed(full) == small_room.suppressed(moving) == {}
    spam = {"id": "s", "kind": "complaint", "envelope_from": marked, "at": NOW.isoformat()}
    body = dumped([spam])
    client.post(OWN, content=body, headers=hmac_signed(body))
    assert small_room.suppressed(dead) == {"": "complaint: hook, letter"}
    assert small_room.editions(dead) == frozenset()
    with reading(small_room.engine) as connection:
        assert len(person.events(connection, dead)) == 2


@pytest.mark.parametrize(
    ("reason", "suppressed", "left"),
    [
        ("Bounced Address", "bounce", False),
        ("Invalid", "bounce", False),
        ("Spam Reporting Address", "complaint", True),
        ("Unsubscribed Address", "", True),
        ("Spam Content (if Spam Checker app enabled)", "", False),
        ("Recipient List over Package Quota", "", False),
    ],
)
def test_why_sendgrid_drops(
    small_room: House, pages: Site, client: TestClient, reason: str, suppressed: str, left: bool
) -> None:
    who = small_room.reader(1)
    small_room.issue(1, [who])
    body = dumped([told("dropped", 1, who, reason=reason)])
    assert client.post(SENDGRID, content=body, headers=signed(pages.key, body)).status_code == 200
    assert "".join(small_room.suppressed(who).values()).partition(":")[0] == suppressed
    assert ("morning" not in small_room.editions(who)) == left


def test_two_keys_during_rotation_and_no_third(
    small_room: House, pages: Site, client: TestClient
) -> None:
    who = small_room.reader(1)
    small_room.issue(1, [who])
    body = dumped([told("delivered", 1, who)])
    for key, status in ((pages.key, 200), (pages.former, 200), (new_key(), 401)):
        assert client.post(SENDGRID, content=body, headers=signed(key, body)).status_code == status
    for hmac_key, status in ((HOOK_KEYS[0], 200), (HOOK_KEYS[1], 200), ("x" * 32, 401)):
        headers = hmac_signed(b"[]", hmac_key)
        assert client.post(OWN, content=b"[]", headers=headers).status_code == status


@pytest.mark.parametrize("hours", [0, 71, -71])
def test_old_signatures_are_good_for_days(client: TestClient, pages: Site, hours: int) -> None:
    """Posts are repeated for a day, and nobody says whether they are signed again."""
    stamp = str(int((NOW - timedelta(hours=hours)).timestamp()))
    headers = signed(pages.key, b"[]", stamp)
    assert client.post(SENDGRID, content=b"[]", headers=headers).status_code == 200


@pytest.mark.parametrize("stamp", ["", "1", "-5", "1e9", "٣", "9" * 21, "9" * 20, "NaN", " 1 "])
def test_timestamps_that_are_none(client: TestClient, pages: Site, stamp: str) -> None:
    signature = signed(pages.key, b"[]", stamp)
    headers = {name: value.encode() for name, value in signature.items()}
    assert client.post(SENDGRID, content=b"[]", headers=headers).status_code == 401  # type: ignore[arg-type]
    own = {name: value.encode() for name, value in hmac_signed(b"[]", stamp=stamp).items()}
    assert client.post(OWN, content=b"[]", headers=own).status_code == 401  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "signature", [None, "", "AAAA", "no base64!", "é", "MEUCIQ==", "A" * 10_000, "\x00"]
)
@pytest.mark.parametrize("path", [SENDGRID, OWN])
def test_signatures_that_are_none(
    client: TestClient, pages: Site, path: str, signature: str | None
) -> None:
    names = {
        SENDGRID: [
            "X-Twilio-Email-Event-Webhook-Signature",
            "X-Twilio-Email-Event-Webhook-Timestamp",
        ],
        OWN: ["Digest-Signature", "Digest-Timestamp"],
    }[path]
    headers = {names[1].encode(): STAMP.encode()}
    if signature is not None:
        headers[names[0].encode()] = signature.encode("latin-1")
    answer = client.post(path, content=b"[]", headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == 401


def test_a_changed_body_is_refused(small_room: House, pages: Site, client: TestClient) -> None:
    who = small_room.reader(1)
    small_room.issue(1, [who])
    body = dumped([told("spamreport", 1, who)])
    headers = signed(pages.key, body)
    # Even the line end that frameworks like to strip is signed.
    for changed in (body + b" ", body.rstrip(), body.replace(b"1-1", b"1-2")):
        assert client.post(SENDGRID, content=changed, headers=headers).status_code == 401
    assert rows(small_room) == []


@pytest.mark.parametrize("text", ["plain", "größer ❤️ 漢字"])
def test_the_sendgrid_package_agrees_about_signatures(pages: Site, text: str) -> None:
    """Its own verifier as a judge of the signatures made here, where it can read them."""
    body = dumped([{"reason": text}])
    headers = signed(pages.key, body)
    judge = EventWebhook(shown(pages.key))
    args = (headers["X-Twilio-Email-Event-Webhook-Signature"], STAMP)
    assert judge.verify_signature(body.decode(), *args)
    assert not judge.verify_signature(body.decode() + " ", *args)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"{}",
        b"7",
        b'"text"',
        b'{"events": 1}',
        b"[",
        b"\xff\xfe\x00",
        b'[{"a": "\xe9"}]',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[1e999, -",
        b"\xef\xbb\xbf[]x",
        b"9" * 10_000,
    ],
)
@pytest.mark.parametrize("path", [SENDGRID, OWN])
def test_bodies_that_are_no_events(client: TestClient, pages: Site, path: str, body: bytes) -> None:
    headers = signed(pages.key, body) if path == SENDGRID else hmac_signed(body)
    assert client.post(path, content=body, headers=headers).status_code == 400


def test_huge_bodies_are_cut_off(client: TestClient, pages: Site) -> None:
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        for _ in range(100):
            read += 1
            yield b"[" + b" " * 1_000_000

    headers = signed(pages.key, b"")
    assert client.post(SENDGRID, content=endless(), headers=headers).status_code == 413
    body = b"[" + b" " * (LARGEST - 2) + b"]"
    headers = signed(pages.key, body)
    assert client.post(SENDGRID, content=body, headers=headers).status_code == 200


def test_only_posts(client: TestClient) -> None:
    for path in (SENDGRID, OWN):
        assert client.get(path).status_code == 405


def test_one_bad_event_loses_none_of_the_others(
    small_room: House, pages: Site, client: TestClient
) -> None:
    good, other = small_room.readers(2)
    small_room.issue(1, [good, other])
    bad: list[object] = [
        None,
        7,
        [],
        "x",
        {},
        {"event": ["bounce"]},
        told("bounce", 1, good, timestamp="never"),
        told("bounce", 1, good, timestamp=None),
        told("bounce", 1, good, timestamp=float("1e300")),
        told("bounce", 1, good, timestamp=True),
        told("bounce", 1, good, dg_delivery="1-99999999999999999999"),
        told("bounce", 1, good, dg_delivery="99999999999-1"),
        told("bounce", 1, good, dg_delivery=17),
        told("bounce", 1, good, dg_delivery="0-0"),
    ]
    odd: list[object] = [
        told("delivered", 1, good, sg_event_id="nul\x00 and \ud800"),
        told("delivered", 1, good, sg_event_id=None),
        told("delivered", 1, good, sg_event_id="x" * 101, dg_batch="\x00" * 1000, status=["5"]),
    ]
    body = json.dumps([told("spamreport", 1, good), *bad, *odd, told("delivered", 1, other)])
    for key in (pages.key, pages.key):  # and again
        headers = signed(key, body.encode())
        answer = client.post(SENDGRID, content=body.encode(), headers=headers)
        assert answer.status_code == 200
        assert answer.text == "5 of 19 are ours, 8 cannot be used\n"
    assert counts(small_room) == {EventKind.DELIVERED: 2, EventKind.COMPLAINT: 1}
    assert len(rows(small_room)) == 5
    assert small_room.editions(good) == frozenset()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=12,
)
NAMES = (
    "event timestamp sg_event_id dg_delivery dg_batch status reason type "
    "kind id at code delivery message_id envelope_from"
)
FIELDS = st.dictionaries(
    st.sampled_from(NAMES.split()),
    JSON | st.sampled_from(["bounce", "dropped", "hard_bounce", "1-1", "2026-11-24T06:00Z"]),
)


@examples(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(posted=st.lists(FIELDS | JSON, max_size=5))
def test_whatever_is_posted_is_answered(
    client: TestClient, pages: Site, posted: list[object]
) -> None:
    body = json.dumps(posted).encode()
    for path, headers in ((SENDGRID, signed(pages.key, body)), (OWN, hmac_signed(body))):
        assert client.post(path, content=body, headers=headers).status_code == 200


def test_events_of_any_relay(small_room: House, client: TestClient) -> None:
    readers = small_room.readers(4)
    small_room.issue(1, readers)
    at = "2026-12-24T07:00:00+01:00"
    marked = [MARKS.message_id(f"1-{one}", "example.org") for one in readers]
    body = json.dumps(
        {
            "events": [
                {"id": "a", "kind": "hard_bounce", "delivery": f"1-{readers[0]}", "at": at}
                | {"code": "550 5.1.1 <a@b> unknown"},
                {"id": "b", "kind": "complaint", "message_id": f"<{marked[1]}>", "at": at},
                {"id": "c", "kind": "unsubscribe", "at": 1_800_000_000}
                | {"envelope_from": f"bounce+{marked[2].partition('@')[0].upper()}@example.org"},
                {"id": "d", "kind": "dropped", "delivery": f"1-{readers[3]}", "at": at}
                | {"code": "bounce"},
                # A mark that somebody made up.
                {"id": "e", "kind": "complaint", "message_id": "<1-4-aaaaaaaaaaaa@x>", "at": at},
                {"id": "f", "kind": "exploded", "delivery": "1-1", "at": at},
            ]
        }
    ).encode()
    answer = client.post(OWN, content=body, headers=hmac_signed(body))
    assert answer.text == "4 of 6 are ours, 1 cannot be used\n"
    assert small_room.suppressed(readers[0]) == {"": "bounce: hook, issue 1, 550 5.1.1"}
    assert small_room.suppressed(readers[1]) == {"": "complaint: hook, issue 1"}
    assert small_room.editions(readers[2]) == {"weekly"}
    assert small_room.suppressed(readers[3]) == {"": "bounce: hook, issue 1, bounce"}
    assert "@" not in repr(rows(small_room))


def test_without_a_key_there_is_no_such_page(small_room: House) -> None:
    listening = Listening(settings(), small_room.engine, small_room.clock, small_room.people, MARKS)
    assert listening.routes() == []


def test_a_post_as_large_as_they_come_is_taken_quickly(
    small_room: House, pages: Site, client: TestClient
) -> None:
    """747 KB, as SendGrid sends them at most: all of it committed within a few seconds."""
    readers = small_room.readers(20)
    small_room.issue(1, readers)
    dice = random.Random(1)
    body = dumped(
        [
            told("delivered", 1, dice.choice(readers), response="250 2.0.0 OK " + "x" * 160, n=n)
            for n in range(1400)
        ]
    )
    assert 700_000 < len(body) < 1_000_000
    answer = client.post(SENDGRID, content=body, headers=signed(pages.key, body))
    assert answer.text == "1400 of 1400 are ours, 0 cannot be used\n"
    assert len(rows(small_room)) == 1400
