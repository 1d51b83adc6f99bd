"""What editors do with the sections of an issue. Pure."""

from dataclasses import replace

from digest.curate.arrange import changed, merged
from digest.desk.actions import ChangeSection, OrderSections
from digest.desk.words import line
from digest.errors import InvalidError, NotFoundError
from digest.model import Edition, Hand, SectionChange


def change(hand: Hand, action: ChangeSection, edition: Edition) -> Hand:
    """Let a section be as told. ``edition`` is as every issue starts with it.

    Raises NotFoundError for a section that there is not, and InvalidError.
    """
    told = action.change
    if told.title is not None:
        told = replace(told, title=line(told.title))
    if not any(section.slug == told.slug for section in edition.sections):
        known = ", ".join(section.slug for section in edition.sections)
        raise NotFoundError(f"{edition.slug} has no section {told.slug!r}", hint=f"known: {known}")
    changes = merged(edition.sections, hand.sections, (told,))
    section = next(one for one in changed(edition.sections, changes) if one.slug == told.slug)
    if not 1 <= section.minimum <= section.maximum:
        raise InvalidError(
            f"a section cannot hold from {section.minimum} to {section.maximum} stories"
        )
    return replace(hand, sections=changes)


def order(hand: Hand, action: OrderSections, edition: Edition) -> Hand:
    """Show the sections in this order. Raises InvalidError where one lacks or is named twice."""
    known = [section.slug for section in edition.sections]
    if sorted(action.slugs) != sorted(known):
        raise InvalidError("name each section once", hint=f"they are: {', '.join(known)}")
    had = {one.slug: one for one in hand.sections}
    changes = tuple(had.get(slug, SectionChange(slug=slug)) for slug in action.slugs)
    return replace(hand, sections=changes)
