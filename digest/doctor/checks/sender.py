"""Whether receivers believe that mail is from us: SPF, DKIM, DMARC, alignment.

What Gmail, Yahoo and Microsoft ask of everybody who mails many: SPF and DKIM, a DMARC policy, and
From in line with one of the two.
"""

from collections.abc import Iterator

from digest.deliver import dkim as signing
from digest.doctor import dkim as keys
from digest.doctor import dmarc as policies
from digest.doctor import spf as senders_allowed
from digest.doctor.finding import Finding, PassedOverError, error, note, ok, warning
from digest.doctor.patient import Patient
from digest.doctor.senders import Senders, Signature, senders

#: RFC 8301 §3.2: verifiers refuse less; what everybody advises
LEAST_BITS, GOOD_BITS = 1024, 2048


def spf(patient: Patient) -> Iterator[Finding]:
    """The record of each Return-Path's domain."""
    given = senders(patient.settings)
    domains = dict.fromkeys(given.returns(smtp) for _, smtp in given.smtp)
    if not domains:
        raise PassedOverError("SendGrid's own domain is the Return-Path: see sendgrid_sender")
    for domain in domains:
        found = senders_allowed.read(domain, patient.dns())
        yield from _of_spf(domain, found)


def _of_spf(domain: str, found: senders_allowed.Spf) -> Iterator[Finding]:
    if not found.records:
        yield error(
            f"{domain} has no SPF record",
            "Publish one: `v=spf1 include:… -all`; your mail provider tells what to include",
        )
        return
    if len(found.records) > 1:
        yield error(
            f"{domain} has {len(found.records)} SPF records",
            "Join them into one: of several, receivers count none (RFC 7208 §4.5)",
        )
        return
    for why in found.broken:
        yield error(
            f"SPF of {domain}: {why}", "Mend the record: receivers give up on it (permerror)"
        )
    if found.lookups > senders_allowed.MOST_LOOKUPS:
        yield error(
            f"SPF of {domain} needs {found.lookups} lookups; receivers stop at 10 and fail it",
            "Take out includes that you do not use, or send from a subdomain of its own",
        )
    if found.voids > senders_allowed.MOST_VOID:
        yield error(
            f"SPF of {domain} asks for {found.voids} names without an answer; 2 are allowed",
            "Take out what is no longer there",
        )
    for why in found.doubtful:
        yield warning(f"SPF of {domain}: {why}", "Name addresses or an include instead")
    if found.rest == "+":
        yield error(f"SPF of {domain} allows everybody to send (+all)", "End it with -all or ~all")
    elif found.rest == "?" or (not found.rest and "redirect=" not in found.records[0].lower()):
        yield warning(
            f"SPF of {domain} says nothing of other servers", "End the record with -all or ~all"
        )
    yield ok(f"SPF of {domain}: one record, {found.lookups} of 10 lookups")


def dkim(patient: Patient) -> Iterator[Finding]:
    """Each key that we sign with, as DNS shows it."""
    given = senders(patient.settings)
    every = [one for _, smtp in given.smtp for one in given.signatures(smtp)]
    if not every:
        raise PassedOverError(
            "we sign nothing ourselves: your mail server has to; SendGrid's keys: sendgrid_sender"
        )
    for one in dict.fromkeys(every):
        yield from _of_key(patient, one)
    yield ok(f"{len(set(every))} keys of ours stand in DNS")


def _of_key(patient: Patient, one: Signature) -> Iterator[Finding]:
    name = f"{one.selector}._domainkey.{one.domain}"
    again = f"`digest dkim record {one.selector}` prints what must stand there"
    told = patient.dns().txt(name)
    if len(told) != 1:
        what = "there are several records" if told else "there is no record"
        yield error(f"{what} at {name}: every signature fails", again)
        return
    key = keys.read(told[0])
    if key.broken:
        yield error(f"the record at {name} {key.broken}", again)
        return
    try:
        ours = keys.read(signing.record(one.pem)) if one.pem else None
    except signing.SigningKeyError as problem:
        yield error(f"the private key of {one.selector}: {problem.message}", "`digest dkim make`")
        return
    if ours is None:
        yield error(f"the private key of {one.selector} is missing", "`digest dkim make`")
    elif key.value != ours.value:
        yield error(f"the key at {name} is not the one that we sign with", again)
    yield from of_size(name, key, "Make a new one by `digest dkim make` under another selector")
    if key.testing:
        yield warning(f"{name} says t=y, testing: receivers treat mail as unsigned", "Take t=y out")


def of_size(name: str, key: keys.Key, fix: str) -> Iterator[Finding]:
    """What there is to say of an RSA key's length."""
    if key.bits and key.bits < GOOD_BITS:
        say = error if key.bits < LEAST_BITS else warning
        yield say(f"the key at {name} has {key.bits} bits; 2048 are the standard", fix)


def dmarc(patient: Patient) -> Iterator[Finding]:
    """The policy for the domain in From, as RFC 9989 finds it."""
    domain = _from(senders(patient.settings))
    dns = patient.dns()
    found = policies.find(domain, dns.txt)
    for name in found.crowded:
        yield error(
            f"_dmarc.{name} has several DMARC records: receivers count none", "Leave one of them"
        )
    record = found.record
    if record is None:
        if not found.crowded:
            yield error(
                f"{domain} has no DMARC record, nor has any domain above it",
                f"Publish `v=DMARC1; p=none; rua=mailto:…` at _dmarc.{found.organization}, "
                "read the reports, then go on to p=quarantine",
            )
        return
    yield from _tags(record)
    yield from _policy(domain, record)
    yield from _reports(record, found.organization, dns.txt)
    where = "" if record.domain == domain else f", found at {record.domain}"
    yield ok(f"DMARC of {domain}: {record.tag('p')}{where}")


def _tags(record: policies.Record) -> Iterator[Finding]:
    at = f"_dmarc.{record.domain}"
    for name in record.tags:
        if name == "pct":
            yield warning(
                f"{at} has pct={record.tags[name]}, which RFC 9989 took out: it is ignored",
                "Take it out; t=y is how to try a policy without its effect",
            )
        elif name in policies.REMOVED:
            yield note(f"{at} has {name}, which RFC 9989 took out", "Take it out")
        elif name not in policies.KNOWN:
            yield warning(f"{at} has {name}, which is no tag of DMARC", "See how it is spelt")
    for name, allowed in (
        *((name, policies.POLICIES) for name in ("p", "sp", "np")),
        *((name, ("r", "s")) for name in ("adkim", "aspf")),
        ("t", ("y", "n")),
        ("psd", ("y", "n", "u")),
    ):
        if record.tag(name, allowed[0]) not in allowed:
            say = error if name == "p" else warning
            yield say(
                f"{at} has {name}={record.tags[name]}", f"{name} is one of {', '.join(allowed)}"
            )


def _policy(domain: str, record: policies.Record) -> Iterator[Finding]:
    at = f"_dmarc.{record.domain}"
    if "p" not in record.tags:
        yield error(f"{at} has no p: receivers take it for none, or for nothing", "Add p=none")
    if record.tag("psd") == "y" and record.domain == domain:
        yield error(f"{at} says psd=y, which is for registries of domains", "Take psd=y out")
    holds = record.tag("p")
    if record.domain != domain:
        holds = record.tag("sp") or holds
    if holds == "none":
        yield note(
            f"its policy is none: anybody may write in the name of {domain}, and you hear of it",
            "When reports show only your own servers, go on to quarantine",
        )
    if record.tag("t") == "y":
        yield note(f"{at} says t=y: its policy is only tried", "Take t=y out once reports are good")


def _reports(record: policies.Record, organization: str, txt: policies.Txt) -> Iterator[Finding]:
    targets = [one.strip() for one in record.tags.get("rua", "").split(",") if one.strip()]
    if not targets:
        yield note("nobody gets DMARC reports", "Add rua=mailto:… to the record")
    for target in targets:
        scheme, _, address = target.partition(":")
        there = address.partition("!")[0].rpartition("@")[2].lower()
        if scheme.lower() != "mailto" or not there:
            yield warning(f"reports cannot go to {scheme}:…", "rua takes mailto: addresses")
        elif policies.find(there, txt).organization != organization:
            name = f"{record.domain}._report._dmarc.{there}"
            if not any(policies.is_record(one) for one in txt(name)):
                yield warning(
                    f"{there} does not say that it takes reports about {record.domain} (RFC 9990)",
                    f"Its owner publishes `v=DMARC1` at {name}; or name an address of your own",
                )


def alignment(patient: Patient) -> Iterator[Finding]:
    """Whether the domains of DKIM or of the Return-Path are in line with From's."""
    given = senders(patient.settings)
    domain, txt = _from(given), patient.dns().txt
    if not given.smtp:
        raise PassedOverError("SendGrid signs: see sendgrid_sender")
    record = policies.find(domain, txt).record
    strict = {name: record is not None and record.tag(name) == "s" for name in ("adkim", "aspf")}

    def organization(name: str) -> str:
        return policies.find(name, txt).organization

    for way, smtp in given.smtp:
        signed = {one.domain for one in given.signatures(smtp)}
        by_dkim = any(
            policies.aligned(one, domain, organization, strict=strict["adkim"]) for one in signed
        )
        returns = given.returns(smtp)
        by_spf = policies.aligned(returns, domain, organization, strict=strict["aspf"])
        if signed and not by_dkim:
            yield warning(
                f"{way.key}: DKIM signs as {', '.join(sorted(signed))}, From is {domain}",
                f"Sign with a key of {domain}: [[sending.smtp.dkim]] domain",
            )
        if not by_spf and not by_dkim:
            say = error if signed else warning
            yield say(
                f"{way.key}: neither SPF ({returns}) nor a key of ours is in line with {domain}",
                f"Give a bounce_address at {domain}, or sign with a key of {domain}",
            )
        elif not by_dkim and not signed:
            yield note(
                f"{way.key}: only SPF is in line with {domain} as far as we know; forwarded mail "
                "loses that",
                f"Have your mail server sign as {domain}, or sign by `digest dkim make`",
            )
    yield ok(f"in line with {domain}")


def _from(given: Senders) -> str:
    if not given.from_:
        raise PassedOverError("sending.from is not set")
    return given.from_
