"""A process of its own that sends issue 1 from a folder; the kill tests kill it."""

import os
import sys
from pathlib import Path

from digest.clock import SystemClock
from digest.deliver.sender import Sender
from digest.deliver.transports.outbox import Outbox
from digest.deliver.transports.smtp import Smtp
from digest.deliver.transports.smtp_server import Limits, SmtpServer
from digest.deliver.writer import MessageWriter
from digest.protocols import Transport
from digest.store.engine import make_engine
from tests.deliver.newsroom import ISSUE, audience, compose


def main(folder: Path, readers: int, port: int) -> None:
    """Send what is left of issue 1: to the outbox, or to ``port`` if it is given."""
    transport: Transport = Outbox(folder / "outbox", MessageWriter())
    if port:
        server = SmtpServer(
            host="127.0.0.1", port=port, security="none", envelope_from="b@example.org"
        )
        transport = Smtp(server, MessageWriter(), limits=Limits(connections=4))
    sender = Sender(
        engine=make_engine(f"sqlite:///{folder / 'digest.sqlite3'}"),
        transport=transport,
        audience=audience(readers),
        compose=compose,
        journals=folder / "journals",
        clock=SystemClock(),
        owner=f"here:{os.getpid()}",
    )
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    report = sender.send_issue(ISSUE, "daily")
    assert not report.paused, report.paused


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
