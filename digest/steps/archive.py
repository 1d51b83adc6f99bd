"""archive: issues that have gone as pages for anybody, and taking such pages back."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import structlog
from sqlalchemy.engine import Connection

from digest.curate import vary
from digest.errors import NotFoundError, TemplateError, WithdrawnError
from digest.model import Interest, Issue, IssueId, Selected, Sheet
from digest.steps.choose import Choosing, wish_of
from digest.steps.errata import noted
from digest.steps.parts import Parts
from digest.store import archive, errata, issues, minutes
from digest.store.archive import Archived
from digest.store.engine import reading, writing

log = structlog.get_logger()

#: the ``issue_event.what`` under which it stands
ARCHIVE = "archive"
_NAME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:-([2-9]|[1-9][0-9]{1,3}))?")


def everybodys(parts: Parts, issue: Issue, chosen: Choosing) -> Selected | None:
    """What anybody may read of an issue: all that it holds for a reader without choices.

    None where its edition has no archive, or it goes to some of its readers only. A section for a
    segment is never in it: it may be what its members pay for.
    """
    edition = chosen.edition
    if not edition.archive or (issue.extra and wish_of(parts, issue).segments):
        return None
    sections = chosen.selector.select(Interest(language=edition.language))
    if sections is None:
        return None
    return Selected(sections=sections, language=edition.language)


def keep(connection: Connection, issue: Issue, sheets: Sequence[Sheet], selected: Selected) -> None:
    """Freeze what anybody may read of an issue."""
    sheet = next(one for one in sheets if one.language == selected.language)
    told = vary.content(sheet, selected)
    headlines = [card.headline for card in told.cards]
    archive.keep(connection, issue.id, selected, told.subject, headlines)


def listed(parts: Parts, edition: str, before: date | None = None) -> list[Archived]:
    """The newest issues of an edition's archive; ``before``: of earlier local dates.

    Raises NotFoundError where the edition has none.
    """
    if not parts.edition(edition).archive:
        raise NotFoundError(f"{edition} has no archive", hint="archive = true gives it one")
    with reading(parts.engine) as connection:
        return archive.listed(connection, edition, before)


def page(parts: Parts, edition: str, name: str) -> str | None:
    """The page of the issue ``<date>`` or ``<date>-<number>``; None where there is none.

    Raises WithdrawnError.
    """
    found = _NAME.fullmatch(name)
    if found is None or edition not in parts.editions or not parts.editions[edition].archive:
        return None
    try:
        day = date.fromisoformat(found[1])
    except ValueError:
        return None
    with reading(parts.engine) as connection:
        kept = archive.find(connection, edition, day, int(found[2] or 1))
        if kept is None:
            return None
        told, sheet, selected = kept
        mistakes = errata.of_issue(connection, told.issue)
    if told.withdrawn_at is not None:
        raise WithdrawnError(issue=told.issue)
    content = replace(vary.content(sheet, selected), web_copy=False, utm=None, clicks=None)
    try:
        return parts.renderer.page(noted(content, mistakes))
    except TemplateError as error:
        log.warning("archive_not_shown", issue=told.issue, why=str(error))
        return None


def withdraw(parts: Parts, issue_id: IssueId, who: str, why: str) -> None:
    """Take back an issue's page and its web copies. Raises NotFoundError."""
    now = parts.clock.now()
    with writing(parts.engine) as connection:
        issues.get(connection, issue_id)
        archive.withdraw(connection, issue_id, now)
        minutes.write(connection, issue_id, now, who, ARCHIVE, "withdrawn", why)


def restore(parts: Parts, issue_id: IssueId, who: str, why: str) -> None:
    """Show them again. Raises NotFoundError."""
    now = parts.clock.now()
    with writing(parts.engine) as connection:
        issues.get(connection, issue_id)
        archive.withdraw(connection, issue_id, None)
        minutes.write(connection, issue_id, now, who, ARCHIVE, "shown", why)
