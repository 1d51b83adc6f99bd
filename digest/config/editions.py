"""Turns settings into the words of the line."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import time

from digest.config.places import Regions
from digest.config.schedule import WEEKDAYS, holidays, month_day
from digest.config.settings import (
    EditionSettings,
    HouseAdSettings,
    QuietHoursSettings,
    SectionSettings,
    Settings,
    UtmSettings,
)
from digest.curate.regions import RegionView
from digest.languages import Language, language
from digest.marked import marked
from digest.model import (
    TOPICS,
    Edition,
    HouseAd,
    Image,
    QuietHours,
    Section,
    SourceWeight,
    Take,
    Utm,
)

TOPIC_NAMES = {
    "politics": marked("Politics"),
    "crime_justice": marked("Crime and justice"),
    "conflict_security": marked("Conflict and security"),
    "disaster_accident": marked("Disasters and accidents"),
    "business": marked("Business"),
    "technology": marked("Technology"),
    "health": marked("Health"),
    "science": marked("Science"),
    "environment": marked("Environment"),
    "sports": marked("Sport"),
    "culture_entertainment": marked("Culture and entertainment"),
    "society_lifestyle": marked("Society and lifestyle"),
}

DAY_NAMES = (
    marked("Mondays"),
    marked("Tuesdays"),
    marked("Wednesdays"),
    marked("Thursdays"),
    marked("Fridays"),
    marked("Saturdays"),
    marked("Sundays"),
)

#: what a section without a title is called by what it takes
TAKE_NAMES = {Take.PICKS: marked("Picks"), Take.LATEST: marked("Latest")}


def take_names(tag: str = "en") -> dict[str, str]:
    """``take/<kind>`` → what a section is called that only takes that kind, in a language."""
    words = language(tag)
    return {f"take/{take}": words.gettext(name) for take, name in TAKE_NAMES.items()}


def topic_names(settings: Settings, tag: str = "en") -> dict[str, str]:
    """The 12 topics with the names readers see: the publisher's own, else ours in a language."""
    own, words = settings.topics.names, language(tag)
    return {topic: own.get(topic) or words.gettext(TOPIC_NAMES[topic]) for topic in TOPICS}


def region_names(views: Iterable[RegionView], given: Regions, tag: str = "en") -> dict[str, str]:
    """The regions with the names readers see: the publisher's own, else ours in a language."""
    own, words = {view.slug for view in given.views}, language(tag)
    return {
        view.slug: view.name if view.slug in own else words.gettext(view.name) for view in views
    }


def rhythm_in_words(edition: Edition, tag: str = "en") -> str:
    """When an edition comes, for its readers: ``Weekdays at 06:00``."""
    words = language(tag)
    days = sorted(edition.weekdays)
    if edition.monthly:
        many = len(edition.monthly) > 1
        told = words.gettext("Several times a month") if many else words.gettext("Once a month")
    elif edition.every_weeks == 2:
        told = words.gettext("Every other week")
    elif edition.every_weeks > 2:
        told = words.gettext("Every %(number)s weeks") % {"number": edition.every_weeks}
    elif len(days) == 7:
        told = words.gettext("Every day")
    elif days == [1, 2, 3, 4, 5]:
        told = words.gettext("Weekdays")
    else:
        told = words.listed([words.gettext(DAY_NAMES[day - 1]) for day in days])
    given = {"days": told, "time": edition.time}
    if edition.reader_local:
        line = words.gettext("%(days)s at %(time)s by your own clock") % given
    else:
        line = words.gettext("%(days)s at %(time)s") % given
    return line[:1].upper() + line[1:]


def editions(settings: Settings, views: Iterable[RegionView]) -> dict[str, Edition]:
    """The editions of config.toml by slug. ``views`` are the regions in readers' order."""
    shown = tuple(views)
    return {
        one.slug: _edition(
            one,
            settings,
            region_names(shown, settings.regions, one.language),
            topic_names(settings, one.language),
        )
        for one in settings.editions
    }


def _edition(
    given: EditionSettings,
    settings: Settings,
    regions: Mapping[str, str],
    topics: Mapping[str, str],
) -> Edition:
    sections: list[Section] = []
    for one in given.sections:
        for section in _sections(one, regions, topics, language(given.language)):
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
        every_weeks=given.every_weeks,
        first_week=given.first_week,
        monthly=tuple(sorted({month_day(one) for one in given.monthly}, key=repr)),
        holidays=holidays(given.holidays, f"editions.{given.slug}.holidays"),
        reader_local=given.reader_local,
        first_zone=given.first_zone,
        when_missed=given.when_missed,
        sections=tuple(sections),
        sources=frozenset(given.sources or (source.name for source in settings.sources)),
        segments=frozenset(given.segments),
        language=given.language,
        template=given.template,
        subject=given.subject,
        preheader=given.preheader,
        approval=given.approval,
        on_no_approval=given.on_no_approval,
        review_minutes=given.review_minutes,
        review_to=given.review_to,
        last_look=given.last_look,
        site_trouble=given.site_trouble,
        lock_minutes=given.lock_minutes,
        send_by_minutes=given.send_by_minutes,
        minimum_stories=given.minimum_stories,
        reader_minimum=given.reader_minimum,
        max_variants=given.max_variants,
        languages=frozenset({*given.languages, given.language} if given.languages else ()),
        updates=given.updates,
        count_clicks=given.count_clicks,
        archive=not given.segments if given.archive is None else given.archive,
        quiet_hours=_quiet(given.quiet_hours),
        when_short=given.when_short,
        quiet_template=given.quiet_template,
        quiet_subject=given.quiet_subject,
        note=given.note,
        house_ad=_house_ad(given.house_ad),
        utm=_utm(settings.utm),
    )


def _utm(given: UtmSettings) -> Utm | None:
    if not given.source:
        return None
    told = given.model_dump(exclude={"hosts"})
    return Utm(
        parameters=tuple((f"utm_{name}", value) for name, value in told.items() if value),
        hosts=given.hosts,
    )


def _quiet(given: QuietHoursSettings | None) -> QuietHours | None:
    if given is None:
        return None
    return QuietHours(time.fromisoformat(given.from_), time.fromisoformat(given.until))


def _house_ad(given: HouseAdSettings | None) -> HouseAd | None:
    if given is None:
        return None
    image = Image(url=given.image_url, alt=given.image_alt) if given.image_url else None
    return HouseAd(text=given.text, url=given.url, image=image, paid=given.paid)


def _renamed(section: Section, slug: str) -> Section:
    return section if section.slug == slug else replace(section, slug=slug)


def _sections(
    given: SectionSettings,
    regions: Mapping[str, str],
    topics: Mapping[str, str],
    words: Language,
) -> Iterator[Section]:
    """One section, or with ``each`` one for every region or topic."""
    for region in list(regions) if given.region == "each" else [given.region]:
        for topic in list(topics) if given.topic == "each" else [given.topic]:
            names = [
                *([regions[region]] if region else []),
                *([topics[topic]] if topic else []),
            ]
            title = given.title or ", ".join(names) or words.gettext(TAKE_NAMES[given.take])
            slug = "-".join([given.take.value, *filter(None, (region, topic))])
            yield Section(
                slug=slug,
                title=title,
                titled=bool(given.title),
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
