"""For every check an installation that it finds well, and some that it does not."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from digest.deliver import dkim
from digest.doctor.finding import Severity
from digest.doctor.machine import this
from digest.doctor.patient import Database, Patient
from digest.model import GatheredSource, GatherStatus, SourceMemory
from digest.store import sources
from digest.store.engine import make_engine, writing
from digest.store.stories import KeptStories
from tests.doctor.ward import PUBLIC, SENDGRID, SMTP, Ward

Make = Callable[[Ward], Patient]
OK, NOTE = Severity.OK, Severity.NOTE
WARNING, ERROR = Severity.WARNING, Severity.ERROR


@dataclass(frozen=True)
class Ill:
    """An installation that a check complains of: how, and in which words."""

    make: Make
    severity: Severity
    words: str


@dataclass(frozen=True)
class Case:
    """One check's fixtures."""

    well: Make
    ill: Sequence[Ill]


HOST = PUBLIC.removeprefix("https://")
DKIM = '[[sending.smtp.dkim]]\nselector = "news2026"\n'


def _machine(ward: Ward, **changes: Any) -> Patient:
    return ward.patient(machine=replace(this(), **changes))


def _zone(text: str, config: str = SMTP) -> Make:
    """With this in DNS."""

    def make(ward: Ward) -> Patient:
        ward.names.zone = text
        return ward.patient(config)

    return make


def _serving(asked: str, status: int = 200, **headers: str) -> Make:
    def make(ward: Ward) -> Patient:
        ward.serve(asked, status, **headers)
        return ward.patient()

    return make


# --- the machine


def _at(now: datetime, **changes: Any) -> Make:
    return lambda ward: replace(_machine(ward, **changes), clock=ward.patient(now=now).clock)


NEVER_OLD = datetime(2026, 11, 30, tzinfo=UTC)


def _clock(off: timedelta, **headers: str) -> Make:
    def make(ward: Ward) -> Patient:
        ward.serve("HEAD site.news.example/", **headers)
        return ward.patient(now=datetime.now(UTC) + off)

    return make


# --- what the newsroom keeps


def _secrets(
    config: str = SMTP, mode: int = 0o600, folder: int = 0o700, database: int = 0o600
) -> Make:
    def make(ward: Ward) -> Patient:
        made = ward.patient(config)
        (ward.folder / ".secrets" / "web__pepper").chmod(mode)
        (ward.folder / ".secrets").chmod(folder)
        (ward.folder / "config.toml").chmod(0o644)
        (ward.folder / "digest.sqlite3").chmod(database)
        ward.folder.chmod(0o755)
        return made

    return make


def _own_template(text: str) -> Make:
    def make(ward: Ward) -> Patient:
        own = ward.folder / "own"
        own.mkdir()
        (own / "daily.mjml").write_text(text)
        return ward.patient('templates = "own"\n' + SMTP)

    return make


# --- the database


def _engine(url: Callable[[Ward], str]) -> Make:
    """With a database that the rest of us would not have set up so."""

    def make(ward: Ward) -> Patient:
        engine = sa.create_engine(url(ward))
        ward.stack.callback(engine.dispose)
        made = ward.patient()
        return replace(made, database=lambda: Database(engine=engine, pending=list))

    return make


def _no_database(ward: Ward) -> str:
    (ward.folder / "digest.sqlite3").write_bytes(b"no database at all " * 100)
    return ward.database


def _careless(ward: Ward) -> Patient:
    """An engine like ours whose transactions are not written through."""
    engine = make_engine(ward.database)
    sa.event.listen(engine, "connect", lambda one, _: one.execute("PRAGMA synchronous=OFF"))
    ward.stack.callback(engine.dispose)
    return replace(ward.patient(), database=lambda: Database(engine=engine, pending=list))


def _old_tables(ward: Ward) -> Patient:
    made = ward.patient()
    with writing(made.database().engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version_digest SET version_num = '0015'")
    return made


def polled(patient: Patient, ago: timedelta) -> Patient:
    """Its source was read so long ago."""
    at = patient.clock.now() - ago
    told = GatheredSource(source="wire", status=GatherStatus.OK, memory=SourceMemory())
    with writing(patient.database().engine) as connection:
        sources.record(connection, told, KeptStories(), at)
    return patient


# --- the web


def _certificate(left: timedelta) -> Make:
    def make(ward: Ward) -> Patient:
        ward.serve(f"HEAD {HOST}/livez")
        return ward.patient(now=datetime.now(UTC) + timedelta(days=90) - left)

    return make


def _untrusted(ward: Ward) -> Patient:
    from digest.doctor.web import Web

    ward.serve(f"HEAD {HOST}/livez")
    return ward.patient(web=Web(None, ward.web.dial))


# --- DNS


@cache
def _pem() -> str:
    return dkim.make()


@cache
def short_key() -> str:
    key = rsa(65537, 1024).public_key()
    return _record(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def _record(der: bytes) -> str:
    from base64 import b64encode

    return f"v=DKIM1; k=rsa; p={b64encode(der).decode()}"


def txt(name: str, text: str) -> str:
    """A TXT record of a zone, in strings of at most 200 bytes."""
    strings = " ".join(f'"{text[at : at + 200]}"' for at in range(0, len(text), 200))
    return f"{name}. 60 IN TXT {strings}\n"


def _dkim(record: Callable[[], str], config: str = DKIM, pem: Callable[[], str] = _pem) -> Make:
    def make(ward: Ward) -> Patient:
        ward.secret("sending__smtp__dkim_keys__news2026", pem())
        told = record()
        ward.names.zone = txt("news2026._domainkey.news.example", told) if told else ""
        return ward.patient(SMTP + config)

    return make


def _ours() -> str:
    return dkim.record(_pem())


def _spf(*records: str, more: str = "") -> Make:
    return _zone("".join(txt("news.example", one) for one in records) + more)


def _dmarc(*records: str, more: str = "") -> Make:
    return _zone("".join(txt("_dmarc.news.example", one) for one in records) + more)


def _aligned(bounce: str, domain: str = "", policy: str = "v=DMARC1; p=none") -> Make:
    def make(ward: Ward) -> Patient:
        ward.secret("sending__smtp__dkim_keys__news2026", _pem())
        ward.names.zone = txt("_dmarc.news.example", policy)
        key = f'{DKIM}domain = "{domain}"\n' if domain else ""
        return ward.patient(SMTP.replace("bounce@news.example", bounce) + key)

    return make


MX = "news.example. 60 IN MX 10 mx.news.example.\nmx.news.example. 60 IN A 9.9.9.9\n"


def _sts(policy: str, record: str = "v=STSv1; id=20261130", status: int = 200) -> Make:
    def make(ward: Ward) -> Patient:
        ward.names.zone = MX + txt("_mta-sts.news.example", record)
        asked = "GET mta-sts.news.example/.well-known/mta-sts.txt"
        ward.serve(asked, status, policy.replace(";", "\n").encode())
        return ward.patient()

    return make


ENFORCED = "version: STSv1;mode: enforce;max_age: 604800;mx: *.news.example"


# --- providers


def _relay(**options: Any) -> Make:
    return lambda ward: ward.patient(ward.relay(**options))


def _wrong_password(ward: Ward) -> Patient:
    ward.secret("sending__smtp__password", "wrong")
    return ward.patient(ward.relay())


@cache
def hook_key() -> str:
    """A public key as SendGrid shows it."""
    from base64 import b64encode

    public = generate_private_key(SECP256R1()).public_key()
    return b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def account(**answers: Any) -> Make:
    """SendGrid answers these: a status, or JSON."""
    paths = {
        "scopes": "/v3/scopes",
        "domains": "/v3/whitelabel/domains?limit=200",
        "senders": "/v3/verified_senders",
        "webhooks": "/v3/user/webhooks/event/settings/all",
    }

    def make(ward: Ward) -> Patient:
        api = f"127.0.0.1:{ward.web.ports[443]}"
        for name, told in answers.items():
            status, body = (told, b"{}") if isinstance(told, int) else (200, json.dumps(told))
            text = body if isinstance(body, bytes) else body.encode()
            ward.serve(f"GET {api}{paths[name]}", status, text)
        ward.names.zone = txt("s1.domainkey.u1.wl.sendgrid.net", _ours()) + (
            "s1._domainkey.news.example. 60 IN CNAME s1.domainkey.u1.wl.sendgrid.net.\n"
        )
        return ward.patient(f'{SENDGRID}host = "https://{api}"\nwebhook_keys = ["{hook_key()}"]\n')

    return make


def _domain(*, valid: bool = True, data: str = "s1.domainkey.u1.wl.sendgrid.net") -> list[Any]:
    key = {"host": "s1._domainkey.news.example", "type": "cname", "data": data, "valid": valid}
    return [{"id": 1, "domain": "news.example", "valid": valid, "dns": {"dkim1": key}}]


def hook(**changes: Any) -> Mapping[str, Any]:
    """SendGrid's answer about one webhook."""
    events = ("processed", "delivered", "deferred", "bounce", "dropped", "spam_report")
    told = dict.fromkeys((*events, "unsubscribe", "group_unsubscribe"), True)
    webhook = {"id": "w1", "enabled": True, "url": f"{PUBLIC}/hooks/sendgrid", **told}
    return {"max_allowed": 2, "webhooks": [webhook | {"public_key": hook_key()} | changes]}


CASES: Mapping[str, Case] = {
    "python": Case(
        well=_at(NEVER_OLD, python=(3, 12, 1)),
        ill=[
            Ill(_at(NEVER_OLD, python=(3, 10, 9)), ERROR, "Python is 3.10.9"),
            Ill(
                _at(datetime(2027, 11, 1, tzinfo=UTC), python=(3, 11, 7)),
                WARNING,
                "no security fixes since October 2027",
            ),
        ],
    ),
    "sqlite": Case(
        well=lambda ward: _machine(ward, sqlite=(3, 45, 1)),
        ill=[Ill(lambda ward: _machine(ward, sqlite=(3, 34, 1)), ERROR, "3.35.0 is needed")],
    ),
    "expat": Case(
        well=lambda ward: _machine(ward, expat=(2, 6, 4)),
        ill=[
            Ill(lambda ward: _machine(ward, expat=(2, 3, 0)), ERROR, "can fill the memory"),
            Ill(lambda ward: _machine(ward, expat=(2, 5, 0)), NOTE, "some feeds take long"),
        ],
    ),
    "openssl": Case(
        well=lambda ward: _machine(ward, openssl=(3, 0, 19)),
        ill=[
            Ill(lambda ward: _machine(ward, openssl=(1, 0, 2)), ERROR, "without TLS 1.3"),
            Ill(lambda ward: _machine(ward, openssl=(1, 1, 1)), WARNING, "no security fixes"),
        ],
    ),
    "zones": Case(
        well=_at(NEVER_OLD, zones="2026b"),
        ill=[
            Ill(
                lambda ward: _machine(ward, zone=lambda name: name != "Europe/Berlin"),
                ERROR,
                "Europe/Berlin cannot be read",
            ),
            Ill(_at(NEVER_OLD, zones="2023c"), WARNING, "is of 2023c"),
        ],
    ),
    "config": Case(
        well=lambda ward: ward.patient(),
        ill=[
            Ill(
                lambda ward: ward.patient(SMTP.replace("reply_to", "replyto")),
                ERROR,
                "did you mean 'reply_to'",
            ),
            Ill(lambda ward: ward.patient(""), NOTE, "nobody is mailed"),
        ],
    ),
    "secrets": Case(
        well=_secrets(),
        ill=[
            Ill(_secrets(mode=0o644), ERROR, "web__pepper (mode 644)"),
            Ill(_secrets(folder=0o755), ERROR, ".secrets (mode 755)"),
            Ill(_secrets(SMTP + 'password = "right"\n'), ERROR, "config.toml (mode 644)"),
            Ill(_secrets(database=0o644), WARNING, "where readers' addresses are"),
        ],
    ),
    "database": Case(
        well=lambda ward: ward.patient(),
        ill=[
            Ill(
                _engine(
                    lambda ward: f"sqlite:///file:{ward.folder}/digest.sqlite3?mode=ro&uri=true"
                ),
                ERROR,
                "cannot be used",
            ),
            Ill(_engine(_no_database), ERROR, "not a database"),
            Ill(_careless, ERROR, "synchronous is OFF"),
            Ill(
                _engine(lambda ward: f"sqlite:///{ward.folder / 'other.sqlite3'}"),
                WARNING,
                "journal mode is delete",
            ),
        ],
    ),
    "schema": Case(
        well=lambda ward: ward.patient(),
        ill=[Ill(_old_tables, WARNING, "migrations are still to run, the first is 0016")],
    ),
    "disk": Case(
        well=lambda ward: _machine(ward, free=lambda _: 5 * 10**9),
        ill=[
            Ill(lambda ward: _machine(ward, free=lambda _: 4 * 10**8), WARNING, "400 MB are left"),
            Ill(lambda ward: _machine(ward, free=lambda _: 10**7), ERROR, "10 MB are left"),
        ],
    ),
    "clock": Case(
        well=_clock(timedelta(0)),
        ill=[
            Ill(_clock(timedelta(seconds=-99)), WARNING, "seconds behind that of site.news"),
            Ill(_clock(timedelta(hours=1)), ERROR, "minutes ahead of that of site.news"),
            # What a cache keeps has an older Date.
            Ill(_clock(timedelta(0), Age="6000"), ERROR, "minutes behind that"),
        ],
    ),
    "templates": Case(
        well=lambda ward: ward.patient(),
        ill=[Ill(_own_template("<mjml>{{ nothing.like( }}</mjml>"), ERROR, "daily.mjml:1")],
    ),
    "sources": Case(
        well=_serving("GET site.news.example/feed"),
        ill=[
            Ill(_serving("GET site.news.example/feed", 410), WARNING, "wire: the publisher took"),
            Ill(lambda ward: ward.patient(), WARNING, "the server answered 404"),
        ],
    ),
    "public_url": Case(
        well=_serving(f"GET {HOST}/livez"),
        ill=[
            Ill(
                _serving(f"GET {HOST}/livez", 301, Location="https://www.news.example/"),
                ERROR,
                "answers 301 to https://www.news.example/",
            ),
            Ill(
                lambda ward: replace(ward, public="https://127.0.0.1:9").patient(),
                ERROR,
                "cannot be reached",
            ),
            Ill(lambda ward: replace(ward, public="http://127.0.0.1:9").patient(), ERROR, "https"),
        ],
    ),
    "one_click": Case(
        well=_serving(f"POST {HOST}/u/doctor-self-test"),
        ill=[
            Ill(
                _serving(f"POST {HOST}/u/doctor-self-test", 302, Location="/login"),
                ERROR,
                "is redirected (302)",
            ),
            Ill(_serving(f"POST {HOST}/u/doctor-self-test", 403), ERROR, "answers 403"),
            Ill(_serving(f"POST {HOST}/u/doctor-self-test", Set_Cookie="a=b"), WARNING, "a cookie"),
        ],
    ),
    "certificate": Case(
        well=_certificate(timedelta(days=60)),
        ill=[
            Ill(_certificate(timedelta(days=10)), WARNING, "ends on"),
            Ill(_certificate(timedelta(days=1)), ERROR, "ends on"),
            Ill(_untrusted, ERROR, "no TLS with"),
        ],
    ),
    "spf": Case(
        well=_spf(
            "v=spf1 include:_spf.relay.example mx ip4:192.0.2.0/24 -all",
            more=MX + txt("_spf.relay.example", "v=spf1 ip4:198.51.100.7 ~all"),
        ),
        ill=[
            Ill(_zone(""), ERROR, "no SPF record"),
            Ill(_spf("v=spf1 -all", "v=spf1 ~all"), ERROR, "has 2 SPF records"),
            Ill(_spf("v=spf1 +all"), ERROR, "allows everybody"),
            Ill(_spf("v=spf1 ?all"), WARNING, "says nothing of other servers"),
            Ill(_spf("v=spf1 ipv4:192.0.2.1 -all"), ERROR, "“ipv4:192.0.2.1”"),
            Ill(_spf("v=spf1 ip4:192.0.2 -all"), ERROR, "holds no address"),
            Ill(_spf("v=spf1 include:gone.example -all"), ERROR, "has no SPF record"),
            Ill(_spf("v=spf1 ptr -all"), WARNING, "§5.5"),
            Ill(_spf("v=spf1 a:x.gone a:y.gone mx:z.gone -all"), ERROR, "3 names without"),
            Ill(
                _spf(
                    "v=spf1 include:_spf.relay.example -all",
                    more=MX + txt("_spf.relay.example", "v=spf1 " + "mx:news.example " * 10),
                ),
                ERROR,
                "needs 11 lookups",
            ),
            Ill(_spf("v=spf1 include:news.example -all"), ERROR, "lookups"),
        ],
    ),
    "dkim": Case(
        well=_dkim(_ours),
        ill=[
            Ill(_dkim(lambda: ""), ERROR, "there is no record at news2026._domainkey.news.example"),
            Ill(_dkim(lambda: "v=DKIM1; p="), ERROR, "is revoked"),
            Ill(_dkim(lambda: dkim.record(dkim.make())), ERROR, "not the one that we sign with"),
            Ill(_dkim(lambda: f"{_ours()}; t=y"), WARNING, "testing"),
            Ill(_dkim(lambda: f"{_ours()}; h=sha1"), ERROR, "SHA-256"),
            Ill(_dkim(short_key), WARNING, "has 1024 bits"),
        ],
    ),
    "dmarc": Case(
        well=_dmarc("v=DMARC1; p=quarantine; np=reject; rua=mailto:reports@news.example"),
        ill=[
            Ill(_zone(""), ERROR, "has no DMARC record"),
            Ill(_dmarc("v=DMARC1; p=none", "v=DMARC1; p=reject"), ERROR, "several DMARC records"),
            Ill(_dmarc("v=DMARC1; p=quarantine; pct=50"), WARNING, "RFC 9989 took out"),
            Ill(_dmarc("v=DMARC1; p=quarantine; ri=3600"), NOTE, "has ri"),
            Ill(_dmarc("v=DMARC1; p=quarantine; t=y"), NOTE, "only tried"),
            Ill(_dmarc("v=DMARC1; p=all"), ERROR, "p=all"),
            Ill(_dmarc("v=DMARC1; rua=mailto:a@news.example"), ERROR, "has no p"),
            Ill(_dmarc("v=DMARC1; p=reject; np=maybe"), WARNING, "np=maybe"),
            Ill(_dmarc("v=DMARC1; p=reject; psd=y"), ERROR, "registries"),
            Ill(_dmarc("v=DMARC1; p=reject; policy=x"), WARNING, "no tag of DMARC"),
            Ill(_dmarc("v=DMARC1; p=none; rua=mailto:a@news.example"), NOTE, "its policy is none"),
            Ill(_dmarc("v=DMARC1; p=reject"), NOTE, "nobody gets DMARC reports"),
            Ill(
                _dmarc("v=DMARC1; p=reject; rua=mailto:a@judge.test"),
                WARNING,
                "judge.test does not say",
            ),
        ],
    ),
    "alignment": Case(
        well=_aligned("bounce@news.example", "news.example"),
        ill=[
            Ill(_aligned("bounce@relay.test", "relay.test"), ERROR, "neither SPF (relay.test)"),
            Ill(_aligned("bounce@relay.test"), WARNING, "neither SPF (relay.test)"),
            Ill(_aligned("bounce@news.example"), NOTE, "only SPF is in line"),
            Ill(
                _aligned("b@mail.news.example", "mail.news.example", "v=DMARC1; p=none; adkim=s"),
                WARNING,
                "DKIM signs as mail.news.example",
            ),
        ],
    ),
    "mx": Case(
        well=_zone(MX),
        ill=[
            Ill(_zone(""), ERROR, "has no mail host"),
            Ill(_zone("news.example. 60 IN MX 0 .\n"), ERROR, "takes no mail"),
            Ill(_zone("news.example. 60 IN MX 0 mx.gone.\n"), ERROR, "mx.gone, a mail host"),
            Ill(_zone("news.example. 60 IN A 9.9.9.9\n"), NOTE, "its own address"),
        ],
    ),
    "ptr": Case(
        well=_zone(
            "relay.test. 60 IN A 9.9.9.9\n9.9.9.9.in-addr.arpa. 60 IN PTR relay.test.\n",
            SMTP.replace("127.0.0.1", "relay.test"),
        ),
        ill=[
            Ill(
                _zone("relay.test. 60 IN A 9.9.9.9\n", SMTP.replace("127.0.0.1", "relay.test")),
                ERROR,
                "has no name (PTR)",
            ),
            Ill(
                _zone(
                    "relay.test. 60 IN A 9.9.9.9\n9.9.9.9.in-addr.arpa. 60 IN PTR other.test.\n",
                    SMTP.replace("127.0.0.1", "relay.test"),
                ),
                ERROR,
                "called other.test",
            ),
            Ill(_zone(""), NOTE, "on a private address"),
        ],
    ),
    "mta_sts": Case(
        well=_sts(ENFORCED),
        ill=[
            Ill(_zone(MX), NOTE, "has no MTA-STS"),
            Ill(_sts(ENFORCED, "v=STSv1"), WARNING, "is not one record"),
            Ill(_sts(ENFORCED, status=301), WARNING, "answers 301"),
            Ill(_sts(ENFORCED.replace("*.news", "mx.other")), ERROR, "does not name mx.news"),
            Ill(_sts(ENFORCED.replace("enforce", "testing")), NOTE, "is testing"),
            Ill(_sts(ENFORCED.replace("604800", "60")), NOTE, "less than a day"),
            Ill(_sts("mode: enforce"), WARNING, "version is not STSv1"),
        ],
    ),
    "tls_rpt": Case(
        well=_zone(txt("_smtp._tls.news.example", "v=TLSRPTv1; rua=mailto:tls@news.example")),
        ill=[
            Ill(_zone(""), NOTE, "nobody hears of TLS"),
            Ill(_zone(txt("_smtp._tls.news.example", "v=TLSRPTv1; rua=x")), WARNING, "one record"),
        ],
    ),
    "relay": Case(
        well=_relay(),
        ill=[
            Ill(_relay(tls_context=None, auth_require_tls=False), ERROR, "offers no STARTTLS"),
            Ill(_wrong_password, ERROR, "and its password (535)"),
            Ill(
                _relay(authenticator=None, auth_exclude_mechanism=["LOGIN", "PLAIN"]),
                ERROR,
                "No suitable",
            ),
            Ill(_relay(enable_SMTPUTF8=False), NOTE, "no SMTPUTF8"),
            Ill(lambda ward: ward.patient(SMTP + "port = 9\n"), ERROR, "cannot be used"),
            Ill(lambda ward: ward.patient(ward.relay(), tls=None), ERROR, "TLS with"),
        ],
    ),
    "sendgrid_key": Case(
        well=account(scopes={"scopes": ["mail.send", "2fa_required"]}),
        ill=[
            Ill(account(scopes={"scopes": ["stats.read"]}), ERROR, "may not send mail"),
            Ill(account(scopes=401), ERROR, "does not know the key"),
            Ill(account(scopes=500), ERROR, "answers 500"),
            Ill(account(scopes={"scopes": ["mail.send", "api_keys.create"]}), NOTE, "api_keys"),
        ],
    ),
    "sendgrid_sender": Case(
        well=account(domains=_domain()),
        ill=[
            Ill(account(domains=[], senders={"results": []}), ERROR, "does not know news.example"),
            Ill(account(domains=_domain(valid=False)), ERROR, "finds the records"),
            Ill(account(domains=_domain(data="s1.other.test")), ERROR, "is no CNAME to"),
            Ill(account(domains=403), NOTE, "may only send"),
            Ill(
                account(
                    domains=[],
                    senders={"results": [{"from_email": "digest@news.example", "verified": True}]},
                ),
                WARNING,
                "only one address is verified",
            ),
        ],
    ),
    "sendgrid_webhook": Case(
        well=account(webhooks=hook()),
        ill=[
            Ill(account(webhooks={"webhooks": []}), ERROR, "is not there"),
            Ill(account(webhooks=hook(enabled=False)), ERROR, "is switched off"),
            Ill(account(webhooks=hook(public_key="")), ERROR, "is not signed"),
            Ill(account(webhooks=hook(public_key="other")), ERROR, "that we do not hold"),
            Ill(account(webhooks=hook(bounce=False)), WARNING, "does not tell of bounce"),
            Ill(account(webhooks=403), NOTE, "may only send"),
            Ill(account(webhooks={"error": "?"}), ERROR, "something else than its description"),
        ],
    ),
    "scheduler": Case(
        well=lambda ward: polled(_locked(ward), timedelta(minutes=2)),
        ill=[
            Ill(lambda ward: polled(ward.patient(), timedelta(hours=9)), ERROR, "nobody has read"),
            Ill(lambda ward: polled(ward.patient(), timedelta(0)), NOTE, "no `digest run` works"),
            Ill(lambda ward: ward.patient(), NOTE, "nothing has run here yet"),
        ],
    ),
}


def _locked(ward: Ward) -> Patient:
    """With a ``digest run`` at work."""
    from digest.store.alone import alone

    made = ward.patient()
    ward.stack.enter_context(alone(made.database().engine))
    return made
