"""In whose name mail goes, and by which ways: the domains that DNS is asked about. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from digest.config.providers import SendGrid, Smtp
from digest.config.settings import Settings
from digest.doctor.finding import PassedOverError
from digest.render.addresses import AddressError, ascii_address, split_mailbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way out."""

    #: its table in config.toml
    key: str
    smtp: Smtp | None = None
    sendgrid: SendGrid | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A DKIM key of ours."""

    selector: str
    domain: str
    #: the private key in PEM; empty: it is missing
    pem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Senders:
    """What [sending] says."""

    from_: str
    #: domains that mail to us goes to, each with the setting that names it
    receiving: dict[str, str]
    ways: tuple[Way, ...]

    @property
    def smtp(self) -> tuple[tuple[Way, Smtp], ...]:
        """The ways through a mail server."""
        return tuple((way, way.smtp) for way in self.ways if way.smtp is not None)

    @property
    def sendgrid(self) -> tuple[tuple[Way, SendGrid], ...]:
        """The ways through SendGrid."""
        return tuple((way, way.sendgrid) for way in self.ways if way.sendgrid is not None)

    def returns(self, smtp: Smtp) -> str:
        """The domain of the Return-Path, which SPF is asked about."""
        return _domain(smtp.bounce_address) or self.from_

    def signatures(self, smtp: Smtp) -> Iterator[Signature]:
        """The keys that mail by this server is signed with."""
        for one in smtp.dkim:
            key = smtp.dkim_keys.get(one.selector)
            pem = key.get_secret_value() if key else ""
            domain = one.domain or self.from_
            yield Signature(selector=one.selector, domain=domain, pem=pem)


def senders(settings: Settings) -> Senders:
    """Raises PassedOverError while mail goes nowhere but into the outbox."""
    sending = settings.sending
    if sending.transport == "outbox":
        raise PassedOverError("mail goes into the outbox")
    told = {"from": sending.from_, "reply_to": sending.reply_to}
    told |= {"unsubscribe_mailto": sending.unsubscribe_mailto}
    if sending.transport == "routes":
        ways = tuple(
            Way(
                key=f"sending.routes.{name}",
                smtp=route.smtp if route.transport == "smtp" else None,
                sendgrid=route.sendgrid if route.transport == "sendgrid" else None,
            )
            for name, route in sending.routes.items()
        )
    else:
        by_smtp = sending.transport == "smtp"
        ways = (
            Way(
                key="sending",
                smtp=sending.smtp if by_smtp else None,
                sendgrid=None if by_smtp else sending.sendgrid,
            ),
        )
    told |= {f"{way.key}.smtp.bounce_address": way.smtp.bounce_address for way in ways if way.smtp}
    receiving: dict[str, str] = {}
    for key, mailbox in told.items():
        if domain := _domain(mailbox):
            receiving.setdefault(domain, key if "." in key else f"sending.{key}")
    return Senders(from_=_domain(sending.from_), receiving=receiving, ways=ways)


def _domain(mailbox: str) -> str:
    """The domain as DNS knows it; empty where there is none."""
    try:
        return ascii_address(split_mailbox(mailbox)[1]).rpartition("@")[2] if mailbox else ""
    except AddressError:
        return split_mailbox(mailbox)[1].rpartition("@")[2]
