"""Reads a story: where it plays and what it is about, and why we think so.

The publisher's rules decide where they speak; then the gazetteer and the lexicon; then the home
country. What none of them knows stays unfiled: better no region than a wrong one.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from digest.curate import countries, topics
from digest.curate.countries import Weight
from digest.curate.gazetteer import Gazetteer
from digest.curate.mentions import Wording, labels, mentions, wording
from digest.curate.regions import RegionView, of_area, of_countries
from digest.curate.rules import RuleBook, Rules, Ruling, labels_of, unmapped_categories
from digest.curate.topics import Lexicon
from digest.model import Authority, Classification, Evidence, ParsedStory

__all__ = ["Classifier", "Rules"]

#: goes up when the same data and rules give another reading
_METHOD = 1


class Classifier:
    """Classifies stories by one publisher's rules. Pure: the same story, the same answer."""

    def __init__(
        self,
        gazetteer: Gazetteer,
        lexicon: Lexicon,
        views: Sequence[RegionView],
        rules: Rules,
        home: str | None = None,
    ) -> None:
        """``home`` is the publisher's country, ISO 3166-1 alpha-2."""
        self.gazetteer = gazetteer
        self._lexicon = lexicon
        self._views = tuple(views)
        self._home = home or ""
        self._region_rules = RuleBook(rules.regions)
        self._topic_rules = RuleBook(rules.topics)
        self.fingerprint = _fingerprint(gazetteer, lexicon, self._views, rules, self._home)

    def classify(self, story: ParsedStory) -> Classification:
        """Where ``story`` plays and what it is about."""
        words = wording(story.headline, story.text or story.standfirst, self.gazetteer)
        found, regions, place_evidence = self._place(story, words)
        named, topic_evidence = self._topics(story, words)
        return Classification(
            countries=found,
            regions=regions,
            topics=named,
            evidence=(*place_evidence, *topic_evidence),
        )

    def unmapped_categories(self, stories: Iterable[ParsedStory]) -> Mapping[str, int]:
        """Categories that no rule knows, the commonest first, with their counts of stories."""
        counts = unmapped_categories(stories, (self._region_rules, self._topic_rules))
        return dict(counts.most_common())

    def _place(
        self, story: ParsedStory, words: Wording
    ) -> tuple[tuple[str, ...], tuple[str, ...], list[Evidence]]:
        named = mentions(words, self.gazetteer, story.language, self._home)
        filed = labels(labels_of(story), self.gazetteer, story.language)
        weights = countries.weigh(words, named, dict.fromkeys(filed))
        places = [weight for weight in weights if weight.code not in self.gazetteer.tree]
        chosen = countries.chosen(places, self._home)
        rulings = self._region_rules.rulings(story)
        if rulings:
            return self._by_rule(rulings, chosen)
        evidence = [self._seen(weight) for weight in chosen]
        if chosen:
            codes = tuple(weight.code for weight in chosen)
            return codes, of_countries(codes, self._views), evidence
        return self._by_area_or_home([weight for weight in weights if weight not in places])

    def _by_rule(
        self, rulings: Sequence[Ruling], chosen: Sequence[Weight]
    ) -> tuple[tuple[str, ...], tuple[str, ...], list[Evidence]]:
        """The rules' regions alone; the countries named are kept where they lie in them."""
        by_slug = {view.slug: view for view in self._views}
        slugs = [ruling.value for ruling in rulings if ruling.value in by_slug]
        codes = [ruling.value for ruling in rulings if ruling.value not in by_slug]
        inside = frozenset(codes).union(*(by_slug[slug].countries for slug in slugs))
        kept = [weight for weight in chosen if weight.code in inside]
        evidence = [
            Evidence(
                about="region" if ruling.value in by_slug else "country",
                value=ruling.value,
                by=Authority.RULE,
                score=1.0,
                found=f"rule for {ruling.key!r}",
            )
            for ruling in rulings
        ]
        found = dict.fromkeys([*codes, *(weight.code for weight in kept)])
        regions = dict.fromkeys([*slugs, *of_countries(codes, self._views)])
        return tuple(found), tuple(regions), evidence + [self._seen(weight) for weight in kept]

    def _by_area_or_home(
        self, areas: Sequence[Weight]
    ) -> tuple[tuple[str, ...], tuple[str, ...], list[Evidence]]:
        for weight in areas:
            slug = of_area(self.gazetteer.within(weight.code), self._views)
            if slug:
                return (), (slug,), [_area(slug, weight)]
        if not self._home:
            return (), (), []
        name = self.gazetteer.countries.get(self._home, self._home)
        home = Evidence(
            about="country",
            value=self._home,
            by=Authority.HOME,
            score=0.0,
            found=f"{name}: home, no other country is named",
        )
        return (self._home,), of_countries([self._home], self._views), [home]

    def _seen(self, weight: Weight) -> Evidence:
        name = self.gazetteer.countries.get(weight.code, weight.code)
        return Evidence(
            about="country",
            value=weight.code,
            by=Authority.GAZETTEER,
            score=round(weight.score, 2),
            found=weight.found(name),
        )

    def _topics(self, story: ParsedStory, words: Wording) -> tuple[tuple[str, ...], list[Evidence]]:
        rulings = self._topic_rules.rulings(story)
        if rulings:
            ruled = [
                Evidence(
                    about="topic",
                    value=ruling.value,
                    by=Authority.RULE,
                    score=1.0,
                    found=f"rule for {ruling.key!r}",
                )
                for ruling in rulings
            ]
            return tuple(row.value for row in ruled), ruled
        chosen = topics.chosen(topics.weigh(words.words, words.headline, self._lexicon))
        read = [
            Evidence(
                about="topic",
                value=weight.topic,
                by=Authority.LEXICON,
                score=round(weight.score, 2),
                found=f"{weight.topic}: {', '.join(weight.words)}",
            )
            for weight in chosen
        ]
        return tuple(row.value for row in read), read


def _area(slug: str, weight: Weight) -> Evidence:
    return Evidence(
        about="region",
        value=slug,
        by=Authority.GAZETTEER,
        score=round(weight.score, 2),
        found=weight.found(slug),
    )


def _fingerprint(
    gazetteer: Gazetteer,
    lexicon: Lexicon,
    views: Sequence[RegionView],
    rules: Rules,
    home: str,
) -> str:
    """Names the rules and data that a reading was made with."""
    shown = [[view.slug, sorted(view.countries)] for view in views]
    made_with = [_METHOD, gazetteer.version, lexicon.version, shown, asdict(rules), home]
    return hashlib.sha256(json.dumps(made_with).encode()).hexdigest()[:16]
