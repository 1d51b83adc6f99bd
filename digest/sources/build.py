"""Makes the configured sources, with one fetcher and one parser for all of them."""

from pydantic import SecretStr

import digest
from digest.config import Settings
from digest.config.settings import SourceSettings
from digest.protocols import Source
from digest.sources.feed import FeedSettings, FeedSource
from digest.sources.fetch import Fetcher
from digest.sources.folder import FolderSettings, FolderSource
from digest.sources.login import Login
from digest.sources.page_box import PageBoxSettings, PageBoxSource
from digest.sources.parse import FeedParser
from digest.sources.sitemap import SitemapSettings, SitemapSource
from digest.sources.wordpress import WordPressSettings, WordPressSource


def build(settings: Settings) -> dict[str, Source]:
    """The sources of ``settings`` by name. Parser processes start with the first feed."""
    fetcher = Fetcher(
        user_agent(settings.gather.contact), allow_private=settings.gather.allow_private
    )
    parser = FeedParser()
    passwords = settings.gather.passwords
    return {
        one.name: _source(one, fetcher, parser, _login(one, passwords.get(one.name)))
        for one in settings.sources
    }


def user_agent(contact: str) -> str:
    """Who we say we are: the program, and how to reach whoever runs it."""
    who = "".join(letter for letter in contact if letter.isascii() and letter.isprintable())
    return f"newsletter-digest/{digest.__version__}" + (f" (+{who})" if who else "")


def _login(one: SourceSettings, password: SecretStr | None) -> Login | None:
    if not one.username or one.url is None or password is None:
        return None
    return Login(site=one.url, username=one.username, password=password.get_secret_value())


def _source(
    one: SourceSettings, fetcher: Fetcher, parser: FeedParser, login: Login | None
) -> Source:
    language = one.language or ""
    if one.kind in {"sitemap", "page_box"}:
        return _web_source(one, fetcher, language)
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
        login=login,
        statuses=one.statuses,
    )
    return WordPressSource(site, fetcher, parser)


def _web_source(one: SourceSettings, fetcher: Fetcher, language: str) -> Source:
    assert one.url is not None  # checked with the configuration
    if one.kind == "sitemap":
        return SitemapSource(
            SitemapSettings(name=one.name, url=one.url, zone=one.zone, language=language), fetcher
        )
    return PageBoxSource(
        PageBoxSettings(
            name=one.name,
            url=one.url,
            heading=one.heading,
            picks=one.picks,
            zone=one.zone,
            language=language,
        ),
        fetcher,
    )
