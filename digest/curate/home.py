"""The publisher's own ground: small towns at home, and the places of its own regions."""

import gzip
import json
from collections.abc import Sequence
from dataclasses import replace
from importlib import resources

from digest.curate.gazetteer import Gazetteer, Kind, Place, Reading, forms
from digest.curate.regions import RegionView


def with_towns(known: Gazetteer, home: str) -> Gazetteer:
    """``known`` with the towns from 5,000 people of one country (ISO), read from towns.json.gz.

    A name that is known already keeps its meaning.
    """
    packed = (resources.files("digest.data") / "towns.json.gz").read_bytes()
    towns = json.loads(gzip.decompress(packed))
    personal = frozenset(towns["personal"])
    return known.laid_over(
        {
            form: Place(kind=Kind.CITY, country=home, personal=name in personal, common=True)
            for name in towns["countries"].get(home, ())
            if name not in known.words
            for form in forms(name)
            if form not in known.english
        }
    )


def with_own_places(known: Gazetteer, views: Sequence[RegionView], home: str) -> Gazetteer:
    """``known`` with the places that ``views`` list.

    A name that is better known elsewhere (Newcastle, Paris) means the publisher's place unless
    the story names that other country more often than home.
    """
    own: dict[str, Place] = {}
    for view in views:
        for name, country in view.grounds(home):
            for form in forms(name):
                before = own.get(form) or _place(form, name, country, known)
                own[form] = replace(before, own=(*before.own, (view.slug, country)))
    return known.laid_over(own) if own else known


def _place(form: str, name: str, country: str, known: Gazetteer) -> Place:
    before = known.english.get(form)
    if before is None or before.common:
        personal = before.personal if before else name in known.first_names
        return Place(kind=Kind.CITY, country=country, personal=personal, common=name in known.words)
    if before.country == country:
        return before
    here = Reading(
        country=country, friends=frozenset({country}), rivals=frozenset({before.country})
    )
    return replace(before, readings=(here, *before.readings))
