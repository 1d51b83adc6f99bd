"""What strangers and letters ask of the database is found by indexes, of however many people."""

from datetime import timedelta

import sqlalchemy as sa

from subscribers.letters import LetterKind
from subscribers.tables import asked, consent_event, letter_due, subscriber
from tests.joining.conftest import Door
from tests.plans import plans, read_whole
from tests.subscribers.conftest import NOW, add

MANY = 5_000


def test_no_table_of_people_is_read_whole(door: Door) -> None:
    add(door.people, "ann@example.org", "morning")
    _fill(door)
    with plans(door.engine) as found:
        door.join("bob@example.org")
        door.client().post("/links", data={"email": "ann@example.org"})
        letters = door.due()
        assert len(letters) == 2
        door.client().post(letters[0].path)
    assert len(found) > 20
    assert read_whole(found, "subscriber", "letter_due", "asked", "consent_event") == []


def _fill(door: Door) -> None:
    with door.engine.begin() as connection:
        person = dict(connection.execute(sa.select(subscriber)).one()._mapping)
        del person["id"]
        people = [
            person | {"email": f"{n}@x.example", "email_key": f"{n}@x.example"} for n in range(MANY)
        ]
        connection.execute(sa.insert(subscriber), people)
        some = list(connection.scalars(sa.select(subscriber.c.id)))
        letter = {"kind": LetterKind.WELCOME, "about": "", "language": "", "created_at": NOW}
        connection.execute(
            sa.insert(letter_due),
            [letter | {"subscriber_id": n, "purpose": str(n), "done_at": NOW} for n in some],
        )
        yes = {"purpose": "newsletter", "action": "given", "at": NOW, "source": "form"}
        yes |= {"wording": "", "actor": "tests"}
        connection.execute(sa.insert(consent_event), [yes | {"subscriber_id": n} for n in some])
        before = {"kind": "sign-up", "from_hash": "", "at": NOW - timedelta(days=1)}
        connection.execute(sa.insert(asked), [before | {"address_hash": str(n)} for n in some])
    with door.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
