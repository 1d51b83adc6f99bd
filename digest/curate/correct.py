"""What editors decide about a story's reading goes before every rule. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from digest.curate.regions import RegionView, of_countries, with_parents
from digest.model import Authority, Classification, Evidence


class About(StrEnum):
    """What a correction is about."""

    REGION = "region"
    COUNTRY = "country"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One decision of an editor's; ``chosen`` empty: none of them."""

    about: About
    chosen: tuple[str, ...]
    by: str
    at: datetime


def corrected(
    reading: Classification, given: Iterable[Correction], shown: Sequence[RegionView]
) -> Classification:
    """``reading`` as the editors want it; what they said nothing about stays.

    A correction of the country brings its regions, unless the regions are corrected too.
    """
    said = {one.about: one for one in given}
    if country := said.get(About.COUNTRY):
        regions = with_parents(of_countries(country.chosen, shown), shown)
        reading = replace(reading, countries=country.chosen, regions=regions)
        reading = _told(reading, country, {About.COUNTRY, About.REGION})
    if region := said.get(About.REGION):
        reading = replace(reading, regions=with_parents(region.chosen, shown))
        reading = _told(reading, region, {About.REGION})
    if topic := said.get(About.TOPIC):
        reading = _told(replace(reading, topics=topic.chosen), topic, {About.TOPIC})
    return replace(
        reading,
        place_confidence=1.0
        if {About.COUNTRY, About.REGION} & said.keys()
        else reading.place_confidence,
        topic_confidence=1.0 if About.TOPIC in said else reading.topic_confidence,
    )


def _told(reading: Classification, one: Correction, instead_of: set[About]) -> Classification:
    """With the editor as evidence in place of what spoke for another answer."""
    rows = [
        Evidence(
            about=one.about,
            value=value,
            by=Authority.EDITOR,
            score=1.0,
            found=f"{one.by} decided on {one.at:%Y-%m-%d}",
        )
        for value in one.chosen or ("",)
    ]
    kept = [row for row in reading.evidence if row.about not in instead_of]
    return replace(reading, evidence=(*rows, *kept))
