"""All checks over one mail."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from digest.model import Finding, Level
from digest.preflight import page, residue, size, stories, structure, subject, text
from digest.preflight.blocks import blocks
from digest.preflight.contrast import contrast
from digest.preflight.fields import fields
from digest.preflight.headers import headers
from digest.preflight.links import addresses, leave, links, reach
from digest.preflight.mail import Answer, Mail, Standard
from digest.preflight.pictures import images
from digest.preflight.placeholders import tokens
from digest.preflight.proof import Proof
from digest.render.clean import clean_line

#: by name, in the order in which they are told; ``reach`` says nothing unless links were tried
CHECKS: Mapping[str, Callable[[Proof], Iterator[Finding]]] = {
    "subject": subject.subject,
    "preheader": subject.preheader,
    "fields": fields,
    "blocks": blocks,
    "residue": residue.residue,
    "duplicates": stories.duplicates,
    "links": links,
    "reach": reach,
    "leave": leave,
    "images": images,
    "size": size.size,
    "contrast": contrast,
    "structure": structure.structure,
    "text": text.text,
    "tokens": tokens,
    "headers": headers,
}
#: characters of one text that are looked at
_LONGEST = 10_000
#: how many places one finding names
_NAMED = 3


def preflight(
    mail: Mail, standard: Standard, answers: Mapping[str, Answer] | None = None
) -> tuple[Finding, ...]:
    """What every check says of ``mail``; a check without a complaint says what it looked at.

    ``answers`` are those of the addresses that were tried, see ``to_try``. Pure.
    """
    proof = _proof(mail, standard, answers or {})
    return tuple(finding for check in CHECKS.values() for finding in _told(check(proof)))


def to_try(mail: Mail) -> tuple[str, ...]:
    """The web addresses in ``mail``, but for the reader's own: what ``answers`` may be about."""
    return tuple(addresses(_proof(mail, Standard(), {})))


def blocking(findings: Iterable[Finding], allowed: Collection[str] = ()) -> tuple[Finding, ...]:
    """What keeps the issue from going; ``allowed`` are checks that somebody takes on themselves."""
    return tuple(
        finding
        for finding in findings
        if finding.level is Level.BLOCK and finding.check not in allowed
    )


def _proof(mail: Mail, standard: Standard, answers: Mapping[str, Answer]) -> Proof:
    return Proof(
        mail=mail,
        page=page.read(mail.html),
        standard=standard,
        texts=tuple((where, clean_line(text, _LONGEST)) for where, text in mail.texts()),
        answers=answers,
    )


def _told(found: Iterable[Finding]) -> Iterator[Finding]:
    """The complaints of one check, or its pass; the same of several places becomes one."""
    every = list(found)
    complaints = [finding for finding in every if finding.level is not Level.PASS]
    together: dict[Finding, list[str]] = {}
    for finding in complaints or every:
        places = together.setdefault(replace(finding, where=""), [])
        if finding.where and finding.where not in places:
            places.append(finding.where)
    for finding, places in together.items():
        yield replace(finding, where=_places(places))


def _places(places: list[str]) -> str:
    named = "; ".join(places[:_NAMED])
    more = len(places) - _NAMED
    return f"{named}; and {more} more" if more > 0 else named
