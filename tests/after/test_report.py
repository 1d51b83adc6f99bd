"""Reports: numbers of crowds, beside the issues before, and nothing of few."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from digest.curate.crowds import overlapping, parted
from digest.desk.actions import AddBlock
from digest.model import (
    LEAST,
    Block,
    BlockKind,
    Clicked,
    DeliveryEvent,
    EventKind,
    Figures,
    Issue,
    LinkPlace,
    Report,
)
from digest.steps import links as steps
from digest.store import heard
from digest.store.engine import writing
from digest.web.plot import bars
from digest.web.report import hours
from tests.after.conftest import Make
from tests.after.room import Room, body, furnish, links, write
from tests.line.newsroom import csv

COUNTED = "count_clicks = true"
CROWD = 120


def people(count: int) -> str:
    """So many, nine of ten at one host, the others at another."""
    rows = (
        (f"r{one}@{'few' if one % 10 == 0 else 'big'}.example", f"R{one}", "", "", "", "daily",
         "vip" if one % 2 else "", "form", "")
        for one in range(count)
    )  # fmt: skip
    return csv(rows)


def hear(room: Room, issue: Issue, kind: EventKind, readers: Sequence[int]) -> None:
    """Something was heard of these readers' mail."""
    events = [
        DeliveryEvent(
            id=f"test:{kind}:{issue.id}:{who}",
            kind=kind,
            issue=issue.id,
            subscriber=who,
            at=room.clock.now(),
            source="test",
        )
        for who in readers
    ]
    with writing(room.app.engine) as connection:
        heard.note(connection, events, room.clock.now())


def report(room: Room, issue: Issue) -> Report:
    room.app.following.counter.flush(everything=True)
    return room.app.following.report(room.app.parts, issue.id)


def test_a_crowd_is_told_of(make: Make, tmp_path: Path) -> None:
    room = make(COUNTED, people(CROWD))
    issue = room.send()
    ids = [who for who in (room.app.people.find(f"r{one}@big.example") for one in range(9)) if who]
    hear(room, issue, EventKind.DELIVERED, range(1, CROWD + 1))
    hear(room, issue, EventKind.HARD_BOUNCE, ids[:3])
    hear(room, issue, EventKind.COMPLAINT, ids[:1])
    room.clock.at += timedelta(hours=1)
    people_, now = room.app.people, room.clock.now()
    people_.leave_all(people_.preferences_path(ids[5], now).removeprefix("/p/"), now)
    path = links(room.mails(issue)["R1"])[0]
    for _ in range(3):
        room.clock.at += timedelta(hours=1)
        room.client.get(path, headers={"X-Forwarded-For": "192.0.2.1"})
    told = report(room, issue)
    assert told.figures == Figures(accepted=CROWD, delivered=CROWD, bounced=3, complained=1, left=1)
    assert [(one.name, one.this) for one in told.compared][-1] == ("clicks", 2.5)
    assert all(one.median is None for one in told.compared)
    assert told.domains == [], "the large one would tell of the small one"
    assert told.others is not None
    assert told.others.accepted == CROWD
    assert told.hidden == 2
    assert told.clicked is not None
    assert (told.clicked.human, told.clicked.machine) == (3, 0)
    assert told.clicked.links[0].readers == CROWD
    assert [one.section for one in told.clicked.sections] == ["latest"]
    page = room.client.get(f"/desk/issues/{issue.id}/report")
    assert page.status_code == 200
    assert "<svg" in page.text
    assert "style=" not in page.text
    assert "@big.example" not in page.text
    assert room.client.get("/desk/issues/99/report").status_code == 404

    room.clock.at = datetime(2026, 11, 25, 5, tzinfo=UTC)
    write(tmp_path, 3, "Harbour opens")
    following = room.send()
    after = report(room, following)
    assert (after.before, after.figures.accepted) == (1, CROWD - 1)
    bounced = next(one for one in after.compared if one.name == "bounced")
    assert (bounced.this, bounced.median, bounced.lowest, bounced.highest) == (0, 2.5, 2.5, 2.5)


def test_blocks_are_counted_and_told_of_by_name(tmp_path: Path) -> None:
    room = furnish(tmp_path, COUNTED, people(60))
    room.app.tick(sending=False)
    issue, desk = room.app.newsroom.open_next("daily"), room.app.newsroom.desk
    tea = Block(
        id=0,
        kind=BlockKind.SPONSOR,
        title="Leaf tea",
        url="https://leaf.example/?a=b",
        label="Sponsored by Leaf",
    )
    ours = Block(id=0, kind=BlockKind.TEXT, text="Meet us on Friday.", url="https://m.example/meet")
    for one in (tea, ours):
        desk.edit(issue.id, None, "ed", AddBlock(one))
    issue = room.app.newsroom.send_now(room.app.newsroom.issue(issue.id))
    mail = room.mails(issue)["R1"]
    assert "leaf.example/?" not in body(mail, "html") + body(mail, "plain")
    there = {}
    for path in dict.fromkeys(links(mail)):
        room.clock.at += timedelta(minutes=1)
        there[room.client.get(path).headers["location"]] = path
    assert "https://leaf.example/?a=b" in there, "without parameters of ours"
    assert any(one.startswith("https://m.example/meet?utm_source=") for one in there)
    assert set(links(mail, "html")) == set(there.values())
    room.client.get(there["https://leaf.example/?a=b"])
    told = report(room, issue).clicked
    assert told is not None
    rows = {one.headline: (one.place, one.readers, one.human + one.machine) for one in told.links}
    assert rows["Leaf tea"] == (LinkPlace.SPONSOR, 60, 2)
    assert rows["Meet us on Friday."] == (LinkPlace.TEXT, 60, 1)
    assert {one.name for one in told.sections} == {"", "Leaf tea", "Meet us on Friday."}
    page = room.client.get(f"/desk/issues/{issue.id}/report").text
    assert page.count("Leaf tea") == 2, "among sections and among links"
    # A sponsor's link that is mended stays the sponsor's own.
    (number,) = (one.link for one in told.links if one.place is LinkPlace.SPONSOR)
    mended = steps.repoint(room.app.parts, number, "https://leaf.example/new", "ed", "")
    assert mended.target.url == "https://leaf.example/new"
    room.app.engine.dispose()


def test_of_few_nothing_is_told(make: Make) -> None:
    room = make(COUNTED)
    issue = room.send()
    room.clock.at += timedelta(hours=1)
    room.client.get(links(room.mails(issue)["Ann"])[0])
    told = report(room, issue)
    assert told.clicked is None
    assert (told.segments, told.domains, told.others) == ([], [], None)
    assert "clicks" not in {one.name for one in told.compared}
    page = room.client.get(f"/desk/issues/{issue.id}/report").text
    assert "fewer than 50 readers" in page
    assert "example.org" not in page


sizes = st.dictionaries(st.text(max_size=3), st.integers(0, 200), max_size=8)


@given(sizes, st.integers(1, 5))
def test_nobody_is_found_by_subtraction(groups: dict[str, int], most: int) -> None:
    figures = {name: Figures(accepted=count) for name, count in groups.items()}
    shown, others, hidden = parted(figures, most)
    rest = sum(groups.values()) - sum(one.figures.accepted for one in shown)
    assert all(one.figures.accepted >= LEAST for one in shown)
    assert len(shown) <= most
    assert len(shown) + hidden == len(groups)
    if shown:
        assert rest == 0 or rest >= LEAST
    assert (others.accepted if others else 0) == (rest if rest >= LEAST else 0)


@given(sizes)
def test_neither_inside_nor_outside_are_few(groups: dict[str, int]) -> None:
    figures = {name: Figures(accepted=count) for name, count in groups.items()}
    whole = Figures(accepted=max(groups.values(), default=0) + 20)
    shown, hidden = overlapping(figures, whole)
    assert len(shown) + hidden == len(groups)
    for one in shown:
        assert one.figures.accepted >= LEAST
        assert whole.accepted - one.figures.accepted >= LEAST


def test_bars_say_nothing_but_numbers() -> None:
    drawn = bars([('"><script>', 2.0), ("b", 0.0), ("c", 4.0)], "<title>")
    assert "<script>" not in drawn
    assert drawn.count("<rect") == 3
    assert 'height="120.0"' in drawn
    assert 'aria-label="&lt;title&gt;"' in drawn
    assert bars([], "none").count("<rect") == 0
    first = datetime(2026, 11, 24, 6, tzinfo=UTC)
    clicked = Clicked(
        human=5,
        machine=0,
        links=(),
        sections=(),
        hours={first: 2, first + timedelta(hours=3): 3, first + timedelta(days=9): 1},
    )
    assert hours(clicked).count("<rect") == 48


def test_hostile_titles_are_text(make: Make, tmp_path: Path) -> None:
    room = make(COUNTED, people(60))
    write(tmp_path, 0, '"><svg onload=alert(1)> {{ 7 * 7 }}')
    issue = room.send()
    page = room.client.get(f"/desk/issues/{issue.id}/report").text
    assert "<svg onload" not in page
    assert "&lt;svg onload=alert(1)&gt; {{ 7 * 7 }}" in page
