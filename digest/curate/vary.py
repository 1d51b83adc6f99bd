"""From an issue's slots to what one group of readers gets. Pure."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pydantic import TypeAdapter

from digest.curate import subject
from digest.curate.fill import Filled, Filler
from digest.model import (
    Candidate,
    Card,
    Edition,
    FilledSection,
    Image,
    Interest,
    Issue,
    More,
    Overrides,
    Section,
    Slot,
    SlotMode,
    Take,
    VariantContent,
    WhenShort,
)

#: other reports named under a card
MORE = 3

_content = TypeAdapter(VariantContent)


def vary(
    issue: Issue,
    edition: Edition,
    pool: Sequence[Candidate],
    manual: Iterable[Slot],
    interest: Interest | None,
    names: Mapping[str, str],
) -> VariantContent:
    """What readers with ``interest`` get of ``issue``; None is the issue itself, as editors see it.

    ``names`` are what readers call regions and topics, and ``source/<name>`` a source. The content
    may hold no story at all: whoever sends decides what then.
    """
    filler = Filler(edition.sections, pool, manual)
    sections = tuple(
        FilledSection(
            slug=one.section.slug,
            title=one.section.title,
            layout=one.section.layout,
            cards=_cards(one, filler, names),
        )
        for one in filler.filled(interest)
        if one.stories
    )
    cards = tuple(card for section in sections for card in section.cards)
    return VariantContent(
        issue=issue.id,
        edition=edition.slug,
        edition_name=edition.name,
        template=template(issue, edition),
        local_date=issue.local_date,
        language=edition.language,
        subject=issue.subject or subject.write(_subject(issue, edition, cards), edition, cards),
        preheader=issue.preheader or subject.write(edition.preheader, edition, cards),
        sections=sections,
        note=edition.note,
        house_ad=edition.house_ad,
    )


def template(issue: Issue, edition: Edition) -> str:
    """The template that ``issue`` goes out with."""
    return edition.quiet_template if quiet(issue) else edition.template


def quiet(issue: Issue) -> bool:
    """Whether the issue goes out as a quiet day: with what there is, possibly nothing."""
    return issue.short is WhenShort.QUIET


def key(content: VariantContent) -> str:
    """The name of a variant: the SHA-256 of its content, so equal content is one variant."""
    return hashlib.sha256(_content.dump_json(content)).hexdigest()


def narrowed(interest: Interest, edition: Edition) -> Interest:
    """The part of ``interest`` that can change this edition, so that fewer readers differ."""
    told = {name for section in edition.sections for name in section.segments}
    return replace(interest, segments=interest.segments & told)


def manual_slots(slots: Iterable[Slot]) -> tuple[Slot, ...]:
    """The slots that editors pinned or removed."""
    return tuple(slot for slot in slots if slot.mode is not SlotMode.AUTO)


def _subject(issue: Issue, edition: Edition, cards: Sequence[Card]) -> str:
    return edition.quiet_subject if quiet(issue) and not cards else edition.subject


def _cards(one: Filled, filler: Filler, names: Mapping[str, str]) -> tuple[Card, ...]:
    return tuple(
        replace(
            _card(
                one.section,
                filler.pool[story],
                filler.pinned[story].overrides if story in filler.pinned else Overrides(),
                names,
            ),
            more=_more(filler.mates(story), names),
        )
        for story in one.stories
    )


def _more(mates: Sequence[Candidate], names: Mapping[str, str]) -> tuple[More, ...]:
    return tuple(
        More(
            headline=one.stored.story.headline,
            url=one.stored.story.url,
            source=names.get(f"source/{one.stored.source}", ""),
        )
        for one in mates[:MORE]
    )


def _card(
    section: Section, candidate: Candidate, overrides: Overrides, names: Mapping[str, str]
) -> Card:
    stored, story = candidate.stored, candidate.stored.story
    image = story.image
    if overrides.image_url is not None:
        image = Image(url=overrides.image_url) if overrides.image_url else None
    if image is not None and overrides.alt is not None:
        image = replace(image, alt=overrides.alt)
    return Card(
        story=stored.id,
        headline=_first(overrides.headline, story.headline),
        url=_first(overrides.link, story.url),
        standfirst=_first(overrides.standfirst, story.standfirst),
        kicker=_first(overrides.kicker, _kicker(section, candidate, names)),
        byline=story.byline,
        source=names.get(f"source/{stored.source}", ""),
        language=story.language,
        image=image,
        published_at=story.published_at,
        update=candidate.update,
    )


def _first(changed: str | None, original: str) -> str:
    return original if changed is None else changed


def _kicker(section: Section, candidate: Candidate, names: Mapping[str, str]) -> str:
    """The word above a headline: what the section's own title does not say already."""
    found = candidate.stored.classification
    if section.take in {Take.TOPIC, Take.REGION_TOPIC}:
        told = found.regions if section.take is Take.TOPIC else ()
    else:
        told = found.topics or (() if section.take is Take.REGION else found.regions)
    return names.get(told[0], "") if told else ""
