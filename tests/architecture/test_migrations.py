"""The migrations lead to the tables that the code declares, on both databases."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Engine

from digest.store.migrations import VERSION_TABLE, migrate, ours, pending
from digest.store.tables import metadata
from subscribers.tables import metadata as of_subscribers


def test_no_drift(engine: Engine) -> None:
    options = {
        "compare_type": True,
        "version_table": VERSION_TABLE,
        "include_name": lambda name, kind, _: ours(name, kind, metadata),
    }
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_a_second_run_has_nothing_to_do(engine: Engine) -> None:
    assert pending(engine) == []
    migrate(engine)


def test_the_two_packages_share_a_database_and_no_table() -> None:
    assert metadata.tables.keys().isdisjoint(of_subscribers.tables)
