"""RSS 0.9x to 2.0, RDF and Atom, from an address or from a file on this machine."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from digest.errors import SourceError
from digest.model import GatheredSource, GatherStatus, KeptBody, ParsedStory, Reject, SourceMemory
from digest.sources import clean, moves, outcome
from digest.sources.entries import ParsedFeed
from digest.sources.feed_stories import stories
from digest.sources.fetch import MAX_BYTES, FetchedBody, Fetcher, fresh_seconds
from digest.sources.identity import USUAL, Parameters
from digest.sources.parse import FeedParser


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSettings:
    """A feed as configured. Exactly one of ``url`` and ``path`` is given."""

    name: str
    url: str | None = None
    path: Path | None = None
    #: IANA zone of dates that carry none
    zone: str | None = None
    #: BCP 47; empty: what the feed says
    language: str = ""
    pick_categories: tuple[str, ...] = ()
    pick_tags: tuple[str, ...] = ()
    parameters: Parameters = USUAL


class FeedSource:
    """One feed; implements ``protocols.Source``."""

    def __init__(self, settings: FeedSettings, fetcher: Fetcher, parser: FeedParser) -> None:
        self._settings = settings
        self._fetcher = fetcher
        self._parser = parser
        self._zone = ZoneInfo(settings.zone) if settings.zone else None

    @property
    def name(self) -> str:
        """The name in config.toml."""
        return self._settings.name

    def gather(self, memory: SourceMemory, now: datetime) -> GatheredSource:
        """Read the feed once."""
        body = None
        asking = memory
        if not outcome.same_settings(self._settings, memory):
            asking = replace(memory, etag="", last_modified="", body_hash="", address="")
        try:
            document = self._read(asking, now)
            body = _kept(document)
            return self._gather(document, asking, now)
        except SourceError as error:
            return outcome.failed(self.name, memory, error, now, body)

    def _gather(self, document: FetchedBody, memory: SourceMemory, now: datetime) -> GatheredSource:
        body_hash = outcome.fingerprint(self._settings, document.body)
        learnt, moved = moves.learn(self._settings.url or "", memory, document, now)
        fresh = fresh_seconds(document.headers, now)
        seen = replace(
            learnt,
            etag=document.etag,
            last_modified=document.last_modified or memory.last_modified,
            body_hash=body_hash,
            not_before=None,
            fresh_seconds=fresh or memory.fresh_seconds,
            missing=0,
            missing_since=None,
        )
        if document.status == 304:
            kept = document.etag or memory.etag
            seen = replace(seen, etag=kept, body_hash=memory.body_hash)
            return outcome.not_modified(self.name, seen, moved)
        if body_hash == memory.body_hash:
            return outcome.not_modified(self.name, seen, moved)
        feed = self._parser.parse(document.body, document.charset)
        if not feed.version:
            raise no_feed(feed, document)
        found, rejects = self._stories(feed, document.url)
        if feed.cut and not found:
            raise SourceError("the feed is cut short", hint="It is tried again at the next poll")
        seen = replace(seen, fresh_seconds=max(fresh, feed.fresh_seconds))
        if feed.cut:
            # a document cut short is read again, whatever its validators say
            seen = replace(seen, etag="", last_modified="", body_hash="")
        return GatheredSource(
            source=self.name,
            status=GatherStatus.OK,
            stories=found,
            rejects=rejects,
            memory=seen,
            note="; ".join(filter(None, (moved, _note(feed, rejects)))),
            body=_kept(document),
        )

    def read_again(self, document: KeptBody) -> Sequence[ParsedStory]:
        """The stories in a document that was kept; none where it is no feed."""
        told = FetchedBody(
            url=document.url,
            status=200,
            body=document.content,
            headers={"content-type": document.content_type},
        )
        try:
            feed = self._parser.parse(told.body, told.charset)
        except SourceError:
            return ()
        found, _ = self._stories(feed, told.url)
        return found

    def _stories(
        self, feed: ParsedFeed, url: str
    ) -> tuple[tuple[ParsedStory, ...], tuple[Reject, ...]]:
        return stories(
            self.name,
            feed,
            url=url,
            zone=self._zone,
            language=self._settings.language,
            pick_categories=self._settings.pick_categories,
            pick_tags=self._settings.pick_tags,
            parameters=self._settings.parameters,
        )

    def _read(self, memory: SourceMemory, now: datetime) -> FetchedBody:
        if self._settings.path is not None:
            return FetchedBody(url="", status=200, body=read_file(self._settings.path))
        assert self._settings.url is not None
        answer = self._fetcher.fetch(
            moves.address(self._settings.url, memory),
            etag=memory.etag,
            last_modified=memory.last_modified,
        )
        return answer.check(now)


def _kept(document: FetchedBody) -> KeptBody:
    return KeptBody(
        url=document.url, content=document.body, content_type=document.content_type[:100]
    )


class UnreadableFileError(SourceError):
    """A file that the operator named cannot be read."""


def read_file(path: Path) -> bytes:
    """A file that the operator named. Raises SourceError where it cannot be read whole."""
    try:
        with path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnreadableFileError(
            f"{path.name} cannot be read ({error.strerror})", hint="Check path in its settings"
        ) from error
    if len(body) > MAX_BYTES:
        raise UnreadableFileError(
            f"{path.name} is larger than {MAX_BYTES // 1_000_000} MB", hint="Split it"
        )
    return body


class NotAFeedError(SourceError):
    """The document is no feed."""


class WebPageError(NotAFeedError):
    """The document is a web page."""


class EmptyAnswerError(NotAFeedError):
    """There is nothing in the document."""


def no_feed(feed: ParsedFeed, document: FetchedBody) -> NotAFeedError:
    """What the document is instead of a feed, and what to do."""
    if feed.is_page or document.content_type == "text/html":
        named = next((clean.joined(document.url, one) for one in feed.page_feeds), "")
        hint = f"Its feed may be {named}" if named else "Give the address of its feed"
        return WebPageError("this is a web page, not a feed", hint=hint)
    if not document.body.strip():
        return EmptyAnswerError("the answer is empty", hint="It is tried again at the next poll")
    return NotAFeedError(
        "this is not a feed", hint="Check that the address opens as a feed in a feed reader"
    )


def _note(feed: ParsedFeed, rejects: Sequence[Reject]) -> str:
    if feed.cut:
        return "the feed is cut short; what could be read was, and it is read again next time"
    if not feed.entries:
        return "the feed has no entries"
    return f"{len(rejects)} of its entries could not be used" if rejects else ""
