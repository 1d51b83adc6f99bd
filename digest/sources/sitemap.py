"""A news sitemap: which stories a site has, by headline and date, without their text.

For sites without a feed, and to see whether another source of the same site is complete.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from digest.errors import SourceError
from digest.model import (
    GatheredSource,
    GatherStatus,
    ParsedStory,
    Reject,
    RejectReason,
    SourceMemory,
)
from digest.sources import clean, outcome, plain_xml, sitemap_entries
from digest.sources.entries import ParsedFeed
from digest.sources.feed_stories import stories
from digest.sources.fetch import MAX_BYTES, FetchedBody, Fetcher
from digest.sources.identity import USUAL, Parameters
from digest.sources.inflate import gather_body
from digest.sources.sitemap_entries import Part, Sitemap, newest

#: parts of an index that one poll reads at most
MAX_PARTS = 10
MAX_ENTRIES = 2000
#: an index may not name another by the rules; some do
_DEEPEST = 2
_XML = "application/xml, text/xml, */*;q=0.5"


@dataclass(frozen=True, slots=True, kw_only=True)
class SitemapSettings:
    """A news sitemap, or an index of sitemaps, as configured."""

    name: str
    url: str
    #: IANA zone of dates that carry none
    zone: str | None = None
    #: BCP 47; empty: what the sitemap says
    language: str = ""
    parameters: Parameters = USUAL


class SitemapSource:
    """One sitemap; implements ``protocols.Source``."""

    def __init__(self, settings: SitemapSettings, fetcher: Fetcher) -> None:
        self._settings = settings
        self._fetcher = fetcher
        self._zone = ZoneInfo(settings.zone) if settings.zone else None

    @property
    def name(self) -> str:
        """The name in config.toml."""
        return self._settings.name

    def gather(self, memory: SourceMemory, now: datetime) -> GatheredSource:
        """Read the sitemap once, and the newest parts of an index."""
        try:
            return self._gather(memory, now)
        except SourceError as error:
            return outcome.failed(self.name, memory, error, now)

    def _gather(self, memory: SourceMemory, now: datetime) -> GatheredSource:
        known = outcome.same_settings(self._settings, memory)
        answer = self._fetcher.fetch(
            self._settings.url,
            etag=memory.etag if known else "",
            last_modified=memory.last_modified if known else "",
            accept=_XML,
        ).check(now)
        if answer.status == 304:
            return outcome.not_modified(self.name, memory)
        first = _read(answer)
        read = [(answer.url, first), *self._parts(first, answer.url, now)]
        kept, rejects = self._stories(read)
        told = outcome.fingerprint(self._settings, repr((kept, rejects)).encode())
        # an index that stays the same says nothing about its parts
        lasting = not first.parts
        seen = replace(
            memory,
            etag=answer.etag if lasting else "",
            last_modified=answer.last_modified if lasting else "",
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
            stories=kept,
            rejects=rejects,
            memory=seen,
            note="" if kept else "the sitemap has no news",
        )

    def _parts(
        self, index: Sitemap, base: str, now: datetime
    ) -> Iterator[tuple[str, Sitemap | Reject]]:
        """The newest parts of an index, breadth first. A part that fails stops no other."""
        waiting = deque((_address(base, part), 1) for part in newest(index.parts, now))
        seen = {self._settings.url, base}
        known = len(seen)
        while waiting:
            url, depth = waiting.popleft()
            if url in seen:
                continue
            if len(seen) == known + MAX_PARTS:
                detail = f"it and {len(waiting)} more parts of the index were not read"
                yield url, Reject(entry=url[:200], reason=RejectReason.OVER_LIMIT, detail=detail)
                return
            seen.add(url)
            page = self._part(url, now)
            yield url, page
            if isinstance(page, Sitemap) and depth < _DEEPEST:
                inner = newest(page.parts, now)
                waiting.extend((_address(url, part), depth + 1) for part in inner)

    def _part(self, url: str, now: datetime) -> Sitemap | Reject:
        try:
            return _read(self._fetcher.fetch(url, accept=_XML).check(now))
        except SourceError as error:
            reason = RejectReason.UNREADABLE
            return Reject(entry=url[:200], reason=reason, detail=error.message)

    def _stories(
        self, read: Sequence[tuple[str, Sitemap | Reject]]
    ) -> tuple[tuple[ParsedStory, ...], tuple[Reject, ...]]:
        pages = [(url, page) for url, page in read if isinstance(page, Sitemap)]
        entries = [entry for _, page in pages for entry in page.entries]
        feed = ParsedFeed(
            version="sitemap",
            entries=tuple(entries[:MAX_ENTRIES]),
            over_limit=max(0, len(entries) - MAX_ENTRIES),
        )
        kept, rejects = stories(
            self.name,
            feed,
            url=read[0][0],
            zone=self._zone,
            language=self._settings.language,
            pick_categories=(),
            pick_tags=(),
            parameters=self._settings.parameters,
        )
        plain = (
            Reject(
                entry=url[:200],
                reason=RejectReason.NO_HEADLINE,
                detail=f"addresses without a news title: {page.plain}",
            )
            for url, page in pages
            if page.plain
        )
        failed = (page for _, page in read if isinstance(page, Reject))
        return kept, (*rejects, *plain, *failed)


def _address(base: str, part: Part) -> str:
    """Where a part is; what makes no address is refused when it is asked for."""
    return clean.joined(base, part.url) or part.url


def _read(answer: FetchedBody) -> Sitemap:
    body = answer.body
    if body.startswith(b"\x1f\x8b"):  # sitemap.xml.gz, sent as a file
        body = gather_body([body], "gzip", MAX_BYTES)
    if body.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
        raise SourceError(
            "this is a web page, not a sitemap",
            hint="The site's robots.txt names its sitemaps",
        )
    page = sitemap_entries.read(plain_xml.read(body, answer.charset))
    if page is None:
        raise SourceError("this is not a sitemap", hint="The site's robots.txt names its sitemaps")
    return page
