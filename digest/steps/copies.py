"""copies: a variant as a page for anybody, where a mail says "View in browser"."""

from dataclasses import replace

import structlog

from digest.curate import vary
from digest.errors import TemplateError, WithdrawnError
from digest.render.style import Style
from digest.steps.errata import noted
from digest.steps.parts import Parts
from digest.store import archive, errata, variants
from digest.store.engine import reading

log = structlog.get_logger()


def copy(parts: Parts, name: str) -> str | None:
    """The page at ``/v/<name>``; None where there is none, or its issue has not gone.

    Raises WithdrawnError where the newsroom has taken it back.

    Made of what was frozen when the issue was addressed, with today's template. Nothing of a reader
    is in it, and its links carry no campaign: who opens it need not have got the mail.
    """
    variant = parts.copies.read(name)
    if variant is None:
        return None
    with reading(parts.engine) as connection:
        found = variants.gone(connection, variant)
        if found is None:
            return None
        sheet, selected = found
        withdrawn = archive.withdrawn(connection, sheet.issue)
        mistakes = errata.of_issue(connection, sheet.issue)
    if withdrawn:
        raise WithdrawnError(issue=sheet.issue)
    if selected.style == Style.PLAIN:
        selected = replace(selected, style=Style.FULL.value)
    content = replace(vary.content(sheet, selected), web_copy=False, utm=None, clicks=None)
    try:
        return parts.renderer.page(noted(content, mistakes))
    except TemplateError as error:
        log.warning("copy_not_shown", variant=variant, why=str(error))
        return None
