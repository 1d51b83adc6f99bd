"""Every way in that a document from outside can take, for tests that try the same trick on all."""

from collections.abc import Callable
from dataclasses import dataclass

from digest.model import GatheredSource, GatherStatus, ParsedStory, Reject, SourceMemory
from digest.protocols import Source
from digest.sources import article
from digest.sources.feed import FeedSettings, FeedSource
from digest.sources.fetch import Fetcher
from digest.sources.page_box import PageBoxSettings, PageBoxSource
from digest.sources.parse import FeedParser
from digest.sources.sitemap import SitemapSettings, SitemapSource
from digest.sources.wordpress import WordPressSettings, WordPressSource
from tests.sources.test_fetch import NOW


@dataclass(frozen=True, slots=True)
class Ended:
    """How a reading ended."""

    stories: tuple[ParsedStory, ...]
    rejects: tuple[Reject, ...]
    #: one line for a person where nothing could be read, else empty
    fault: str


Read = Callable[[str, Fetcher, FeedParser], Ended]


def feed(url: str, fetcher: Fetcher, parser: FeedParser) -> Ended:
    return _poll(FeedSource(FeedSettings(name="feed", url=url), fetcher, parser))


def wordpress(url: str, fetcher: Fetcher, parser: FeedParser) -> Ended:
    return _poll(WordPressSource(WordPressSettings(name="site", url=url), fetcher, parser))


def sitemap(url: str, fetcher: Fetcher, _: FeedParser) -> Ended:
    return _poll(SitemapSource(SitemapSettings(name="map", url=url), fetcher))


def page_box(url: str, fetcher: Fetcher, _: FeedParser) -> Ended:
    settings = PageBoxSettings(name="box", url=url, heading="Picks")
    return _poll(PageBoxSource(settings, fetcher))


def pasted(url: str, fetcher: Fetcher, _: FeedParser) -> Ended:
    found = article.read(url, fetcher, NOW)
    if isinstance(found, Reject):
        return Ended((), (found,), found.detail or found.reason.value)
    return Ended((found,), (), "")


def _poll(source: Source) -> Ended:
    gathered: GatheredSource = source.gather(SourceMemory(), NOW)
    failed = gathered.status in {GatherStatus.FAILED, GatherStatus.GONE}
    return Ended(gathered.stories, gathered.rejects, gathered.note if failed else "")


READERS: dict[str, Read] = {
    one.__name__: one for one in (feed, wordpress, sitemap, page_box, pasted)
}
