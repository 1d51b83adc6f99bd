"""An edition as one issue shows it: its sections in the editors' order, changed as they said."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from digest.curate.subject import literal
from digest.model import Edition, Hand, Section, SectionChange


def arranged(edition: Edition, hand: Hand) -> Edition:
    """``edition`` as the hand of an issue's editors has it. No section is ever lost.

    What a hand does not name stays as it is, and where it is; a section that the edition no longer
    has is passed over.
    """
    subject = literal(hand.subject)
    return replace(
        edition,
        sections=changed(edition.sections, hand.sections),
        subject=subject or edition.subject,
        quiet_subject=subject or edition.quiet_subject,
        preheader=literal(hand.preheader) or edition.preheader,
        note=edition.note if hand.note is None else hand.note,
    )


def merged(
    sections: Sequence[Section], had: Iterable[SectionChange], new: Iterable[SectionChange]
) -> tuple[SectionChange, ...]:
    """``had`` with ``new`` over them: what shows ``sections`` as both do, one after the other."""
    had, new = tuple(had), tuple(new)
    shown = [one.slug for one in changed(changed(sections, had), new)]
    found = {one.slug: one for one in (*had, *new) if one.slug in shown}
    return tuple(sorted(found.values(), key=lambda one: shown.index(one.slug)))


def changed(sections: Iterable[Section], changes: Iterable[SectionChange]) -> tuple[Section, ...]:
    """``sections`` with ``changes``: those named take each other's places, in the order named."""
    known = {section.slug: section for section in sections}
    named = {change.slug: change for change in changes if change.slug in known}
    in_order = iter(_with(known[slug], change) for slug, change in named.items())
    return tuple(next(in_order) if slug in named else section for slug, section in known.items())


def _with(section: Section, change: SectionChange) -> Section:
    return replace(
        section,
        hidden=change.hidden,
        minimum=section.minimum if change.minimum is None else change.minimum,
        maximum=section.maximum if change.maximum is None else change.maximum,
        title=section.title if change.title is None else change.title,
        titled=section.titled or change.title is not None,
    )
