"""Mail that a provider holds back until a time, and how it is called back.

Where nothing else is asked for, an issue waits here, in the ledger: then a word is enough to stop
it. A provider that holds mail promises to cancel it only until ``NOTICE`` before its time.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from digest.deliver.routes import Paced, Route
from digest.deliver.watched import Watched
from digest.errors import WrongStateError
from digest.model import Issue
from digest.steps.parts import Parts
from digest.store import held, ledger
from digest.store.engine import reading, writing

#: how long before its time held mail can be called back for sure
NOTICE = timedelta(minutes=10)


def hold(parts: Parts, issue: Issue, until: datetime) -> None:
    """Have all providers hold an issue's mail back until then; before it is sent.

    Raises WrongStateError where a route cannot, TransportError where it refuses.
    """
    for way in parts.ways:
        if way.holding is None:
            raise WrongStateError(
                f"{way.name} cannot hold mail back", hint="only sendgrid can", issue=issue.id
            )
    with reading(parts.engine) as connection:
        known = held.of_issue(connection, issue.id)
    for way in parts.ways:
        if way.holding is not None and way.name not in known:
            way.holding.held(until, "")  # is the time one that it takes?
            schedule = way.holding.schedule()
            with writing(parts.engine) as connection:
                held.hold(connection, issue.id, way.name, schedule, until)


def ways_of(parts: Parts, issue: Issue) -> Sequence[Route]:
    """The ways out of an issue: where its mail is held, transports that ask for it.

    Raises WrongStateError when it was called back.
    """
    with reading(parts.engine) as connection:
        known = held.of_issue(connection, issue.id)
    if any(one.cancelled_at for one in known.values()):
        raise WrongStateError("its mail was called back", issue=issue.id)
    now = parts.clock.now()
    return [
        _holding(way, known[way.name]) if way.name in known and known[way.name].until > now else way
        for way in parts.ways
    ]


def call_back(parts: Parts, issue: Issue) -> int:
    """Have providers throw away what they hold of an issue; returns how many readers it was for.

    Raises WrongStateError when nothing is held or it is too late, TransportError where a provider
    cannot be asked: then it may be tried again.
    """
    with reading(parts.engine) as connection:
        known = held.of_issue(connection, issue.id)
    now = parts.clock.now()
    if not known:
        raise WrongStateError("nothing of it is held back", issue=issue.id)
    if any(now > one.until - NOTICE for one in known.values()):
        raise WrongStateError("too late: its time is less than 10 minutes away", issue=issue.id)
    readers = 0
    for way in parts.ways:
        if way.holding is None or way.name not in known or known[way.name].cancelled_at:
            continue
        way.holding.cancel(known[way.name].schedule)
        with writing(parts.engine) as connection:
            only = len(parts.ways) == 1
            readers += held.cancel(connection, issue.id, way.name, now, only=only)
            # Nor does anybody get it later, at an hour of theirs.
            readers += ledger.expire(connection, issue.id, now, "called back")
    return readers


def _holding(way: Route, mail: held.HeldMail) -> Route:
    if way.holding is None:
        return way
    asking = way.holding.held(mail.until, mail.schedule)
    paced = way.transport.around(asking) if isinstance(way.transport, Paced | Watched) else asking
    return replace(way, transport=paced)
