"""Preflight: what is doubtful in a rendered variant before anybody gets it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from html.parser import HTMLParser

from digest.model import RenderedVariant, Token
from digest.render.clean import is_loopback
from digest.render.tokens import fill

#: Gmail cuts a mail off at about 102 KB of HTML
WARN_BYTES = 80_000
BLOCK_BYTES = 95_000

# what mail services replace in a body, and what is left when a template engine was skipped
_RESIDUE = re.compile(
    r"\{\{.*?\}\}|\{%.*?%\}|<%.*?%>|%recipient\.\w+%|\*\|\w+\|\*|\[[A-Z]{3,}\]|"
    r"(?i:\[(?:unsubscribe|weblink|subscriptions?)\]|&(?:[a-z]{2,8}|#\d{2,6});|\blorem ipsum\b)"
)
_SAMPLE = {
    **{token: f"https://sample.invalid/{token.value}" for token in Token},
    Token.NAME: "reader",
    Token.CLICK: "",
}


class Severity(StrEnum):
    """How bad a finding is."""

    WARN = "warn"
    #: not to be sent without somebody's saying so
    BLOCK = "block"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is doubtful."""

    severity: Severity
    #: which check: ``size``, ``image``, ``alt``, ``link``, ``leave``, ``residue``, ``subject``
    check: str
    problem: str
    where: str
    fix: str


def check(variant: RenderedVariant) -> list[Finding]:
    """Every finding on ``variant``; none means that it passes."""
    page = _Page()
    page.feed(fill(variant.html, _SAMPLE, html=True))
    page.close()
    return [
        *_size(variant),
        *_leave(variant),
        *_subject(variant),
        *_images(page),
        *_links(page),
        *_residue(variant, page),
    ]


@dataclass(slots=True)
class _Seen:
    images: list[dict[str, str]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)


class _Page(HTMLParser):
    """Collects images, links and headings of a rendered page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen = _Seen()
        self._heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "img":
            self.seen.images.append(values)
        elif tag == "a":
            self.seen.links.append(values.get("href", ""))
        elif re.fullmatch(r"h[1-6]", tag):
            self.seen.headings.append("")
            self._heading = True

    def handle_endtag(self, tag: str) -> None:
        if re.fullmatch(r"h[1-6]", tag):
            self._heading = False

    def handle_data(self, data: str) -> None:
        if self._heading:
            self.seen.headings[-1] += data


def _size(variant: RenderedVariant) -> Iterator[Finding]:
    size = len(fill(variant.html, _SAMPLE, html=True).encode())
    if size > WARN_BYTES:
        yield Finding(
            severity=Severity.BLOCK if size > BLOCK_BYTES else Severity.WARN,
            check="size",
            problem=f"{size / 1000:.0f} KB of HTML; Gmail cuts a mail off at about 102 KB",
            where="html",
            fix="Lower the maximum of a section, or show some as headlines",
        )


def _leave(variant: RenderedVariant) -> Iterator[Finding]:
    for where, pieces in (("html", variant.html), ("text", variant.text)):
        if Token.LEAVE_URL not in pieces:
            yield Finding(
                severity=Severity.BLOCK,
                check="leave",
                problem="there is no link to unsubscribe",
                where=where,
                fix="Put {{ leave_url }} into the template's footer",
            )


def _subject(variant: RenderedVariant) -> Iterator[Finding]:
    if not variant.subject:
        yield Finding(
            severity=Severity.BLOCK,
            check="subject",
            problem="the subject is empty",
            where="subject",
            fix="Write a subject for the issue or the edition",
        )
    if not variant.preheader:
        yield Finding(
            severity=Severity.WARN,
            check="subject",
            problem="there is no preheader; inboxes show the mail's first words instead",
            where="preheader",
            fix="Write a preheader for the issue or the edition",
        )


def _images(page: _Page) -> Iterator[Finding]:
    for image in page.seen.images:
        source = image.get("src", "")
        if not source.startswith("https://") and not is_loopback(source):
            yield Finding(
                severity=Severity.WARN,
                check="image",
                problem="a picture is not loaded by https; many readers will not see it",
                where=source,
                fix="Give the picture's https address, or take the picture out",
            )
        if not image.get("alt", "").strip():
            yield Finding(
                severity=Severity.WARN,
                check="alt",
                problem="a picture has no text for those who cannot see it",
                where=source,
                fix="Write an alt text for the story's picture",
            )


def _links(page: _Page) -> Iterator[Finding]:
    for link in page.seen.links:
        if not re.match(r"https?://|mailto:|tel:|#.", link):
            yield Finding(
                severity=Severity.BLOCK,
                check="link",
                problem="a link leads nowhere",
                where=link or "(empty)",
                fix="Give the story an http or https address",
            )


def _residue(variant: RenderedVariant, page: _Page) -> Iterator[Finding]:
    for where, text in (
        ("subject", variant.subject),
        ("preheader", variant.preheader),
        *(("headline", heading) for heading in page.seen.headings),
    ):
        found = _RESIDUE.search(text)
        if found:
            yield Finding(
                severity=Severity.WARN,
                check="residue",
                problem=f"{found[0]!r} looks like something that was never filled in",
                where=f"{where}: {text.strip()[:80]}",
                fix="Correct the headline at its source or at the desk",
            )
