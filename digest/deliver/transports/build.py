"""The transport that config.toml asks for."""

from digest.config.settings import Settings, Smtp
from digest.deliver.transports.smtp_server import SmtpServer
from digest.deliver.writer import MessageWriter
from digest.protocols import Transport
from digest.render.addresses import ascii_address, split_mailbox


def build(settings: Settings) -> Transport:
    """The transport named by ``[sending] transport``. Raises AddressError for a bad ``from``.

    Each is imported only where it is used: SendGrid's package takes its time.
    """
    sending = settings.sending
    if sending.transport == "smtp":
        from digest.deliver.transports import smtp

        return smtp.Smtp(_server(sending.smtp, sending.from_), MessageWriter())
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
