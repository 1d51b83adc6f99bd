"""preflight: the mail of an issue as a reader would get it, before anybody does."""

from collections.abc import Iterable

from digest.copy_links import COPIES
from digest.curate import vary
from digest.errors import DigestError
from digest.model import Draft, Finding, Issue, RenderedVariant, Token, VariantContent
from digest.preflight import Mail, to_try
from digest.preflight import preflight as checked
from digest.preflight.run import blocking
from digest.render.message import build
from digest.render.tokens import fill
from digest.steps import compose
from digest.steps.letters import Somebody
from digest.steps.messages import address_to
from digest.steps.parts import Parts
from digest.store import approvals
from digest.store.engine import reading

#: nobody, with links as long as everybody's
_READER = Somebody(
    address="reader@example.org",
    name="A Reader",
    leave_path="/u/" + "x" * 22,
    preferences_path="/p/" + "x" * 60,
)


def preflight(
    parts: Parts,
    issue: Issue,
    content: VariantContent,
    rendered: RenderedVariant,
    *,
    probe: bool = False,
) -> tuple[Finding, ...]:
    """What the checks say of ``content`` as it was ``rendered``.

    Its links and pictures are tried only with ``probe``: that takes seconds.
    """
    mail = mail_of(parts, issue, content, rendered)
    answers = parts.probe(to_try(mail)) if probe else {}
    return checked(mail, parts.standard, answers)


def as_stored(parts: Parts, issue: Issue) -> VariantContent:
    """The whole issue as it stands, not as it would be filled now."""
    return compose.content(parts, issue, told=compose.stored(parts, issue))


def blocks(parts: Parts, issue: Issue, draft: Draft | None = None) -> tuple[Finding, ...]:
    """What keeps the issue as it stands from going, save what somebody took on themselves.

    With ``draft``: as it would stand then. Raises BadTemplateError.
    """
    content = compose.content(parts, issue, told=draft or compose.stored(parts, issue))
    if not content.sections and not vary.quiet(issue):
        return ()
    found = preflight(parts, issue, content, parts.renderer.render(content))
    with reading(parts.engine) as connection:
        return blocking(found, approvals.allowed(connection, issue))


def told(found: Iterable[Finding]) -> str:
    """Findings in one line, for a person."""
    return "; ".join(f"{one.check}: {one.why}" for one in found)


def mail_of(parts: Parts, issue: Issue, content: VariantContent, rendered: RenderedVariant) -> Mail:
    """The mail to a reader made up for the purpose."""
    edition = parts.edition(issue.edition)
    at, web_path = issue.scheduled_at, f"{COPIES}1000000-{'x' * 22}"
    message = address_to(parts, edition, f"{issue.id}-0", _READER, rendered, at, web_path)
    raw, unbuilt = b"", ""
    try:
        raw = build(message)
    except DigestError as error:
        unbuilt = str(error)
    return Mail(
        content=content,
        subject=rendered.subject,
        preheader=rendered.preheader,
        html=fill(rendered.html, message.tokens, html=True),
        text=fill(rendered.text, message.tokens, html=False),
        leave_url=message.tokens[Token.LEAVE_URL],
        preferences_url=message.tokens[Token.PREFERENCES_URL],
        web_url=message.tokens[Token.WEB_URL],
        raw=raw,
        unbuilt=unbuilt,
    )
