"""A box on a page of the site: the stories under a heading such as "Editors' Picks", in order.

Themes fill such boxes from widgets that no API tells of. The stories carry the keys of their
addresses, by which they are the same stories as those of the site's other sources.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from digest.errors import SourceError
from digest.model import GatheredSource, GatherStatus, PickOrigin, SourceMemory
from digest.sources import outcome, page
from digest.sources.entries import ParsedFeed
from digest.sources.feed_stories import stories
from digest.sources.fetch import Fetcher
from digest.sources.identity import USUAL, Parameters

#: more is no box but a page of everything
MAX_STORIES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PageBoxSettings:
    """A box as configured."""

    name: str
    #: the page it stands on
    url: str
    #: what stands over it; case, spaces and the kind of apostrophe make no difference
    heading: str
    #: whether its stories are editors' picks
    picks: bool = True
    zone: str | None = None
    language: str = ""
    parameters: Parameters = USUAL


class PageBoxSource:
    """One box; implements ``protocols.Source``."""

    def __init__(self, settings: PageBoxSettings, fetcher: Fetcher) -> None:
        self._settings = settings
        self._fetcher = fetcher
        self._zone = ZoneInfo(settings.zone) if settings.zone else None

    @property
    def name(self) -> str:
        """The name in config.toml."""
        return self._settings.name

    def gather(self, memory: SourceMemory, now: datetime) -> GatheredSource:
        """Read the page once."""
        try:
            return self._gather(memory, now)
        except SourceError as error:
            return outcome.failed(self.name, memory, error, now)

    def _gather(self, memory: SourceMemory, now: datetime) -> GatheredSource:
        known = outcome.same_settings(self._settings, memory)
        answer = page.fetch(
            self._fetcher,
            self._settings.url,
            now,
            etag=memory.etag if known else "",
            last_modified=memory.last_modified if known else "",
        )
        if answer.status == 304:
            return outcome.not_modified(self.name, memory)
        entries = page.box(answer, self._settings.heading)
        feed = ParsedFeed(
            version="page",
            entries=entries[:MAX_STORIES],
            over_limit=max(0, len(entries) - MAX_STORIES),
        )
        found, rejects = stories(
            self.name,
            feed,
            url=answer.url,
            zone=self._zone,
            language=self._settings.language,
            pick_categories=(),
            pick_tags=(),
            parameters=self._settings.parameters,
        )
        pick = PickOrigin.PAGE_BOX if self._settings.picks else None
        found = tuple(replace(story, pick=pick) for story in found)
        # not the page: it changes with every visit
        told = outcome.fingerprint(self._settings, repr((found, rejects)).encode())
        seen = replace(
            memory,
            etag=answer.etag,
            last_modified=answer.last_modified,
            body_hash=told,
            not_before=None,
            missing=0,
            missing_since=None,
        )
        if told == memory.body_hash:
            return outcome.not_modified(self.name, seen)
        return GatheredSource(
            source=self.name,
            status=GatherStatus.OK,
            stories=found,
            rejects=rejects,
            memory=seen,
            note="" if entries else "the box is empty",
        )
