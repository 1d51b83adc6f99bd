"""preview: an issue of any date as it would go out, for some readers or one. Stores nothing.

An issue that still fills is composed as of the moment when the store last learned anything, never
by the clock: the same store gives the same preview, byte for byte.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from digest.curate import vary
from digest.model import (
    Draft,
    Edition,
    Erratum,
    Interest,
    Issue,
    RenderedVariant,
    SubscriberId,
    Token,
)
from digest.preflight import Mail as Made
from digest.preflight import preflight
from digest.preview.preview import Mail, Preview, Sizes
from digest.render.addresses import split_mailbox
from digest.render.clean import is_loopback
from digest.render.tokens import fill
from digest.steps import errata
from digest.steps.choose import interest_in, speaks
from digest.steps.compose import content
from digest.steps.parts import Parts
from digest.steps.preflight import mail_of
from digest.store.engine import reading
from digest.store.moment import newest

#: what links to leave and to choose become where no reader is meant
INERT = {
    Token.LEAVE_URL: "#leave",
    Token.PREFERENCES_URL: "#preferences",
    Token.NAME: "reader",
    Token.CLICK: "",
    Token.WEB_URL: "#web",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whom:
    """Whom a preview is for."""

    interest: Interest | None
    #: in words, never by address
    told: str
    #: why they get no mail of the edition
    left_out: str = ""
    #: empty: the edition's
    language: str = ""
    style: str = "full"


def preview(
    parts: Parts,
    issue: Issue,
    due: str,
    whom: Interest | SubscriberId | None = None,
    draft: Draft | None = None,
) -> Preview:
    """The issue as readers with that interest, or that subscriber, would get it.

    ``draft`` is its content, where not that as of now is meant.
    """
    edition = parts.edition(issue.edition)
    meant = _whom(parts, issue, edition, whom)
    with reading(parts.engine) as connection:
        at = newest(connection) or issue.scheduled_at
    language, style = meant.language, meant.style
    told = content(parts, issue, meant.interest, at, language=language, style=style, told=draft)
    goes = bool(told.sections) or vary.quiet(issue)
    rendered = parts.renderer.render(told) if goes else None
    # Measured and checked is the mail with links as long as a reader's; shown are dead ones.
    made = mail_of(parts, issue, told, rendered) if rendered else None
    return Preview(
        edition=edition.slug,
        name=edition.name,
        date=issue.local_date,
        issue=issue.id,
        state=issue.state,
        reason=issue.reason,
        due=due,
        stories=len(told.cards),
        readers=meant.told,
        left_out=meant.left_out,
        pictures=_own_pictures(parts.identity.public_url),
        mail=_mail(parts, rendered, _sizes(made)) if rendered and made else None,
        findings=preflight(made, parts.standard) if made else (),
    )


def letter(parts: Parts, issue: Issue, due: str, one: Erratum) -> Preview:
    """A letter about a mistake, in its edition's own language."""
    edition = parts.edition(issue.edition)
    rendered = errata.rendered(parts.renderer, edition, one, edition.language)
    html, text = (len(part.encode()) for part in inert(rendered))
    return Preview(
        edition=edition.slug,
        name=edition.name,
        date=issue.local_date,
        issue=issue.id,
        state=issue.state,
        reason=issue.reason,
        due=due,
        stories=1,
        readers=f"those whose mail of issue {one.of_issue} held the story",
        left_out="",
        pictures=_own_pictures(parts.identity.public_url),
        mail=_mail(parts, rendered, Sizes(html=html, text=text, message=html + text)),
        findings=(),
    )


def inert(rendered: RenderedVariant) -> tuple[str, str]:
    """HTML and text of a mail that is nobody's."""
    return fill(rendered.html, INERT, html=True), fill(rendered.text, INERT, html=False)


def _mail(parts: Parts, rendered: RenderedVariant, sizes: Sizes) -> Mail:
    html, text = inert(rendered)
    name, address = split_mailbox(parts.identity.from_)
    return Mail(
        sender=name or address,
        subject=rendered.subject,
        preheader=rendered.preheader,
        language=rendered.language,
        html=html,
        text=text,
        sizes=sizes,
    )


def _sizes(made: Made) -> Sizes:
    return Sizes(html=len(made.html.encode()), text=len(made.text.encode()), message=len(made.raw))


def _whom(
    parts: Parts, issue: Issue, edition: Edition, whom: Interest | SubscriberId | None
) -> _Whom:
    if whom is None:
        return _Whom(interest=None, told="everybody: the issue as a whole")
    if isinstance(whom, Interest):
        return _Whom(interest=whom, told=f"readers with {_choices(parts, whom)}")
    asked = {name for section in edition.sections for name in section.segments}
    reader = parts.audience.reader(whom, sorted(asked | edition.segments))
    interest = interest_in(parts, issue, reader)
    language, style = speaks(reader, edition)
    said = f", language {reader.language}" if reader.language else ""
    said += {"full": "", "plain": ", the text part alone"}.get(style, f", style {style}")
    return _Whom(
        interest=interest,
        told=f"subscriber {whom}, with {_choices(parts, interest)}{said}",
        left_out=_left_out(parts, edition, whom, reader.segments),
        language=language,
        # Text alone is the text of the mail in full, which has more to look at.
        style="full" if style == "plain" else style,
    )


def _choices(parts: Parts, interest: Interest) -> str:
    """Regions, topics and segments in words."""
    names = parts.names("en")
    kinds = {
        "region": sorted(names.get(one, one) for one in interest.regions),
        "topic": sorted(names.get(one, one) for one in interest.topics),
        "segment": sorted(interest.segments),
    }
    told = [
        f"{kind}{'s' * (len(chosen) > 1)} {', '.join(chosen)}"
        for kind, chosen in kinds.items()
        if chosen
    ]
    return "; ".join(told) or "all regions and topics"


def _left_out(parts: Parts, edition: Edition, who: SubscriberId, segments: frozenset[str]) -> str:
    found = parts.audience.recipients(edition.slug, [who], parts.clock.now())[who]
    if isinstance(found, str):
        return found.replace("_", " ")
    outside = edition.segments and not edition.segments & segments
    return "in none of the edition’s segments" if outside else ""


def _own_pictures(public_url: str) -> str:
    """On a trial the pictures come from this machine, which has no https."""
    if not is_loopback(public_url):
        return ""
    url = urlsplit(public_url)
    return f"{url.scheme}://{url.netloc}"
