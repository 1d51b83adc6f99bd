"""Turns the entries of a feed into stories. Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from digest.errors import StoryError
from digest.model import Alias, DateGrade, Image, ParsedStory, PickOrigin, Reject, RejectReason
from digest.sources import clean, dates, identity, images
from digest.sources.entries import Entry, ParsedFeed, Picture
from digest.sources.identity import Parameters

#: what WordPress puts in its feeds for a post that asks for a password
_LOCKED = re.compile(
    r"""class=["'][^"']*post-password-form"""
    r"|There is no excerpt because this is a protected post"
)


class UnusableError(StoryError):
    """An entry that is no story, and why."""

    def __init__(
        self, reason: RejectReason, detail: str = "", aliases: tuple[Alias, ...] = ()
    ) -> None:
        super().__init__(detail or reason.value)
        self.reason = reason
        self.detail = detail
        self.aliases = aliases


def stories(
    source: str,
    feed: ParsedFeed,
    *,
    url: str,
    zone: ZoneInfo | None,
    language: str,
    pick_categories: Sequence[str],
    pick_tags: Sequence[str],
    parameters: Parameters = identity.USUAL,
) -> tuple[tuple[ParsedStory, ...], tuple[Reject, ...]]:
    """Every entry as a story or a reject. ``url`` is where the document came from, or ""."""
    site = clean.safe_url(_with_scheme(feed.link, feed.link), url) or url
    found: list[ParsedStory] = []
    midnights: list[bool] = []
    rejects: list[Reject] = []
    for position, entry in enumerate(feed.entries):
        name = entry.guid[:200] or entry.link[:200] or str(position)
        if feed.cut_entry and position == len(feed.entries) - 1:
            detail = "the document ends in the middle of it"
            rejects.append(Reject(entry=name, reason=RejectReason.UNREADABLE, detail=detail))
            continue
        try:
            dated = _published(entry, zone, read_by_parser=feed.dates_read)
            address = _link(entry, feed, site)
            names = _names(source, entry, address, parameters)
            story = _story(entry, position, address, dated, names)
        except UnusableError as error:
            rejects.append(
                Reject(entry=name, reason=error.reason, detail=error.detail, aliases=error.aliases)
            )
        except Exception as error:  # noqa: BLE001 - one entry's fault stops no other entry
            detail = type(error).__name__
            rejects.append(Reject(entry=name, reason=RejectReason.UNREADABLE, detail=detail))
        else:
            midnights.append(dated.midnight)
            picks = (pick_categories, pick_tags)
            found.append(_told(story, entry, feed, language, picks, zone))
    kept, twice = identity.settle(source, _day_only(found, midnights))
    beyond = tuple(
        Reject(entry=str(len(feed.entries) + number), reason=RejectReason.OVER_LIMIT)
        for number in range(feed.over_limit)
    )
    return kept, (*rejects, *twice, *beyond)


def _names(source: str, entry: Entry, url: str, parameters: Parameters) -> tuple[Alias, ...]:
    return identity.named(
        identity.guid_alias(source, entry.guid, parameters) if entry.guid else None,
        identity.url_alias(url, parameters),
    )


def _story(
    entry: Entry, position: int, url: str, dated: dates.Dated, aliases: tuple[Alias, ...]
) -> ParsedStory:
    headline = clean.headline(entry.title)
    if not headline:
        raise UnusableError(RejectReason.NO_HEADLINE, url)
    # which of the two holds the whole story differs from feed to feed
    markup = max(entry.content, entry.summary, key=len)
    if _LOCKED.search(markup):
        raise UnusableError(RejectReason.PROTECTED, headline, aliases)
    text = clean.text(markup)
    return ParsedStory(
        aliases=aliases,
        url=url,
        headline=headline,
        standfirst=clean.standfirst(entry.summary, text, headline),
        text=text,
        byline=byline(entry.author),
        published_at=dated.at,
        date_grade=dated.grade,
        image=_image(entry, markup, url),
        position=position,
    )


def _told(
    story: ParsedStory,
    entry: Entry,
    feed: ParsedFeed,
    language: str,
    picks: tuple[Sequence[str], Sequence[str]],
    zone: ZoneInfo | None,
) -> ParsedStory:
    categories = tuple(dict.fromkeys(filter(None, map(clean.headline, entry.categories))))
    updated = dates.read(entry.updated, zone).at if entry.updated else None
    return replace(
        story,
        categories=categories,
        modified_at=updated,
        language=language_tag(language or entry.language or feed.language),
        pick=_pick(categories, *picks),
    )


def _pick(
    categories: Sequence[str], pick_categories: Sequence[str], pick_tags: Sequence[str]
) -> PickOrigin | None:
    """A feed does not tell categories from tags, so both are looked for among its categories."""
    names = identity.slugs(categories)
    if names & identity.slugs(pick_categories):
        return PickOrigin.CATEGORY
    return PickOrigin.TAG if names & identity.slugs(pick_tags) else None


def _link(entry: Entry, feed: ParsedFeed, site: str) -> str:
    """The entry's own address; else its guid or what it attaches, where those are addresses."""
    base = clean.joined(site, entry.base) or site
    guid = entry.guid if entry.guid_is_link or entry.guid.startswith(("http:", "https:")) else ""
    offered = [one.strip() for one in (entry.link, guid, entry.enclosure) if one.strip()]
    for one in offered:
        if url := clean.safe_url(_with_scheme(one, feed.link), base):
            return url
    headline = clean.headline(entry.title)
    if offered:
        raise UnusableError(RejectReason.BAD_LINK, f"{headline!r} links to {offered[0][:100]!r}")
    raise UnusableError(RejectReason.NO_LINK, headline)


def _with_scheme(link: str, site: str) -> str:
    """``example.org/a`` on a site that calls itself ``example.org`` means https."""
    host = re.match(r"[\w-]+(?:\.[\w-]+)+(?=/|$)", site)
    return f"https://{link}" if host and f"{link}/".startswith(f"{host.group()}/") else link


def _published(entry: Entry, zone: ZoneInfo | None, *, read_by_parser: bool) -> dates.Dated:
    dated = dates.read(entry.published, zone)
    if dated.at is None:
        dated = dates.read(entry.updated, zone)
    if read_by_parser and dated.grade is DateGrade.EXACT:
        # that parser takes a date without a zone for UTC, and does not say so
        return replace(dated, grade=DateGrade.ASSUMED_ZONE)
    return dated


def _day_only(found: Sequence[ParsedStory], midnights: Sequence[bool]) -> list[ParsedStory]:
    """A feed whose every time is 00:00 knows the day only (a quarter of real feeds do that)."""
    if len(found) < 2 or not all(midnights):
        return list(found)
    return [
        replace(story, date_grade=DateGrade.DAY_ONLY) if story.published_at else story
        for story in found
    ]


def byline(author: str) -> str:
    """Who wrote it, as names: no address, no leading "By"."""
    name = re.sub(r"<?\S+@\S+", "", clean.headline(author)).strip(" ,")
    name = re.sub(r"^[(<](.*)[)>]$", r"\1", name)
    return re.sub(r"^by\s+", "", name, flags=re.IGNORECASE)[:200]


def language_tag(name: str) -> str:
    """A BCP 47 tag in lower case, "" if it is none."""
    tag = name.strip().replace("_", "-").lower()
    return tag if re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{1,8})*", tag) else ""


def _image(entry: Entry, markup: str, base: str) -> Image | None:
    def offered(pictures: Sequence[Picture]) -> list[Image | None]:
        return [
            images.image(one.url, base=base, alt=one.alt, width=one.width, height=one.height)
            for one in pictures
        ]

    return images.first_good(
        [
            offered(entry.media),
            offered(entry.thumbnails),
            offered(entry.enclosed),
            [images.inline(markup, base)],
        ]
    )
