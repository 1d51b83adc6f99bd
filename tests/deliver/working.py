"""A process of its own that works on a queue; the runners' tests start several and kill some."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy.engine import Engine

from digest import daily
from digest.clock import SystemClock
from digest.deliver.queue import Queue
from digest.deliver.queues.embedded import Embedded
from digest.deliver.reconcile import reconcile
from digest.deliver.sender import Sender
from digest.deliver.transports.answer import outcome
from digest.model import DeliveryState, IssueId, Message, Outcome
from digest.protocols import Journal
from digest.store.engine import make_engine
from tests.deliver.newsroom import audience, compose

#: so short that a lost machine's batches are called doubtful within a test
LEASE = timedelta(seconds=4)
STALL = 3.0


@dataclass(slots=True)
class Provider:
    """Takes mail by writing a line into a file that outlives us; proves nothing afterwards."""

    taken: Path
    pause: float
    name: str = "provider"
    batch_size: int = 10

    def send(self, batch: str, messages: Sequence[Message], journal: Journal) -> Iterator[Outcome]:
        with self.taken.open("a") as file:
            for message in messages:
                journal.handing_over([message.subscriber])
                file.write(f"{os.getpid()} {batch} {message.subscriber}\n")
                file.flush()
                answer = outcome(message, DeliveryState.ACCEPTED)
                journal.settled([answer])
                yield answer
                time.sleep(self.pause)

    def evidence(self, messages: Sequence[str]) -> Mapping[str, DeliveryState]:
        return {}


def queue_of(kind: str, engine: Engine) -> Queue:
    """The queue that is called so, in a hurry."""
    if kind == "embedded":
        return Embedded(engine=engine, clock=SystemClock(), idle=0.2, tend_every=1)
    from digest.deliver.queues.postgres import Procrastinate

    return Procrastinate(engine, stall=STALL, look=1)


@dataclass(slots=True)
class Worker:
    """What ``daily.working`` wants of an app."""

    queue: Queue
    sender: Sender
    stopping: threading.Event = field(default_factory=threading.Event)

    def work(self) -> None:
        self.queue.work(self.send, self.tend, self.stopping)

    def send(self, issue: IssueId, number: int) -> bool:
        return self.sender.send_one(issue, "daily", number) is not None

    def tend(self) -> None:
        one = self.sender
        reconcile(one.engine, one.transport, one.journals, one.clock.now())


def worker(kind: str, url: str, folder: Path, readers: int, pause: float) -> Worker:
    """A worker that keeps its journals in ``folder``."""
    engine = make_engine(url)
    sender = Sender(
        engine=engine,
        transport=Provider(folder / "taken", pause),
        audience=audience(readers),
        compose=compose,
        journals=folder / "journals",
        clock=SystemClock(),
        owner=f"here:{os.getpid()}",
        lease=LEASE,
    )
    return Worker(queue_of(kind, engine), sender)


def main(kind: str, url: str, folder: str, readers: str, pause: str) -> None:
    """Work until SIGTERM."""
    import signal

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    made = worker(kind, url, Path(folder), int(readers), float(pause))
    wait: Callable[[], None] = daily._wait
    with daily.working(made):  # type: ignore[arg-type]
        print("ready", flush=True)
        wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
