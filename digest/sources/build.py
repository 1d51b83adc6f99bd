"""Makes the configured sources, with one fetcher and one parser for all of them."""

import digest
from digest.config import Settings
from digest.config.settings import SourceSettings
from digest.protocols import Source
from digest.sources.feed import FeedSettings, FeedSource
from digest.sources.fetch import Fetcher
from digest.sources.folder import FolderSettings, FolderSource
from digest.sources.parse import FeedParser
from digest.sources.wordpress import WordPressSettings, WordPressSource


def build(settings: Settings) -> dict[str, Source]:
    """The sources of ``settings`` by name. Parser processes start with the first feed."""
    fetcher = Fetcher(
        user_agent(settings.gather.contact), allow_private=settings.gather.allow_private
    )
    parser = FeedParser()
    return {one.name: _source(one, fetcher, parser) for one in settings.sources}


def user_agent(contact: str) -> str:
    """Who we say we are: the program, and how to reach whoever runs it."""
    who = "".join(letter for letter in contact if letter.isascii() and letter.isprintable())
    return f"newsletter-digest/{digest.__version__}" + (f" (+{who})" if who else "")


def _source(one: SourceSettings, fetcher: Fetcher, parser: FeedParser) -> Source:
    language = one.language or ""
    if one.kind == "folder":
        assert one.path is not None  # checked with the configuration
        return FolderSource(
            FolderSettings(
                name=one.name,
                path=one.path,
                zone=one.zone,
                language=language,
                pick_categories=one.pick_categories,
                pick_tags=one.pick_tags,
            )
        )
    if one.kind == "feed":
        feed = FeedSettings(
            name=one.name,
            url=one.url,
            path=one.path,
            zone=one.zone,
            language=language,
            pick_categories=one.pick_categories,
            pick_tags=one.pick_tags,
        )
        return FeedSource(feed, fetcher, parser)
    site = WordPressSettings(
        name=one.name,
        url=one.url,
        path=one.path,
        zone=one.zone,
        language=language,
        pick_sticky=one.pick_sticky,
        pick_categories=one.pick_categories,
        pick_tags=one.pick_tags,
    )
    return WordPressSource(site, fetcher, parser)
