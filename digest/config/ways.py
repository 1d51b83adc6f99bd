"""What must hold between the settings of [sending]: its one transport, or its routes."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

from digest.errors import ConfigMistake

SENDGRID = ("https://api.sendgrid.com", "https://api.eu.sendgrid.com")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def ways(sending: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The tables that say how mail goes: key in config.toml → table."""
    if sending.get("transport") != "routes":
        return {"sending": sending}
    routes = _table(sending, "routes")
    return {f"sending.routes.{name}": _table(routes, name) for name in routes}


def mistakes(sending: Mapping[str, Any]) -> Iterator[ConfigMistake]:
    """Every rule of [sending] that is broken, whether or not mail is real yet."""
    yield from _routes(sending)
    for key, way in ways(sending).items():
        if way.get("transport") == "sendgrid":
            yield from _sendgrid(f"{key}.sendgrid", _table(way, "sendgrid"))


def needs(sending: Mapping[str, Any], why: str) -> Iterator[ConfigMistake]:
    """What each way needs before it may mail people."""
    for key, way in ways(sending).items():
        kind = way.get("transport")
        if kind == "smtp" and not _table(way, "smtp").get("host"):
            yield ConfigMistake(f"{key}.smtp.host", why)
        if kind == "sendgrid" and not _table(way, "sendgrid").get("api_key"):
            name = f"{key}.sendgrid.api_key"
            variable = f"DIGEST_{name.replace('.', '__').upper()}"
            file = name.replace(".", "__")
            yield ConfigMistake(
                name, f"{why}: set {variable}, or put it into the file {file} among the secrets"
            )


def _routes(sending: Mapping[str, Any]) -> Iterator[ConfigMistake]:
    routes = _table(sending, "routes")
    if sending.get("transport") != "routes":
        if routes and sending.get("transport", "outbox") != "outbox":
            yield ConfigMistake("sending.transport", 'must be "routes" to use [sending.routes]')
        return
    if not routes:
        yield ConfigMistake("sending.routes", 'is missing: transport = "routes" needs a route')
    if sending.get("per_second") is not None:
        yield ConfigMistake("sending.per_second", "belongs to a route: each has its own account")
    letters = sending.get("letters")
    if letters and letters not in routes:
        close = get_close_matches(str(letters), routes, n=1, cutoff=0.5)
        known = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(routes)}"
        yield ConfigMistake("sending.letters", f"{letters!r}: there is no such route; {known}")
    for name in routes:
        others = [_table(routes, other) for other in routes if other != name]
        if _table(routes, name).get("give_up_after_minutes") is None:
            continue
        if not any(not other.get("warm_up") for other in others):
            problem = "needs another route without a warm-up plan to go by"
            yield ConfigMistake(f"sending.routes.{name}.give_up_after_minutes", problem)


def _sendgrid(key: str, given: Mapping[str, Any]) -> Iterator[ConfigMistake]:
    url = urlsplit(str(given.get("host", SENDGRID[0])))
    host = url.hostname or ""
    if host.endswith("sendgrid.com") and f"{url.scheme}://{host}" not in SENDGRID:
        yield ConfigMistake(
            f"{key}.host", f"must be {SENDGRID[0]}, or {SENDGRID[1]} for subusers in the EU"
        )
    elif url.scheme != "https" and host not in LOOPBACK:
        yield ConfigMistake(f"{key}.host", "must be https: the API key goes there")
    named = [one for one in given.get("categories", ()) if isinstance(one, str)]
    for twice in sorted({one for one in named if named.count(one) > 1}):
        yield ConfigMistake(f"{key}.categories", f"{twice!r} is used twice")
    group, theirs = given.get("asm_group"), given.get("unsubscribe") == "group"
    if group is not None and not theirs:
        yield ConfigMistake(
            f"{key}.asm_group",
            "brings SendGrid's own unsubscribe page, which would stand beside ours with a list of "
            'its own: leave it out, or set unsubscribe = "group" to use theirs instead',
        )
    if theirs and group is None:
        yield ConfigMistake(f"{key}.asm_group", 'is missing: unsubscribe = "group" needs it')


def _table(raw: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    inner = raw.get(key)
    return inner if isinstance(inner, Mapping) else {}
