"""retain: delete what the line no longer needs to know, in pages of short transactions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.engine import Engine

from digest.deliver.returns.forget import KeptMails
from digest.store import lapsed, person
from digest.store.engine import reading, writing

PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDays:
    """For how many days each is kept; 0: for ever."""

    events: int
    letters: int
    erasures: int
    bounces: int
    fetches: int


def retain(
    engine: Engine, mails: KeptMails | None, keep: KeptDays, now: datetime, *, dry_run: bool
) -> Mapping[str, int]:
    """What went, or would go, by what it was."""
    rows = {
        "delivery events": keep.events,
        "letters’ outcomes": keep.letters,
        "erasures": keep.erasures,
        "readers’ clicks": keep.events,
        "sources’ documents": keep.fetches,
    }
    before = {name: now - timedelta(days=days) for name, days in rows.items() if days}
    if dry_run:
        with reading(engine) as connection:
            gone = person.old(connection, before)
    else:
        gone = {name: _forget(engine, name, at) for name, at in before.items()}
    gone |= _lapsed(engine, now, dry_run=dry_run)
    if keep.bounces and mails is not None:
        limit = now - timedelta(days=keep.bounces)
        gone["returned mails"] = mails.older(limit, remove=not dry_run)
    return gone


def _lapsed(engine: Engine, now: datetime, *, dry_run: bool) -> Mapping[str, int]:
    if dry_run:
        with reading(engine) as connection:
            return lapsed.count(connection, now)
    with writing(engine) as connection:
        return lapsed.forget(connection, now)


def _forget(engine: Engine, name: str, before: datetime) -> int:
    gone = 0
    while True:
        with writing(engine) as connection:
            page = person.forget(connection, name, before, PAGE)
        gone += page
        if page < PAGE:
            return gone
