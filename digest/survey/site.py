"""Looks at a newsroom's site: the front page first, then its REST API, then its feeds.

A dozen requests, all through the guarded Fetcher, none of them for a story.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from digest.errors import DigestError, SourceError
from digest.sources.feed_stories import language_tag
from digest.sources.fetch import FetchedBody, Fetcher
from digest.sources.guard import AddressRefusedError
from digest.sources.parse import FeedParser
from digest.sources.wordpress_rest import RestClosedError, discover
from digest.survey import colours, feeds, page, rest, sitemaps
from digest.survey.colours import Accent
from digest.survey.feeds import FeedSeen, Tried
from digest.survey.page import Box, Page
from digest.survey.places import Where, where
from digest.survey.rest import RestSite
from digest.survey.terms import Term

_PAGE = "text/html, application/xhtml+xml, application/rss+xml;q=0.8, */*;q=0.5"
#: the relation by which a WordPress site names its REST API
_WORDPRESS = "https://api.w.org/"
#: what mail programs show; SVG and ICO they do not
_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif"})


class SurveyError(DigestError):
    """The site could not be looked at."""


class Kind(StrEnum):
    """How the site will be read: a kind of source in config.toml."""

    WORDPRESS = "wordpress"
    FEED = "feed"
    SITEMAP = "sitemap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a site shows. Texts are clean, addresses absolute; empty where the site is silent."""

    #: the front page, after redirects
    url: str
    kind: Kind
    #: what the source reads: the front page, or a feed
    source_url: str
    name: str
    tagline: str = ""
    #: BCP 47, lower case
    language: str = ""
    #: language tag → the page in that language
    other_languages: Mapping[str, str] = field(default_factory=dict)
    place: Where = field(default_factory=Where)
    logo: str = ""
    icon: str = ""
    accent: Accent | None = None
    #: stories on the site, or entries in its feed
    stories: int = 0
    stickies: int = 0
    categories: tuple[Term, ...] = ()
    tags: tuple[Term, ...] = ()
    boxes: tuple[Box, ...] = ()
    #: further feeds
    feeds: tuple[FeedSeen, ...] = ()
    #: for a person: what did not work
    notes: tuple[str, ...] = ()


def look(fetcher: Fetcher, parser: FeedParser, url: str, now: datetime) -> Survey:
    """The site at ``url``: its front page, or one of its feeds.

    Raises SurveyError with one clear line where there is no site, no page or no feed.
    """
    answer = _fetch(fetcher, url, now)
    if page.looks_like_html(answer.content_type, answer.body):
        return _of_page(fetcher, parser, answer, now)
    feed = parser.parse(answer.body, answer.charset) if answer.body.strip() else None
    if feed is None or not feed.version:
        raise SurveyError(
            f"{_host(url)} answered with {answer.content_type or 'something'}, "
            "which is neither a web page nor a feed",
            hint="give the address of the site’s front page",
        )
    return _of_feed(fetcher, Page(url=answer.url), (feeds.seen(answer, feed),), now)


def _fetch(fetcher: Fetcher, url: str, now: datetime) -> FetchedBody:
    try:
        return fetcher.fetch(url, accept=_PAGE).check(now)
    except AddressRefusedError as error:
        hint = "if it is in your own network, say --allow-private NETWORK, like 10.1.0.0/16"
        raise SurveyError(f"{_host(url)} was not read: {error.message}", hint=hint) from error
    except SourceError as error:
        hint = "check that the address opens in a browser"
        raise SurveyError(f"{_host(url)} was not read: {error.message}", hint=hint) from error


def _of_page(fetcher: Fetcher, parser: FeedParser, answer: FetchedBody, now: datetime) -> Survey:
    shown = page.read(answer.body, answer.charset, answer.url)
    closed = ""
    try:
        site = _rest(fetcher, answer.url, now)
    except SourceError as error:
        closed = error.message
    else:
        language = language_tag(shown.language) or _spoken(fetcher, parser, shown)
        return _of_rest(fetcher, replace(shown, language=language), site, now)
    kind = Kind.FEED
    found, tried = feeds.look(fetcher, parser, answer.url, shown.feeds)
    if not found:
        mapped, more = sitemaps.look(fetcher, answer.url, now)
        found, tried, kind = ((mapped,) if mapped else ()), (*tried, *more), Kind.SITEMAP
    if not found:
        raise SurveyError(
            f"no feed was found at {_host(answer.url)} ({closed}; tried {_told(tried)})",
            hint="give the address of a feed instead",
        )
    blocked = _WORDPRESS in answer.headers.get("link", "") + _head(answer)
    note = (f"This is a WordPress site, but {closed}.",) if blocked else ()
    survey = _of_feed(fetcher, shown, found, now)
    return replace(survey, kind=kind, notes=(*note, *(f"{one.url} {one.why}." for one in tried)))


def _spoken(fetcher: Fetcher, parser: FeedParser, shown: Page) -> str:
    """The language that a WordPress site's feed names, where its theme does not."""
    named = shown.feeds[:1]
    found, _ = feeds.look(fetcher, parser, shown.url, named) if named else ((), ())
    return found[0].language if found else ""


def _rest(fetcher: Fetcher, url: str, now: datetime) -> RestSite:
    closed = RestClosedError("its REST API was not found")
    for root in discover(fetcher, url, now).roots:
        try:
            return rest.ask(fetcher, root, url, now)
        except RestClosedError as error:
            closed = error
    raise closed


def _of_rest(fetcher: Fetcher, shown: Page, site: RestSite, now: datetime) -> Survey:
    survey = _common(fetcher, shown)
    # a site whose API lives on another host is read from the page that names it
    home = site.home if _host(site.home) == _host(shown.url) else shown.url
    return replace(
        survey,
        kind=Kind.WORDPRESS,
        url=home,
        source_url=home,
        name=site.name or survey.name,
        tagline=site.tagline,
        icon=site.icon or survey.icon,
        place=where(
            zone=site.zone,
            offset=site.offset,
            language=survey.language,
            host=_host(home),
            now=now,
        ),
        stories=site.posts,
        stickies=site.stickies,
        categories=site.categories,
        tags=site.tags,
    )


def _of_feed(fetcher: Fetcher, shown: Page, found: tuple[FeedSeen, ...], now: datetime) -> Survey:
    survey = _common(fetcher, shown)
    main = found[0]
    language = survey.language or main.language
    return replace(
        survey,
        url=main.site if shown.url == main.url and main.site else shown.url,
        source_url=main.url,
        name=survey.name or main.title or _host(main.url),
        language=language,
        place=where(
            zone="",
            offset=main.offset,
            language=language,
            host=_host(shown.url),
            now=now,
        ),
        stories=main.entries,
        categories=main.categories,
        feeds=found[1:],
    )


def _common(fetcher: Fetcher, shown: Page) -> Survey:
    """What the front page alone tells."""
    return Survey(
        url=shown.url,
        kind=Kind.FEED,
        source_url=shown.url,
        name=shown.name,
        tagline=shown.tagline if len(shown.tagline) <= 100 else "",
        language=language_tag(shown.language),
        other_languages=shown.others,
        logo=next((url for url in shown.logos[:3] if _is_picture(fetcher, url)), ""),
        icon=next((url for url in shown.icons if not url.endswith((".ico", ".svg"))), ""),
        accent=colours.accent(shown.theme_colour, shown.styles),
        boxes=shown.boxes,
    )


def _is_picture(fetcher: Fetcher, url: str) -> bool:
    """Whether a logo is there and can be shown in mail."""
    try:
        answer = fetcher.fetch(url, accept="image/png, image/jpeg, image/gif")
    except SourceError:
        return False
    return answer.status == 200 and answer.content_type in _PICTURES


def _told(tried: tuple[Tried, ...]) -> str:
    """``/feed/, /rss answered 404; /x is no feed``."""
    paths: dict[str, list[str]] = {}
    for one in tried:
        paths.setdefault(one.why, []).append(urlsplit(one.url).path or "/")
    return "; ".join(f"{', '.join(found)} {why}" for why, found in paths.items())


def _head(answer: FetchedBody) -> str:
    return answer.body[:100_000].decode("utf-8", "replace")


def _host(url: str) -> str:
    return urlsplit(url).hostname or url[:80]
