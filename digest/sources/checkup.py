"""One close look at a feed's address or file: what was answered, and what would be gathered."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from digest.errors import SourceError
from digest.model import DateGrade, ParsedStory, Reject
from digest.sources.entries import ParsedFeed
from digest.sources.feed import no_feed
from digest.sources.feed_stories import stories
from digest.sources.fetch import FetchedBody, Fetcher, fresh_seconds
from digest.sources.parse import FeedParser


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why nothing could be gathered."""

    #: ``not_a_feed``, ``too_slow``, ``address_refused``…
    kind: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFeed:
    """A feed document: the source as it tells of itself, its stories and rejects."""

    version: str
    title: str
    link: str
    language: str
    #: how long it says it stays fresh
    fresh_seconds: int
    cut: bool
    stories: tuple[ParsedStory, ...]
    rejects: tuple[Reject, ...]

    @property
    def dates(self) -> dict[str, int]:
        """How many stories have a date of which grade."""
        return dict(Counter(story.date_grade.value for story in self.stories))

    @property
    def reasons(self) -> dict[str, int]:
        """How many entries were rejected for which reason."""
        return dict(Counter(reject.reason.value for reject in self.rejects))


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """What one look at an address found."""

    url: str
    #: None: nothing was answered
    answer: FetchedBody | None = None
    fault: Fault | None = None
    feed: ReadFeed | None = None
    hints: tuple[str, ...] = ()


def fault(error: SourceError) -> Fault:
    """An error with the name of its kind."""
    name = type(error).__name__.removesuffix("Error")
    kind = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=A)(?=Feed)", "_", name).lower()
    return Fault(kind=kind, message=error.message, hint=error.hint)


def read(
    parser: FeedParser,
    document: FetchedBody,
    *,
    source: str,
    zone: ZoneInfo | None = None,
    language: str = "",
) -> ReadFeed:
    """The feed in a document as it would be stored. Raises SourceError where there is none."""
    feed: ParsedFeed = parser.parse(document.body, document.charset)
    if not feed.version:
        raise no_feed(feed, document)
    found, rejects = stories(
        source,
        feed,
        url=document.url,
        zone=zone,
        language=language,
        pick_categories=(),
        pick_tags=(),
    )
    return ReadFeed(
        version=feed.version,
        title=feed.title,
        link=feed.link,
        language=feed.language,
        fresh_seconds=feed.fresh_seconds,
        cut=feed.cut,
        stories=found,
        rejects=rejects,
    )


def check_up(fetcher: Fetcher, parser: FeedParser, url: str, now: datetime) -> Checkup:
    """Look at ``url``. Never raises for what is the address's own fault."""
    answer = None
    try:
        answer = fetcher.fetch(url)
        answer.check(now)
        feed = read(parser, answer, source="test")
    except SourceError as error:
        return Checkup(url=url, answer=answer, fault=fault(error))
    hints = (*_about_answer(answer, feed, now), *_about_stories(feed))
    return Checkup(url=url, answer=answer, feed=feed, hints=hints)


def _about_answer(answer: FetchedBody, feed: ReadFeed, now: datetime) -> Iterator[str]:
    if answer.moved_to:
        yield f"it has moved for good: use {answer.moved_to}"
    elif answer.hops:
        yield f"it redirects to {answer.url}"
    if not answer.etag and not answer.last_modified:
        yield "the server gives no ETag or Last-Modified, so every poll reads the whole document"
    if answer.charset not in {"", "utf-8", "us-ascii"} and _is_utf8(answer.body):
        yield f"the server says {answer.charset}, the document is UTF-8; UTF-8 is believed"
    longest = max(fresh_seconds(answer.headers, now), feed.fresh_seconds)
    if longest > 3600:
        yield f"it asks to be read every {longest // 3600} hours only"
    if feed.cut:
        yield "the document is cut short"


def _about_stories(feed: ReadFeed) -> Iterator[str]:
    dates = feed.dates
    if dates.get(DateGrade.ASSUMED_ZONE):
        yield (
            f"{dates[DateGrade.ASSUMED_ZONE]} dates do not say their zone: "
            'set zone = "Area/City" for it'
        )
    if dates.get(DateGrade.DAY_ONLY):
        yield f"{dates[DateGrade.DAY_ONLY]} stories tell the day only, not the hour"
    if dates.get(DateGrade.NONE):
        yield f"{dates[DateGrade.NONE]} stories have no date and count as old at the first gather"
    without = sum(story.image is None for story in feed.stories)
    if without:
        yield f"{without} of {len(feed.stories)} stories come without a picture"
    if feed.stories and not any(story.categories for story in feed.stories):
        yield "no categories: region and topic come from the words alone"


def _is_utf8(body: bytes) -> bool:
    try:
        return not body.decode("utf-8").isascii()
    except UnicodeDecodeError:
        return False
