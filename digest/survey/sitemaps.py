"""A site's news sitemap, for sites without a feed: named in robots.txt, or at the usual places.

robots.txt names sitemaps on lines of their own (sitemaps.org; RFC 9309 §2.2.4 allows them).
"""

import re
from datetime import datetime
from urllib.parse import urljoin

from digest.errors import SourceError
from digest.model import GatherStatus, SourceMemory
from digest.sources import clean
from digest.sources.fetch import Fetcher
from digest.sources.sitemap import SitemapSettings, SitemapSource
from digest.survey.feeds import FeedSeen, Tried

USUAL = ("news-sitemap.xml", "sitemap-news.xml", "sitemap_news.xml", "sitemap/news.xml")
#: sitemaps of one site that are read
_MOST = 6
_NAMED = re.compile(r"^\s*sitemap\s*:\s*(\S{1,2000})", re.IGNORECASE | re.MULTILINE)


def look(fetcher: Fetcher, site: str, now: datetime) -> tuple[FeedSeen | None, tuple[Tried, ...]]:
    """The first sitemap that tells headlines, as a feed would; and what was tried in vain."""
    named = [url for url in _named(fetcher, site) if "news" in url.lower()]
    usual = [urljoin(site, f"/{path}") for path in USUAL]
    tried: list[Tried] = []
    for url in list(dict.fromkeys([*named, *usual]))[:_MOST]:
        source = SitemapSource(SitemapSettings(name="site", url=url), fetcher)
        gathered = source.gather(SourceMemory(), now)
        if gathered.status is GatherStatus.OK and gathered.stories:
            language = next((one.language for one in gathered.stories if one.language), "")
            seen = FeedSeen(
                url=url, title="", entries=len(gathered.stories), language=language, site=site
            )
            return seen, tuple(tried)
        why = gathered.note.partition(". ")[0].removeprefix("the server ")
        tried.append(Tried(url, why or "tells no stories"))
    return None, tuple(tried)


def _named(fetcher: Fetcher, site: str) -> list[str]:
    try:
        answer = fetcher.fetch(urljoin(site, "/robots.txt"), accept="text/plain, */*;q=0.1")
    except SourceError:
        return []
    if answer.status != 200:
        return []
    text = answer.body[:500_000].decode("utf-8", "replace")
    return [url for raw in _NAMED.findall(text) if (url := clean.safe_url(raw, answer.url))]
