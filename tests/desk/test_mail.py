"""What editors decided reaches readers: through the line, into the outbox."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from io import BytesIO
from pathlib import Path

import pytest

from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.desk.actions import (
    AddBlock,
    ChangeSection,
    Edit,
    Note,
    OrderSections,
    Remove,
    Subject,
)
from digest.errors import NotFoundError, WrongStateError
from digest.model import Block, BlockKind, IssueState, SectionChange
from digest.store import stories
from digest.store.engine import writing
from tests.desk.test_machine import CONFIG
from tests.making import NOW, gathered, parsed

SEGMENT = """
[[segments]]
name = "members"
filter = {tag = "member"}
"""
READERS = """email,editions,tags,consent_source
member@example.org,daily,member,form
reader@example.org,daily,,form
"""
SPONSOR = Block(
    id=0,
    kind=BlockKind.SPONSOR,
    title="Ferries to the islands",
    label="Sponsored by Ferries & Sons",
    after="latest",
)
THANKS = Block(id=0, kind=BlockKind.TEXT, text="Thank you", segments=frozenset({"members"}))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.part("postgres"))])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> App:
    (tmp_path / "wire").mkdir()
    (tmp_path / "config.toml").write_text(CONFIG + SEGMENT)
    told = {}
    if request.param == "postgres":
        told["database.url"] = request.getfixturevalue("postgres_url")()
    made = App(load(tmp_path / "config.toml", told), SetClock(NOW))
    made.migrate()
    made.people.import_csv(BytesIO(READERS.encode()), now=NOW, actor="test")
    return made


def bring(app: App, *numbers: int) -> None:
    with writing(app.engine) as connection:
        stories.keep(connection, gathered(*map(parsed, numbers)), app.clock.now())


def texts(app: App, issue: int) -> dict[str, tuple[str, str]]:
    """Reader → subject and text part."""
    found = {}
    for file in (app.settings.sending.outbox / str(issue)).glob("*.eml"):
        mail = message_from_bytes(file.read_bytes(), policy=default)
        body = mail.get_body(("plain",))
        assert body is not None
        found[mail["To"].addresses[0].username] = (mail["Subject"], body.get_content())
    return found


def test_everything_an_editor_may_do_is_in_the_mail(app: App) -> None:
    bring(app, *range(1, 8))
    desk = app.newsroom.desk
    issue, _ = app.newsroom.next_issue("daily")
    _, draft = desk.look(issue.id)
    first, second = (slot.story for slot in draft.slots[:2])
    for action in (
        Edit(first, {"headline": "Better", "link": "https://example.org/better/"}),
        Remove(second),
        Subject("Boats {{ lead }}"),
        Note("Good morning."),
        AddBlock(SPONSOR),
        AddBlock(THANKS),
        OrderSections(("latest-2", "latest")),
        ChangeSection(SectionChange(slug="latest-2", maximum=1, title="One more")),
    ):
        issue = desk.edit(issue.id, issue.revision, "Ines", action)
    issue = app.newsroom.send_now(issue)
    assert issue.state is IssueState.SENT, issue.reason
    mails = texts(app, issue.id)
    assert app.newsroom.variant_count(issue) == 2
    for subject, text in mails.values():
        assert subject == "Boats {{ lead }}"
        told = [
            "Good morning.",
            "ONE MORE",
            "Better",
            "https://example.org/better/",
            "FIRST",
            "[Sponsored by Ferries & Sons]",
        ]
        places = [text.index(one) for one in told]
        assert places == sorted(places)
        assert draft.headlines[second] not in text
    assert "Thank you" in mails["member"][1]
    assert "Thank you" not in mails["reader"][1]
    with pytest.raises(WrongStateError, match="stands still"):
        desk.edit(issue.id, None, "Ines", Note("Late"))


def test_an_issue_of_blocks_alone_holds_them(app: App) -> None:
    issue, _ = app.newsroom.next_issue("daily")
    issue = app.newsroom.desk.edit(issue.id, issue.revision, "Ines", AddBlock(SPONSOR))
    _, draft = app.newsroom.desk.look(issue.id)
    assert [section.slug for section in app.newsroom.desk.content(issue, draft).sections] == [
        "block:1"
    ]


def test_a_segment_that_there_is_not_is_refused(app: App) -> None:
    issue, _ = app.newsroom.next_issue("daily")
    block = Block(id=0, kind=BlockKind.TEXT, text="x", segments=frozenset({"nobody"}))
    with pytest.raises(NotFoundError, match="no segment 'nobody'"):
        app.newsroom.desk.edit(issue.id, None, "Ines", AddBlock(block))


def test_sections_kept_for_every_issue(app: App) -> None:
    bring(app, *range(1, 8))
    desk = app.newsroom.desk
    issue, _ = app.newsroom.next_issue("daily")
    hide = ChangeSection(SectionChange(slug="latest-2", hidden=True))
    desk.edit(issue.id, None, "Ines", hide)
    desk.keep_sections(issue.id, "Ines")
    assert isinstance(app.clock, SetClock)
    app.clock.at += timedelta(days=1)
    bring(app, *range(11, 18))
    later, content = app.newsroom.next_issue("daily")
    assert later.id != issue.id
    assert [section.slug for section in content.sections] == ["latest"]
    desk.forget_sections("daily", "Ines")
    _, content = app.newsroom.next_issue("daily")
    assert [section.slug for section in content.sections] == ["latest", "latest-2"]
