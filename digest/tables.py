"""The tables of both packages and of the queue, kept at the newest version. For app.py alone."""

from collections.abc import Callable

from sqlalchemy.engine import Engine

import subscribers
from digest.deliver.queues import schema
from digest.store import engine as database
from digest.store import migrations


def migrate(engine: Engine, before: Callable[[], object] = lambda: None) -> None:
    """Bring all tables to the newest version. Where they are, it costs a look at each history.

    ``before`` is called where there is something to do; if it raises, nothing is changed.
    """
    with database.one_at_a_time(engine):
        if pending(engine):
            before()
        migrations.migrate(engine)
        subscribers.migrate(engine)
        schema.migrate(engine)


def pending(engine: Engine) -> list[str]:
    """What ``migrate`` would do."""
    return [step for one in (migrations, subscribers, schema) for step in one.pending(engine)]
