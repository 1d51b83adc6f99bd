"""The mail servers that [sending.smtp] names: a greeting, TLS and a login, no mail."""

import smtplib
import ssl
from collections.abc import Iterator

from digest.config.providers import Smtp
from digest.doctor.finding import Finding, PassedOverError, error, note, ok, warning
from digest.doctor.patient import Patient
from digest.doctor.senders import senders

#: for the connection, and for each answer
SECONDS = 6.0
_AT_HOME = ("127.0.0.1", "::1", "localhost")


def relay(patient: Patient) -> Iterator[Finding]:
    """Whether each answers, encrypts, lets us in, and what it can carry."""
    given = senders(patient.settings)
    if not given.smtp:
        raise PassedOverError("mail does not go by SMTP")
    for way, smtp in given.smtp:
        server = f"{smtp.host}:{smtp.port}"
        try:
            yield from _talk(patient, smtp, server)
        except smtplib.SMTPAuthenticationError as problem:
            yield error(
                f"{server} refuses {way.key}.smtp.username and its password ({problem.smtp_code})",
                "Look at both; some providers want an application password or an API key",
            )
        except ssl.SSLError as problem:
            yield error(
                f"TLS with {server} failed: {problem.reason or problem}",
                "Use the name that is in its certificate; port 465 wants security = tls",
            )
        except (smtplib.SMTPException, OSError) as problem:
            told = " ".join(str(problem).split())[:150] or type(problem).__name__
            yield error(
                f"{server} cannot be used: {told}",
                f"See [{way.key}.smtp], and whether a firewall lets port {smtp.port} out",
            )
    yield ok(f"{', '.join(smtp.host for _, smtp in given.smtp)} would take mail")


def _talk(patient: Patient, smtp: Smtp, server: str) -> Iterator[Finding]:
    context = patient.tls or ssl.create_default_context()
    with _connected(smtp, context) as connection:
        connection.ehlo()
        if smtp.security == "starttls":
            if not connection.has_extn("starttls"):
                yield error(
                    f"{server} offers no STARTTLS: nothing is sent without",
                    'Use port 465 with security = "tls", or another server',
                )
                return
            connection.starttls(context=context)
            connection.ehlo()
        elif smtp.security == "none" and smtp.host not in _AT_HOME:
            yield warning(f"mail goes to {server} unencrypted", 'Set security = "starttls"')
        if smtp.username:
            if not connection.has_extn("auth"):
                yield error(
                    f"{server} offers no way to log in", "Take username out, or see the port"
                )
                return
            connection.login(smtp.username, smtp.password.get_secret_value())
        if not connection.has_extn("smtputf8"):
            yield note(
                f"{server} has no SMTPUTF8: readers whose address is not ASCII before the @ are "
                "left out, and listed"
            )


def _connected(smtp: Smtp, context: ssl.SSLContext) -> smtplib.SMTP:
    if smtp.security == "tls":
        return smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=SECONDS, context=context)
    return smtplib.SMTP(smtp.host, smtp.port, timeout=SECONDS)
