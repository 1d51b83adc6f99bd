"""The tables of config.toml about where stories play and what they are about."""

from typing import Literal

from pydantic import Field

from digest.config.table import Table
from digest.config.values import Country, Slug


class RegionViewSettings(Table):
    """[[regions.views]]: a region as readers see it: any of countries, places, categories."""

    slug: Slug
    name: str
    countries: tuple[Country, ...] = ()
    #: towns, parishes, provinces in the home country; "Bavaria, DE" lies in another
    places: tuple[str, ...] = ()
    #: your categories, tags and URL sections that mean it
    categories: tuple[str, ...] = ()
    #: the region it is a part of: its stories are in both
    parent: str | None = None


class Regions(Table):
    """[regions]"""

    #: the publisher's home country: where a story plays when nothing says otherwise
    home: Country | None = None
    preset: Literal["newsroom", "none"] = "newsroom"
    views: tuple[RegionViewSettings, ...] = ()
    #: publisher's category or tag → region slug, country code, or "" for nothing
    rules: dict[str, str] = Field(default_factory=dict)


class Topics(Table):
    """[topics]"""

    #: topic → the name readers see
    names: dict[str, str] = Field(default_factory=dict)
    #: publisher's category or tag → topic, or "" for nothing
    rules: dict[str, str] = Field(default_factory=dict)
