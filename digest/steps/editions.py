"""An edition as one issue shows it: what config.toml says, what editors keep, what they changed."""

from dataclasses import replace

from sqlalchemy.engine import Connection

from digest.curate.arrange import arranged, changed
from digest.model import Edition, Hand
from digest.steps.parts import Parts
from digest.store.edition_overrides import kept


def standing(connection: Connection, parts: Parts, slug: str) -> Edition:
    """The edition as every issue starts with it. Raises NotFoundError."""
    edition = parts.edition(slug)
    return replace(edition, sections=changed(edition.sections, kept(connection, slug)))


def shown(connection: Connection, parts: Parts, slug: str, hand: Hand) -> Edition:
    """The edition as the issue in ``hand`` shows it. Raises NotFoundError."""
    return arranged(standing(connection, parts, slug), hand)
