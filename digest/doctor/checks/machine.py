"""What Python and the system bring: versions, disk, time zones, time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa

from digest.doctor.finding import Finding, PassedOverError, error, note, ok, warning
from digest.doctor.patient import Patient
from digest.doctor.web import WebError
from digest.render.clean import is_loopback
from digest.store.engine import reading

#: when Python's own people stop mending a version (PEP 664, 693, 719, 745, 790)
PYTHON_ENDS: dict[tuple[int, ...], date] = {
    (3, 11): date(2027, 10, 31),
    (3, 12): date(2028, 10, 31),
    (3, 13): date(2029, 10, 31),
    (3, 14): date(2030, 10, 31),
    (3, 15): date(2031, 10, 31),
}
#: rows that a statement gives back (RETURNING)
LEAST_SQLITE = (3, 35, 0)
#: the first that stops "billion laughs" (2.4.0), with the mend of its mend
LEAST_EXPAT = (2, 4, 1)
#: large tokens in linear time (CVE-2023-52425)
GOOD_EXPAT = (2, 6, 0)
#: TLS 1.3; and the oldest that is still mended
LEAST_OPENSSL, GOOD_OPENSSL = (1, 1, 1), (3, 0, 0)
#: bytes
LITTLE, TOO_LITTLE = 1_000_000_000, 100_000_000
#: rules change several times a year
OLD_ZONES = timedelta(days=730)
#: a clock that is wrong by so much sends at the wrong minute; by so much, links and logins fail
DRIFT, TOO_WRONG = timedelta(seconds=30), timedelta(minutes=5)
#: how many servers are asked for the time
_ASKED = 3


def python(patient: Patient) -> Iterator[Finding]:
    """Python's version, and until when it is mended."""
    given = patient.machine.python
    if given < (3, 11):
        yield error(f"Python is {_dotted(given)}", "Install Python 3.11 or newer")
    ends = PYTHON_ENDS.get(given[:2])
    if ends is not None and patient.clock.now().date() > ends:
        yield warning(
            f"Python {_dotted(given)} gets no security fixes since {ends:%B %Y}",
            "Install a newer Python and make the environment anew",
        )
    yield ok(f"Python {_dotted(given)}")


def sqlite(patient: Patient) -> Iterator[Finding]:
    """SQLite's version."""
    given = patient.machine.sqlite
    if given < LEAST_SQLITE:
        yield error(
            f"SQLite is {_dotted(given)}; {_dotted(LEAST_SQLITE)} is needed",
            "Install a Python that is built with a newer SQLite, or use PostgreSQL",
        )
    yield ok(f"SQLite {_dotted(given)}")


def expat(patient: Patient) -> Iterator[Finding]:
    """The XML parser that feeds go through."""
    given = patient.machine.expat
    if given < LEAST_EXPAT:
        yield error(
            f"expat is {_dotted(given)}: a small feed can fill the memory",
            f"Install Python with expat {_dotted(LEAST_EXPAT)} or newer",
        )
    elif given < GOOD_EXPAT:
        yield note(
            f"expat is {_dotted(given)}; unless your system mended it there, some feeds take long. "
            "They are read in a worker with limits"
        )
    yield ok(f"expat {_dotted(given)}")


def openssl(patient: Patient) -> Iterator[Finding]:
    """The library behind TLS."""
    given = patient.machine.openssl
    if given < LEAST_OPENSSL:
        yield error(f"OpenSSL is {_dotted(given)}, without TLS 1.3", "Install a newer system")
    elif given < GOOD_OPENSSL:
        yield warning(
            f"OpenSSL {_dotted(given)} gets no security fixes since September 2023",
            "Install a Python that is built with OpenSSL 3",
        )
    yield ok(f"OpenSSL {_dotted(given)}")


def zones(patient: Patient) -> Iterator[Finding]:
    """Whether each edition's zone is known, and how old the rules are."""
    settings = patient.settings
    used = {"UTC", *(one.zone for one in settings.editions)}
    used |= {one.zone for one in settings.sources if one.zone}
    for name in sorted(used):
        if not patient.machine.zone(name):
            yield error(
                f"the time zone {name} cannot be read",
                "pip install --upgrade tzdata, or mend TZPATH",
            )
    release = patient.machine.zones
    year = int(release[:4]) if release[:4].isdigit() else 0
    if year and patient.clock.now().date() - date(year, 12, 31) > OLD_ZONES:
        yield warning(
            f"the time zone database is of {release}: countries have changed their clocks since",
            "Update the system's tzdata package, or pip install --upgrade tzdata",
        )
    yield ok(f"{len(used)} time zones, database {release or 'of an untold release'}")


def disk(patient: Patient) -> Iterator[Finding]:
    """Room where the database, the outbox and the journals stand."""
    settings = patient.settings
    places = {"outbox and journals": settings.sending.outbox.parent}
    url = sa.make_url(settings.database.url)
    if url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"}:
        places["database"] = Path(str(url.database)).parent
    told = []
    for what, folder in places.items():
        free = patient.machine.free(_there(folder))
        if free < LITTLE:
            say = error if free < TOO_LITTLE else warning
            yield say(
                f"{_megabytes(free)} are left for {what} in {folder}",
                "Make room there: a send that cannot write stops",
            )
        told.append(f"{_megabytes(free)} for {what}")
    yield ok(f"free: {', '.join(told)}")


def _there(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next(one for one in (folder, *folder.parents) if one.exists())


def clock(patient: Patient) -> Iterator[Finding]:
    """Our clock beside PostgreSQL's, and beside what web servers say (RFC 9110 §6.6.1)."""
    told = [*_of_the_database(patient), *_of_the_web(patient)]
    for whose, off in told:
        if abs(off) > DRIFT:
            say = error if abs(off) > TOO_WRONG else warning
            behind = "behind" if off > timedelta(0) else "ahead of"
            yield say(
                f"this machine's clock is {_span(abs(off))} {behind} {whose}",
                "Set it by NTP: `timedatectl set-ntp true`, or your system's way",
            )
    if not told:
        raise PassedOverError("nobody tells the time: no source or site of yours is on the web")
    yield ok(f"within {DRIFT.seconds} seconds of {' and '.join(whose for whose, _ in told)}")


def _of_the_database(patient: Patient) -> Iterator[tuple[str, timedelta]]:
    if sa.make_url(patient.settings.database.url).get_backend_name() != "postgresql":
        return
    try:
        with reading(patient.database().engine) as connection:
            theirs = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    except sa.exc.SQLAlchemyError:
        return  # `database` tells
    yield "the database's", theirs - patient.clock.now()


def _of_the_web(patient: Patient) -> Iterator[tuple[str, timedelta]]:
    settings = patient.settings
    urls = [settings.newsroom.site_url, *(one.url for one in settings.sources)]
    hosts = {f"{urlsplit(url).scheme}://{urlsplit(url).netloc}/": url for url in urls if url}
    asked = [root for root in hosts if not is_loopback(root)][:_ASKED]
    if not asked:
        return
    with ThreadPoolExecutor(len(asked)) as workers:
        dates = workers.map(lambda one: _date(patient, one), asked)
        for root, theirs in zip(asked, dates, strict=True):
            if theirs is not None:
                yield f"that of {urlsplit(root).hostname}", theirs


def _date(patient: Patient, url: str) -> timedelta | None:
    """How far a server's clock is ahead of ours; None where it does not say."""
    try:
        headers = patient.web.ask("HEAD", url).headers
    except WebError:
        return None
    now, age = patient.clock.now(), headers.get("age", "")
    try:
        theirs = parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError, IndexError):
        return None
    kept = timedelta(seconds=int(age)) if age.isascii() and age.isdigit() else timedelta(0)
    aware: datetime = theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)
    return aware + kept - now


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _megabytes(size: int) -> str:
    return f"{size // 1_000_000:,} MB"


def _span(time: timedelta) -> str:
    seconds = round(time.total_seconds())
    return f"{seconds} seconds" if seconds < 120 else f"{seconds // 60} minutes"
