"""Where a story plays: what the publisher's rules say, else what its text names, else home."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from digest.curate import countries
from digest.curate.countries import Weight
from digest.curate.gazetteer import Gazetteer
from digest.curate.mentions import labels, mentions
from digest.curate.regions import RegionView, ancestors, of_area, of_countries, with_parents
from digest.curate.rules import RuleBook, Ruling, labels_of
from digest.curate.wording import Mention, Wording
from digest.model import Authority, Evidence, ParsedStory

#: how often a story that names no country plays at home: .92 to .96 measured, on an American wire
#: and on American local papers
AT_HOME = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """Where a story plays, and why we think so."""

    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    #: 0 to 1
    confidence: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Placer:
    """Places stories by one publisher's rules and regions."""

    gazetteer: Gazetteer
    views: tuple[RegionView, ...]
    rules: RuleBook
    #: the publisher's country, or empty
    home: str

    def place(self, story: ParsedStory, words: Wording) -> Placing:
        """Where ``story`` plays; ``words`` are its own."""
        named = mentions(words, self.gazetteer, story.language, self.home)
        filed = labels(labels_of(story), self.gazetteer, story.language)
        weights = countries.weigh(words, named, dict.fromkeys(filed))
        places = [weight for weight in weights if weight.code not in self.gazetteer.tree]
        chosen = countries.chosen(places, self.home)
        own = self._own(words, named, {weight.code for weight in chosen})
        rulings = self.rules.rulings(story)
        if rulings:
            return self._by_rule(rulings, chosen, own)
        if not chosen:
            return self._by_area_or_home([weight for weight in weights if weight not in places])
        codes = tuple(weight.code for weight in chosen)
        slugs = [*(weight.code for weight in own), *of_countries(codes, self.views)]
        return Placing(
            countries=codes,
            regions=with_parents(slugs, self.views),
            evidence=(*map(self._seen, chosen), *map(self._seen_place, own)),
            confidence=countries.sure(places, chosen[0]),
        )

    def _own(self, words: Wording, named: Iterable[Mention], about: set[str]) -> list[Weight]:
        """The publisher's own regions whose places are named, the most particular first.

        A place counts where it lies in a country that the story is about, or is in the headline.
        """
        local = [
            replace(mention, country=slug)
            for mention in named
            for slug, country in mention.place.own
            if mention.country == country and (country in about or mention.start < words.headline)
        ]
        if not local:
            return []
        by_slug = {view.slug: view for view in self.views}
        weights = countries.weigh(words, local)
        best: dict[str | None, float] = {}
        for weight in weights:
            best.setdefault(by_slug[weight.code].parent, weight.score)
        kept = [
            weight
            for weight in weights
            if weight.score >= countries.SHARE * best[by_slug[weight.code].parent]
        ]
        return sorted(kept, key=lambda weight: -len(ancestors(weight.code, by_slug)))

    def _by_rule(
        self, rulings: Sequence[Ruling], chosen: Sequence[Weight], own: Sequence[Weight]
    ) -> Placing:
        """The rules' regions, and what the text names inside them."""
        by_slug = {view.slug: view for view in self.views}
        slugs = [ruling.value for ruling in rulings if ruling.value in by_slug]
        codes = [ruling.value for ruling in rulings if ruling.value not in by_slug]
        inside = frozenset(codes).union(*(self._ground(slug, by_slug) for slug in slugs))
        kept = [weight for weight in chosen if weight.code in inside]
        finer = [
            weight for weight in own if not {*slugs}.isdisjoint(ancestors(weight.code, by_slug))
        ]
        found = dict.fromkeys([*codes, *(weight.code for weight in kept)])
        if not found and len(inside) == 1:
            found = dict.fromkeys(inside)
        regions = [*slugs, *(weight.code for weight in finer), *of_countries(codes, self.views)]
        return Placing(
            countries=tuple(found),
            regions=with_parents(regions, self.views),
            evidence=(
                *(_ruled(ruling, by_slug) for ruling in rulings),
                *map(self._seen, kept),
                *map(self._seen_place, finer),
            ),
            confidence=1.0,
        )

    def _ground(self, slug: str, by_slug: Mapping[str, RegionView]) -> frozenset[str]:
        """The countries a region lies in; one that says nothing of it lies where its parent does,
        else at home."""
        for name in (slug, *ancestors(slug, by_slug)):
            countries_of = by_slug[name].within(self.home) if name in by_slug else frozenset()
            if countries_of:
                return countries_of
        return frozenset({self.home}) if self.home else frozenset()

    def _by_area_or_home(self, areas: Sequence[Weight]) -> Placing:
        for weight in areas:
            slug = of_area(self.gazetteer.within(weight.code), self.views)
            if slug:
                return Placing(
                    regions=with_parents([slug], self.views),
                    evidence=(_place_row(slug, weight, weight.found(slug)),),
                    confidence=countries.sure(areas, weight),
                )
        if not self.home:
            return Placing()
        name = self.gazetteer.countries.get(self.home, self.home)
        home = Evidence(
            about="country",
            value=self.home,
            by=Authority.HOME,
            score=0.0,
            found=f"{name}: home, no other country is named",
        )
        regions = with_parents(of_countries([self.home], self.views), self.views)
        return Placing(
            countries=(self.home,), regions=regions, evidence=(home,), confidence=AT_HOME
        )

    def _seen(self, weight: Weight) -> Evidence:
        name = self.gazetteer.countries.get(weight.code, weight.code)
        return Evidence(
            about="country",
            value=weight.code,
            by=Authority.GAZETTEER,
            score=round(weight.score, 2),
            found=weight.found(name),
        )

    def _seen_place(self, weight: Weight) -> Evidence:
        name = next(view.name for view in self.views if view.slug == weight.code)
        return _place_row(weight.code, weight, weight.found(name))


def _place_row(slug: str, weight: Weight, found: str) -> Evidence:
    return Evidence(
        about="region",
        value=slug,
        by=Authority.GAZETTEER,
        score=round(weight.score, 2),
        found=found,
    )


def _ruled(ruling: Ruling, by_slug: Mapping[str, RegionView]) -> Evidence:
    return Evidence(
        about="region" if ruling.value in by_slug else "country",
        value=ruling.value,
        by=Authority.RULE,
        score=1.0,
        found=f"rule for {ruling.key!r}",
    )
