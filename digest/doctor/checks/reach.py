"""What must be reached on the web: sources, and ourselves as readers reach us."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urlsplit

from digest.config.settings import SourceSettings
from digest.doctor.finding import Finding, PassedOverError, error, ok, warning
from digest.doctor.patient import Patient
from digest.doctor.web import Answer, WebError
from digest.errors import SourceError
from digest.render.clean import is_loopback

#: of a certificate's life, before somebody should look
SOON, TOO_SOON = timedelta(days=21), timedelta(days=3)
#: no reader has such a key
DUMMY = "doctor-self-test"
ONE_CLICK = b"List-Unsubscribe=One-Click"
_AT_A_TIME = 8


def sources(patient: Patient) -> Iterator[Finding]:
    """Each source's address through the guarded client, each file on this machine."""
    given = patient.settings.sources
    if not given:
        raise PassedOverError("there are no sources")
    with ThreadPoolExecutor(_AT_A_TIME) as workers:
        told = workers.map(lambda one: (one.name, _problem(patient, one)), given)
        for name, problem in told:
            if problem:
                yield warning(f"the source {name}: {problem}", f"`digest sources test {name}`")
    yield ok(f"{len(given)} sources answer")


def _problem(patient: Patient, one: SourceSettings) -> str:
    """Why a source cannot be read; empty if it can."""
    if one.path is not None:
        return "" if one.path.exists() else f"there is no {one.path}"
    assert one.url is not None  # checked with the configuration
    try:
        patient.fetch(one.url).check(patient.clock.now())
    except SourceError as problem:
        return problem.message
    return ""


def public_url(patient: Patient) -> Iterator[Finding]:
    """Whether readers' links lead to us, by https."""
    url = _public(patient)
    if urlsplit(url).scheme != "https":
        yield error(
            f"{url} is not https: mail programs offer no one-click unsubscribe for it",
            "Put a reverse proxy with a certificate before `digest serve`, and set web.public_url",
        )
    answer = _ask(patient, "GET", f"{url}/livez")
    if isinstance(answer, str):
        yield error(
            f"{url}/livez cannot be reached: {answer}",
            "Start `digest run` or `digest serve`; see the proxy, the firewall and DNS",
        )
        return
    if answer.status != 200:
        to = f" to {answer.headers['location']}" if "location" in answer.headers else ""
        yield error(
            f"{url}/livez answers {answer.status}{to}, not 200",
            "Set web.public_url to where the pages really are, and see the proxy's rules",
        )
    yield ok(f"{url} answers")


def one_click(patient: Patient) -> Iterator[Finding]:
    """A POST as mail programs make it (RFC 8058), with a key that no reader has."""
    url = f"{_public(patient)}/u/{DUMMY}"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = _ask(patient, "POST", url, form, ONE_CLICK)
    if isinstance(answer, str):
        yield error(f"nobody can leave by one click: {answer}", "See the check public_url")
        return
    if "location" in answer.headers or 300 <= answer.status < 400:
        yield error(
            f"a POST to {url} is redirected ({answer.status}): mail programs do not follow",
            "Let the proxy pass POST /u/… on as it is, and set web.public_url to the final address",
        )
    elif answer.status != 200:
        yield error(
            f"a POST to {url} answers {answer.status}, not 200",
            "Let the proxy pass POST /u/… on: no login, no check of Origin, no cache",
        )
    if "set-cookie" in answer.headers:
        yield warning(
            "the answer to a one-click unsubscribe sets a cookie (RFC 8058 §3.2 wants none)",
            "Have the proxy set no cookies below /u/",
        )
    yield ok("a POST to the unsubscribe address answers 200 at once")


def certificate(patient: Patient) -> Iterator[Finding]:
    """How long the public address's certificate is good for."""
    url = _public(patient)
    if urlsplit(url).scheme != "https":
        raise PassedOverError("web.public_url is not https")
    answer = _ask(patient, "HEAD", f"{url}/livez")
    if isinstance(answer, str):
        yield error(f"no TLS with {url}: {answer}", "Renew the certificate, or see the proxy")
        return
    if answer.certificate_ends is None:
        raise PassedOverError("the server tells nothing of its certificate")
    left = answer.certificate_ends - patient.clock.now()
    if left < SOON:
        say = error if left < TOO_SOON else warning
        yield say(
            f"the certificate of {url} ends on {answer.certificate_ends:%Y-%m-%d}",
            "See why it is not renewed by itself (certbot renew --dry-run, or Caddy's log)",
        )
    yield ok(f"the certificate is good until {answer.certificate_ends:%Y-%m-%d}")


def _public(patient: Patient) -> str:
    """The public address. Raises PassedOverError while that is this machine itself."""
    settings = patient.settings
    url = settings.web.public_url.rstrip("/")
    if is_loopback(url) and settings.sending.transport == "outbox":
        raise PassedOverError("web.public_url is this machine, and mail goes into the outbox")
    return url


def _ask(
    patient: Patient,
    method: str,
    url: str,
    headers: dict[str, str] | None = None,
    body: bytes = b"",
) -> Answer | str:
    try:
        return patient.web.ask(method, url, headers=headers, body=body)
    except WebError as problem:
        return problem.message
