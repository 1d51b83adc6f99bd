"""The whole SendGrid path, ledger included, beside posting the bodies that it made.

Over TLS, as SendGrid has it, to a server on loopback that takes everything at once: 20 variants
of a ten-section digest, frozen in batches of 1,000. The other way posts the very same bodies,
ready as strings, through the package ``sendgrid`` as it comes, and keeps no record at all.
"""

import os
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sendgrid import SendGridAPIClient

from digest import bundled
from digest.clock import SystemClock
from digest.deliver.dispatch import dispatch
from digest.deliver.routes import Route
from digest.deliver.sender import Sender
from digest.deliver.transports.sendgrid import SendGrid
from digest.model import (
    Batch,
    DeliveryState,
    IssueId,
    Message,
    RenderedVariant,
    Selected,
    SubscriberId,
    Token,
    VariantId,
)
from digest.protocols import Recipient
from digest.render.render import Renderer
from digest.schedule.occurrences import Occurrence
from digest.store import issues, ledger, variants
from digest.store.engine import make_engine, writing
from digest.store.migrations import migrate
from tests.bench import pool
from tests.bench.measure import Figure, compare
from tests.deliver.newsroom import Readers, To
from tests.making import NOW
from tests.render.issue import BRAND

READERS = 20_000
VARIANTS = 20
BATCH = 1_000
SINGLE = 200
#: what a provider far away takes to answer, in seconds
LATENCY = 0.2
LANES = 4
KIND = {"Content-Type": "application/json; charset=utf-8"}


class _Grid(SendGrid):
    """The transport, that can keep the bodies it posts, and post them again."""

    kept: list[bytes] | None = None

    def keeping(self, send: Callable[[], int]) -> list[bytes]:
        """The bodies that ``send`` posts."""
        self.kept = bodies = []
        send()
        self.kept = None
        return bodies

    def post(self, bodies: list[bytes], readers: int) -> int:
        """Post them, and nothing else."""
        for body in bodies:
            self._call(self._client.mail.send.post, body)
        return readers

    def post_at_once(self, bodies: list[bytes], readers: int) -> int:
        """The same, several at a time."""
        with ThreadPoolExecutor(LANES) as pool:
            list(pool.map(lambda body: self.post([body], 0), bodies))
        return readers

    def _call(self, method: Any, body: bytes) -> Any:
        if self.kept is not None:
            self.kept.append(body)
        return super()._call(method, body)


def path() -> Iterator[Figure]:
    """Readers a CPU second of the client, all commits included."""
    if shutil.which("openssl") is None:
        print("SendGrid: skipped, openssl is absent (apt-get install openssl)")
        return
    with ExitStack() as held:
        folder = Path(held.enter_context(TemporaryDirectory()))
        certificate = held.enter_context(_trusted(folder))
        host = held.enter_context(server(0, certificate))
        line = _Line(folder, host)
        held.callback(line.engine.dispose)
        ready = line.grid.keeping(partial(line.send, READERS))
        singles = line.grid.keeping(partial(line.send, SINGLE, size=1))
        yield compare(
            "SendGrid, composed, with ledger",
            partial(line.send, READERS),
            partial(_package, host, ready, READERS),
            unit="readers/s",
            beside="the same bodies posted by the package sendgrid, no ledger",
            bar=0.7,
        )
        yield compare(
            "the same beside our own posting",
            partial(line.send, READERS),
            partial(line.grid.post, ready, READERS),
            unit="readers/s",
            beside="the same bodies, certificates read once, nothing formatted for a log",
            bar=None,
        )
        far = held.enter_context(server(LATENCY, certificate))
        there = _Line(folder / "far", far)
        held.callback(there.engine.dispose)
        yield compare(
            f"{LANES} lanes, {LATENCY:g} s to an answer",
            partial(there.send, READERS, lanes=LANES),
            partial(there.grid.post_at_once, ready, READERS),
            unit="readers/s",
            beside="the same bodies from as many threads; both by the wall clock",
            bar=None,
            clock=time.perf_counter,
        )
        yield compare(
            "posted, a request per 1,000 readers",
            partial(line.grid.post, ready, READERS),
            partial(line.grid.post, singles, SINGLE),
            unit="readers/s",
            beside="a request per reader",
            bar=None,
        )


class _Line:
    """A database, readers, variants and a sender."""

    def __init__(self, folder: Path, host: str) -> None:
        self.engine = make_engine(f"sqlite:///{folder / 'digest.sqlite3'}")
        migrate(self.engine)
        self.grid = _Grid("SG.key", host=host)
        self._folder = folder
        self._days = count()
        self._variants = _rendered()
        self._readers = Readers(
            {
                number: To(
                    subscriber=number, address=f"reader{number}@example.com", name="A Reader"
                )
                for number in range(READERS)
            }
        )

    def send(self, readers: int, *, size: int = BATCH, lanes: int = 1) -> int:
        """An issue from freeze to its last settled batch."""
        issue, ids = self._fresh()
        chosen = sorted((number % VARIANTS, number) for number in range(readers))
        with writing(self.engine) as connection:
            frozen = ((number, ids[variant]) for variant, number in chosen)
            ledger.freeze(connection, issue, frozen, {}, size)
        sender = Sender(
            engine=self.engine,
            transport=self.grid,
            audience=self._readers,
            compose=self._compose,
            journals=self._folder / "journals",
            clock=SystemClock(),
            owner="bench",
        )
        way = Route(name="grid", transport=self.grid, lanes=lanes)
        report = dispatch(sender, [way], issue, "daily")
        assert report.counts == {DeliveryState.ACCEPTED: readers}, report
        return readers

    def _fresh(self) -> tuple[IssueId, list[VariantId]]:
        day = NOW.date() + timedelta(days=next(self._days))
        with writing(self.engine) as connection:
            issue = issues.open_issue(connection, "daily", Occurrence(local_date=day, at=NOW))
            keys = {key: Selected(sections=(), language=key) for key in self._variants}
            ids = variants.save(connection, issue.id, keys)
        return issue.id, [ids[key] for key in self._variants]

    def _compose(
        self, batch: Batch, recipients: Mapping[SubscriberId, Recipient]
    ) -> Sequence[Message]:
        return [
            _message(one, self._variants[batch.deliveries[one.subscriber]])
            for one in recipients.values()
        ]


def _message(to: Recipient, variant: RenderedVariant) -> Message:
    leave, choose = (
        f"https://news.meridian.example{path}" for path in (to.leave_path, to.preferences_path)
    )
    tokens = {Token.LEAVE_URL: leave, Token.PREFERENCES_URL: choose, Token.NAME: to.name}
    reader = pool.Reader(to.subscriber, [], "", "", to.address, leave, tokens)
    return pool.message(reader, variant)


def _rendered() -> dict[str, RenderedVariant]:
    sections = pool.pool()
    readers = pool.readers(VARIANTS, sections)
    renderer = Renderer([bundled.templates("email")], BRAND)
    made = renderer.kit(pool.content(readers[0], sections)).issue(sections)
    return {
        f"v{place}": made.variant(one.selection, subject=one.subject, preheader=one.preheader)
        for place, one in enumerate(readers)
    }


def _package(host: str, bodies: list[bytes], readers: int) -> int:
    client = SendGridAPIClient("SG.key", host=host).client
    for body in [bytes(body).decode() for body in bodies]:
        client.mail.send.post(request_body=body, request_headers=KIND, timeout=30)
    return readers


@contextmanager
def server(latency: float, certificate: Sequence[Path] = ()) -> Iterator[str]:
    """The API in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.api", str(latency), *map(str, certificate)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            port = process.stdout.readline().strip()
            yield f"http{'s' if certificate else ''}://localhost:{port}"
        finally:
            process.stdin.close()
            process.wait(10)


@contextmanager
def _trusted(folder: Path) -> Iterator[tuple[Path, Path]]:
    """A certificate for localhost trusted beside the machine's own."""
    certificate, key, all_ = (folder / name for name in ("cert.pem", "key.pem", "all.pem"))
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    machine = ssl.get_default_verify_paths().cafile
    known = Path(machine).read_bytes() if machine else b""
    all_.write_bytes(known + certificate.read_bytes())
    before = os.environ.get("SSL_CERT_FILE")
    os.environ["SSL_CERT_FILE"] = str(all_)
    try:
        yield certificate, key
    finally:
        del os.environ["SSL_CERT_FILE"]
        if before is not None:
            os.environ["SSL_CERT_FILE"] = before
