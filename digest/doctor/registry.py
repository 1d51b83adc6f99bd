"""Every check: its id, what it means, what to do. docs/doctor.md is made of this."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from digest.doctor.checks import machine, own, provider, reach, receiver, relay, sender, store
from digest.doctor.finding import Finding
from digest.doctor.patient import Patient


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check."""

    look: Callable[[Patient], Iterator[Finding]]
    #: what it looks at, and why that matters
    means: str
    #: what to do when it complains
    todo: str
    #: whether it asks the network; left out by --offline
    network: bool = False


CHECKS: Mapping[str, Check] = {
    "python": Check(
        look=machine.python,
        means="Python is one that we support and that still gets security fixes",
        todo="install a newer Python, make the environment anew",
    ),
    "sqlite": Check(
        look=machine.sqlite,
        means="SQLite can do what our statements ask of it",
        todo="a Python built with a newer SQLite; or PostgreSQL",
    ),
    "expat": Check(
        look=machine.expat,
        means="the XML parser stops feeds that want to fill the memory",
        todo="update Python, or the system's expat",
    ),
    "openssl": Check(
        look=machine.openssl,
        means="TLS is by a library that speaks TLS 1.3 and still gets security fixes",
        todo="a Python built with OpenSSL 3",
    ),
    "zones": Check(
        look=machine.zones,
        means="every zone in config.toml is known, and the rules are not years old: an issue goes "
        "out by its edition's own clock",
        todo="update tzdata",
    ),
    "config": Check(
        look=own.config,
        means="config.toml, the environment and the secret files hold no mistake; there is an "
        "edition and a source",
        todo="mend what it names; [config.md](config.md) tells each key",
    ),
    "secrets": Check(
        look=own.secrets,
        means="nobody else on the machine may read secrets, a config.toml with secrets in it, or "
        "the SQLite file with readers' addresses",
        todo="`chmod` as it says; a secret that others could read is no secret: make it anew",
    ),
    "database": Check(
        look=store.database,
        means="the database answers, takes a write (rolled back at once), and keeps what it says "
        "it keeps: WAL and synchronous FULL on SQLite, fsync on PostgreSQL",
        todo="the url in [database]; the server; a local disk for SQLite",
    ),
    "schema": Check(
        look=store.schema,
        means="its tables are of this version",
        todo="`digest migrate`; back up first",
    ),
    "disk": Check(
        look=machine.disk,
        means="1 GB is free where the database, the outbox and the journals stand (error: 100 MB)",
        todo="make room: a send that cannot write stops",
    ),
    "clock": Check(
        look=machine.clock,
        means="this machine's clock is within 30 seconds (error: 5 minutes) of PostgreSQL's and of "
        "the Date of your sites",
        todo="NTP",
        network=True,
    ),
    "templates": Check(
        look=own.templates,
        means="every template of mail that an edition or a letter uses compiles",
        todo="the file and line it names; [templates.md](templates.md)",
    ),
    "sources": Check(
        look=reach.sources,
        means="each source's address answers through the guarded client, private addresses "
        "refused; each file is there",
        todo="`digest sources test NAME`",
        network=True,
    ),
    "public_url": Check(
        look=reach.public_url,
        means="web.public_url is https, and leads to these pages without a redirect",
        todo="the proxy, DNS, the setting",
        network=True,
    ),
    "one_click": Check(
        look=reach.one_click,
        means="a POST to an unsubscribe address, with a key that no reader has, is answered 200 "
        "without redirect or cookie, as RFC 8058 wants it. Nobody leaves",
        todo="let the proxy pass POST /u/… on untouched",
        network=True,
    ),
    "certificate": Check(
        look=reach.certificate,
        means="its certificate is trusted, and good for three weeks (error: three days)",
        todo="see why it is not renewed by itself",
        network=True,
    ),
    "spf": Check(
        look=sender.spf,
        means="the Return-Path's domain has one SPF record without mistakes, within 10 lookups and "
        "2 void ones, that does not allow everybody (RFC 7208)",
        todo="the record in DNS; your provider tells what to include",
        network=True,
    ),
    "dkim": Check(
        look=sender.dkim,
        means="DNS shows the very keys that we sign with, of 2048 bits, neither revoked nor in "
        "testing (RFC 6376, RFC 8301)",
        todo="`digest dkim record SELECTOR` prints what must stand there",
        network=True,
    ),
    "dmarc": Check(
        look=sender.dmarc,
        means="From's domain, or one above it, has one DMARC record that RFC 9989 can read; tags "
        "it took out (pct, rf, ri), t=y, np, psd and where reports go",
        todo="the record at `_dmarc.` in DNS",
        network=True,
    ),
    "alignment": Check(
        look=sender.alignment,
        means="the domain of DKIM or of the Return-Path is in line with From's, as adkim and aspf "
        "want it: else DMARC fails whatever SPF and DKIM say",
        todo="a bounce_address at, or a key of, From's domain",
        network=True,
    ),
    "mx": Check(
        look=receiver.mx,
        means="mail to From, Reply-To, the bounce address and unsubscribe_mailto has where to go",
        todo="an MX record, or another address",
        network=True,
    ),
    "ptr": Check(
        look=receiver.ptr,
        means="the mail server's public addresses have names that lead back to them",
        todo="ask whoever gave you the address",
        network=True,
    ),
    "mta_sts": Check(
        look=receiver.mta_sts,
        means="the domains that mail to us goes to have an MTA-STS policy that can be read and "
        "names their mail hosts (RFC 8461)",
        todo="the record, the policy file; none at all is only a note",
        network=True,
    ),
    "tls_rpt": Check(
        look=receiver.tls_rpt,
        means="somebody hears when mail to us could not be encrypted (RFC 8460)",
        todo="a record at `_smtp._tls.`; none at all is only a note",
        network=True,
    ),
    "relay": Check(
        look=relay.relay,
        means="the mail server answers, offers STARTTLS with a certificate we trust, lets us log "
        "in; whether it has SMTPUTF8. No mail is sent",
        todo="[smtp.md](smtp.md)",
        network=True,
    ),
    "sendgrid_key": Check(
        look=provider.sendgrid_key,
        means="SendGrid knows the key, it may send, and not much more",
        todo="a key with Mail Send alone; [sendgrid.md](sendgrid.md)",
        network=True,
    ),
    "sendgrid_sender": Check(
        look=provider.sendgrid_sender,
        means="SendGrid has authenticated From's domain, and DNS still shows the records; its DKIM "
        "keys have 2048 bits. Wants a key that may read",
        todo="SendGrid, Settings → Sender Authentication",
        network=True,
    ),
    "sendgrid_webhook": Check(
        look=provider.sendgrid_webhook,
        means="SendGrid's event webhook to us is on, tells of all we heed, and is signed with a "
        "key that we hold. Wants a key that may read",
        todo="SendGrid, Mail Settings → Event Webhook; [events.md](events.md)",
        network=True,
    ),
    "scheduler": Check(
        look=store.scheduler,
        means="somebody read the sources on time; who holds the SQLite file; who else is "
        "connected to PostgreSQL",
        todo="start `digest run`, or `digest schedule` and workers",
    ),
}
