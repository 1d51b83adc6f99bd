"""Every operation of the API, bound to the people it is about."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from subscribers import feed, suppression
from subscribers.api import models, reading, writing
from subscribers.api.keys import KeyScope
from subscribers.api.operation import Call, Operation
from subscribers.api.problem import Mistake, ProblemError, not_found
from subscribers.enrolment import Registrar
from subscribers.errors import CursorError, UnknownError
from subscribers.model import ConsentAction
from subscribers.segment_sql import condition
from subscribers.service import Subscribers
from subscribers.store import reading as only_reading
from subscribers.tables import subscriber
from subscribers.tokens import Keys

READ, WRITE, EVENTS = KeyScope.READ, KeyScope.WRITE, KeyScope.EVENTS
GONE = {404: "there is no such subscriber (any more)"}
SUPPRESSED = {409: "suppressed: this address is never to be mailed"}
CHOSEN = {409: "person_chose: this person chose for themselves, and that stays"}
#: what may be done with a person that another operation tells of
AFTERWARDS = ("getSubscriber", "changeSubscriber", "leaveEditions", "suppressSubscriber")


@dataclass(frozen=True, slots=True)
class Operations:
    """What is done. Each method takes a checked call and runs in one transaction."""

    engine: Engine
    secrets: Keys
    people: Subscribers
    now: Callable[[], datetime]

    def every(self) -> Sequence[Operation]:
        """In the order of the document."""
        return [*self._of_people(), *self._of_one(), *self._of_the_newsroom()]

    def _of_people(self) -> list[Operation]:
        return [
            Operation(
                method="PUT",
                path="/subscribers/by-address",
                name="upsertSubscriber",
                summary="Add a person who asked for mail, or an edition to one; mails nobody",
                scope=WRITE,
                of_body=models.Newcomer,
                answer=models.Enrolled,
                handle=self.upsert,
                problems=SUPPRESSED,
                links=AFTERWARDS,
            ),
            Operation(
                method="POST",
                path="/subscribers/find",
                name="findSubscriber",
                summary="The person with an address",
                scope=READ,
                of_body=models.Find,
                answer=models.Person,
                handle=self.find,
                problems=GONE,
                links=AFTERWARDS,
            ),
            Operation(
                method="GET",
                path="/subscribers",
                name="listSubscribers",
                summary="People by id, of a segment if one is named",
                scope=READ,
                of_query=models.PeoplePaging,
                answer=models.People,
                handle=self.page,
                problems={404: "there is no such segment"},
            ),
        ]

    def _of_one(self) -> list[Operation]:
        return [
            Operation(
                method="GET",
                path="/subscribers/{id}",
                name="getSubscriber",
                summary="One person",
                scope=READ,
                of_path=models.ById,
                answer=models.Person,
                handle=self.get,
                problems=GONE,
            ),
            Operation(
                method="PATCH",
                path="/subscribers/{id}",
                name="changeSubscriber",
                summary="Tell more of a person; what is left out stays",
                scope=WRITE,
                of_path=models.ById,
                of_body=models.Facts,
                answer=models.Person,
                handle=self.patch,
                problems=GONE | CHOSEN,
            ),
            Operation(
                method="POST",
                path="/subscribers/{id}/leave",
                name="leaveEditions",
                summary="Have a person leave editions, or all",
                scope=WRITE,
                of_path=models.ById,
                of_body=models.Leaving,
                answer=models.Left,
                handle=self.leave,
                problems=GONE,
            ),
            Operation(
                method="POST",
                path="/subscribers/{id}/suppress",
                name="suppressSubscriber",
                summary="Never mail a person again; only they can lift that",
                scope=WRITE,
                of_path=models.ById,
                of_body=models.Barring,
                answer=models.Person,
                handle=self.suppress,
                problems=GONE,
            ),
        ]

    def _of_the_newsroom(self) -> list[Operation]:
        return [
            Operation(
                method="GET",
                path="/segments",
                name="listSegments",
                summary="Every segment",
                scope=READ,
                answer=models.Segments,
                handle=self.segments,
            ),
            Operation(
                method="GET",
                path="/segments/{name}/count",
                name="countSegment",
                summary="How many people of a segment may be mailed",
                scope=READ,
                of_path=models.ByName,
                answer=models.Count,
                handle=self.count,
                problems={404: "there is no such segment"},
            ),
            Operation(
                method="GET",
                path="/editions",
                name="listEditions",
                summary="Every edition, and how many get it",
                scope=READ,
                answer=models.Editions,
                handle=self.editions,
            ),
            Operation(
                method="GET",
                path="/events",
                name="listEvents",
                summary="What happened to people after a cursor; none is ever missed",
                scope=EVENTS,
                of_query=models.EventPaging,
                answer=models.Events,
                handle=self.events,
                problems={410: "cursor_gone: of another database; begin again without one"},
            ),
        ]

    # --- people

    def upsert(self, call: Call) -> models.Enrolled:
        """PUT /subscribers/by-address."""
        registrar = Registrar(
            keys=self.secrets,
            now=self.now(),
            # Not ``given``: the yes was said elsewhere, and is brought along.
            action=ConsentAction.IMPORTED,
            actor=_actor(call),
        )
        with self.engine.begin() as connection:
            return writing.upsert(connection, call.body, self.people.catalogue, registrar)

    def find(self, call: Call) -> models.Person:
        """POST /subscribers/find."""
        key = writing.mailbox(call.body.address).key
        with only_reading(self.engine) as connection:
            query = sa.select(subscriber.c.id).where(subscriber.c.email_key == key)
            who = connection.scalar(query)
            return _there(reading.person(connection, who) if who else None)

    def page(self, call: Call) -> models.People:
        """GET /subscribers."""
        asked: models.PeoplePaging = call.query
        query = sa.select(subscriber.c.id).where(subscriber.c.id > asked.after)
        if asked.segment:
            query = query.where(self._in(asked.segment))
        query = query.order_by(subscriber.c.id).limit(asked.limit + 1)
        with only_reading(self.engine) as connection:
            ids = connection.scalars(query).all()
            shown = ids[: asked.limit]
            found = reading.people(connection, shown)
        return models.People(items=found, next=shown[-1] if len(ids) > asked.limit else None)

    def get(self, call: Call) -> models.Person:
        """GET /subscribers/{id}."""
        with only_reading(self.engine) as connection:
            return _there(reading.person(connection, call.path.id))

    def patch(self, call: Call) -> models.Person:
        """PATCH /subscribers/{id}."""
        who = call.path.id
        with self.engine.begin() as connection:
            writing.patch(connection, who, call.body, self.people.catalogue, self.now())
            return _there(reading.person(connection, who))

    def leave(self, call: Call) -> models.Left:
        """POST /subscribers/{id}/leave."""
        who = call.path.id
        with self.engine.begin() as connection:
            left = writing.leave(connection, who, call.body, _actor(call), self.now())
        return models.Left(id=who, left=left)

    def suppress(self, call: Call) -> models.Person:
        """POST /subscribers/{id}/suppress."""
        who = call.path.id
        with self.engine.begin() as connection:
            writing.bar(connection, who, call.body, self.people.catalogue, self.now())
            return _there(reading.person(connection, who))

    # --- the newsroom

    def segments(self, call: Call) -> models.Segments:
        """GET /segments."""
        del call
        names = sorted(self.people.segments)
        return models.Segments(items=[models.Segment(name=one) for one in names])

    def count(self, call: Call) -> models.Count:
        """GET /segments/{name}/count."""
        name = call.path.name
        try:
            return models.Count(segment=name, people=self.people.count(name))
        except UnknownError:
            raise not_found("segment") from None

    def editions(self, call: Call) -> models.Editions:
        """GET /editions."""
        del call
        active = self.people.active_by_edition()
        return models.Editions(
            items=[
                models.EditionTold(slug=slug, name=name, active=active.get(slug, 0))
                for slug, name in self.people.catalogue.editions.items()
            ]
        )

    def events(self, call: Call) -> models.Events:
        """GET /events."""
        asked: models.EventPaging = call.query
        try:
            cursor = feed.Cursor.read(asked.after)
        except CursorError as error:
            found = [Mistake(where="query", pointer="/after", problem=str(error))]
            told = "Something here cannot be taken."
            raise ProblemError(422, "invalid", told, errors=found) from None
        try:
            with only_reading(self.engine) as connection:
                found_events, then = feed.after(connection, cursor, asked.limit)
        except CursorError as error:
            raise ProblemError(410, "cursor_gone", f"{error}.") from None
        return models.Events(
            items=[
                models.EventTold(
                    id=str(at),
                    kind=one.kind,
                    subscriber=one.subscriber,
                    edition=one.edition,
                    at=one.at,
                )
                for at, one in found_events
            ],
            next=str(then),
        )

    def _in(self, segment: str) -> sa.ColumnElement[bool]:
        which = self.people.segments.get(segment)
        if which is None:
            raise not_found("segment")
        return sa.and_(condition(which), suppression.spares())


def _there(person: models.Person | None) -> models.Person:
    if person is None:
        raise not_found("subscriber")
    return person


def _actor(call: Call) -> str:
    return f"API key {call.caller.name}"
