"""Turns settings into the words of the line."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from digest.config.settings import (
    WEEKDAYS,
    EditionSettings,
    Regions,
    SectionSettings,
    Settings,
)
from digest.curate.regions import RegionView
from digest.model import TOPICS, Edition, Section, SourceWeight

TOPIC_NAMES = {
    "politics": "Politics",
    "crime_justice": "Crime and justice",
    "conflict_security": "Conflict and security",
    "disaster_accident": "Disasters and accidents",
    "business": "Business",
    "technology": "Technology",
    "health": "Health",
    "science": "Science",
    "environment": "Environment",
    "sports": "Sport",
    "culture_entertainment": "Culture and entertainment",
    "society_lifestyle": "Society and lifestyle",
}

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def topic_names(settings: Settings) -> dict[str, str]:
    """The 12 topics with the names readers see."""
    return {topic: settings.topics.names.get(topic, TOPIC_NAMES[topic]) for topic in TOPICS}


def rhythm_in_words(edition: Edition) -> str:
    """When an edition comes, for its readers: ``Weekdays at 06:00``."""
    days = sorted(edition.weekdays)
    if len(days) == 7:
        told = "Every day"
    elif days == [1, 2, 3, 4, 5]:
        told = "Weekdays"
    else:
        told = ", ".join(f"{DAY_NAMES[day - 1]}s" for day in days)
    return f"{told} at {edition.time}"


def editions(settings: Settings, regions: Mapping[str, str]) -> dict[str, Edition]:
    """The editions of config.toml by slug. ``regions`` are slug → name, in readers' order."""
    topics = topic_names(settings)
    return {one.slug: _edition(one, settings, regions, topics) for one in settings.editions}


def _edition(
    given: EditionSettings,
    settings: Settings,
    regions: Mapping[str, str],
    topics: Mapping[str, str],
) -> Edition:
    sections: list[Section] = []
    for one in given.sections:
        for section in _sections(one, regions, topics):
            taken = {other.slug for other in sections}
            slug = section.slug
            number = 2
            while slug in taken:
                slug, number = f"{section.slug}-{number}", number + 1
            sections.append(_renamed(section, slug))
    return Edition(
        slug=given.slug,
        name=given.name,
        time=given.time,
        zone=given.zone,
        weekdays=frozenset(WEEKDAYS.index(day) + 1 for day in given.weekdays),
        sections=tuple(sections),
        sources=frozenset(given.sources or (source.name for source in settings.sources)),
        segments=frozenset(given.segments),
        language=given.language,
        template=given.template,
        subject=given.subject,
        preheader=given.preheader,
        approval_required=given.approval == "required",
        lock_minutes=given.lock_minutes,
        send_by_minutes=given.send_by_minutes,
        minimum_stories=given.minimum_stories,
        updates=given.updates,
        when_short=given.when_short,
        quiet_template=given.quiet_template,
        quiet_subject=given.quiet_subject,
    )


def _renamed(section: Section, slug: str) -> Section:
    return section if section.slug == slug else replace(section, slug=slug)


def _sections(
    given: SectionSettings, regions: Mapping[str, str], topics: Mapping[str, str]
) -> Iterator[Section]:
    """One section, or with ``each`` one for every region or topic."""
    for region in list(regions) if given.region == "each" else [given.region]:
        for topic in list(topics) if given.topic == "each" else [given.topic]:
            names = [
                *([regions[region]] if region else []),
                *([topics[topic]] if topic else []),
            ]
            title = given.title or ", ".join(names) or given.take.value.capitalize()
            slug = "-".join([given.take.value, *filter(None, (region, topic))])
            yield Section(
                slug=slug,
                title=title,
                take=given.take,
                region=region,
                topic=topic,
                minimum=given.minimum,
                maximum=given.maximum,
                layout=given.layout,
                half_life=given.half_life_hours,
                per_source=given.per_source,
                per_author=given.per_author,
                segments=frozenset(given.segments),
            )


def source_weights(settings: Settings) -> dict[str, SourceWeight]:
    """What each source is worth in the ranking."""
    return {one.name: SourceWeight(weight=one.weight, usage=one.usage) for one in settings.sources}


def region_views(given: Regions) -> list[RegionView]:
    """The publisher's own regions."""
    return [
        RegionView(
            slug=view.slug,
            name=view.name,
            countries=frozenset(view.countries),
            places=view.places,
            categories=view.categories,
            parent=view.parent,
        )
        for view in given.views
    ]
