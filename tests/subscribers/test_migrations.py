"""The history makes exactly the tables, beside another package's, and can be taken back."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Engine

from subscribers.migrations import VERSION_TABLE, _config, is_ours, migrate, pending
from subscribers.tables import metadata, subscriber, subscription


def test_no_drift(engine: Engine) -> None:
    with engine.connect() as connection:
        options = {
            "version_table": VERSION_TABLE,
            "include_name": is_ours,
            "compare_type": True,
            "compare_server_default": True,
        }
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_drift_would_be_seen(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("DROP INDEX ix_tag_name"))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_ours})
        assert compare_metadata(context, metadata) != []


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    assert pending(engine) == []
    migrate(engine)
    assert pending(engine) == []


def test_it_can_be_taken_back_and_done_again(engine: Engine) -> None:
    config = _config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert set(sa.inspect(engine).get_table_names()) == {VERSION_TABLE}
    assert [one[:4] for one in pending(engine)] == ["0001", "0002", "0003", "0004", "0005", "0006"]
    migrate(engine)
    assert set(metadata.tables) <= set(sa.inspect(engine).get_table_names())


def test_people_and_what_hangs_on_them_outlive_the_second(engine: Engine) -> None:
    config = _config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
        now = datetime(2026, 11, 24, tzinfo=UTC)
        person = {"email": "a@example.org", "email_key": "a", "address_hash": "", "name": ""}
        person |= {"language": ""}
        old = sa.table("subscriber", *map(sa.column, (*person, "joined_at", "created_at")))
        connection.execute(sa.insert(old).values(joined_at=now, created_at=now, **person))
        who = connection.scalar(sa.select(subscriber.c.id))
        tie = {"subscriber_id": who, "edition": "morning", "state": "active", "joined_at": now}
        connection.execute(sa.insert(subscription).values(tie))
    migrate(engine)
    with engine.connect() as connection:
        (row,) = connection.execute(sa.select(subscriber))
        assert (row.frequency, row.weekly_on, row.story_limit, row.style) == ("every", 6, 0, "full")
        assert connection.scalar(sa.select(subscription.c.subscriber_id)) == who


def test_ids_are_never_given_again(engine: Engine) -> None:
    row = {
        "email": "a@example.org",
        "email_key": "a@example.org",
        "address_hash": "0" * 64,
        "name": "",
        "language": "",
        "joined_at": sa.func.current_timestamp(),
        "created_at": sa.func.current_timestamp(),
    }
    people = metadata.tables["subscriber"]
    with engine.begin() as connection:
        first = connection.execute(sa.insert(people).values(row)).inserted_primary_key
        connection.execute(sa.delete(people))
        second = connection.execute(sa.insert(people).values(row)).inserted_primary_key
    assert first is not None
    assert second is not None
    assert second[0] > first[0]
