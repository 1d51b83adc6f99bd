"""Reads a story: where it plays and what it is about, and why we think so.

The publisher's rules decide where they speak; then the gazetteer and the lexicon; then the home
country. What none of them knows stays unfiled: better no region than a wrong one.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from difflib import get_close_matches

from digest.curate import topics
from digest.curate.correct import About, Correction, corrected
from digest.curate.gazetteer import Gazetteer
from digest.curate.home import with_own_places
from digest.curate.placing import Placer
from digest.curate.regions import RegionView, categories_of
from digest.curate.rules import RuleBook, Rules, unmapped_categories
from digest.curate.topics import Lexicon
from digest.curate.wording import Wording, wording
from digest.errors import NotFoundError
from digest.model import TOPICS, Authority, Classification, Evidence, ParsedStory

__all__ = ["Classifier", "Rules"]

#: goes up when the same data and rules give another reading
_METHOD = 3


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
        self.gazetteer = with_own_places(gazetteer, views, home or "")
        self._lexicon = lexicon
        self._placer = Placer(
            gazetteer=self.gazetteer,
            views=tuple(views),
            rules=RuleBook(categories_of(views) | dict(rules.regions)),
            home=home or "",
        )
        self._topic_rules = RuleBook(rules.topics)
        self.fingerprint = _fingerprint(gazetteer, lexicon, views, rules, home or "")

    def classify(self, story: ParsedStory) -> Classification:
        """Where ``story`` plays and what it is about."""
        words = wording(story.headline, story.text or story.standfirst, self.gazetteer)
        placing = self._placer.place(story, words)
        named, sure, topic_evidence = self._topics(story, words)
        return Classification(
            countries=placing.countries,
            regions=placing.regions,
            topics=named,
            evidence=(*placing.evidence, *topic_evidence),
            place_confidence=round(placing.confidence, 2),
            topic_confidence=round(sure, 2),
        )

    def corrected(self, reading: Classification, given: Iterable[Correction]) -> Classification:
        """``reading`` as the editors want it."""
        return corrected(reading, given, self._placer.views)

    def check(self, about: About, values: Iterable[str]) -> None:
        """Raises NotFoundError for a region, country or topic that there is none of."""
        known: Collection[str] = {
            About.REGION: [view.slug for view in self._placer.views],
            About.COUNTRY: self.gazetteer.countries,
            About.TOPIC: TOPICS,
        }[about]
        for value in values:
            if value not in known:
                close = get_close_matches(value, known, n=3, cutoff=0.4) or sorted(known)[:12]
                raise NotFoundError(
                    f"there is no {about.value} {value!r}", hint=f"known: {', '.join(close)}"
                )

    def unmapped_categories(self, stories: Iterable[ParsedStory]) -> Mapping[str, int]:
        """Categories that no rule knows, the commonest first, with their counts of stories."""
        counts = unmapped_categories(stories, (self._placer.rules, self._topic_rules))
        return dict(counts.most_common())

    def _topics(
        self, story: ParsedStory, words: Wording
    ) -> tuple[tuple[str, ...], float, list[Evidence]]:
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
            return tuple(row.value for row in ruled), 1.0, ruled
        weights = topics.weigh(words.words, words.headline, self._lexicon)
        chosen = topics.chosen(weights)
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
        return tuple(row.value for row in read), topics.sure(weights) if read else 0.0, read


def _fingerprint(
    gazetteer: Gazetteer,
    lexicon: Lexicon,
    views: Sequence[RegionView],
    rules: Rules,
    home: str,
) -> str:
    """Names the rules and data that a reading was made with."""
    shown = [asdict(view) | {"countries": sorted(view.countries)} for view in views]
    made_with = [_METHOD, gazetteer.version, lexicon.version, shown, asdict(rules), home]
    return hashlib.sha256(json.dumps(made_with).encode()).hexdigest()[:16]
