"""What readers may choose, and how their pages speak to them: settings in the words of a language.

For ``subscribers``, which knows neither settings nor languages.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import subscribers
from digest.errors import DigestError

if TYPE_CHECKING:
    from digest.config import Settings
    from digest.curate.regions import RegionView


def catalogue(
    settings: "Settings", views: "tuple[RegionView, ...]", tag: str
) -> "subscribers.Catalogue":
    """What there is to choose, by its names in a language; the editions' languages too."""
    from digest import languages
    from digest.config.editions import editions, region_names, rhythm_in_words, topic_names

    every = editions(settings, views)
    spoken = dict.fromkeys(
        one.lower()
        for edition in every.values()
        for one in (edition.language, *sorted(edition.languages))
    )
    return subscribers.Catalogue(
        editions={slug: edition.name for slug, edition in every.items()},
        regions=region_names(views, settings.regions, tag),
        topics=topic_names(settings, tag),
        languages={one: languages.language(one).own_name for one in spoken},
        rhythms={slug: rhythm_in_words(edition, tag) for slug, edition in every.items()},
        weekdays=languages.language(tag).weekdays(),
        clocks={slug: edition.zone for slug, edition in every.items()},
        time_zones=languages.language(tag).places(),
    )


def voice(
    settings: "Settings", views: "tuple[RegionView, ...]", wanted: Sequence[str]
) -> "subscribers.Voice":
    """How the readers' pages speak to somebody who wants these languages."""
    from digest import languages
    from digest.render.words import direction

    spoken = languages.best(wanted)
    return subscribers.Voice(
        language=spoken.tag,
        direction=direction(spoken.tag),
        gettext=spoken.gettext,
        ngettext=spoken.ngettext,
        date=spoken.long_date,
        listed=spoken.listed,
        spoken={one: languages.language(one).own_name for one in languages.SPOKEN},
        catalogue=catalogue(settings, views, spoken.tag),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bringing:
    """People to be brought along: from where, and what the newsroom says of them."""

    file: Path
    #: whose export it is; empty: a CSV with our columns
    system: str
    #: for rows that name no edition
    editions: frozenset[str]
    #: their column → ours
    columns: Mapping[str, str]
    #: their group or list → our slug
    words: Mapping[str, str]
    #: where people said yes, for rows that do not tell
    consent: str
    leavers_only: bool
    dry_run: bool


def bring(
    people: "subscribers.Subscribers", how: Bringing, now: datetime
) -> "subscribers.ImportReport":
    """Import them. Raises SubscribersError, and DigestError if the file cannot be read."""
    reading = subscribers.Reading(
        columns=how.columns, words=how.words, consent=how.consent, editions=how.editions
    )
    if how.system and how.system not in subscribers.FORMATS:
        known = ", ".join(sorted(subscribers.FORMATS))
        raise DigestError(f"exports of {how.system!r} are not known; known: {known}")
    if how.leavers_only and not how.system:
        raise DigestError("--leavers-only needs --from: a CSV of ours tells of nobody who left")
    try:
        if how.system:
            return people.import_export(
                how.file,
                how.system,
                now=now,
                actor="command line",
                reading=reading,
                leavers_only=how.leavers_only,
                dry_run=how.dry_run,
            )
        with how.file.open("rb") as stream:
            return people.import_csv(
                stream,
                now=now,
                actor="command line",
                default_editions=how.editions,
                reading=reading,
                dry_run=how.dry_run,
            )
    except OSError as error:
        raise DigestError(f"cannot read {how.file}: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class Joiner:
    """One person who said yes, to which editions, and at which place."""

    address: str
    editions: frozenset[str]
    consent: str
    name: str


def add(people: "subscribers.Subscribers", who: Joiner, now: datetime) -> int:
    """Add them; returns their id. Raises SubscribersError."""
    return people.add(
        who.address,
        consent=subscribers.Consent(source=who.consent, at=now),
        editions=who.editions,
        now=now,
        actor="command line",
        name=who.name,
    )


def a_preference_page(
    people: "subscribers.Subscribers", slugs: Iterable[str], now: datetime
) -> str | None:
    """The path of some reader's preference page, to look at on a trial."""
    from digest.schedule.days import EVERY_DAY

    for slug in slugs:
        for reader in people.readers(slug, (), (), EVERY_DAY, now):
            return people.preferences_path(reader.subscriber, now)
    return None
