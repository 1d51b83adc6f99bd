"""The publisher's own ground: the places of its own regions, laid over the gazetteer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from digest.curate.gazetteer import Gazetteer, Kind, Place, Reading, forms, names_of
from digest.curate.regions import RegionView


def with_own_places(known: Gazetteer, views: Sequence[RegionView], home: str) -> Gazetteer:
    """``known`` with the places that ``views`` list, in every language.

    A name that is better known elsewhere (Newcastle, Paris) means the publisher's place unless
    the story names that other country more often than home.
    """
    english = known.languages["en"].places
    own: dict[str, Place] = {}
    for view in views:
        for name, country in view.grounds(home):
            for form in forms(name):
                before = own.get(form) or _place(form, name, country, english, known)
                own[form] = replace(before, own=(*before.own, (view.slug, country)))
    if not own:
        return known
    return replace(
        known,
        languages={
            language: names_of({**names.places, **own})
            for language, names in known.languages.items()
        },
    )


def _place(
    form: str, name: str, country: str, english: Mapping[str, Place], known: Gazetteer
) -> Place:
    before = english.get(form)
    if before is None or before.common:
        personal = before.personal if before else name in known.first_names
        return Place(kind=Kind.CITY, country=country, personal=personal, common=name in known.words)
    if before.country == country:
        return before
    here = Reading(
        country=country, friends=frozenset({country}), rivals=frozenset({before.country})
    )
    return replace(before, readings=(here, *before.readings))
