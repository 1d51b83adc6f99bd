"""What older versions stored reads the same in the new form."""

import sqlalchemy as sa
from alembic import command
from pydantic import TypeAdapter
from sqlalchemy.engine import Engine

from digest.curate import vary
from digest.curate.select import Selector
from digest.model import Hand, Interest, Selected, VariantContent
from digest.schedule.occurrences import Occurrence
from digest.store import issues, variants
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
