"""SendGrid: what the key may do, in whose name we may send, and whether events come back."""

from collections.abc import Iterator, Mapping
from typing import Any

from digest.config.providers import SendGrid
from digest.doctor import dkim as keys
from digest.doctor.checks.sender import of_size
from digest.doctor.finding import Finding, PassedOverError, error, note, ok, warning
from digest.doctor.patient import Patient
from digest.doctor.senders import Way, senders
from digest.doctor.sendgrid import Account, NotAllowedError, SendGridError
from digest.keys import public_key
from digest.render.addresses import split_mailbox

SEND = "mail.send"
#: what a key that only sends has beside it
_HARMLESS = frozenset({SEND, "mail.batch.create", "mail.batch.read", "2fa_required"})
_HELD = "user.scheduled_sends."
_ALWAYS = "sender_verification_"
EVENTS = (
    *("processed", "delivered", "deferred", "bounce", "dropped"),
    *("spam_report", "unsubscribe", "group_unsubscribe"),
)
HOOK = "/hooks/sendgrid"


def sendgrid_key(patient: Patient) -> Iterator[Finding]:
    """Whether each key may send, and not much more."""
    for way, given, account in _accounts(patient):
        try:
            scopes = account.scopes()
        except SendGridError as problem:
            yield error(
                f"{way.key}: {problem.message}",
                f"Look at {way.key}.sendgrid.api_key and host; accounts in the EU have another",
            )
            continue
        if SEND not in scopes:
            yield error(f"the key of {way.key} may not send mail", "Make one with Mail Send")
        more = {
            one
            for one in scopes - _HARMLESS
            if not one.startswith((_HELD, _ALWAYS)) and not one.endswith(".read")
        }
        if more:
            yield note(
                f"the key of {way.key} may do {len(more)} things beside sending, such as "
                f"{min(more)}",
                "Whoever gets hold of it may do them too: make a key with Mail Send alone",
            )
        if given.sandbox:
            yield note(f"{way.key} is in the sandbox: nobody is mailed", "Take sandbox out")
    yield ok("keys may send")


def sendgrid_sender(patient: Patient) -> Iterator[Finding]:
    """Whether the domain in From is authenticated, and DNS still shows what that needs."""
    domain = senders(patient.settings).from_
    mailbox = split_mailbox(patient.settings.sending.from_)[1].lower()
    for way, _, account in _accounts(patient):
        try:
            found = [one for one in account.domains() if _covers(one, domain)]
            if found:
                yield from _authenticated(patient, found)
                continue
            single = any(
                one.get("verified") and str(one.get("from_email", "")).lower() == mailbox
                for one in account.senders()
            )
        except NotAllowedError:
            yield _by_another_key(way, "sendgrid_sender")
            continue
        except SendGridError as problem:
            yield error(f"{way.key}: {problem.message}", "See the check sendgrid_key")
            continue
        if single:
            yield warning(
                f"only one address is verified, {domain} is not authenticated: DMARC fails",
                "Authenticate the domain: SendGrid, Settings → Sender Authentication",
            )
        else:
            yield error(
                f"SendGrid does not know {domain}: it refuses its mail (403)",
                "Authenticate the domain: SendGrid, Settings → Sender Authentication",
            )
    yield ok(f"{domain} is authenticated")


def _covers(told: Mapping[str, Any], domain: str) -> bool:
    """DKIM of a domain is in line with the domains below it too."""
    theirs = str(told.get("domain", "")).lower()
    return bool(theirs) and (domain == theirs or domain.endswith(f".{theirs}"))


def _authenticated(patient: Patient, found: list[Mapping[str, Any]]) -> Iterator[Finding]:
    if not any(one.get("valid") for one in found):
        yield error(
            f"SendGrid finds the records of {found[0].get('domain')} wanting",
            "SendGrid, Settings → Sender Authentication shows which; publish them, then Verify",
        )
    dns = patient.dns()
    for one in found:
        for name, record in (one.get("dns") or {}).items():
            host, data = (
                str(record.get("host", "")),
                str(record.get("data", "")).rstrip(".").lower(),
            )
            if str(record.get("type", "")).lower() == "cname" and dns.cname(host) != data:
                yield error(f"{host} is no CNAME to {data}", "Publish it as SendGrid shows it")
            elif name.startswith("dkim"):
                for text in dns.txt(host):
                    fix = "SendGrid, Sender Authentication: a new one has 2048 bits"
                    yield from of_size(host, keys.read(text), fix)


def sendgrid_webhook(patient: Patient) -> Iterator[Finding]:
    """Whether events come to us, all of them, signed with a key that we hold."""
    url = f"{patient.settings.web.public_url.rstrip('/')}{HOOK}"
    for way, given, account in _accounts(patient):
        try:
            every = account.webhooks()
        except NotAllowedError:
            yield _by_another_key(way, "sendgrid_webhook")
            continue
        except SendGridError as problem:
            yield error(f"{way.key}: {problem.message}", "See the check sendgrid_key")
            continue
        ours = [one for one in every if str(one.get("url", "")).rstrip("/") == url]
        on = [one for one in ours if one.get("enabled")]
        if not on:
            what = "is switched off" if ours else "is not there"
            yield error(
                f"the event webhook to {url} {what}: bounces, complaints and doubts stay unknown",
                "SendGrid, Settings → Mail Settings → Event Webhook; see docs/events.md",
            )
        for one in on:
            yield from _of_webhook(one, way, given)
    yield ok("events come back, signed with a key that we hold")


def _of_webhook(told: Mapping[str, Any], way: Way, given: SendGrid) -> Iterator[Finding]:
    missing = [name for name in EVENTS if not told.get(name)]
    if missing:
        yield warning(
            f"the event webhook does not tell of {', '.join(missing)}", "Tick them in SendGrid"
        )
    theirs = str(told.get("public_key") or "")
    if not theirs:
        yield error(
            "the event webhook is not signed: its posts are refused",
            f"Switch Signed Event Webhook on, and put its key into {way.key}.sendgrid.webhook_keys",
        )
    elif not any(_same(theirs, ours) for ours in given.webhook_keys):
        yield error(
            "the event webhook signs with a key that we do not hold: its posts are refused",
            f"Put the key that SendGrid shows into {way.key}.sendgrid.webhook_keys",
        )


def _same(one: str, other: str) -> bool:
    try:
        return public_key(one) == public_key(other)
    except ValueError:
        return False


def _by_another_key(way: Way, check: str) -> Finding:
    variable = f"DIGEST_{way.key.replace('.', '__').upper()}__SENDGRID__API_KEY"
    return note(
        f"the key of {way.key} may only send, as it should, so it may not look here",
        f"With a key that may read: {variable}=… digest doctor --only {check}",
    )


def _accounts(patient: Patient) -> Iterator[tuple[Way, SendGrid, Account]]:
    """Raises PassedOverError where no mail goes by SendGrid."""
    given = senders(patient.settings)
    if not given.sendgrid:
        raise PassedOverError("mail does not go by SendGrid")
    for way, one in given.sendgrid:
        yield way, one, Account(patient.web, one.host, one.api_key.get_secret_value())
