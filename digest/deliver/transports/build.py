"""The transport that config.toml asks for."""

from collections.abc import Callable
from functools import partial

from digest.config.settings import Sending, Settings, Smtp
from digest.deliver import verp
from digest.deliver.dkim import Signer, SigningKeyError
from digest.deliver.transports.smtp_server import Limits, SmtpServer
from digest.deliver.writer import MessageWriter
from digest.errors import ConfigError, ConfigMistake
from digest.protocols import Transport
from digest.render.addresses import ascii_address, split_mailbox


def build(settings: Settings, verp_key: Callable[[], bytes]) -> Transport:
    """The transport named by ``[sending] transport``. ``verp_key`` tells what signs VERP tokens.

    Raises AddressError for a bad ``from``, ConfigError for a key that cannot sign. Each is
    imported only where it is used: SendGrid's package takes its time.
    """
    sending = settings.sending
    if sending.transport == "smtp":
        return _smtp(sending, verp_key)
    if sending.transport == "sendgrid":
        from digest.deliver.transports.sendgrid import SendGrid

        return SendGrid(
            sending.sendgrid.api_key.get_secret_value(),
            host=sending.sendgrid.host,
            timeout=sending.sendgrid.timeout_seconds,
            sandbox=sending.sendgrid.sandbox,
        )
    from digest.deliver.transports.outbox import Outbox

    return Outbox(sending.outbox, MessageWriter())


def _smtp(sending: Sending, verp_key: Callable[[], bytes]) -> Transport:
    from digest.deliver.transports import smtp

    given = sending.smtp
    from_ = ascii_address(split_mailbox(sending.from_)[1])
    bounces = given.bounce_address
    return smtp.Smtp(
        _server(given, bounces or from_),
        MessageWriter(_signers(given, from_.rpartition("@")[2])),
        Limits(
            connections=given.connections,
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
