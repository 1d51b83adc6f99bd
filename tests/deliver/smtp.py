"""An SMTP transport against a server on loopback, for the tests of it."""

from collections.abc import Callable

from digest.deliver.journal import FileJournal
from digest.deliver.transports.smtp import Smtp
from digest.deliver.transports.smtp_server import Limits, SmtpServer
from digest.deliver.writer import MessageWriter
from digest.model import DeliveryState, Message, Outcome
from tests.deliver.newsroom import message

ACCEPTED, REJECTED = DeliveryState.ACCEPTED, DeliveryState.REJECTED
DEFERRED, IN_DOUBT = DeliveryState.DEFERRED, DeliveryState.IN_DOUBT


def transport(
    port: int,
    connections: int = 1,
    write: Callable[[Message], bytes] | None = None,
    **settings: object,
) -> Smtp:
    told: dict[str, object] = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "envelope_from": "bounces@example.org",
        "connect_timeout": 3,
        "command_timeout": 3,
        "final_timeout": 3,
        **settings,
    }
    server = SmtpServer(**told)  # type: ignore[arg-type]  # a shorthand for tests
    return Smtp(server, write or MessageWriter(), Limits(connections=connections))


def mails(count: int) -> list[Message]:
    return [message(number) for number in range(1, count + 1)]


def send(smtp: Smtp, journal: FileJournal, count: int = 3) -> dict[int, Outcome]:
    return {one.subscriber: one for one in smtp.send("1.1.1", mails(count), journal)}


def states(outcomes: dict[int, Outcome]) -> list[DeliveryState]:
    return [outcomes[number].state for number in sorted(outcomes)]
