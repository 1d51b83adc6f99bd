"""The page: a preview as one HTML document that loads nothing but pictures."""

from jinja2 import Environment

from digest.model import Level
from digest.preview.frames import frames
from digest.preview.inbox import Line, rows
from digest.preview.preview import Preview

#: where Gmail cuts a mail off
GMAIL = 102 * 1024
#: worst first
LEVELS = (Level.BLOCK, Level.WARN, Level.PASS)


def page(templates: Environment, preview: Preview) -> str:
    """``preview`` as one page. The same preview, the same bytes."""
    mail = preview.mail
    return templates.get_template("preview.html").render(
        preview=preview,
        mail=mail,
        policy=_policy(preview.pictures),
        rows=list(rows(mail.subject, mail.preheader)) if mail else [],
        frames=list(frames(mail.html)) if mail else [],
        share=mail.sizes.html / GMAIL if mail else 0,
        findings={
            level.value: [one for one in preview.findings if one.level is level] for level in LEVELS
        },
        counted=_counted,
        bytes=_bytes,
    )


def _counted(line: Line) -> str:
    """How much of a text is seen, for a person."""
    told = f"{line.of} character{'s' * (line.of != 1)}"
    return f"{told}, {line.characters} shown" if line.cut else told


def _bytes(size: int) -> str:
    return f"{size:,} bytes"


def _policy(pictures: str) -> str:
    """Nothing acts and nothing is loaded but pictures; frames by ``srcdoc`` inherit this."""
    return (
        f"default-src 'none'; img-src https: {pictures}".rstrip()
        + "; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
    )
