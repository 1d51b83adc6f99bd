"""Makes the configured sources, with one fetcher and one parser for all of them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import SecretStr

import digest
from digest.config import Settings
from digest.config.settings import SourceSettings
from digest.model import ParsedStory, Reject
from digest.protocols import Source
from digest.sources import article, clean
from digest.sources.feed import FeedSettings, FeedSource
from digest.sources.fetch import Fetcher
from digest.sources.folder import FolderSettings, FolderSource
from digest.sources.identity import USUAL, Parameters
from digest.sources.login import Login
from digest.sources.moves import same_site
from digest.sources.page_box import PageBoxSettings, PageBoxSource
from digest.sources.parse import FeedParser
from digest.sources.sitemap import SitemapSettings, SitemapSource
from digest.sources.wordpress import WordPressSettings, WordPressSource


def build(settings: Settings) -> dict[str, Source]:
    """The sources of ``settings`` by name. Parser processes start with the first feed."""
    fetcher = _fetcher(settings)
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


def read_story(settings: Settings, url: str, now: datetime) -> ParsedStory | Reject:
    """The story at an address that an editor pasted.

    Its dates and names are read as by the source of the same site, where there is one.
    """
    address = clean.safe_url(url)
    sites = [one for one in settings.sources if one.url and same_site(one.url, address)]
    zone = next((one.zone for one in sites if one.zone), None)
    told = [one for one in sites if one.keep_parameters or one.drop_parameters]
    return article.read(
        url,
        _fetcher(settings),
        now,
        zone=ZoneInfo(zone) if zone else None,
        parameters=_parameters(told[0]) if told else USUAL,
    )


def _fetcher(settings: Settings) -> Fetcher:
    given = settings.gather
    return Fetcher(user_agent(given.contact), allow_private=given.allow_private)


def _parameters(one: SourceSettings) -> Parameters:
    return Parameters.of(one.keep_parameters, one.drop_parameters)


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
                parameters=_parameters(one),
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
            parameters=_parameters(one),
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
        parameters=_parameters(one),
        statuses=one.statuses,
    )
    return WordPressSource(site, fetcher, parser)


def _web_source(one: SourceSettings, fetcher: Fetcher, language: str) -> Source:
    assert one.url is not None  # checked with the configuration
    if one.kind == "sitemap":
        return SitemapSource(
            SitemapSettings(
                name=one.name,
                url=one.url,
                zone=one.zone,
                language=language,
                parameters=_parameters(one),
            ),
            fetcher,
        )
    return PageBoxSource(
        PageBoxSettings(
            name=one.name,
            url=one.url,
            heading=one.heading,
            picks=one.picks,
            zone=one.zone,
            language=language,
            parameters=_parameters(one),
        ),
        fetcher,
    )
