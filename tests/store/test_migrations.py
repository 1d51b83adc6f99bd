"""What older versions stored reads the same in the new form."""

from dataclasses import replace

import sqlalchemy as sa
from alembic import command
from pydantic import TypeAdapter
from sqlalchemy.engine import Engine

from digest.curate import vary
from digest.curate.select import Selector
from digest.model import (
    Draft,
    Hand,
    Interest,
    IssueState,
    Overrides,
    Selected,
    Slot,
    SlotMode,
    StoryId,
    VariantContent,
)
from digest.schedule.occurrences import Occurrence
from digest.store import drafts, hands, issues, variants
from digest.store.engine import reading, writing
from digest.store.migrations import _config, migrate
from tests.making import NOW, candidate, edition, section

CONTENT = TypeAdapter(VariantContent)


def test_variants_become_selections(engine: Engine) -> None:
    """0005: of an issue under way each reader's stories stay; all get its first subject."""
    daily = edition(section("latest"))
    pool = (candidate(1, regions=("africa",)), candidate(2, regions=("europe",)))
    subject = "“Ferry” \\ {{ 7 * 7 }} 👩‍🚒"
    with writing(engine) as connection:
        issue = issues.open_issue(connection, "daily", Occurrence(local_date=NOW.date(), at=NOW))
    old = {
        name: CONTENT.dump_python(
            vary.vary(issue, daily, pool, Hand(), Interest(regions=frozenset({name})), {}),
            mode="json",
        )
        | {"subject": subject}
        for name in ("africa", "europe")
    }
    with engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0004")
        table = sa.table(
            "variant", *map(sa.column, ("issue_id", "key")), sa.column("content", sa.JSON)
        )
        rows = [{"issue_id": issue.id, "key": key, "content": one} for key, one in old.items()]
        connection.execute(sa.insert(table), rows)
    migrate(engine)
    with reading(engine) as connection:
        sheet = variants.sheets(connection, issue.id)["en"]
        chosen = variants.selected(connection, issue.id, old)
    for key, was in old.items():
        now = CONTENT.dump_python(vary.content(sheet, chosen[key]), mode="json")
        assert now["sections"] == was["sections"]
        assert now["subject"] == subject
    assert chosen["africa"] == Selected(
        sections=Selector(daily, pool, ()).select(Interest(regions=frozenset({"africa"}))) or (),
        language="en",
    )


def test_what_editors_did_becomes_their_hand(engine: Engine) -> None:
    """0011: pins, removals and words written over; what was frozen is still what was locked."""
    pool = (candidate(1), candidate(2, fold=StoryId(2)), candidate(3))
    pin = Slot(section="latest", position=0, story=StoryId(2), mode=SlotMode.PINNED, reason="why")
    gone = Slot(section="latest", position=1, story=StoryId(3), mode=SlotMode.REMOVED)
    hand = Hand(placed=(pin, gone), overrides={StoryId(2): Overrides(headline="Better", alt="")})
    rule = Slot(section="latest", position=1, story=StoryId(1), reason="latest")
    draft = Draft(pool=pool, slots=(pin, rule, gone), hand=hand)
    with writing(engine) as connection:
        issue = issues.open_issue(connection, "daily", Occurrence(local_date=NOW.date(), at=NOW))
        issue = drafts.save(connection, issue, draft, NOW, NOW)
        hands.write(connection, issue, hand, "Ines", "pin", NOW)
        issue = issues.move(connection, issue, IssueState.DRAFTING, "test", NOW)
        issue = issues.move(connection, issue, IssueState.LOCKED, "test", NOW)
    with engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0010")
        old = sa.table("issue", sa.column("content_hash"))
        connection.execute(sa.update(old).values(content_hash="counted otherwise"))
    migrate(engine)
    with reading(engine) as connection:
        now = issues.get(connection, issue.id)
        assert drafts.of(connection, issue.id) == replace(
            draft, slots=tuple(sorted(draft.slots, key=lambda one: (one.position, one.story)))
        )
        assert drafts.content_hash(drafts.of(connection, issue.id)) == now.content_hash
        assert (now.content_hash, now.pool_revision) == (issue.content_hash, issue.revision)
