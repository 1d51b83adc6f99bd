"""Who gets an edition: the audience adds up, and what people said last is what counts."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from subscribers import Keys, LeaveSecret, Recipient, Subscribers, UnknownError
from subscribers.tables import leave_key, subscriber, subscription, tag
from tests.plans import plans, read_whole
from tests.subscribers.conftest import EVERY_DAY, KEYS, NOW, add, house

NEWER = Keys(
    leave=(LeaveSecret("k2", "a newer leave secret, thirty-two and more"), *KEYS.leave),
    manage=KEYS.manage,
    pepper=KEYS.pepper,
)


def reader_ids(people: Subscribers, edition: str = "morning", *segments: str) -> list[int]:
    return [one.subscriber for one in people.readers(edition, segments, [], EVERY_DAY, NOW)]


def recipient(people: Subscribers, who: int, edition: str = "morning") -> Recipient:
    found = people.recipients(edition, [who], NOW)[who]
    assert isinstance(found, Recipient)
    return found


def test_readers_by_edition_in_order(people: Subscribers) -> None:
    ids = [add(people, f"r{n}@example.org", "morning" if n % 3 else "weekly") for n in range(30)]
    assert reader_ids(people) == [who for n, who in enumerate(ids) if n % 3]
    assert reader_ids(people, "weekly") == ids[::3]
    assert reader_ids(people, "sport") == []
    assert people.active_by_edition() == {"morning": 20, "weekly": 10}


def test_readers_carry_what_decides_their_selection(people: Subscribers) -> None:
    from io import BytesIO

    csv = (
        "email,language,regions,topics,editions,tags,frequency,limit,style,consent_source\n"
        "a@example.org,FR,africa;europe,business,morning,vip,weekly,10,large,form\n"
        "b@example.org,,,,morning,,,,,form\n"
    )
    people.import_csv(BytesIO(csv.encode()), now=NOW, actor="tests")
    first, second = people.readers(
        "morning", [], ["vip", "africa", "european-business"], EVERY_DAY, NOW
    )
    assert first.regions == {"africa", "europe"}
    assert first.topics == {"business"}
    assert first.language == "fr"
    assert first.segments == {"vip", "africa", "european-business"}
    assert (first.frequency, first.limit, first.style) == ("weekly", 10, "large")
    assert (second.frequency, second.limit, second.style) == ("every", 0, "full")
    assert second.language == "", "they never said one"
    assert (second.regions, second.topics, second.segments) == (set(), set(), set())
    assert not hasattr(first, "address")
    asked = ["vip", "africa", "european-business"]
    assert people.reader(first.subscriber, asked) == first
    assert people.reader(second.subscriber, asked) == second
    with pytest.raises(UnknownError):
        people.reader(999, [])


def test_more_readers_than_a_page(people: Subscribers) -> None:
    from io import BytesIO

    rows = "".join(f"r{n}@example.org,form\n" for n in range(2500))
    people.import_csv(
        BytesIO(f"email,consent_source\n{rows}".encode()),
        now=NOW,
        actor="tests",
        default_editions=frozenset({"morning"}),
    )
    ids = reader_ids(people)
    assert len(ids) == 2500
    assert ids == sorted(set(ids))


def test_audience_is_readers_plus_excluded(people: Subscribers, engine: Engine) -> None:
    ids = [add(people, f"r{n}@example.org") for n in range(20)]
    with engine.begin() as connection:
        connection.execute(
            sa.update(subscription)
            .where(subscription.c.subscriber_id.in_(ids[:3]))
            .values(state="pending")
        )
    people.suppress(ids[3], reason="complaint", now=NOW)
    people.suppress(ids[4], reason="bounce", now=NOW, scope="morning")
    people.suppress(ids[5], reason="bounce", now=NOW, scope="weekly")
    key = recipient(people, ids[6]).leave_path.removeprefix("/u/")
    assert people.leave_by_key(key, NOW)
    assert people.excluded("morning", [], EVERY_DAY, NOW) == {"pending": 3, "suppressed": 2}
    assert reader_ids(people) == [ids[5], *ids[7:]]
    # nobody has the tag: all who could are outside
    assert reader_ids(people, "morning", "vip") == []
    assert people.excluded("morning", ["vip"], EVERY_DAY, NOW) == {
        "pending": 3,
        "suppressed": 2,
        "outside_segments": 14,
    }
    assert reader_ids(people, "morning", "vip", "not-vip") == [ids[5], *ids[7:]]


def test_who_is_not_due_is_counted_after_all_other_reasons(
    people: Subscribers, engine: Engine
) -> None:
    wants = [("every", 6), ("weekdays", 6), *(("weekly", day) for day in range(1, 8))]
    ids = [add(people, f"r{n}@example.org") for n in range(4 * len(wants))]
    with engine.begin() as connection:
        for who, (frequency, day) in zip(ids, wants * 4, strict=True):
            connection.execute(
                sa.update(subscriber)
                .where(subscriber.c.id == who)
                .values(frequency=frequency, weekly_on=day)
            )
        vip = ids[2 * len(wants) :]
        connection.execute(sa.insert(tag), [{"subscriber_id": who, "name": "vip"} for who in vip])
    for who in ids[3 * len(wants) :]:
        people.suppress(who, reason="asked", now=NOW)
    due = {
        frozenset({6}): [("every", 6), ("weekly", 6)],
        frozenset({6, 7, 1}): [
            *(("every", 6), ("weekdays", 6)),
            *(("weekly", day) for day in (1, 6, 7)),
        ],
        frozenset[int](): [("every", 6)],
        EVERY_DAY: wants,
    }
    for days, expected in due.items():
        found = [one.subscriber for one in people.readers("morning", ["vip"], [], days, NOW)]
        assert [dict(zip(vip, wants, strict=False))[who] for who in found] == expected
        assert [one for one in wants if people.why(ids[wants.index(one)]).due(days)] == expected
        told = people.excluded("morning", ["vip"], days, NOW)
        late = len(wants) - len(expected)
        assert told == {
            "suppressed": len(wants),
            "outside_segments": 2 * len(wants),
            **({"frequency": late} if late else {}),
        }
        assert len(found) + sum(told.values()) == len(ids)


def test_who_paused_and_who_wants_breaking_news(people: Subscribers, engine: Engine) -> None:
    later, before = NOW + timedelta(hours=1), NOW - timedelta(hours=1)
    wants: list[tuple[datetime | None, bool, str]] = [
        (None, False, "every"),
        (None, True, "weekly"),
        (later, True, "every"),
        (later, False, "weekly"),
        (before, True, "every"),
        (NOW, False, "every"),
    ]
    ids = [add(people, f"r{n}@example.org") for n in range(len(wants))]
    with engine.begin() as connection:
        for who, (until, breaking, frequency) in zip(ids, wants, strict=True):
            connection.execute(
                sa.update(subscriber)
                .where(subscriber.c.id == who)
                .values(paused_until=until, breaking=breaking, frequency=frequency, weekly_on=7)
            )
    monday = frozenset({1})

    def found(*, extra: bool, at: datetime = NOW) -> tuple[list[int], dict[str, int]]:
        some = people.readers("morning", [], [], monday, at, extra=extra)
        told = people.excluded("morning", [], monday, at, extra=extra)
        return [ids.index(one.subscriber) for one in some], dict(told)

    assert found(extra=False) == ([0, 4, 5], {"paused": 2, "frequency": 1})
    assert found(extra=True) == ([1, 4], {"paused": 2, "not_breaking": 2})
    assert found(extra=False, at=later) == ([0, 2, 4, 5], {"frequency": 2}), "it ends by itself"
    claimed = people.recipients("morning", ids, NOW)
    assert [who for who in ids if claimed[who] == "paused"] == ids[2:4]
    assert "paused" not in people.recipients("morning", ids, later).values()
    told = people.why(ids[2])
    assert (told.paused_until, told.breaking, told.hour, told.zone) == (later, True, None, "")


def test_more_than_a_page_of_people_paused(people: Subscribers) -> None:
    from io import BytesIO

    rows = "".join(f"r{n}@example.org,{n % 24},2026-12-01,form\n" for n in range(1500))
    people.import_csv(
        BytesIO(f"email,hour,paused_until,consent_source\n{rows}".encode()),
        now=NOW,
        actor="tests",
        default_editions=frozenset({"morning"}),
    )
    assert reader_ids(people) == []
    late = NOW + timedelta(days=10)
    assert len(list(people.readers("morning", [], [], EVERY_DAY, late))) == 1500


def test_the_last_word_is_at_the_claim(people: Subscribers, engine: Engine) -> None:
    names = ("fine", "suppressed", "elsewhere", "left", "pending", "jörg", "broken", "never")
    ids = {name: add(people, f"{name}@example.org") for name in names[:-1]}
    ids["never"] = add(people, "never@example.org", "weekly")
    people.suppress(ids["suppressed"], reason="complaint", now=NOW)
    people.suppress(ids["elsewhere"], reason="complaint", now=NOW, scope="weekly")
    people.leave_by_key(recipient(people, ids["left"]).leave_path.removeprefix("/u/"), NOW)
    with engine.begin() as connection:
        connection.execute(
            sa.update(subscription)
            .where(subscription.c.subscriber_id == ids["pending"])
            .values(state="pending")
        )
        connection.execute(
            sa.update(subscriber)
            .where(subscriber.c.id == ids["broken"])
            .values(email="broken@@example")
        )
    asked = [*ids.values(), 999_999]
    found = people.recipients("morning", asked, NOW)
    assert set(found) == set(asked)
    reasons = {who: one for who, one in found.items() if isinstance(one, str)}
    assert reasons == {
        ids["suppressed"]: "suppressed",
        ids["left"]: "left",
        ids["pending"]: "pending",
        ids["broken"]: "bad_address",
        ids["never"]: "left",
        999_999: "unknown",
    }
    assert recipient(people, ids["fine"]).address == "fine@example.org"
    # whether the way speaks SMTPUTF8 only a transport knows
    assert recipient(people, ids["jörg"]).address == "jörg@example.org"


def test_recipients_are_read_while_a_claim_is_open(people: Subscribers, engine: Engine) -> None:
    who = add(people, "a@example.org")
    with engine.begin() as claim:
        claim.execute(sa.update(subscriber).values(name="claimed"))
        assert recipient(people, who).name == ""
        assert reader_ids(people) == [who]


def test_links_say_nothing_of_the_person(people: Subscribers) -> None:
    one = recipient(people, add(people, "anna@example.org"))
    assert len(one.leave_path) == len("/u/") + 22
    assert "anna" not in one.leave_path + one.preferences_path
    token = one.preferences_path.removeprefix("/p/")
    assert people.preferences_of(token, NOW).subscriber == one.subscriber
    # the same mail at any time carries the same leave link
    later = people.recipients("morning", [one.subscriber], NOW + timedelta(days=400))
    again = later[one.subscriber]
    assert isinstance(again, Recipient)
    assert again.leave_path == one.leave_path


def test_a_domain_is_told_without_its_address(people: Subscribers) -> None:
    who = [add(people, "anna@Example.org"), add(people, "ben@mail.example.org")]
    told = people.domains([*who, 999])
    assert told == {who[0]: "example.org", who[1]: "mail.example.org"}


def test_leave_keys_outlive_their_secret(engine: Engine) -> None:
    before = house(engine)
    who = add(before, "a@example.org", "morning", "weekly")
    old_key = recipient(before, who).leave_path.removeprefix("/u/")
    after = house(engine, NEWER)
    # until the new keys are kept, mail goes on with the old ones: no link is ever dead
    assert recipient(after, who).leave_path == f"/u/{old_key}"
    assert after.issue_leave_keys() == 2
    assert after.issue_leave_keys() == 0
    new_key = recipient(after, who).leave_path.removeprefix("/u/")
    assert new_key != old_key
    assert after.leave_by_key(old_key, NOW)
    assert reader_ids(after) == []
    assert reader_ids(after, "weekly") == [who]
    # the secret may even be gone
    alone = Keys(leave=NEWER.leave[:1], manage=KEYS.manage, pepper=KEYS.pepper)
    weekly = recipient(before, who, "weekly").leave_path.removeprefix("/u/")
    assert house(engine, alone).leave_by_key(weekly, NOW)
    assert reader_ids(after, "weekly") == []


def test_without_a_working_leave_link_there_is_no_mail(engine: Engine) -> None:
    who = add(house(engine), "a@example.org")
    alone = Keys(leave=NEWER.leave[:1], manage=KEYS.manage, pepper=KEYS.pepper)
    people = house(engine, alone)
    assert people.recipients("morning", [who], NOW) == {who: "no_leave_key"}
    people.issue_leave_keys()
    assert recipient(people, who)


def test_the_database_knows_no_key(people: Subscribers, engine: Engine) -> None:
    who = add(people, "a@example.org")
    key = recipient(people, who).leave_path.removeprefix("/u/")
    with engine.connect() as connection:
        assert all(key not in str(row) for row in connection.execute(sa.select(leave_key)))


def test_leaving_is_kept_with_its_proof(people: Subscribers) -> None:
    who = add(people, "a@example.org", "morning", "weekly")
    key = recipient(people, who).leave_path.removeprefix("/u/")
    later = NOW + timedelta(days=1)
    assert people.leave_by_key(key, later)
    assert people.leave_by_key(key, later + timedelta(days=1))
    assert not people.leave_by_key("A" * 22, later)
    told = people.why(who)
    morning, weekly = told.subscriptions
    assert (morning.state, morning.left_at) == ("left", later)
    assert (weekly.state, weekly.left_at) == ("active", None)
    assert [(one.purpose, one.action, one.actor) for one in told.consents] == [
        ("newsletter:morning", "given", "tests"),
        ("newsletter:weekly", "given", "tests"),
        ("newsletter:morning", "withdrawn", "mail client"),
    ]
    assert people.leave_by_key(key, later, everything=True)
    assert reader_ids(people, "weekly") == []


def test_a_batchs_recipients_are_found_by_key(people: Subscribers, engine: Engine) -> None:
    from io import BytesIO

    rows = "".join(f"r{n}@example.org,form\n" for n in range(3000))
    people.import_csv(
        BytesIO(f"email,consent_source\n{rows}".encode()),
        now=NOW,
        actor="tests",
        default_editions=frozenset({"morning"}),
    )
    with engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
    ids = reader_ids(people)[1000:1010]
    with plans(engine) as found:
        assert len(people.recipients("morning", ids, NOW)) == 10
    # Nobody is suppressed here: that table is empty, and rightly read whole.
    assert not read_whole(found, "subscriber", "subscription", "leave_key"), found
