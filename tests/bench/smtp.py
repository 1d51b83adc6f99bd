"""SMTP: whole messages to Postfix's sink beside Postfix's own source; far away beside smtplib.

By the clock, in turns; the processor's time for each message stands beside. The sink is a process
of its own and needs a core of its own: where others keep the machine busy, the first ratio falls.
"""

import gc
import queue
import resource
import shutil
import smtplib
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from typing import NamedTuple

from digest.deliver.journal import FileJournal
from digest.deliver.transports.build import LANE
from digest.deliver.transports.smtp import Smtp
from digest.deliver.transports.smtp_server import Limits, SmtpServer
from digest.deliver.writer import MessageWriter
from digest.model import DeliveryState, Message
from digest.render.kit import IssueKit
from digest.render.message import build
from tests.bench import pool
from tests.bench.measure import ROUNDS, Figure
from tests.bench.rendering import joined, variant, warm
from tests.deliver import postfix
from tests.parts import REPO

MESSAGES = 2_000
CONNECTIONS = 20
FAR_CONNECTIONS = 50
#: seconds
DELAY = 0.02
SENDER = "bounces@example.org"


class Speed(NamedTuple):
    """Messages a second by the clock; the processor's microseconds for each."""

    rate: float
    cpu: float


def sending() -> Iterator[Figure]:
    """Messages composed, journalled and sent to the next room."""
    if shutil.which("smtp-source", path="/usr/sbin:/usr/bin") is None:
        print("without Postfix's smtp-source there is nothing to measure SMTP beside")
        return
    sections = pool.pool()
    readers = pool.readers(MESSAGES, sections)
    kit = warm(sections, readers)
    joined(kit, readers)
    gc.freeze()
    size = len(build(_message(kit, readers[0])))
    with tempfile.TemporaryDirectory() as folder, postfix.sink(Path(folder)) as sink:
        composed = _smtp(sink.port, MessageWriter(), CONNECTIONS)
        pairs = [
            (
                _timed(lambda: _compose_and_send(composed, kit, readers), resource.RUSAGE_SELF),
                _timed(lambda: _source(sink.port, size), resource.RUSAGE_CHILDREN),
            )
            for _ in range(ROUNDS)
        ]
    yield _figure(
        f"SMTP, own {size / 1000:.0f} KB, composed", pairs, beside="smtp-source -d", bar=0.8
    )


def far_away() -> Iterator[Figure]:
    """The same bytes to a server 20 ms away: one batch, one after the other, and in lanes."""
    sections = pool.pool()
    readers = pool.readers(MESSAGES, sections)
    kit = warm(sections, readers)
    messages = [_message(kit, reader) for reader in readers]
    ready = {message.subscriber: build(message) for message in messages}
    gc.freeze()

    def write(message: Message) -> bytes:
        return ready[message.subscriber]

    def ours(smtp: Smtp, batch: int, lanes: int) -> int:
        batches = [messages[at : at + batch] for at in range(0, len(messages), batch)]
        with ThreadPoolExecutor(lanes) as pool:
            return sum(pool.map(partial(_sent, smtp), batches))

    lanes = FAR_CONNECTIONS // LANE
    with _far_sink() as port:
        for name, batch, at_once, bar in (
            ("SMTP, 20 ms away", MESSAGES, 1, 3),
            ("the same in batches of 100", Smtp.batch_size, 1, None),
            (f"in batches of 100, {lanes} at a time", Smtp.batch_size, lanes, 3),
        ):
            smtp = _smtp(port, write, FAR_CONNECTIONS // at_once)
            send = partial(ours, smtp, batch, at_once)
            pairs = [
                (
                    _timed(send, resource.RUSAGE_SELF),
                    _timed(lambda: _smtplib(port, list(ready.values())), resource.RUSAGE_SELF),
                )
                for _ in range(ROUNDS)
            ]
            yield _figure(name, pairs, beside=f"smtplib, {FAR_CONNECTIONS} threads", bar=bar)


def _figure(
    name: str, pairs: Sequence[tuple[Speed, Speed]], *, beside: str, bar: float | None
) -> Figure:
    rate, cpu, other_rate, other_cpu = (
        median(values) for values in zip(*[(*mine, *theirs) for mine, theirs in pairs], strict=True)
    )
    ratio = median(mine.rate / theirs.rate for mine, theirs in pairs)
    return Figure(
        name=name,
        figure=rate,
        unit="messages/s",
        beside=f"{beside} ({other_rate:,.0f}); CPU {cpu:.0f} and {other_cpu:.0f} µs a message",
        ratio=ratio,
        bar=bar,
        ok=None if bar is None else ratio >= bar,
    )


def _timed(work: Callable[[], int], whose: int) -> Speed:
    gc.collect()
    before, start = resource.getrusage(whose), time.perf_counter()
    done = work()
    seconds, after = time.perf_counter() - start, resource.getrusage(whose)
    assert done == MESSAGES
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Speed(done / seconds, spent / done * 1e6)


def _smtp(port: int, write: Callable[[Message], bytes], connections: int) -> Smtp:
    server = SmtpServer(host="127.0.0.1", port=port, security="none", envelope_from=SENDER)
    return Smtp(server, write, Limits(connections=connections, per_connection=0))


def _message(kit: IssueKit, reader: pool.Reader) -> Message:
    return pool.message(reader, variant(kit, reader))


def _compose_and_send(smtp: Smtp, kit: IssueKit, readers: Sequence[pool.Reader]) -> int:
    done = 0
    for at in range(0, len(readers), smtp.batch_size):
        batch = readers[at : at + smtp.batch_size]
        done += _sent(smtp, [_message(kit, reader) for reader in batch])
    return done


_batches = count()


def _sent(smtp: Smtp, messages: Sequence[Message]) -> int:
    """Send one batch, with a journal as in the line."""
    with tempfile.TemporaryDirectory() as folder:
        journal = FileJournal.open(Path(folder), f"1.{next(_batches)}.1")
        outcomes = list(smtp.send("1.1.1", messages, journal))
        journal.discard()
    return sum(one.state is DeliveryState.ACCEPTED for one in outcomes)


def _source(port: int, size: int) -> int:
    command = ["smtp-source", "-d", "-s", str(CONNECTIONS), "-m", str(MESSAGES), "-l", str(size)]
    place = ["-f", SENDER, "-t", "reader@example.org", f"127.0.0.1:{port}"]
    subprocess.run([*command, *place], check=True)
    return MESSAGES


def _smtplib(port: int, ready: Sequence[bytes]) -> int:
    todo: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    for one in [*ready, *[None] * FAR_CONNECTIONS]:
        todo.put(one)

    def work() -> None:
        with smtplib.SMTP("127.0.0.1", port) as client:
            while (data := todo.get()) is not None:
                assert client.sendmail(SENDER, "reader@example.org", data) == {}

    threads = [threading.Thread(target=work) for _ in range(FAR_CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(ready)


@contextmanager
def _far_sink() -> Iterator[int]:
    command = [sys.executable, "-m", "tests.bench.far_sink", str(DELAY)]
    with subprocess.Popen(command, cwd=REPO, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()
