"""What a child does: the real line, from an empty database to the settled issue."""

import asyncio
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic

from digest import pipeline
from digest.chaos import api_server, smtp_server
from digest.chaos.api_server import ApiServer
from digest.chaos.faults import Faults
from digest.chaos.newsroom import EDITION, Site
from digest.chaos.processes import Tell
from digest.chaos.record import Record
from digest.chaos.smtp_server import SmtpServer
from digest.errors import ExitCode
from digest.model import DeliveryState, IssueState, Message, Outcome
from digest.protocols import Clock, Journal, Transport
from digest.render.render import Renderer

#: messages in a batch: small, so that a kill finds some done, one at work and some to come
BATCH = 25
#: the steps that a kill is aimed at
STEPS = ("migrate", "gather", "compose", "lock", "address", "send", "hand over")
#: the last: a batch is on its way
WORK = STEPS[-1]


class SmallBatches:
    """A transport as it is, in small batches; tells when it begins to hand one over."""

    def __init__(self, real: Transport, batch_size: int, begins: Callable[[], None]) -> None:
        self.batch_size = batch_size
        self._real = real
        self._begins = begins

    @property
    def name(self) -> str:
        """The real one's."""
        return self._real.name

    def send(self, batch: str, messages: Sequence[Message], journal: Journal) -> Iterator[Outcome]:
        """As the real one."""
        self._begins()
        return self._real.send(batch, messages, journal)

    def evidence(self, messages: Sequence[str]) -> Mapping[str, DeliveryState]:
        """As the real one."""
        return self._real.evidence(messages)


def migrate(site: Site, clock: Clock, tell: Tell) -> int:
    """Make the tables."""
    tell("step migrate")
    app = site.app(clock)
    app.migrate()
    app.engine.dispose()
    return ExitCode.DONE


def walk(
    site: Site, clock: Clock, renderer: Renderer, tell: Tell, *, batch_size: int = BATCH
) -> int:
    """Gather, compose, lock, address, send, settle; or go on wherever an earlier child was killed.

    ``renderer`` has compiled its templates already.
    """
    began = monotonic()
    app = site.app(clock)
    parts = app.parts

    def at_work() -> None:
        tell(f"work {monotonic() - began:.3f}")

    ways = [
        replace(way, transport=SmallBatches(way.transport, batch_size, at_work))
        for way in parts.ways
    ]
    parts = replace(parts, renderer=renderer, transport=ways[0].transport, routes=ways)
    tell("step gather")
    pipeline.refresh(parts)
    tell("step compose")
    issue = pipeline.compose(parts, pipeline.today(parts, parts.edition(EDITION)))
    tell("step lock")
    issue = pipeline.lock(parts, issue)
    tell("step address")
    issue = pipeline.address(parts, issue)
    tell("step send")
    issue = pipeline.deliver(parts, issue)
    at_work()
    app.engine.dispose()
    return ExitCode.DONE if issue.state is IssueState.SENT else ExitCode.TEMPORARY


def serve(kind: str, listener: socket.socket, record: Path, faults: tuple[int, float]) -> int:
    """Be the server that the round sends to. ``faults``: their seed and share."""
    seed, share = faults
    server: SmtpServer | ApiServer
    if kind == "smtp":
        server = SmtpServer(Record(record), Faults(seed, share, smtp_server.KINDS))
    else:
        server = ApiServer(Record(record), Faults(seed, share, api_server.KINDS))
    asyncio.run(server.serve(listener))
    return ExitCode.DONE
