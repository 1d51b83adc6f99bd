"""Whether mail reaches us, and is carried safely: MX, PTR, MTA-STS, TLS-RPT."""

import ipaddress
from collections.abc import Iterator

from digest.doctor import transport_tls as tls
from digest.doctor.finding import Finding, PassedOverError, error, note, ok, warning
from digest.doctor.patient import Patient
from digest.doctor.senders import senders
from digest.doctor.web import WebError


def mx(patient: Patient) -> Iterator[Finding]:
    """Who takes mail for the domains of From, Reply-To and the Return-Path."""
    given, dns = senders(patient.settings), patient.dns()
    for domain, key in given.receiving.items():
        hosts = dns.mx(domain)
        if hosts == ("",):
            yield error(
                f"{domain} says that it takes no mail (a null MX), and {key} is there",
                "Give an address whose mail somebody reads",
            )
        elif not hosts and not dns.addresses(domain):
            yield error(
                f"{domain} has no mail host, and {key} is there: answers and bounces are lost",
                "Publish an MX record, or give another address",
            )
        elif not hosts:
            yield note(f"{domain} has no MX record; its own address takes mail", "Publish one")
        for host in hosts:
            if host and not dns.addresses(host):
                yield error(
                    f"{host}, a mail host of {domain}, has no address", "Mend the MX record"
                )
    yield ok(f"mail to {', '.join(given.receiving)} has where to go")


def ptr(patient: Patient) -> Iterator[Finding]:
    """Whether mail servers' addresses have names that lead back to them; Gmail and Yahoo ask."""
    given = senders(patient.settings)
    if not given.smtp:
        raise PassedOverError("mail goes by SendGrid's servers")
    dns, looked = patient.dns(), 0
    for host in dict.fromkeys(smtp.host for _, smtp in given.smtp):
        every = (host,) if _is_address(host) else dns.addresses(host)
        public = [one for one in every if ipaddress.ip_address(one).is_global]
        if not public:
            yield note(
                f"{host} is on a private address: whether the one that it sends from has a name "
                "that leads back to it is to be seen there"
            )
        for address in public:
            looked += 1
            names = dns.reverse(address)
            if not names:
                yield error(
                    f"{address} of {host} has no name (PTR)",
                    "Ask whoever gave you the address to set it: Gmail refuses such mail",
                )
            elif not any(address in dns.addresses(name) for name in names):
                yield error(
                    f"{address} is called {names[0]}, which does not lead back to it",
                    f"Give {names[0]} an A or AAAA record with {address}",
                )
    yield ok(f"{looked} addresses have names that lead back to them")


def mta_sts(patient: Patient) -> Iterator[Finding]:
    """Whether mail to us must be encrypted, and the policy names our mail hosts (RFC 8461)."""
    given, dns = senders(patient.settings), patient.dns()
    for domain in given.receiving:
        told = [one for one in dns.txt(f"_mta-sts.{domain}") if one.startswith("v=STSv1")]
        if not told:
            yield note(
                f"{domain} has no MTA-STS: mail to it may be carried unencrypted",
                "Publish a policy if your mail provider offers it",
            )
        elif len(told) > 1 or not tls.is_sts(told[0]):
            yield warning(
                f"_mta-sts.{domain} is not one record of the form `v=STSv1; id=20261130`",
                "Mend it: senders take it for no policy",
            )
        else:
            yield from _of_policy(patient, domain, dns.mx(domain))
    yield ok("policies name every mail host")


def _of_policy(patient: Patient, domain: str, hosts: tuple[str, ...]) -> Iterator[Finding]:
    url = f"https://mta-sts.{domain}/.well-known/mta-sts.txt"
    try:
        answer = patient.web.ask("GET", url)
    except WebError as problem:
        yield warning(f"{url} cannot be read: {problem.message}", "See its server and certificate")
        return
    if answer.status != 200:
        # RFC 8461 §3.3: senders follow no redirect here.
        yield warning(f"{url} answers {answer.status}, not 200", "Serve the policy there itself")
        return
    policy = tls.read_sts(answer.body.decode("utf-8", "replace"))
    if policy.broken:
        yield warning(f"the policy of {domain} cannot be used: {policy.broken}", f"Mend {url}")
        return
    for host in policy.unnamed(hosts):
        say = error if policy.mode == "enforce" else warning
        yield say(
            f"the policy of {domain} does not name {host}, its mail host",
            f"Add `mx: {host}` to {url}, and change the id in DNS",
        )
    if policy.mode != "enforce":
        yield note(
            f"the policy of {domain} is {policy.mode}", "Go on to enforce once reports are good"
        )
    if policy.short:
        yield note(f"the policy of {domain} is kept for less than a day", "Raise its max_age")


def tls_rpt(patient: Patient) -> Iterator[Finding]:
    """Whether somebody hears of mail that could not be carried to us encrypted (RFC 8460)."""
    given, dns = senders(patient.settings), patient.dns()
    for domain in given.receiving:
        name = f"_smtp._tls.{domain}"
        told = [one for one in dns.txt(name) if one.startswith("v=TLSRPTv1")]
        if not told:
            yield note(
                f"nobody hears of TLS that failed on the way to {domain}",
                f"Publish `v=TLSRPTv1; rua=mailto:…` at {name}",
            )
        elif len(told) > 1 or not tls.report_targets(told[0]):
            yield warning(
                f"{name} is not one record of the form `v=TLSRPTv1; rua=mailto:…`", "Mend it"
            )
    yield ok("reports of failed TLS are asked for")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
