"""One deterministic trial: the real sender and ledger, with a provider, a clock and a database
that fail as a seed says. Workers are greenlets that run one at a time, so every trial replays.

A worker may lose its turn wherever it asks the clock, the provider or the journal, and may die
there or at a commit: then nothing it does any more reaches the database, as after kill -9.
"""

import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from greenlet import getcurrent, greenlet
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from digest.deliver.deadline import Deadline
from digest.deliver.pace import LONGEST, ProviderBusyError
from digest.deliver.reconcile import at_work, reconcile
from digest.deliver.sender import Sender
from digest.errors import TransportError
from digest.model import (
    Batch,
    BatchState,
    Decision,
    DeliveryState,
    IssueId,
    IssueState,
    Message,
    Outcome,
    SubscriberId,
    VariantId,
)
from digest.protocols import Journal, Recipient
from digest.store import control, decide, ledger
from digest.store.control import Control
from digest.store.engine import reading, writing
from digest.store.tables import delivery, issue, variant
from tests.deliver.newsroom import NOW, Readers, audience, message, rendered

LEASE = timedelta(minutes=30)
#: a trial that takes more turns than this comes to no end
TURNS = 4000
VARIANT = rendered("v1")
FINAL = {"accepted", "rejected", "excluded", "expired"}


class Death(BaseException):
    """Stands for kill -9."""


class BrokenError(AssertionError):
    """An invariant does not hold."""


@dataclass(slots=True)
class Worker:
    """A process: its machine, and whether it lives."""

    name: str
    machine: Path
    routine: greenlet | None = None
    dead: bool = False
    done: bool = False
    failed: BaseException | None = None


class World:
    """Everything of a trial that is not ours: dice, clock, turns, provider."""

    def __init__(
        self, engine: Engine, look: sqlite3.Connection, folder: Path, number: int, seed: int
    ) -> None:
        self.engine = engine
        self.dice = random.Random(seed)
        self.issue = IssueId(number)
        self.folder = folder / f"t{number}"
        self.at = NOW
        self.count = self.dice.randint(1, 6)
        self.readers: Readers = audience(self.count)
        self.workers: list[Worker] = []
        self.current: Worker | None = None
        self.main = getcurrent()
        self.in_transaction = False
        self.look = look
        #: whether somebody wrote since the last check
        self.changed = True
        self.turns = 0
        # how bad it is, drawn anew for each trial: most things go well most of the time
        self.death = self.dice.choice((0, 0.01, 0.04))
        self.switch = self.dice.choice((0.02, 0.2, 0.5))
        self.trouble = self.dice.choice((0, 0.1, 0.4))
        self.faults = self.dice.choice((0, 0, 0.01, 0.03))
        #: what the provider took; how often somebody had it sent again
        self.taken: Counter[SubscriberId] = Counter()
        self.again: Counter[SubscriberId] = Counter()
        #: what it can prove, from when on
        self.events: dict[str, datetime] = {}
        self.final: dict[SubscriberId, str] = {}

    # --- clock, turns, death

    def now(self) -> datetime:
        self.point()
        return self.at

    def point(self) -> None:
        """A worker may lose its turn here, time may pass, or it may die."""
        me = self.current
        if me is None or self.in_transaction:
            return
        if me.dead:
            raise Death
        if self.dice.random() < 0.05:
            self.at += timedelta(seconds=self.dice.choice((1, 20, 300, 2400)))
        if self.dice.random() < self.switch:
            self.main.switch()
        self.die()

    def die(self) -> None:
        me = self.current
        if me is not None and (me.dead or self.dice.random() < self.death):
            me.dead = True
            raise Death

    # --- database

    def begin(self, connection: Connection) -> None:
        if self.current is not None and self.current.dead:
            raise Death
        self.in_transaction = True

    def commit(self, connection: Connection) -> None:
        self.in_transaction = False
        if connection.get_execution_options().get("read_only"):
            return
        self.changed = True
        if self.current is not None:
            self.die()

    def over(self, *_: Any) -> None:
        self.in_transaction = False

    def execute(self, *_: Any) -> None:
        if self.current is None:
            return
        if self.current.dead:
            raise Death
        if self.faults and self.dice.random() < self.faults:
            raise sa.exc.OperationalError("disk I/O error", None, OSError(5, "I/O error"))

    # --- running

    def start(self, deadline: Deadline | None) -> None:
        machine = self.folder / self.dice.choice(("here", "here", "there"))
        me = Worker(f"w{len(self.workers)}", machine)
        self.workers.append(me)
        me.routine = greenlet(lambda: self.work(me, deadline), self.main)

    def work(self, me: Worker, deadline: Deadline | None) -> None:
        try:
            self.sender(me).send_issue(self.issue, "daily", deadline=deadline)
        except (Death, TransportError, sa.exc.OperationalError, RuntimeError):
            pass
        except BaseException as error:  # noqa: BLE001 - the trial tells
            me.failed = error
        me.done = True

    def sender(self, me: Worker) -> Sender:
        return Sender(
            engine=self.engine,
            transport=Provider(self),
            audience=self.readers,
            compose=self.compose,
            journals=me.machine / "journals",
            clock=self,
            owner=f"{me.machine.name}:{me.name}",
            lease=LEASE,
        )

    def compose(
        self, one: Batch, recipients: Mapping[SubscriberId, Recipient]
    ) -> Sequence[Message]:
        self.point()
        return [
            message(who, VARIANT, address=to.address, ref=f"{self.issue}-{who}")
            for who, to in recipients.items()
        ]

    def step(self, me: Worker) -> None:
        """Let one worker go on to its next point."""
        self.current = me
        assert me.routine is not None, "started"
        me.routine.switch()
        self.current = None
        if me.failed is not None:
            raise BrokenError(f"{me.name}: {type(me.failed).__name__}: {me.failed}") from me.failed

    def alive(self) -> list[Worker]:
        return [one for one in self.workers if not one.done]


class Provider:
    """Takes messages singly or some at a time, and does to them what the dice say."""

    name = "dice"
    batch_size = 5

    def __init__(self, world: World) -> None:
        self.world = world

    def send(self, batch: str, messages: Sequence[Message], journal: Journal) -> Iterator[Outcome]:
        world, left = self.world, list(messages)
        together = world.dice.choice((1, 1, 3))
        while left:
            request, left = left[:together], left[together:]
            world.point()
            yield from self.request(batch, request, journal)

    def request(
        self, batch: str, request: Sequence[Message], journal: Journal
    ) -> Iterator[Outcome]:
        world = self.world
        journal.handing_over([one.subscriber for one in request])
        world.point()
        state, taken, fault = self.fate(batch)
        for one in request if taken else ():
            world.taken[one.subscriber] += 1
            if world.dice.random() < 0.7:
                # The event that proves it comes late, or never, and in any order.
                late = timedelta(minutes=world.dice.choice((0, 1, 45, 600)))
                world.events[one.ref] = world.at + late
        world.point()
        answers = [Outcome(subscriber=one.subscriber, state=state, code="dice") for one in request]
        journal.settled(answers)
        world.point()
        yield from answers
        if fault is not None:
            raise fault

    def fate(self, batch: str) -> tuple[DeliveryState, bool, Exception | None]:
        """State, whether it was taken, and what is raised afterwards."""
        world, to = self.world, DeliveryState
        if world.dice.random() >= world.trouble:
            return to.ACCEPTED, True, None
        gone = TransportError("gone", batch=batch)
        busy = ProviderBusyError("wait", until=world.at + timedelta(minutes=7), batch=batch)
        return world.dice.choice(
            (
                (to.REJECTED, False, None),
                (to.DEFERRED, False, None),
                (to.DEFERRED, False, busy),
                (to.IN_DOUBT, True, None),
                (to.IN_DOUBT, False, None),
                (to.IN_DOUBT, True, gone),
                (to.PLANNED, False, gone),
                (to.ACCEPTED, True, gone),
                (to.ACCEPTED, True, RuntimeError("a fault of our own")),
            )
        )

    def evidence(self, messages: Sequence[str]) -> Mapping[str, DeliveryState]:
        self.world.point()
        told, now = self.world.events, self.world.at
        return {one: DeliveryState.ACCEPTED for one in messages if one in told and told[one] <= now}


class Trial:
    """Plays one seed to its end, checking after each turn."""

    def __init__(
        self,
        engine: Engine,
        look: sqlite3.Connection,
        folder: Path,
        number: int,
        seed: int,
        *,
        tell: bool = False,
    ) -> None:
        self.tell = tell
        self.world = World(engine, look, folder, number, seed)
        self.deadline = self.world.dice.choice(
            (None, None, Deadline(scheduled=NOW, within=timedelta(hours=3)))
        )
        self.decided: set[SubscriberId] = set()
        #: when those want it who want it later
        self.due: dict[SubscriberId, datetime] = {}
        #: what was waited for last, without any worker alive
        self.waited_for: list[sqlite3.Row] = []
        self.freeze()

    def freeze(self) -> None:
        world = self.world
        with writing(world.engine) as connection:
            connection.execute(
                sa.insert(issue).values(
                    id=world.issue,
                    edition="daily",
                    local_date=date(2026, 11, 24),
                    sequence=world.issue,
                    scheduled_at=NOW,
                    state=IssueState.SENDING.value,
                )
            )
            one = connection.execute(
                sa.insert(variant).values(issue_id=world.issue, key="v1", selection={})
            ).inserted_primary_key
            assert one is not None
            size = world.dice.choice((2, 5))
            ledger.freeze(
                connection,
                world.issue,
                ((who, VariantId(one[0])) for who in range(1, world.count + 1)),
                {"left": 1},
                size,
                self.shares(size),
            )

    def shares(self, size: int) -> list[ledger.Share]:
        """All at once, or some of the readers at an hour of theirs."""
        world, after = self.world, self.world.dice.choice((0, 0, 1, 4))
        if not after:
            return []
        first, at = world.dice.randint(0, world.count - 1), NOW + timedelta(hours=after)
        self.due = dict.fromkeys(range(first + 1, world.count + 1), at)
        later = ledger.Share(readers=world.count - first, batch_size=size, due_at=at)
        return [ledger.Share(readers=first, batch_size=size), later] if first else [later]

    def play(self) -> None:
        world = self.world
        events = (
            ("begin", world.begin),
            ("commit", world.commit),
            ("rollback", world.over),
            ("before_cursor_execute", world.execute),
        )
        for name, heard in events:
            event.listen(world.engine, name, heard)
        try:
            self.turns()
        finally:
            for name, heard in events:
                event.remove(world.engine, name, heard)
            shutil.rmtree(world.folder, ignore_errors=True)
        self.judge()

    def turns(self) -> None:
        world = self.world
        while True:
            world.turns += 1
            if world.turns > TURNS:
                raise BrokenError("it comes to no end")
            if world.turns > TURNS // 4:
                world.death = world.trouble = world.faults = 0
            alive = world.alive()
            if not alive:
                waiting = self.waiting()
                if not waiting:
                    return
                self.say(Control.RESUME)
                self.wait(waiting)
                world.start(self.deadline)
            else:
                self.turn(alive)
            self.check()

    def wait(self, waiting: list[sqlite3.Row]) -> None:
        """Until somebody looks again: soon; where that was in vain, about when the next is due."""
        world = self.world
        world.at += LONGEST
        times = [one["until"] for one in waiting if one["until"]]
        if times and waiting == self.waited_for:
            due = datetime.fromisoformat(min(times)).replace(tzinfo=UTC)
            world.at = max(world.at, due - timedelta(seconds=world.dice.choice((0, 0, 1, 4000))))
        self.waited_for = waiting

    def turn(self, alive: list[Worker]) -> None:
        world, dice = self.world, self.world.dice
        chance = dice.random()
        if chance < 0.05 and len(alive) < 2:
            world.start(self.deadline)
        elif chance < 0.08:
            world.at += timedelta(minutes=dice.choice((1, 31, 70)))
        elif chance < 0.12:
            self.decide()
        elif chance < 0.14:
            who = dice.randint(1, world.count)
            world.readers.who[who] = "left"
        elif chance < 0.15:
            self.lose_a_machine()
        elif chance < 0.16:
            self.say(dice.choice((Control.PAUSE, Control.RESUME, Control.RESUME, Control.STOP)))
        else:
            world.step(dice.choice(alive))

    def decide(self) -> None:
        """A person decides about what is in doubt, at a machine that knows its own journals."""
        world = self.world
        decision = world.dice.choice(list(Decision))
        here = world.folder / "here" / "journals"
        reconcile(world.engine, Provider(world), here, world.at, world.issue)
        which = decide.Which(issue=world.issue, busy=at_work(world.engine, here, world.issue))
        with writing(world.engine) as connection:
            decide.decide(connection, which, decision, "a person", world.at)
        with reading(world.engine) as connection:
            query = sa.select(delivery.c.subscriber_id).where(
                delivery.c.issue_id == world.issue,
                delivery.c.code == f"{decide.TOLD[decision]} a person",
            )
            changed = set(connection.scalars(query))
        if decision is Decision.RESEND:
            world.again.update(changed)
        self.decided |= changed

    def say(self, wanted: Control) -> None:
        """Somebody pauses, resumes or stops the issue. Stopped is stopped."""
        world = self.world
        with writing(world.engine) as connection:
            now = control.standing(connection, world.issue)
            goes_on = now is None and wanted is Control.RESUME
            if not goes_on and (now is None or now.control is Control.PAUSE):
                control.say(connection, world.issue, wanted, "a person", world.at)

    def lose_a_machine(self) -> None:
        world = self.world
        there = world.folder / "there"
        if not any(one.machine == there for one in world.alive()):
            shutil.rmtree(there, ignore_errors=True)

    def rows(self) -> tuple[list[sqlite3.Row], list[sqlite3.Row]]:
        """Batches and deliveries, by a connection that takes no part in the trial."""
        look, number = self.world.look, self.world.issue
        return look.execute(BATCHES, [number]).fetchall(), look.execute(
            DELIVERIES, [number]
        ).fetchall()

    def waiting(self) -> list[sqlite3.Row]:
        """The batches that somebody must still look at, and from when on that helps."""
        return self.world.look.execute(WAITING, [self.world.issue]).fetchall()

    def check(self) -> None:
        if not self.world.changed:
            return
        self.world.changed = False
        batches, deliveries = self.rows()
        if self.tell:
            self.show(batches, deliveries)
        if sorted(one["subscriber_id"] for one in deliveries) != [*range(1, self.world.count + 1)]:
            raise BrokenError("deliveries came or went")
        for number, state, lease in batches:
            if bool(lease) != (state == BatchState.CLAIMED) and state != BatchState.IN_DOUBT:
                raise BrokenError(f"batch {number} is {state} with lease {lease}")
        state_of = {number: state for number, state, _ in batches}
        for number, who, state in deliveries:
            if state_of[number] == BatchState.DONE and state not in FINAL:
                raise BrokenError(f"batch {number} is done with a delivery {state}")
            self.check_reader(who, state)

    def check_reader(self, who: SubscriberId, state: str) -> None:
        world = self.world
        if world.taken[who] and world.at < self.due.get(who, NOW):
            raise BrokenError(f"reader {who} got it before their hour")
        if world.taken[who] > 1 + world.again[who]:
            raise BrokenError(f"reader {who} got it {world.taken[who]} times")
        before = world.final.get(who)
        if before is not None and before != state:
            raise BrokenError(f"reader {who} was {before} and is {state}")
        if state in FINAL:
            world.final[who] = state
        if state == "accepted" and not world.taken[who] and who not in self.decided:
            raise BrokenError(f"reader {who} is accepted, and the provider has nothing")

    def show(self, batches: list[sqlite3.Row], deliveries: list[sqlite3.Row]) -> None:
        world = self.world
        told = " ".join(f"{who}@{number}:{state}" for number, who, state in deliveries)
        of = " ".join(f"{number}:{state}" for number, state, _ in batches)
        workers = " ".join(
            f"{one.name}@{one.machine.name}{'+' * one.dead}" for one in world.alive()
        )
        print(f"{world.at:%H:%M:%S} [{workers}] {of} | {told} | {dict(world.taken)}")

    def judge(self) -> None:
        """At the end everybody has an outcome that is true, or is listed."""
        world = self.world
        with reading(world.engine) as connection:
            listed = {one.subscriber for one in decide.doubtful(connection, world.issue)}
        _, deliveries = self.rows()
        for one in deliveries:
            who = one["subscriber_id"]
            if who not in listed and one["state"] not in FINAL:
                raise BrokenError(f"reader {who} is left {one['state']} and is not listed")
            known = one["state"] == "accepted" or who in listed or who in self.decided
            if world.taken[who] and not known:
                raise BrokenError(f"reader {who} got it, and is {one['state']}")


BATCHES = "SELECT number, state, lease_until FROM batch WHERE issue_id = ?"
WAITING = """SELECT number, state, coalesce(not_before, lease_until) AS until FROM batch
 WHERE issue_id = ? AND state IN ('planned', 'claimed')"""
DELIVERIES = "SELECT number, subscriber_id, state FROM delivery WHERE issue_id = ?"
