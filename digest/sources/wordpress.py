"""A WordPress site: its REST API, its feed where that is closed, or an export of it in a folder."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from digest.errors import SourceError
from digest.model import GatheredSource, GatherStatus, SourceMemory
from digest.sources import identity, outcome
from digest.sources.feed import FeedSettings, FeedSource, read_file
from digest.sources.fetch import Fetcher
from digest.sources.identity import USUAL, Parameters
from digest.sources.login import Login
from digest.sources.parse import FeedParser
from digest.sources.withdrawn import recall
from digest.sources.wordpress_posts import Desk, Json, stories, terms
from digest.sources.wordpress_rest import RestApi, RestClosedError, discover

#: how far a poll looks back beyond the last one that went well: posts are published late,
#: withdrawn and given back
OVERLAP = timedelta(days=3)
#: pages of 50 posts that one poll reads at most
MAX_PAGES = 10
#: pages at the first poll: what is older has been read elsewhere
FIRST_PAGES = 4
#: pages of posts that are not out yet
UNPUBLISHED_PAGES = 2
_STAMP = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class WordPressSettings:
    """A site as configured. Exactly one of ``url`` and ``path`` is given."""

    name: str
    #: the site's front page
    url: str | None = None
    #: a folder with posts.json, categories.json and tags.json as the REST API gives them
    path: Path | None = None
    zone: str | None = None
    language: str = ""
    pick_sticky: bool = True
    #: slugs or names
    pick_categories: tuple[str, ...] = ()
    pick_tags: tuple[str, ...] = ()
    #: an application password (WordPress 5.6 and later)
    login: Login | None = None
    #: what it is for: ``future``, ``draft``, ``pending``; such stories are embargoed
    statuses: tuple[str, ...] = ()
    parameters: Parameters = USUAL


class WordPressSource:
    """One site; implements ``protocols.Source``.

    On the REST road its memory holds the root, and under ``last_modified`` the time of the last
    good poll, from which the next asks.
    """

    def __init__(self, settings: WordPressSettings, fetcher: Fetcher, parser: FeedParser) -> None:
        self._settings = settings
        self._fetcher = fetcher
        self._parser = parser

    @property
    def name(self) -> str:
        """The name in config.toml."""
        return self._settings.name

    def gather(self, memory: SourceMemory, now: datetime) -> GatheredSource:
        """Read the site once."""
        try:
            if self._settings.path is not None:
                return self._from_export(self._settings.path, memory)
            return self._from_site(memory, now)
        except SourceError as error:
            return outcome.failed(self.name, memory, error, now)

    def _from_site(self, memory: SourceMemory, now: datetime) -> GatheredSource:
        assert self._settings.url is not None
        if memory.root:
            try:
                return self._from_rest(memory, memory.root, now)
            except RestClosedError:
                pass  # it may have moved: look again
        found = discover(self._fetcher, self._settings.url, now)
        closed = RestClosedError("its REST API was not found")
        for root in found.roots:
            try:
                return self._from_rest(memory, root, now)
            except RestClosedError as error:
                closed = error
        return self._from_feed(memory, found.feed, closed, now)

    def _from_rest(self, memory: SourceMemory, root: str, now: datetime) -> GatheredSource:
        api = RestApi(self._fetcher, root, now, self._settings.login)
        since = _last_good(memory) if memory.root == root else None
        asked = {"after": (since - OVERLAP).strftime(_STAMP)} if since else {}
        rows, more = api.posts(MAX_PAGES if since else FIRST_PAGES, **asked)
        if self._settings.pick_sticky:
            rows = _joined(rows, api.posts(1, sticky="true")[0])
        unpublished, problem = self._unpublished(api)
        rows = _joined(rows, unpublished)
        desk = replace(self._desk(root), categories=terms(api.terms("categories")))
        kept, rejects = stories(desk, rows)
        known = recall(api, rows, memory.posts if since else ())
        rejects += known.gone
        # not the bodies: WordPress embeds faces from hosts chosen by chance
        told = outcome.fingerprint(self._settings, repr((kept, rejects)).encode())
        stamp = now.strftime(_STAMP)
        seen = SourceMemory(root=root, last_modified=stamp, body_hash=told, posts=known.posts)
        if told == memory.body_hash:
            return outcome.not_modified(self.name, seen)
        cut = f"; only the newest {len(rows)} posts were read" if more and since else ""
        return GatheredSource(
            source=self.name,
            status=GatherStatus.OK,
            stories=kept,
            rejects=rejects,
            memory=seen,
            note=f"read through the REST API{cut}{problem}",
        )

    def _unpublished(self, api: RestApi) -> tuple[list[object], str]:
        """Posts that are not out yet, or what keeps us from them; that stops no published one."""
        login, statuses = self._settings.login, self._settings.statuses
        if login is None or not statuses:
            return [], ""
        if not login.may_reach(api.root):
            host = urlsplit(api.root).hostname
            return [], f"; drafts were not asked for: its API is at {host}, put that under url"
        try:
            rows, _ = api.posts(UNPUBLISHED_PAGES, status=",".join(statuses))
        except RestClosedError as error:
            refused = error.message.removeprefix("its REST API ")
            hint = "check username, application password and the user's role"
            return [], f"; asked for drafts, it {refused}: {hint}"
        return rows, ""

    def _from_feed(
        self, memory: SourceMemory, url: str, closed: RestClosedError, now: datetime
    ) -> GatheredSource:
        settings = FeedSettings(
            name=self.name,
            url=url,
            zone=self._settings.zone,
            language=self._settings.language,
            pick_categories=self._settings.pick_categories,
            pick_tags=self._settings.pick_tags,
            parameters=self._settings.parameters,
        )
        before = SourceMemory() if memory.root else memory
        gathered = FeedSource(settings, self._fetcher, self._parser).gather(before, now)
        if gathered.status is GatherStatus.FAILED:
            note = f"{closed.message}, and its feed did not help: {gathered.note}"
            return replace(gathered, note=note)
        lost = ", without sticky posts" if self._settings.pick_sticky else ""
        note = f"{closed.message}: read through its feed{lost}"
        return replace(gathered, note=f"{note}; {gathered.note}" if gathered.note else note)

    def _from_export(self, folder: Path, memory: SourceMemory) -> GatheredSource:
        bodies = [read_file(folder / f"{name}.json") for name in ("posts", "categories", "tags")]
        body_hash = outcome.fingerprint(self._settings, *bodies)
        if body_hash == memory.body_hash:
            return outcome.not_modified(self.name, memory)
        posts, categories, tags = (_list(body, folder) for body in bodies)
        desk = self._desk(_root_of(posts))
        desk = replace(desk, categories=terms(categories), tags=terms(tags))
        kept, rejects = stories(desk, posts)
        return GatheredSource(
            source=self.name,
            status=GatherStatus.OK,
            stories=kept,
            rejects=rejects,
            memory=SourceMemory(body_hash=body_hash),
            note="read from an export",
        )

    def _desk(self, root: str) -> Desk:
        settings = self._settings
        return Desk(
            source=self.name,
            root=root,
            zone=ZoneInfo(settings.zone) if settings.zone else None,
            language=settings.language,
            pick_sticky=settings.pick_sticky,
            pick_categories=identity.slugs(settings.pick_categories),
            pick_tags=identity.slugs(settings.pick_tags),
            parameters=settings.parameters,
        )


def _last_good(memory: SourceMemory) -> datetime | None:
    try:
        return datetime.strptime(memory.last_modified, "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return None


def _joined(rows: list[object], others: list[object]) -> list[object]:
    """``rows`` and those of ``others`` that are not among them, by post id."""
    known = {row.get("id") for row in rows if isinstance(row, dict)}
    return rows + [row for row in others if isinstance(row, dict) and row.get("id") not in known]


def _list(body: bytes, folder: Path) -> list[object]:
    try:
        found = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise SourceError(
            f"a file in {folder.name} is not JSON", hint="Export the site again"
        ) from error
    if not isinstance(found, list):
        raise SourceError(f"a file in {folder.name} is not a list", hint="Export the site again")
    return found


def _root_of(posts: list[object]) -> str:
    """The REST root that exported posts name themselves, or what stands for it."""
    for post in posts:
        if isinstance(post, dict):
            root = _self_root(post) or re.sub(r"^(https?://[^/]+/).*", r"\1wp-json/", _link(post))
            if root:
                return root
    return ""


def _self_root(post: Json) -> str:
    links = post.get("_links")
    rows = links.get("self") if isinstance(links, Mapping) else None
    first = rows[0] if isinstance(rows, list) and rows else None
    href = first.get("href", "") if isinstance(first, Mapping) else ""
    return str(href).partition("wp/v2/")[0] if "wp/v2/" in str(href) else ""


def _link(post: Json) -> str:
    link = post.get("link")
    return link if isinstance(link, str) and link.startswith("http") else ""
