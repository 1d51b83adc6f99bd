"""minding: the sources as people look after them: how each does, read it now, leave it alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from digest.errors import NotFoundError, WrongStateError
from digest.model import GatherStatus, KeptBody
from digest.steps.curate import curate
from digest.steps.gather import GatherReport, gather
from digest.steps.parts import Parts
from digest.store import bodies, fetches, pauses, sources
from digest.store.bodies import StoredBody
from digest.store.engine import reading, writing
from digest.store.fetches import Fetch
from digest.store.sources import Health, SourceState

#: polls that are shown of a source
SHOWN = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCard:
    """How one source does."""

    state: SourceState
    health: Health
    #: the names of the editions that read it
    editions: Sequence[str]
    #: its note, and a word about its silence
    told: str
    #: what it waits for, in words; empty: to be read at ``next_at``
    waits: str
    #: when it is read next by itself; None: not by itself, or as soon as somebody looks
    next_at: datetime | None

    @property
    def ill(self) -> bool:
        """Whether somebody should look at it."""
        return self.health in {Health.FAILING, Health.DEGRADED, Health.SILENT, Health.GONE}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSheet:
    """One source in full."""

    card: SourceCard
    #: newest first
    fetches: Sequence[Fetch]
    documents: Sequence[StoredBody]


def cards(parts: Parts) -> list[SourceCard]:
    """Every source, those that somebody should look at first."""
    now = parts.clock.now()
    with reading(parts.engine) as connection:
        found = sources.states(connection, parts.sources)
    made = [_card(parts, one, now) for one in found]
    return sorted(made, key=lambda one: not one.ill)


def sheet(parts: Parts, name: str) -> SourceSheet:
    """One of them. Raises NotFoundError."""
    _known(parts, name)
    with reading(parts.engine) as connection:
        return SourceSheet(
            card=_card(parts, sources.state(connection, name), parts.clock.now()),
            fetches=fetches.last(connection, name, SHOWN),
            documents=bodies.kept(connection, name),
        )


def document(parts: Parts, name: str, number: int) -> KeptBody:
    """What a source answered, as received. Raises NotFoundError."""
    found: Mapping[int, StoredBody] = {one.id: one for one in sheet(parts, name).documents}
    if number not in found:
        raise NotFoundError("that document is not kept (any more)", source=name)
    return found[number].body


def retry(parts: Parts, name: str) -> GatherReport:
    """Read it now, whatever its rhythm. Raises NotFoundError and WrongStateError."""
    _known(parts, name)
    now = parts.clock.now()
    with reading(parts.engine) as connection:
        state = sources.state(connection, name)
    if state.paused is not None:
        raise WrongStateError("it is paused: let it be read again first", source=name)
    if _asked_for_rest(state, now):
        raise WrongStateError("it asked to be left alone: see what it waits for", source=name)
    (report,) = gather(parts, names=[name])
    curate(parts)
    return report


def pause(parts: Parts, name: str, who: str) -> None:
    """Leave it alone until it is resumed. No issue waits for it. Raises NotFoundError."""
    _known(parts, name)
    with writing(parts.engine) as connection:
        pauses.pause(connection, name, who, parts.clock.now())


def resume(parts: Parts, name: str) -> None:
    """Read it again. Raises NotFoundError."""
    _known(parts, name)
    with writing(parts.engine) as connection:
        pauses.resume(connection, name)


def _known(parts: Parts, name: str) -> None:
    if name not in parts.sources:
        raise NotFoundError(f"there is no source {name!r}")


def _card(parts: Parts, state: SourceState, now: datetime) -> SourceCard:
    waits = _waits(state, now)
    polled = state.last_polled_at is not None
    return SourceCard(
        state=state,
        health=state.health(now),
        editions=[one.name for one in parts.editions.values() if state.name in one.sources],
        told=state.told(now),
        waits=waits,
        next_at=_next(parts, state) if polled and not waits else None,
    )


def _next(parts: Parts, state: SourceState) -> datetime:
    assert state.last_polled_at is not None
    return state.last_polled_at + state.interval(parts.every)


def _waits(state: SourceState, now: datetime) -> str:
    if state.paused is not None:
        return f"paused by {state.paused.who}, {state.paused.at:%Y-%m-%d %H:%M} UTC"
    if state.status is GatherStatus.GONE:
        return "taken away by its publisher: not read any longer by itself"
    if _asked_for_rest(state, now):
        return f"asked to be left alone until {state.memory.not_before:%Y-%m-%d %H:%M} UTC"
    return ""


def _asked_for_rest(state: SourceState, now: datetime) -> bool:
    """Whether its Retry-After is not over."""
    return state.memory.not_before is not None and now < state.memory.not_before
