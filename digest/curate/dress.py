"""What a reader sees of a story: its own words, or those that an editor wrote over them. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from digest.curate.fill import Filler
from digest.model import (
    Candidate,
    Card,
    Image,
    More,
    Overrides,
    ParsedStory,
    Section,
    StoryId,
    Take,
)

#: other reports named under a card
MORE = 3


def rewritten(story: ParsedStory, over: Overrides) -> ParsedStory:
    """``story`` with what an editor wrote over it."""
    return replace(
        story,
        headline=_first(over.headline, story.headline),
        standfirst=_first(over.standfirst, story.standfirst),
        byline=_first(over.byline, story.byline),
        url=_first(over.link, story.url),
        image=_image(story.image, over),
    )


class Dress:
    """Makes the cards of an issue. ``names`` are what readers call regions, topics and sources."""

    def __init__(
        self, filler: Filler, overrides: Mapping[StoryId, Overrides], names: Mapping[str, str]
    ) -> None:
        self._filler = filler
        self._overrides = overrides
        self._names = names

    def card(self, section: Section, key: StoryId) -> Card:
        """The card of a story of the pool in a section."""
        candidate = self._filler.pool[key]
        story = self._told(candidate)
        over = self._overrides.get(key, Overrides())
        return Card(
            story=key,
            headline=story.headline,
            url=story.url,
            standfirst=story.standfirst,
            kicker=_first(over.kicker, self._kicker(section, candidate)),
            byline=story.byline,
            source=self._source(candidate),
            language=story.language,
            image=story.image,
            published_at=story.published_at,
            update=candidate.update,
            more=tuple(self._more(key)),
        )

    def _more(self, key: StoryId) -> Iterator[More]:
        for mate in self._filler.mates(key)[:MORE]:
            story = self._told(mate)
            yield More(headline=story.headline, url=story.url, source=self._source(mate))

    def _told(self, candidate: Candidate) -> ParsedStory:
        over = self._overrides.get(candidate.stored.id)
        story = candidate.stored.story
        return story if over is None else rewritten(story, over)

    def _source(self, candidate: Candidate) -> str:
        return self._names.get(f"source/{candidate.stored.source}", "")

    def _kicker(self, section: Section, candidate: Candidate) -> str:
        """The word above a headline: what the section's own title does not say already."""
        found = candidate.stored.classification
        if section.take in {Take.TOPIC, Take.REGION_TOPIC}:
            told = found.regions if section.take is Take.TOPIC else ()
        else:
            told = found.topics or (() if section.take is Take.REGION else found.regions)
        return self._names.get(told[0], "") if told else ""


def _image(image: Image | None, over: Overrides) -> Image | None:
    if over.image_url is not None:
        image = Image(url=over.image_url) if over.image_url else None
    return image if image is None or over.alt is None else replace(image, alt=over.alt)


def _first(changed: str | None, original: str) -> str:
    return original if changed is None else changed
