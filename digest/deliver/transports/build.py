"""A transport as config.toml asks for it."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from digest.config.providers import SendGrid as SendGridSettings
from digest.config.providers import Smtp
from digest.config.settings import RouteSettings, Sending
from digest.deliver import verp
from digest.deliver.dkim import Signer, SigningKeyError
from digest.deliver.transports.outbox import Outbox
from digest.deliver.transports.smtp_server import Limits, SmtpServer
from digest.deliver.writer import MessageWriter
from digest.errors import ConfigError, ConfigMistake
from digest.protocols import Transport
from digest.render.addresses import ascii_address, split_mailbox

#: connections of a lane by SMTP. A batch of 100 over more of them is at its end before they are
#: all at work, and each batch ends by waiting a round trip for its last answers
LANE = 10
MOST_LANES = 5


def build(
    sending: Sending,
    way: Sending | RouteSettings,
    verp_key: Callable[[], bytes],
    busy: Callable[[datetime], None] = lambda _until: None,
) -> Transport:
    """The transport that ``way`` names. ``verp_key`` tells what signs VERP tokens.

    ``busy`` hears until when the provider wants quiet. Raises AddressError for a bad ``from``,
    ConfigError for a key that cannot sign. Each is imported only where it is used: SendGrid's
    package takes its time.
    """
    if way.transport == "smtp":
        return _smtp(way.smtp, way.smtp.connections // lanes(way), sending.from_, verp_key)
    if way.transport == "sendgrid":
        return _sendgrid(way.sendgrid, busy)
    return Outbox(sending.outbox, MessageWriter())


def lanes(way: Sending | RouteSettings) -> int:
    """How many batches to send at a time, so that its connections are kept busy."""
    if way.transport == "sendgrid":
        return way.sendgrid.connections
    # What limits a domain counts within a batch.
    limited = way.smtp.domain_connections or way.smtp.domain_per_minute
    if way.transport != "smtp" or limited:
        return 1
    return max(1, min(MOST_LANES, way.smtp.connections // LANE))


def _sendgrid(given: SendGridSettings, busy: Callable[[datetime], None]) -> Transport:
    from digest.deliver.transports.sendgrid import SendGrid
    from digest.deliver.transports.sendgrid_body import Wishes

    group = given.asm_group if given.unsubscribe == "group" else None
    return SendGrid(
        given.api_key.get_secret_value(),
        host=given.host,
        timeout=given.timeout_seconds,
        wishes=Wishes(sandbox=given.sandbox, categories=given.categories, asm_group=group),
        busy=busy,
    )


def _smtp(given: Smtp, connections: int, mailbox: str, verp_key: Callable[[], bytes]) -> Transport:
    from digest.deliver.transports import smtp

    from_ = ascii_address(split_mailbox(mailbox)[1])
    bounces = given.bounce_address
    return smtp.Smtp(
        _server(given, bounces or from_),
        MessageWriter(_signers(given, from_.rpartition("@")[2])),
        Limits(
            connections=connections,
            per_connection=given.messages_per_connection,
            domain_connections=given.domain_connections,
            domain_per_minute=given.domain_per_minute,
        ),
        partial(verp.sender, bounces, key=verp_key()) if bounces else None,
    )


def _server(smtp: Smtp, envelope_from: str) -> SmtpServer:
    return SmtpServer(
        host=smtp.host,
        port=smtp.port,
        security=smtp.security,
        username=smtp.username,
        password=smtp.password.get_secret_value(),
        envelope_from=envelope_from,
        final_timeout=smtp.final_timeout_seconds,
    )


def _signers(smtp: Smtp, domain: str) -> list[Signer]:
    signers: list[Signer] = []
    mistakes: list[ConfigMistake] = []
    for one in smtp.dkim:
        key = smtp.dkim_keys.get(one.selector)
        if key is None:
            why = f"is missing; `digest dkim make {one.selector}` makes it"
            mistakes.append(ConfigMistake(f"sending.smtp.dkim_keys.{one.selector}", why))
            continue
        try:
            signers.append(Signer(one.selector, one.domain or domain, key.get_secret_value()))
        except SigningKeyError as error:
            mistakes.append(ConfigMistake(f"sending.smtp.dkim_keys.{one.selector}", error.message))
    if mistakes:
        raise ConfigError("config.toml", mistakes)
    return signers
