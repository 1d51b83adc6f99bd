"""A transport as config.toml asks for it."""

from collections.abc import Callable
from datetime import datetime

from digest.config.providers import SendGrid as SendGridSettings
from digest.config.settings import RouteSettings, Sending, Smtp
from digest.deliver.transports.smtp_session import SmtpServer
from digest.deliver.writer import MessageWriter
from digest.protocols import Transport
from digest.render.addresses import ascii_address, split_mailbox


def build(
    sending: Sending,
    way: Sending | RouteSettings,
    busy: Callable[[datetime], None] = lambda _until: None,
) -> Transport:
    """The transport that ``way`` names. Raises AddressError for a bad ``from``.

    ``busy`` hears until when the provider wants quiet. Each is imported only where it is used:
    SendGrid's package takes its time.
    """
    if way.transport == "smtp":
        from digest.deliver.transports import smtp

        return smtp.Smtp(_server(way.smtp, sending.from_), MessageWriter())
    if way.transport == "sendgrid":
        return _sendgrid(way.sendgrid, busy)
    from digest.deliver.transports.outbox import Outbox

    return Outbox(sending.outbox, MessageWriter())


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


def _server(smtp: Smtp, from_: str) -> SmtpServer:
    return SmtpServer(
        host=smtp.host,
        port=smtp.port,
        security=smtp.security,
        username=smtp.username,
        password=smtp.password.get_secret_value(),
        envelope_from=ascii_address(split_mailbox(from_)[1]),
        final_timeout=smtp.final_timeout_seconds,
    )
