"""Where the mail's links lead, and whether the way out of the list is there."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from digest.model import Finding
from digest.preflight.hosts import host, is_example, not_for_readers
from digest.preflight.mail import Answer, shortened
from digest.preflight.page import Link
from digest.preflight.proof import Proof, block, passed, warn
from digest.render.clean import is_loopback

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
#: answers that say that nothing is there; a login or a refusal of robots says nothing of readers
_GONE = frozenset({404, 410})


def links(proof: Proof) -> Iterator[Finding]:
    """Every link leads somewhere that readers can reach."""
    seen = _different(proof)
    for link in seen:
        yield from _link(link, proof)
    jumps = sum(link.href.startswith("#") for link in seen)
    told = f"{len(seen) - jumps} different links, each to a public address"
    yield passed("links", told + (f"; {jumps} jumps inside the mail" if jumps else ""))


def _link(link: Link, proof: Proof) -> Iterator[Finding]:
    where = shortened(link.text) or shortened(link.href) or "a link without words"
    scheme = _SCHEME.match(link.href)
    kind = scheme[1].lower() if scheme else ""
    if kind in {"mailto", "tel"}:
        return
    if link.href[:1] == "#" and len(link.href) > 1:
        yield from _anchor(link.href, proof, where)
        return
    if kind not in {"http", "https"} or not (name := host(link.href)):
        yield _nowhere(kind, where)
        return
    if trouble := not_for_readers(name, proof.standard):
        yield block(
            "links",
            f"a link leads to {name}, {trouble}",
            where=where,
            fix="Give the story its public address; a host that readers do reach belongs into "
            "live_hosts in [preflight]",
        )
    elif is_example(name, proof.standard):
        yield warn(
            "links",
            f"a link leads to {name}, a name for examples that nobody can own",
            where=where,
            fix="Give the story its own address",
        )
    elif kind == "http" and not is_loopback(link.href):
        yield warn(
            "links",
            f"a link to {name} goes over http, which can be read and changed on its way",
            where=where,
            fix="Use the https address",
        )


def _anchor(href: str, proof: Proof, where: str) -> Iterator[Finding]:
    """A jump inside the mail: where a program does not do it, its reader scrolls."""
    if unquote(href[1:]) not in proof.page.anchors:
        yield warn(
            "links",
            f"a link jumps to {shortened(href)}, which is nowhere in the mail",
            where=where,
            fix="Give what it means an id of that name, in the template",
        )


def _nowhere(kind: str, where: str) -> Finding:
    web = kind in {"", "http", "https"}
    why = "a link leads nowhere" if web else f"a link is of the kind {kind[:20]!r}"
    return block("links", why, where=where, fix="Give the story an https address")


def leave(proof: Proof) -> Iterator[Finding]:
    """Both parts hold the link to unsubscribe, and the HTML that to choose."""
    mail = proof.mail
    hrefs = {link.href for link in proof.page.links}
    for where, there in (("html", mail.leave_url in hrefs), ("text", mail.leave_url in mail.text)):
        if not mail.leave_url or not there:
            yield block(
                "leave",
                "there is no link to unsubscribe",
                where=where,
                fix="Put {{ leave_url }} into the template’s footer",
            )
    if not mail.preferences_url or mail.preferences_url not in hrefs:
        yield block(
            "leave",
            "there is no link to the reader’s choices",
            where="html",
            fix="Put {{ preferences_url }} into the template’s footer",
        )
    yield passed("leave", "both parts hold the reader’s links to unsubscribe and to choose")


def reach(proof: Proof) -> Iterator[Finding]:
    """What the links answered, where they were tried."""
    tried = [(link, proof.answers.get(link.href)) for link in _different(proof)]
    answered = [(link, answer) for link, answer in tried if answer is not None]
    if not answered:
        return
    for link, answer in answered:
        if trouble := _trouble(answer):
            yield warn(
                "reach",
                f"a link {trouble}",
                where=f"{shortened(link.text)} ({shortened(link.href, 100)})",
                fix="Open it in a browser; correct it, or take the story out",
            )
    yield passed("reach", f"{len(answered)} of {len(tried)} links were tried, and answered")


def _trouble(answer: Answer) -> str:
    if answer.problem:
        return f"did not answer: {answer.problem}"
    if answer.status in _GONE or answer.status >= 500:
        return f"answered {answer.status}"
    return ""


def _different(proof: Proof) -> list[Link]:
    """The links but for the reader's own, each address once, by its story or its words."""
    mail = proof.mail
    own = {mail.leave_url, mail.preferences_url, mail.web_url}
    stories = {mail.link(card): card.headline for card in mail.content.cards}
    found: dict[str, Link] = {}
    for link in proof.page.links:
        if link.href in own and link.href:
            continue
        # a '#' stands in for every address that could not be used
        key = link.href if len(link.href) > 1 else f"{link.href}|{link.text}"
        if key not in found or not found[key].text:
            found[key] = Link(link.href, stories.get(link.href) or link.text)
    return list(found.values())


def addresses(proof: Proof) -> Iterable[str]:
    """The web addresses that links and pictures lead to, each once."""
    pictures = (picture.src for picture in proof.page.pictures)
    every = dict.fromkeys([*(link.href for link in _different(proof)), *pictures])
    return (url for url in every if url.startswith(("https://", "http://")))
