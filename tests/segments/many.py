"""Very many subscribers, made by the database itself."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from subscribers.tables import UtcTime
from tests.subscribers.conftest import NOW

#: numbers from 1, and for each three that look drawn: from 0 to 99
PEOPLE = """
WITH RECURSIVE n(i) AS (SELECT {one} UNION ALL SELECT i + 1 FROM n WHERE i < {people}),
p AS (SELECT i, (i * 7919) % 101 AS a, (i * 104729) % 103 AS b, (i * 1299709) % 107 AS c FROM n)
"""
INTO = (
    "INSERT INTO subscriber (id, email, email_key, address_hash, name, language, time_zone, "
    "breaking, last_active_at, joined_at, created_at, measure_opens, measure_clicks) {people} "
    "SELECT i, 'r' || i || '@h' || (i % 1000) || '.example.org', "
    "'r' || i || '@h' || (i % 1000) || '.example.org', "
    "'1234567890abcdef1234567890abcdef1234567890abcdef' || (1000000000000000 + i), '', "
    "CASE WHEN b < 60 THEN 'en' WHEN b < 75 THEN 'en-gb' ELSE 'fr' END, '', {false}, "
    "CASE WHEN c < 40 THEN {recent} END, CASE WHEN a < 30 THEN {old} ELSE {recent} END, {old}, "
    "{false}, {false} FROM p",
    "INSERT INTO subscription (subscriber_id, edition, state, joined_at) {people} "
    "SELECT i, 'morning', CASE WHEN a < 80 THEN 'active' ELSE 'left' END, {old} FROM p",
    "INSERT INTO subscription (subscriber_id, edition, state, joined_at) {people} "
    "SELECT i, 'weekly', 'active', {old} FROM p WHERE b < 30",
    "INSERT INTO preference (subscriber_id, kind, value) {people} "
    "SELECT i, 'region', CASE WHEN c < 30 THEN 'africa' ELSE 'europe' END FROM p WHERE c < 60",
    "INSERT INTO preference (subscriber_id, kind, value) {people} "
    "SELECT i, 'topic', CASE WHEN a < 30 THEN 'business' ELSE 'health' END FROM p WHERE a < 60",
    "INSERT INTO tag (subscriber_id, name) {people} "
    "SELECT i, CASE WHEN b < 5 THEN 'staff' ELSE 'vip' END FROM p WHERE b < 20",
    "INSERT INTO received (subscriber_id, edition, issues, last_at) {people} "
    "SELECT i, 'morning', 1 + c, CASE WHEN b < 80 THEN {recent} ELSE {old} END FROM p",
    "INSERT INTO suppression (address_hash, scope, reason, at) {people} "
    "SELECT '1234567890abcdef1234567890abcdef1234567890abcdef' || (1000000000000000 + i), '', "
    "'asked', {old} FROM p WHERE c = 50",
)
TIMES = {"old": NOW - timedelta(days=400), "recent": NOW - timedelta(days=3)}
#: how five conditions are written for ``Segments``…
FIVE = {
    "edition": "morning",
    "any": [{"region": "africa"}, {"topic": "business"}],
    "not": {"tag": "staff"},
    "language": "en",
    "received": {"edition": "morning", "last_within": "30 days"},
}
#: … and by hand, with whom not to mail
BY_HAND = sa.text("""
SELECT count(*)
FROM subscriber s
JOIN subscription n ON n.subscriber_id = s.id AND n.edition = 'morning' AND n.state = 'active'
JOIN received r ON r.subscriber_id = s.id AND r.edition = 'morning' AND r.last_at >= :since
WHERE (s.language = 'en' OR s.language LIKE 'en-%')
AND (EXISTS (SELECT 1 FROM preference p
             WHERE p.subscriber_id = s.id AND p.kind = 'region' AND p.value = 'africa')
     OR EXISTS (SELECT 1 FROM preference p
                WHERE p.subscriber_id = s.id AND p.kind = 'topic' AND p.value = 'business'))
AND NOT EXISTS (SELECT 1 FROM tag t WHERE t.subscriber_id = s.id AND t.name = 'staff')
AND NOT EXISTS (SELECT 1 FROM suppression x
                WHERE x.address_hash = s.address_hash AND x.scope = '')
""").bindparams(sa.bindparam("since", NOW - timedelta(days=30), UtcTime))


def fill(engine: Engine, people: int) -> None:
    """Insert that many."""
    times = {name: UtcTime().process_bind_param(at, engine.dialect) for name, at in TIMES.items()}
    # SQLite writes a time as SQLAlchemy does, with a space and a fraction.
    told = {
        name: f"'{at:%F %T.%f}'" if engine.dialect.name == "sqlite" else f"TIMESTAMPTZ '{at}'"
        for name, at in times.items()
        if at is not None
    }
    one = "1" if engine.dialect.name == "sqlite" else "CAST(1 AS bigint)"
    false = "0" if engine.dialect.name == "sqlite" else "false"
    with engine.begin() as connection:
        for statement in INTO:
            sql = statement.format(
                people=PEOPLE.format(people=people, one=one), false=false, **told
            )
            connection.execute(sa.text(sql))
    if engine.dialect.name == "postgresql":
        # As its autovacuum does.
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM ANALYZE"))
