"""The tables of both packages and of the queue, kept at the newest version. For app.py alone."""

from sqlalchemy.engine import Engine

import subscribers
from digest.deliver.queues import schema
from digest.store import engine as database
from digest.store import migrations


def migrate(engine: Engine) -> None:
    """Bring all tables to the newest version. Where they are, it costs a look at each history."""
    with database.one_at_a_time(engine):
        migrations.migrate(engine)
        subscribers.migrate(engine)
        schema.migrate(engine)


def pending(engine: Engine) -> list[str]:
    """What ``migrate`` would do."""
    return [step for one in (migrations, subscribers, schema) for step in one.pending(engine)]
