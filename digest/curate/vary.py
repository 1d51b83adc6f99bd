"""From an issue's slots to what one group of readers gets. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from digest.curate import subject
from digest.curate.fill import Filled, Filler
from digest.curate.select import Selector
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
    Selected,
    Sheet,
    Slot,
    SlotMode,
    StoryId,
    Take,
    VariantContent,
    WhenShort,
)

#: other reports named under a card
MORE = 3


def vary(
    issue: Issue,
    edition: Edition,
    pool: Sequence[Candidate],
    manual: Iterable[Slot],
    interest: Interest | None,
    names: Mapping[str, str],
    language: str = "",
    style: str = "full",
) -> VariantContent:
    """What readers with ``interest`` get of ``issue``; None is the issue itself, as editors see it.

    ``names`` are what readers call regions and topics, ``take/<kind>`` a section of that kind, and
    ``source/<name>`` a source. ``language`` empty is the edition's. The content may hold no story
    at all: whoever sends decides what then.
    """
    speaks = language or edition.language
    selector = Selector(edition, pool, manual, issue.window_to)
    selected = Selected(sections=selector.select(interest) or (), language=speaks, style=style)
    told = sheet(issue, edition, selector.filler, selected.sections, names, speaks)
    return content(told, selected)


def sheet(
    issue: Issue,
    edition: Edition,
    filler: Filler,
    used: Iterable[tuple[str, Iterable[StoryId]]],
    names: Mapping[str, str],
    language: str = "",
) -> Sheet:
    """What variants with the stories ``used``, by section, are made of.

    ``language`` is the readers'; empty: the edition's.
    """
    wanted = {slug: tuple(stories) for slug, stories in used}
    return Sheet(
        issue=issue.id,
        edition=edition.slug,
        edition_name=edition.name,
        template=template(issue, edition),
        local_date=issue.local_date,
        language=language or edition.language,
        subject=subject.literal(issue.subject) or edition.subject,
        empty_subject=subject.literal(issue.subject)
        or (edition.quiet_subject if quiet(issue) else edition.subject),
        preheader=subject.literal(issue.preheader) or edition.preheader,
        sections=tuple(
            FilledSection(
                slug=section.slug,
                title=_title(section, names),
                layout=section.layout,
                cards=_cards(Filled(section, wanted[section.slug]), filler, names),
            )
            for section in edition.sections
            if wanted.get(section.slug)
        ),
        note=edition.note,
        house_ad=edition.house_ad,
        utm=edition.utm.of(edition.slug, issue.local_date) if edition.utm else None,
    )


def _title(section: Section, names: Mapping[str, str]) -> str:
    """A section's title in the language of ``names``, as far as that has one."""
    if section.titled:
        return section.title
    taken = [part for part in (section.region, section.topic) if part] or [f"take/{section.take}"]
    found = [names.get(part, "") for part in taken]
    return ", ".join(found) if all(found) else section.title


def content(told: Sheet, selected: Selected) -> VariantContent:
    """The content of one variant, in full. Raises DigestError for a pattern that is none."""
    sections = {section.slug: section for section in told.sections}
    found: list[FilledSection] = []
    for slug, stories in selected.sections:
        cards = {card.story: card for card in sections[slug].cards}
        found.append(replace(sections[slug], cards=tuple(cards[story] for story in stories)))
    headlines = [card.headline for section in found for card in section.cards]
    line, preheader = lines(told, headlines)
    return VariantContent(
        issue=told.issue,
        edition=told.edition,
        edition_name=told.edition_name,
        template=told.template,
        local_date=told.local_date,
        language=told.language,
        subject=line,
        preheader=preheader,
        sections=tuple(found),
        style=selected.style,
        note=told.note,
        house_ad=told.house_ad,
        utm=told.utm,
        clicks=told.clicks,
        web_copy=True,
    )


def lines(told: Sheet, headlines: Sequence[str]) -> tuple[str, str]:
    """Subject and preheader of the variant with these headlines, in order.

    Raises DigestError for a pattern that is none.
    """
    pattern = told.subject if headlines else told.empty_subject
    return (
        subject.write(pattern, told.edition_name, headlines),
        subject.write(told.preheader, told.edition_name, headlines),
    )


def template(issue: Issue, edition: Edition) -> str:
    """The template that ``issue`` goes out with."""
    return edition.quiet_template if quiet(issue) else edition.template


def quiet(issue: Issue) -> bool:
    """Whether the issue goes out as a quiet day: with what there is, possibly nothing."""
    return issue.short is WhenShort.QUIET


def key(selected: Selected) -> str:
    """The name of a variant within its issue: equal selections are one variant."""
    told = (selected.sections, selected.language, selected.style)
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def manual_slots(slots: Iterable[Slot]) -> tuple[Slot, ...]:
    """The slots that editors pinned or removed."""
    return tuple(slot for slot in slots if slot.mode is not SlotMode.AUTO)


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
