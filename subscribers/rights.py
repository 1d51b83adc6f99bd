"""``Rights``: what people may ask of a newsroom that holds their data, and what it owes them."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from subscribers import address, consent, erasure, export, held, retention, suppression, wording
from subscribers.errors import UnknownError
from subscribers.segment_parse import closest
from subscribers.segment_sql import condition
from subscribers.segments import Filter
from subscribers.store import reading
from subscribers.tables import letter_due, subscriber

LONGEST_ID = 18


class Rights:
    """Over the same people as ``Subscribers``. Safe to share between threads."""

    def __init__(self, engine: Engine, segments: Mapping[str, Filter]) -> None:
        self._engine = engine
        self._segments = segments

    def find(self, told: str) -> int:
        """The id of the person with this address, or this id. Raises UnknownError."""
        query = sa.select(subscriber.c.id)
        # Digits alone are no address.
        if told.isdecimal() and len(told) <= LONGEST_ID:
            query = query.where(subscriber.c.id == int(told))
        else:
            query = query.where(subscriber.c.email_key == address.parse(told).key)
        with reading(self._engine) as connection:
            found: int | None = connection.scalar(query)
        if found is None:
            raise UnknownError("there is no such subscriber")
        return found

    def address_of(self, who: int) -> str | None:
        """Where their mail goes; None if there is no such person (any more)."""
        with reading(self._engine) as connection:
            return connection.scalar(sa.select(subscriber.c.email).where(subscriber.c.id == who))

    def letters_to(self, who: int) -> list[int]:
        """The numbers of the letters that they were to get."""
        with reading(self._engine) as connection:
            query = sa.select(letter_due.c.id).where(letter_due.c.subscriber_id == who)
            return list(connection.scalars(query))

    def held(self, who: int) -> held.Held:
        """All that is held of a person here. Raises UnknownError."""
        with reading(self._engine) as connection:
            found = held.of_one(connection, who)
        if found is None:
            raise UnknownError(f"there is no subscriber {who}")
        return found

    def consents(self, who: int) -> tuple[consent.ConsentEvent, ...]:
        """The proof of what they agreed to and took back, oldest first."""
        with reading(self._engine) as connection:
            return consent.history(connection, who)

    def words(self, versions: Collection[str]) -> Mapping[str, str]:
        """``ConsentEvent.wording`` → these words in full, where they are kept."""
        with reading(self._engine) as connection:
            return wording.texts(connection, versions)

    def export(
        self, kind: export.ExportFormat, *, segment: str = "", edition: str = ""
    ) -> Iterator[str]:
        """People as text, piece by piece: everyone, or those of a segment or an edition.

        Raises UnknownError at once.
        """
        parts: list[sa.ColumnElement[bool]] = []
        if segment:
            if segment not in self._segments:
                near = closest(segment, self._segments)
                raise UnknownError(f"there is no segment {segment!r}; {near}")
            parts += [condition(self._segments[segment]), suppression.spares()]
        if edition:
            parts += [export.gets_mail(edition), suppression.spares(edition)]
        return export.export(self._engine, kind, sa.and_(*parts) if parts else None)

    def stop(self, who: int, now: datetime) -> None:
        """Mail them no more; the first step of an erasure."""
        with self._engine.begin() as connection:
            erasure.stop(connection, who, now)

    def erase(self, who: int, now: datetime) -> bool:
        """Delete the person; False if there is none such (any more)."""
        with self._engine.begin() as connection:
            return erasure.erase(connection, who, now)

    def suppress_domain(self, domain: str, *, reason: str, now: datetime) -> str:
        """Promise never to mail a domain; returns its one form. Raises BadAddressError."""
        with self._engine.begin() as connection:
            return suppression.suppress_domain(connection, domain, reason=reason, now=now)

    def suppressions(
        self,
    ) -> tuple[tuple[suppression.SuppressionCount, ...], tuple[suppression.DomainSuppression, ...]]:
        """How many addresses are suppressed and why; which domains."""
        with reading(self._engine) as connection:
            return suppression.counts(connection), suppression.domains(connection)

    def retain(
        self, keep: retention.Keep, now: datetime, *, dry_run: bool = False
    ) -> dict[str, int]:
        """Delete what is older than it is to be kept; returns what went, or would."""
        return dict(retention.retain(self._engine, keep, now, dry_run=dry_run))
