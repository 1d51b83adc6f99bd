"""One round: an empty newsroom, a server, and children that are killed until the issue is sent."""

import random
import socket
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.parser import BytesHeaderParser
from email.policy import default
from functools import partial
from pathlib import Path
from time import monotonic

import sqlalchemy as sa

from digest.chaos import line
from digest.chaos.newsroom import EDITION, Running, Site
from digest.chaos.processes import Child, Tell, background, fork
from digest.chaos.record import Told, read
from digest.chaos.result import Ledger, Total
from digest.chaos.webhook import Webhook
from digest.deliver.pace import LONGEST
from digest.errors import DigestError, ExitCode
from digest.model import DeliveryState
from digest.render.render import Renderer
from digest.steps.send import find_out
from digest.store import decide, fsck
from digest.store.engine import reading
from digest.store.tables import delivery

#: a child that says nothing for so long hangs
PATIENCE = 60
#: of the kills this part is aimed at the sending, the rest at any step
AT_SENDING = 0.6
#: kills that one round may take before it is let end
PER_ROUND = 15
#: a kill comes within the time of so many batches after its step began
BATCHES = 2
#: passes over an issue that a round may take
PASSES = 400


class BrokenError(DigestError):
    """The proof itself came to no end."""


@dataclass(slots=True, kw_only=True)
class Round:
    """One round's parts."""

    site: Site
    renderer: Renderer
    clock: Running
    dice: random.Random
    total: Total
    log: Path
    #: kills still wanted
    kills: int
    #: tells of what the server took; None: it never does
    webhook: Webhook | None = None
    #: the kill after which the time was taken last
    timed: int = 0
    #: when a batch began last, and how many seconds one takes
    heard: float = 0
    pace: float = 0.1

    def play(self, readers: int, record: Path) -> None:
        """Walk the line to its end, killing on the way, and count."""
        self._walk_on(partial(line.migrate, self.site, self.clock), ("migrate",), 2)
        audience, suppressed = self.site.enrol(self.clock, readers)
        walk = partial(line.walk, self.site, self.clock, self.renderer)
        self._walk_on(walk, line.STEPS[1:], PER_ROUND)
        self._hear_of_all()
        self.total.count(audience, suppressed, self._seen(record), self._ledger())

    def _walk_on(self, work: Callable[[Tell], int], steps: Sequence[str], most: int) -> None:
        """Start children until one comes to the end; kill up to ``most`` of them."""
        killed = False
        for _ in range(PASSES):
            self._hear_of_some(steps)
            child = fork(work, self.log)
            try:
                if most > 0 and self.kills > 0 and self._kill(child, steps, resumed=killed):
                    killed, most, self.kills = True, most - 1, self.kills - 1
                    continue
                self._hear_out(child, resumed=killed)
            finally:
                child.close()
            status, killed = child.wait(), False
            if status == ExitCode.DONE:
                return
            if status != ExitCode.TEMPORARY:
                raise BrokenError("a child failed", hint=f"see {self.log}", status=status)
            # It waits for a provider: let so much time have passed.
            self.clock.skipped += LONGEST + timedelta(minutes=1)
        raise BrokenError("the issue comes to no end", passes=PASSES)

    def _hear_of_some(self, steps: Sequence[str]) -> None:
        if self.webhook is not None and steps[-1] == line.WORK:
            app = self.site.app(self.clock)
            self.webhook.post(app)
            app.engine.dispose()

    def _hear_of_all(self) -> None:
        if self.webhook is not None:
            app = self.site.app(self.clock)
            self.webhook.post(app, everything=True)
            find_out(app.parts)
            app.engine.dispose()

    def _kill(self, child: Child, steps: Sequence[str], *, resumed: bool) -> bool:
        """Kill the child at some point of some step; False if it ended before."""
        aim = steps[-1] if self.dice.random() < AT_SENDING else self.dice.choice(steps)
        seen = ""
        for told in child.hear(PATIENCE):
            seen = self._note(told, seen, resumed=resumed)
            if seen == aim:
                break
        for told in child.hear(self.dice.uniform(0, BATCHES * self.pace)):
            seen = self._note(told, seen, resumed=resumed)
        if not child.kill():
            return False
        self.total.kills += 1
        self.total.killed_in[seen or "start"] += 1
        return True

    def _hear_out(self, child: Child, *, resumed: bool) -> None:
        for told in child.hear(PATIENCE):
            self._note(told, "", resumed=resumed)
        if not child.silent:
            child.kill()
            raise BrokenError("a child hangs", hint=f"see {self.log}")

    def _note(self, told: str, seen: str, *, resumed: bool) -> str:
        """The step the child is at; after a kill, how long it took to be at work again."""
        what, value = told.split()
        if what == "step":
            return value
        if resumed and self.timed < self.total.kills:
            self.timed = self.total.kills
            self.total.resumes.append(float(value))
        elif seen == line.WORK:
            self.pace = monotonic() - self.heard
        self.heard = monotonic()
        return line.WORK

    def _seen(self, record: Path) -> Told:
        """What the server, or the outbox's folder, holds."""
        if self.site.transport != "outbox":
            return read(record)
        mails = self.site.outbox.rglob("*.eml")
        to = Counter(_to(file) for file in mails)
        return Told(accepted=to, refused=frozenset(), faults={}, connections=0)

    def _ledger(self) -> Ledger:
        app = self.site.app(self.clock)
        try:
            with reading(app.engine) as connection:
                rows = connection.execute(sa.select(delivery.c.subscriber_id, delivery.c.state))
                states = {row.subscriber_id: row.state for row in rows}
                listed = {one.subscriber for one in decide.doubtful(connection)}
                wrong = [flaw.why for flaw in fsck.check(connection)]
            found = app.people.recipients(EDITION, list(states), self.clock.now())
        finally:
            app.engine.dispose()
        to = {who: one.address for who, one in found.items() if not isinstance(one, str)}

        def of(state: DeliveryState) -> frozenset[str]:
            return frozenset(to[who] for who, held in states.items() if held == state)

        return Ledger(
            accepted=of(DeliveryState.ACCEPTED),
            doubtful=frozenset(to[who] for who in listed),
            rejected=of(DeliveryState.REJECTED),
            excluded=of(DeliveryState.EXCLUDED),
            wrong=tuple(wrong),
        )


def _to(file: Path) -> str:
    """Whom a mail in the outbox is for."""
    with file.open("rb") as mail:
        return str(BytesHeaderParser(policy=default).parse(mail)["To"].addresses[0].addr_spec)


@contextmanager
def server(kind: str, folder: Path, seed: int, faults: float) -> Iterator[int]:
    """A server of ours for a round, in a process of its own; its port, 0 for the outbox."""
    if kind == "outbox":
        yield 0
        return
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        work = partial(_serve, kind, listener, folder / "record", (seed, faults))
        with background(work, folder / "server.log"):
            yield listener.getsockname()[1]


def _serve(
    kind: str, listener: socket.socket, record: Path, faults: tuple[int, float], _tell: Tell
) -> int:
    return line.serve(kind, listener, record, faults)
