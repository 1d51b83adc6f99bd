"""“Sent in” says that a story stood in mail that reached somebody, not that it might have."""

from datetime import timedelta
from pathlib import Path

from digest.curate.correct import About
from digest.desk.actions import ChangeSection
from digest.model import SectionChange
from digest.store.extras import Wish
from digest.store.sent import SentIn
from tests.after.conftest import Make
from tests.after.room import Room, write

#: one gets what everybody gets; one only what is about sports
READERS = """email,name,topics,breaking,editions,consent_source
ann@example.org,Ann Reader,,yes,daily,form
spo@example.org,Spo Reader,sports,no,daily,form
"""


def told(room: Room) -> dict[str, list[tuple[int, bool]]]:
    """The first word of each title → the issues that had it, and whether for everybody."""
    keys = {name: room.story(name) for name in ("Ferry", "Night", "River")}
    found = room.app.newsroom.desk.sent_in(list(keys.values()))
    return {
        name: [(one.issue, one.to_all) for one in found.get(key, ())] for name, key in keys.items()
    }


def test_a_story_was_sent_where_it_stood(make: Make, tmp_path: Path) -> None:
    room = make(readers=READERS)
    room.app.tick(sending=False)
    desk, app = room.app.newsroom.desk, room.app
    desk.correct(room.story("Ferry"), {About.TOPIC: ["sports"]}, "ed")
    for name in ("Night", "River"):
        desk.correct(room.story(name), {About.TOPIC: ["business"]}, "ed")
    issue = app.newsroom.today("daily")
    # Ferry is the oldest: with room for one it stands in the mail of its fan alone.
    desk.edit(issue.id, None, "ed", ChangeSection(SectionChange(slug="latest", maximum=1)))
    issue = app.newsroom.send_now(issue)
    assert told(room) == {
        "Ferry": [(issue.id, False)],
        "Night": [],
        "River": [(issue.id, True)],
    }, "the window covered all three"
    # One outside the schedule uses up no story, and yet readers have it.
    write(tmp_path, 2, "Road tolls")
    (tmp_path / "desk/2.md").rename(tmp_path / "desk/road.md")
    room.clock.at += timedelta(hours=1)
    app.tick(sending=False)
    extra = app.newsroom.open_extra("daily", None, "ed", wish=Wish())
    desk.fill(extra)
    assert app.newsroom.send_now(extra).id == extra.id
    stood = [slot.story for slot in desk.look(extra.id)[1].slots]
    assert stood
    this = SentIn(edition="daily", issue=extra.id, to_all=True)
    sent = desk.sent_in(stood)
    assert all(this in sent[key] for key in stood)
