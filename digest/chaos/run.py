"""The whole proof: rounds until so many kills, or so much time, have been."""

import random
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic

from digest.chaos import line
from digest.chaos.newsroom import START, Running, Site
from digest.chaos.place import database
from digest.chaos.result import Total
from digest.chaos.round import Round, server
from digest.chaos.webhook import Webhook
from digest.clock import SetClock
from digest.model import Decision
from digest.render.render import Renderer


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What to prove."""

    seed: int
    kills: int
    transport: str = "outbox"
    #: None: SQLite; else a PostgreSQL server, where schemas of our own are made and dropped
    database: str | None = None
    policy: Decision = Decision.HOLD
    readers: int = 400
    #: the share of messages or requests that meet a fault
    faults: float = 0.02
    #: whether the server tells by events what it took, late and shuffled; SendGrid's only
    events: bool = False
    #: seconds after which no further round begins; 0: none
    seconds: float = 0


def prove(proof: Proof, progress: Callable[[int], None] = lambda _kills: None) -> Total:
    """Play rounds until there were so many kills; at least one. Everything happens in a folder
    of its own that is gone afterwards. Call from a process without threads: it forks.
    """
    backend = "postgresql" if proof.database else "sqlite"
    total = Total(
        seed=proof.seed,
        transport=proof.transport,
        database=backend,
        policy=proof.policy.value,
        events=proof.events,
    )
    began = monotonic()
    folder = Path(tempfile.mkdtemp(prefix="digest-chaos-"))
    renderer = warm(folder / "warm", proof.transport)
    while total.rounds == 0 or (total.kills < proof.kills and not _over(proof, began)):
        before = total.kills
        _round(proof, folder / f"round{total.rounds}", renderer, total)
        progress(total.kills - before)
    # Kept where something went wrong, for a person to look at.
    if not total.failures():
        shutil.rmtree(folder)
    total.finish()
    return total


def _over(proof: Proof, began: float) -> bool:
    return bool(proof.seconds) and monotonic() - began >= proof.seconds


def warm(folder: Path, transport: str) -> Renderer:
    """Walk the line once for two readers: children inherit what was read and compiled."""
    folder.mkdir()
    site = Site(
        folder=folder / "newsroom",
        database=f"sqlite:///{folder / 'digest.sqlite3'}",
        transport="outbox",
        port=0,
        policy=Decision.HOLD,
    )
    site.write()
    clock = SetClock(START)
    line.migrate(site, clock, _to_nobody)
    site.enrol(clock, 2)
    # Imports what that transport needs.
    assert replace(site, transport=transport).app(clock).parts.transport.name == transport
    renderer = site.app(clock).parts.renderer
    line.walk(site, clock, renderer, _to_nobody)
    return renderer


def _to_nobody(_line: str) -> None:
    """The parent listens to no steps of its own."""


def _round(proof: Proof, folder: Path, renderer: Renderer, total: Total) -> None:
    number = total.rounds
    dice = random.Random(f"{proof.seed}.{number}")  # noqa: S311 - repeatable on purpose
    folder.mkdir()
    with (
        database(
            proof.database, folder, f"{proof.seed}_{number}_{folder.parent.name[-8:].lower()}"
        ) as url,
        server(proof.transport, folder, dice.getrandbits(32), proof.faults) as port,
    ):
        site = Site(
            folder=folder / "newsroom",
            database=url,
            transport=proof.transport,
            port=port,
            policy=proof.policy,
        )
        site.write()
        Round(
            site=site,
            renderer=renderer,
            clock=Running(),
            dice=dice,
            total=total,
            log=folder / "children.log",
            kills=proof.kills - total.kills,
            webhook=Webhook(record=folder / "record", dice=dice) if proof.events else None,
        ).play(proof.readers, folder / "record")
