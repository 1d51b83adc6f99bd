"""The regions that readers choose from: a view on the M49 tree that a publisher may change."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from digest.curate.areas import Within
from digest.marked import marked

#: UN M49 areas: Africa, the Americas, Asia, Oceania, Europe
_AFRICA, _AMERICAS, _ASIA, _OCEANIA, _EUROPE = "002", "019", "142", "009", "150"
#: no M49 area: the countries that newsrooms mean by it
_MIDDLE_EAST = frozenset(
    {"AE", "BH", "IL", "IQ", "IR", "JO", "KW", "LB", "OM", "PS", "QA", "SA", "SY", "YE"}
)
#: M49 has these in Western Asia; readers look for them in Europe
_CALLED_EUROPEAN = frozenset({"AM", "AZ", "CY", "GE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionView:
    """One region as readers see it: any of countries, places and categories."""

    slug: str
    name: str
    #: ISO 3166-1 alpha-2
    countries: frozenset[str] = frozenset()
    #: towns, parishes, provinces at home as the paper writes them; ``Bavaria, DE`` lies elsewhere
    places: tuple[str, ...] = ()
    #: the publisher's categories, tags and URL sections that mean it, as in ``Rules``
    categories: tuple[str, ...] = ()
    #: slug of the region it is a part of
    parent: str | None = None

    def grounds(self, home: str) -> Iterator[tuple[str, str]]:
        """Its places, each with the country it lies in."""
        for place in self.places:
            name, comma, code = place.rpartition(", ")
            abroad = bool(comma) and len(code) == 2 and code.isupper()
            yield (name, code) if abroad else (place, home)

    def within(self, home: str) -> frozenset[str]:
        """The countries it lies in."""
        return self.countries | {code for _, code in self.grounds(home) if code}


def views(preset: str, own: Iterable[RegionView], areas: Within) -> tuple[RegionView, ...]:
    """The regions in readers' order: the preset's (``newsroom`` or ``none``), then the
    publisher's own; an own region with a preset's slug takes its place."""
    mine = {view.slug: view for view in own}
    shipped = _newsroom(areas) if preset == "newsroom" else ()
    kept = {view.slug: mine.get(view.slug, view) for view in shipped}
    return tuple({**kept, **mine}.values())


def _newsroom(areas: Within) -> tuple[RegionView, ...]:
    """Five regions. Egypt lies in two of them, and so does Turkey."""
    within = areas.within
    europe = within(_EUROPE) | _CALLED_EUROPEAN | {"TR", "EU"}
    middle_east = _MIDDLE_EAST | {"EG", "TR"}
    asia_pacific = (within(_ASIA) | within(_OCEANIA)) - middle_east - _CALLED_EUROPEAN
    return (
        RegionView(slug="africa", name=marked("Africa"), countries=within(_AFRICA)),
        RegionView(slug="americas", name=marked("Americas"), countries=within(_AMERICAS)),
        RegionView(slug="asia-pacific", name=marked("Asia-Pacific"), countries=asia_pacific),
        RegionView(slug="europe", name=marked("Europe"), countries=europe),
        RegionView(slug="middle-east", name=marked("Middle East"), countries=middle_east),
    )


def categories_of(shown: Iterable[RegionView]) -> dict[str, str]:
    """Category → slug, as every region lists them."""
    return {category: view.slug for view in shown for category in view.categories}


def ancestors(slug: str, shown: Mapping[str, RegionView]) -> list[str]:
    """The regions that ``slug`` is a part of, the nearest first."""
    found: list[str] = []
    view = shown.get(slug)
    while view and view.parent and view.parent not in {slug, *found}:
        found.append(view.parent)
        view = shown.get(view.parent)
    return found


def with_parents(slugs: Iterable[str], shown: Sequence[RegionView]) -> tuple[str, ...]:
    """``slugs`` in their order, then the regions that they are parts of."""
    by_slug = {view.slug: view for view in shown}
    given = list(slugs)
    parents = [parent for slug in given for parent in ancestors(slug, by_slug)]
    return tuple(dict.fromkeys([*given, *parents]))


def of_countries(countries: Iterable[str], shown: Sequence[RegionView]) -> tuple[str, ...]:
    """The slugs of the regions that hold ``countries``, in the countries' order."""
    slugs = [view.slug for code in countries for view in shown if code in view.countries]
    return tuple(dict.fromkeys(slugs))


def of_area(countries: frozenset[str], shown: Sequence[RegionView]) -> str | None:
    """The slug of the region that an area of the world mostly lies in; None where none does."""
    best = max(shown, key=lambda view: len(view.countries & countries), default=None)
    if best is None or 2 * len(best.countries & countries) <= len(countries):
        return None
    return best.slug
