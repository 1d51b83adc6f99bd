"""Previews to look at, made without a store."""

from dataclasses import replace
from datetime import date

import jinja2

from digest import bundled
from digest.model import FilledSection, Finding, Layout, Level, VariantContent
from digest.preview.page import page
from digest.preview.preview import Mail, Preview, Sizes
from digest.render.message import build
from digest.render.render import Renderer
from digest.steps.preview import inert
from tests.render.issue import BRAND, TEMPLATES, card, content, message, twenty

FINDINGS = (
    Finding(check="links", level=Level.PASS, why="All 40 links answer"),
    Finding(check="alt", level=Level.WARN, why="No alt text", where="ferry.png", fix="Write one"),
    Finding(check="size", level=Level.BLOCK, why="Gmail cuts it off", fix="Show fewer stories"),
)


def templates() -> jinja2.Environment:
    """The pages' templates as app.py reads them."""
    loader = jinja2.FileSystemLoader([bundled.templates("web")])
    made = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    made.globals["brand"] = "The Meridian"
    return made


def preview(told: VariantContent | None = None, **changes: object) -> Preview:
    """A preview of ``told``, else of twenty stories."""
    told = told or twenty()
    rendered = Renderer([TEMPLATES], BRAND).render(told)
    html, text = inert(rendered)
    whole = build(message(rendered))
    mail = Mail(
        sender="The Meridian",
        subject=rendered.subject,
        preheader=rendered.preheader,
        language=rendered.language,
        html=html,
        text=text,
        sizes=Sizes(html=len(html), text=len(text), message=len(whole)),
    )
    made = Preview(
        edition=told.edition,
        name=told.edition_name,
        date=date(2026, 11, 24),
        issue=7,
        state="drafting",
        reason="",
        due="Tue 24 Nov, 06:30 Europe/London",
        stories=len(told.cards),
        readers="everybody: the issue as a whole",
        left_out="",
        pictures="",
        mail=mail,
        findings=FINDINGS,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # a shorthand for tests


def shown(told: VariantContent | None = None, **changes: object) -> str:
    """Its page."""
    return page(templates(), preview(told, **changes))


def saying(headline: str) -> VariantContent:
    """An issue whose every text is ``headline``."""
    said = card(1, headline, standfirst=headline, alt=headline, kicker=headline, byline=headline)
    section = FilledSection(slug="top", title=headline, layout=Layout.CARDS, cards=(said,))
    return content(section, subject=headline, preheader=headline, edition_name=headline)
