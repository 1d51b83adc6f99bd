"""What readers may choose, and how their pages speak to them: settings in the words of a language.

For ``subscribers``, which knows neither settings nor languages.
"""

from collections.abc import Sequence

import subscribers
from digest import languages
from digest.config import Settings
from digest.config.editions import editions, region_names, rhythm_in_words, topic_names
from digest.curate.regions import RegionView
from digest.render.words import direction


def catalogue(settings: Settings, views: tuple[RegionView, ...], tag: str) -> subscribers.Catalogue:
    """What there is to choose, by its names in a language; the editions' languages too."""
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
    )


def voice(
    settings: Settings, views: tuple[RegionView, ...], wanted: Sequence[str]
) -> subscribers.Voice:
    """How the readers' pages speak to somebody who wants these languages."""
    spoken = languages.best(wanted)
    return subscribers.Voice(
        language=spoken.tag,
        direction=direction(spoken.tag),
        gettext=spoken.gettext,
        ngettext=spoken.ngettext,
        date=spoken.long_date,
        listed=spoken.listed,
        catalogue=catalogue(settings, views, spoken.tag),
    )
