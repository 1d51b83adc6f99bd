"""After a crash: find out what became of batches that somebody claimed and left.

Whether the claimer lives, its journal's lock tells at once, across restarts and containers. Where
there is no journal (the claimer was on another machine), only the end of its lease says that it
is late, and then nothing is sent again without proof.
"""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy.engine import Engine

from digest.deliver.evidence import conclude
from digest.deliver.journal import BusyError, FileJournal
from digest.model import BatchState, DeliveryState, IssueId
from digest.protocols import Transport
from digest.store import doubt, heard
from digest.store.doubt import OpenBatch
from digest.store.engine import reading, writing

log = structlog.get_logger()


def reconcile(
    engine: Engine,
    transport: Transport,
    journals: Path,
    now: datetime,
    issue: IssueId | None = None,
) -> Mapping[DeliveryState, int]:
    """Decide batches left claimed or in doubt, of one issue or all; returns what they came to.

    Accepted ones are written down, those certainly not sent are planned again, the others stay in
    doubt: listed, and never sent again by themselves.
    """
    found: Counter[DeliveryState] = Counter()
    with reading(engine) as connection:
        left = doubt.unsettled(connection, issue)
        late = set(doubt.expired(connection, now, issue))
    for one in left:
        try:
            journal = _journal(journals, one)
        except BusyError:
            continue
        try:
            if journal or one in late or one.state is BatchState.IN_DOUBT:
                found += _decide(engine, transport, journal, one, now)
        finally:
            if journal:
                journal.close()
    _sweep(engine, journals)
    if found:
        log.info("reconciled", issue=issue, **{state.value: n for state, n in found.items()})
    return found


def _journal(journals: Path, one: OpenBatch) -> FileJournal | None:
    """The claimer's own journal, if it is here and the claimer gone. Raises BusyError."""
    journal = FileJournal.found(journals, one.batch.ref)
    if journal is not None and journal.read().owner != one.owner:
        # Left by a claim that was never committed; another machine then made the same attempt.
        journal.close()
        return None
    return journal


def _sweep(engine: Engine, journals: Path) -> None:
    """Remove journals of batches that were settled right before their sender died."""
    for ref in FileJournal.refs(journals):
        with reading(engine) as connection:
            if not doubt.is_settled(connection, ref):
                continue
        with suppress(BusyError):
            if journal := FileJournal.found(journals, ref):
                journal.discard()


def _decide(
    engine: Engine,
    transport: Transport,
    journal: FileJournal | None,
    one: OpenBatch,
    now: datetime,
) -> Counter[DeliveryState]:
    with writing(engine) as connection:
        if one.state is BatchState.CLAIMED and not doubt.doubt(connection, one):
            return Counter()
        batch, doubted = doubt.undecided(connection, one)
        # Whatever was heard of a delivery proves that a provider took it.
        proved = heard.outcomes(connection, batch)
    told = journal.read() if journal else None
    outcomes = conclude(batch, transport, told, proved, doubted)
    states = Counter(outcome.state for outcome in outcomes)
    if not journal and states.keys() <= {DeliveryState.IN_DOUBT}:
        # Nothing to write: its journal may yet come back with the machine that has it.
        return states if one.state is BatchState.CLAIMED else Counter()
    with writing(engine) as connection:
        if not doubt.decide(connection, one, outcomes, now, gone=journal is not None):
            return Counter()
    if journal:
        journal.discard()
    return states


def at_work(engine: Engine, journals: Path, issue: IssueId) -> frozenset[int]:
    """The batches of an issue whose journals say that somebody on this machine is at work."""
    with reading(engine) as connection:
        left = doubt.unsettled(connection, issue)
    busy = set()
    for one in left:
        try:
            journal = FileJournal.found(journals, one.batch.ref)
        except BusyError:
            busy.add(one.number)
        else:
            if journal:
                journal.close()
    return frozenset(busy)
