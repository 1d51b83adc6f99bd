"""An edition as one issue shows it: what config.toml says, what editors keep, what they changed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog
from sqlalchemy.engine import Connection

from digest.curate.arrange import arranged, changed, merged
from digest.model import Edition, Hand, IssueId, SectionChange
from digest.steps.parts import Parts
from digest.store import edition_overrides, hands, issues
from digest.store.edition_overrides import Kept, kept
from digest.store.engine import reading, writing

log = structlog.get_logger()


def standing(connection: Connection, parts: Parts, slug: str) -> Edition:
    """The edition as every issue starts with it. Raises NotFoundError."""
    edition = parts.edition(slug)
    return replace(edition, sections=changed(edition.sections, kept(connection, slug)))


def shown(connection: Connection, parts: Parts, slug: str, hand: Hand) -> Edition:
    """The edition as the issue in ``hand`` shows it. Raises NotFoundError."""
    return arranged(standing(connection, parts, slug), hand)


def keep(parts: Parts, issue_id: IssueId, who: str) -> tuple[SectionChange, ...]:
    """Let every issue to come show its sections as this one does. Raises NotFoundError."""
    now = parts.clock.now()
    with writing(parts.engine) as connection:
        slug = issues.get(connection, issue_id).edition
        had, own = kept(connection, slug), hands.current(connection, issue_id).sections
        changes = merged(parts.edition(slug).sections, had, own)
        edition_overrides.keep(connection, slug, changes, who, now)
    log.info("sections_kept", edition=slug, sections=[one.slug for one in changes], by=who)
    return changes


def forget(parts: Parts, slug: str, who: str) -> None:
    """Let the edition's issues show their sections as config.toml says. Raises NotFoundError."""
    parts.edition(slug)
    with writing(parts.engine) as connection:
        edition_overrides.keep(connection, slug, (), who, parts.clock.now())
    log.info("sections_forgotten", edition=slug, by=who)


def kept_by_edition(parts: Parts) -> Mapping[str, Sequence[Kept]]:
    """What editors changed for good, by edition."""
    with reading(parts.engine) as connection:
        return edition_overrides.everything(connection)
