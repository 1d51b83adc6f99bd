"""What screen readers and mail programs go by: title, language, headings, tables."""

from collections.abc import Iterator
from itertools import pairwise

from digest.model import Finding
from digest.preflight.mail import shortened
from digest.preflight.proof import Proof, passed, warn
from digest.render.words import direction


def structure(proof: Proof) -> Iterator[Finding]:
    """The mail's outline."""
    page = proof.page
    if not page.title:
        yield _template("the mail has no title", "Put <mj-title>{{ subject }}</mj-title> in")
    yield from _language(proof)
    yield from _headings(proof)
    if page.data_tables:
        yield _template(
            f"{page.data_tables} of {page.tables} tables are read out as data",
            'Write role="presentation" on tables that only place things',
        )
    told = f"title, language, {len(page.headings)} headings, {page.tables} tables"
    yield passed("structure", told)


def _language(proof: Proof) -> Iterator[Finding]:
    language, page = proof.mail.content.language, proof.page
    if page.lang.lower() != language.lower():
        yield _template(
            f"the mail says its language is {shortened(page.lang) or 'none'}, it is {language}",
            'Write lang="{{ language }}" on <mjml>',
        )
    facing = direction(language)
    if (page.dir or "ltr") != facing or not page.dir:
        yield _template(
            f"lines run {page.dir or 'as they like'}, in {language} they run {facing}",
            'Write dir="{{ dir }}" on <mjml>',
        )


def _headings(proof: Proof) -> Iterator[Finding]:
    headings = proof.page.headings
    first = sum(heading.level == 1 for heading in headings)
    if first != 1:
        yield _template(f"there are {first} headings of the first level", "Keep exactly one <h1>")
    for above, heading in pairwise(headings):
        if heading.level > above.level + 1:
            yield warn(
                "structure",
                f"a heading of level {heading.level} follows one of level {above.level}",
                where=shortened(heading.text),
                fix="Leave no level out, in the template",
            )


def _template(why: str, fix: str) -> Finding:
    return warn("structure", why, where="html", fix=fix)
