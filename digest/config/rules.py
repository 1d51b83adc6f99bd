"""What must hold between the settings.

Works on the raw values, so that a mistake elsewhere in the file hides none of these.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from digest.config import schedule, ways
from digest.errors import ConfigMistake
from digest.model import HAND, TOPICS
from digest.render.addresses import split_mailbox

PRESET_REGIONS = ("africa", "americas", "asia-pacific", "europe", "middle-east")
#: kinds of source that live on the web alone
ON_THE_WEB = ("sitemap", "page_box")
#: settings of [[sources]] that one kind alone takes
ONLY_FOR = {
    "heading": "page_box",
    "picks": "page_box",
    "username": "wordpress",
    "statuses": "wordpress",
}
#: what an IMAP mailbox needs
IMAP = ("host", "username", "password")
#: characters of a secret that signs posted events
HOOK_KEY = 32
LOOPBACK = ("127.0.0.1", "localhost", "::1")
#: what each take needs beside it
NEEDS = {
    "region": ("region",),
    "topic": ("topic",),
    "region_topic": ("region", "topic"),
    "picks": (),
    "latest": (),
}


def contradictions(raw: Mapping[str, Any]) -> list[ConfigMistake]:
    """Every rule between settings that ``raw`` breaks."""
    return [
        *_names(raw),
        *_sources(raw),
        *_editions(raw),
        *_filters(raw),
        *_views(raw),
        *_mappings(raw),
        *_database(raw),
        *_real_mail(raw),
        *_events(raw),
        *_alerts(raw),
    ]


def _rows(raw: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    rows = raw.get(key, ())
    return [row if isinstance(row, Mapping) else {} for row in rows] if _many(rows) else []


def _many(value: object) -> bool:
    return isinstance(value, list | tuple)


def _table(raw: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    for key in path:
        inner = raw.get(key)
        raw = inner if isinstance(inner, Mapping) else {}
    return raw


def _regions(raw: Mapping[str, Any]) -> set[str]:
    regions = _table(raw, "regions")
    own = {str(view.get("slug")) for view in _rows(regions, "views")}
    return own | (set(PRESET_REGIONS) if regions.get("preset", "newsroom") == "newsroom" else set())


def _known(key: str, what: str, given: object, known: set[str]) -> Iterator[ConfigMistake]:
    if not isinstance(given, str) or given in known:
        return
    close = get_close_matches(given, known, n=1, cutoff=0.5)
    hint = (
        f"did you mean {close[0]!r}?" if close else f"known: {', '.join(sorted(known)) or 'none'}"
    )
    yield ConfigMistake(key, f"{given!r}: there is no such {what}; {hint}")


def _names(raw: Mapping[str, Any]) -> Iterator[ConfigMistake]:
    for table, key in (("sources", "name"), ("editions", "slug"), ("segments", "name")):
        seen: set[str] = set()
        for index, row in enumerate(_rows(raw, table)):
            name = row.get(key)
            if isinstance(name, str) and name in seen:
                yield ConfigMistake(f"{table}[{index}].{key}", f"{name!r} is used twice")
            seen.add(str(name))
    for index, row in enumerate(_rows(raw, "sources")):
        if row.get("name") == HAND:
            taken = f"{HAND!r} is the name of what editors add by hand"
            yield ConfigMistake(f"sources[{index}].name", taken)


def _sources(raw: Mapping[str, Any]) -> Iterator[ConfigMistake]:
    for index, row in enumerate(_rows(raw, "sources")):
        key = f"sources[{index}]"
        if row.get("kind") == "folder":
            if not row.get("path"):
                yield ConfigMistake(f"{key}.path", "is missing: a folder source reads a path")
        elif row.get("kind") in ON_THE_WEB:
            if row.get("path") or not row.get("url"):
                yield ConfigMistake(f"{key}.url", f"a {row['kind']} source reads a url, no path")
        elif bool(row.get("url")) == bool(row.get("path")):
            yield ConfigMistake(f"{key}.url", "give either url or path")
        if row.get("kind") == "page_box" and not str(row.get("heading", "")).strip():
            yield ConfigMistake(f"{key}.heading", "is missing: the words over the box")
        for field, kind in ONLY_FOR.items():
            if field in row and row.get("kind") != kind:
                yield ConfigMistake(f"{key}.{field}", f"is for {kind} sources only")
    yield from _logins(raw)


def _logins(raw: Mapping[str, Any]) -> Iterator[ConfigMistake]:
    """A user name needs a password and a line that nobody reads along."""
    passwords = _table(raw, "gather", "passwords")
    rows = _rows(raw, "sources")
    for index, row in enumerate(rows):
        name, key = row.get("name"), f"sources[{index}]"
        if row.get("username"):
            if not passwords.get(str(name)):
                where = f"put it into the file gather__passwords__{name} among the secrets"
                yield ConfigMistake(f"gather.passwords.{name}", f"is missing; {where}")
            url = urlsplit(str(row.get("url", "")))
            if url.scheme != "https" and url.hostname not in LOOPBACK:
                yield ConfigMistake(f"{key}.url", "must be https: a password goes there")
        elif row.get("statuses"):
            yield ConfigMistake(f"{key}.username", "is missing: statuses needs a login")
    users = {str(row.get("name")) for row in rows if row.get("username")}
    for name in passwords:
        yield from _known(f"gather.passwords.{name}", "source with a username", name, users)


def _reviewers(key: str, given: object) -> Iterator[ConfigMistake]:
    """Reviewers are told apart by their names: what is approved says who did."""
    mailboxes = given if isinstance(given, list | tuple) else ()
    told = [split_mailbox(str(one)) for one in mailboxes]
    names = [(name or address.partition("@")[0]).casefold() for name, address in told]
    for name in sorted({one for one in names if names.count(one) > 1}):
        yield ConfigMistake(key, f"{name!r} is there twice: give each person a name of their own")


def _editions(raw: Mapping[str, Any]) -> Iterator[ConfigMistake]:
    sources = {str(row.get("name")) for row in _rows(raw, "sources")}
    regions = _regions(raw)
    for index, row in enumerate(_rows(raw, "editions")):
        key = f"editions[{index}]"
        for given in row.get("sources", ()):
            yield from _known(f"{key}.sources", "source", given, sources)
        yield from _reviewers(f"{key}.review_to", row.get("review_to", ()))
        yield from schedule.mistakes(key, row)
        # Segments may be saved at run time too: digest/segmenting.py checks their names.
        for number, section in enumerate(_rows(row, "sections")):
            yield from _section(f"{key}.sections[{number}]", section, regions)


def _section(key: str, section: Mapping[str, Any], regions: set[str]) -> Iterator[ConfigMistake]:
    for needed in NEEDS.get(str(section.get("take")), ()):
        if not section.get(needed):
            yield ConfigMistake(
                f"{key}.{needed}", f'is missing: take = "{section["take"]}" needs it'
            )
    yield from _known(f"{key}.region", "region", section.get("region"), regions | {"each"})
    yield from _known(f"{key}.topic", "topic", section.get("topic"), {*TOPICS, "each"})
    least, most = section.get("minimum", 1), section.get("maximum", 4)
    if isinstance(least, int) and isinstance(most, int) and least > most:
        yield ConfigMistake(f"{key}.minimum", f"{least} is more than the maximum, {most}")


def _filters(raw: Mapping[str, Any]) -> Iterator[ConfigMistake]:
    editions = {str(row.get("slug")) for row in _rows(raw, "editions")}
    known = {"region": _regions(raw), "topic": set(TOPICS)}
    known |= dict.fromkeys(("edition", "left", "pending"), editions)
    for index, row in enumerate(_rows(raw, "segments")):
        yield from _condition(f"segments[{index}].filter", row.get("filter"), known)


def _condition(key: str, given: object, known: Mapping[str, set[str]]) -> Iterator[ConfigMistake]:
    if not isinstance(given, Mapping):
        return
    for field, value in given.items():
        here = f"{key}.{field}"
        values = value if isinstance(value, list | tuple) else [value]
        if field in {"all", "any", "not"}:
            for inner in values:
                yield from _condition(here, inner, known)
        elif field in known:
            for name in values:
                yield from _known(here, field, name, known[field])


def _views(raw: Mapping[str, Any]) -> Iterator[ConfigMistake]:
    table = _table(raw, "regions")
    rows = _rows(table, "views")
    parents = {str(row.get("slug")): row.get("parent") for row in rows}
    for index, row in enumerate(rows):
        key, slug = f"regions.views[{index}]", str(row.get("slug"))
        said = any(row.get(what) for what in ("countries", "places", "categories"))
        if not said and slug not in parents.values():
            yield ConfigMistake(key, "needs countries, places or categories")
        yield from _known(f"{key}.parent", "region", row.get("parent"), _regions(raw))
        if _is_own_ancestor(slug, parents):
            yield ConfigMistake(f"{key}.parent", f"{slug!r} would be a part of itself")
        places = row.get("places", ())
        abroad = [isinstance(name, str) and name[-4:-2] == ", " for name in places]
        if _many(places) and not all(abroad) and not table.get("home"):
            yield ConfigMistake(f"{key}.places", "are looked for at home: set regions.home")


def _is_own_ancestor(slug: str, parents: Mapping[str, Any]) -> bool:
    above, seen = parents.get(slug), set[str]()
    while isinstance(above, str) and above not in seen:
        if above == slug:
            return True
        seen.add(above)
        above = parents.get(above)
    return False


def _mappings(raw: Mapping[str, Any]) -> Iterator[ConfigMistake]:
    regions = _regions(raw)
    for category, given in _table(raw, "regions", "rules").items():
        country = isinstance(given, str) and len(given) == 2 and given.isupper()
        if given and not country:
            yield from _known(f'regions.rules."{category}"', "region", given, regions)
    for category, given in _table(raw, "topics", "rules").items():
        if given:
            yield from _known(f'topics.rules."{category}"', "topic", given, set(TOPICS))
    for topic in _table(raw, "topics", "names"):
        yield from _known(f"topics.names.{topic}", "topic", topic, set(TOPICS))


def _database(raw: Mapping[str, Any]) -> Iterator[ConfigMistake]:
    url = _table(raw, "database").get("url")
    if not isinstance(url, str):
        return
    try:
        backend = make_url(url).get_backend_name()
    except ArgumentError:
        backend = ""
    if backend not in {"sqlite", "postgresql"}:
        yield ConfigMistake("database.url", "must start with sqlite:/// or postgresql://")


def _real_mail(raw: Mapping[str, Any]) -> Iterator[ConfigMistake]:
    """What a transport that really mails people needs first."""
    sending = _table(raw, "sending")
    transport = sending.get("transport", "outbox")
    yield from ways.mistakes(sending)
    if transport not in {"smtp", "sendgrid", "routes"}:
        return
    why = f"is required before {transport} may send"
    for table, key in (
        ("sending", "from"),
        ("sending", "reply_to"),
        ("newsroom", "postal_address"),
    ):
        if not _table(raw, table).get(key):
            yield ConfigMistake(f"{table}.{key}", why)
    url = urlsplit(str(_table(raw, "web").get("public_url", "")))
    if not url.hostname:
        yield ConfigMistake("web.public_url", why)
    elif url.scheme != "https" and url.hostname not in LOOPBACK:
        yield ConfigMistake("web.public_url", "must be https: one-click unsubscribe needs it")
    for key in ("signing_keys", "pepper"):
        if not _table(raw, "web").get(key):
            yield ConfigMistake(f"web.{key}", f"{why}; `digest init` makes it")
    yield from ways.needs(sending, why)


def _events(raw: Mapping[str, Any]) -> Iterator[ConfigMistake]:
    """What is needed to hear of mail that was sent."""
    bounces = _table(raw, "bounces")
    kind = bounces.get("kind", "none")
    for needed in {"maildir": ("path",), "mbox": ("path",), "imap": IMAP}.get(str(kind), ()):
        if not bounces.get(needed):
            yield ConfigMistake(f"bounces.{needed}", f'is missing: kind = "{kind}" needs it')
    if bounces.get("security") == "none" and bounces.get("host") not in LOOPBACK:
        yield ConfigMistake("bounces.security", "a password may not travel unencrypted")
    keys = _table(raw, "hooks").get("keys")
    if isinstance(keys, str) and any(len(one) < HOOK_KEY for one in keys.split()):
        yield ConfigMistake("hooks.keys", f"each needs {HOOK_KEY} characters or more")


def _alerts(raw: Mapping[str, Any]) -> Iterator[ConfigMistake]:
    """What is posted is signed, so that whoever gets it can tell that it is ours."""
    alerts = _table(raw, "alerts")
    if alerts.get("webhook") and len(str(alerts.get("webhook_key", ""))) < HOOK_KEY:
        where = "put it into the file alerts__webhook_key among the secrets"
        told = f"needs {HOOK_KEY} characters or more beside a webhook; {where}"
        yield ConfigMistake("alerts.webhook_key", told)
