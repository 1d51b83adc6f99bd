"""Asks the sites of stories whether they still carry them, just before those stories go.

Only a definite answer counts as one: 404 or 410 to two requests, a password, or a WordPress site
that knows its other posts and not this one. All else is unclear.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from digest.config import Settings
from digest.config.settings import SourceSettings
from digest.errors import SourceError
from digest.model import HAND, AliasKind, Look, StoredStory, StoryId
from digest.render.clean import is_loopback

if TYPE_CHECKING:
    from digest.sources.fetch import Fetcher

#: None: it cannot be asked from here
Answers: TypeAlias = dict[StoryId, Look | None]

#: requests at a time; the fetcher asks each host for one at a time
AT_A_TIME = 8
#: seconds for all of them: an issue is waiting
SECONDS = 20.0
_GONE = frozenset({404, 410})
_UNAUTHORISED = 401
#: posts that one request asks for
_AT_ONCE = 100
#: where WordPress's form for the password of a post leads
_PASSWORD_FORM = b"wp-login.php?action=postpass"
#: statuses that say nothing against a story
_WELL = range(200, 400)


@dataclass(frozen=True, slots=True)
class Looker:
    """Asks, through the guarded client. What lives in files on this machine is not asked for."""

    settings: Settings
    now: Callable[[], datetime]

    def __call__(self, stories: Sequence[StoredStory]) -> Mapping[StoryId, Look]:
        """What is answered about each story that a site can be asked for, within ``SECONDS``."""
        on_the_web = {one.name: one for one in self.settings.sources if one.url}
        sites: dict[str, list[StoredStory]] = defaultdict(list)
        pages: list[StoredStory] = []
        for one in stories:
            source = on_the_web.get(one.source)
            if source is not None and source.kind == "wordpress" and _post(one):
                sites[source.name].append(one)
            elif source is not None or one.source.partition(":")[0] == HAND:
                pages.append(one)
        if not sites and not pages:
            return {}
        return self._ask([(on_the_web[name], held) for name, held in sites.items()], pages)

    def _ask(
        self,
        sites: Sequence[tuple[SourceSettings, Sequence[StoredStory]]],
        pages: Sequence[StoredStory],
    ) -> dict[StoryId, Look]:
        fetcher = self._fetcher()
        workers = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="look")
        asked = {one.id for held in (*(held for _, held in sites), pages) for one in held}
        found: Answers = {}
        try:
            jobs: list[Future[Answers]] = [
                workers.submit(self._site, fetcher, site, held) for site, held in sites
            ]
            jobs += [workers.submit(_page, fetcher, one) for one in pages]
            done, _ = wait(jobs, timeout=SECONDS)
            for job in done:
                found |= job.result()
        finally:
            workers.shutdown(wait=False, cancel_futures=True)
        late = dict.fromkeys(asked - found.keys(), Look.UNCLEAR)
        return {**late, **{key: look for key, look in found.items() if look is not None}}

    def _site(
        self, fetcher: "Fetcher", site: SourceSettings, stories: Sequence[StoredStory]
    ) -> Answers:
        """A WordPress site is asked for all its posts at once; if it does not tell, by page."""
        from digest.sources.wordpress_rest import RestApi, discover

        posts = {_post(one): one for one in stories[:_AT_ONCE]}
        rows: list[object] = []
        try:
            for root in discover(fetcher, str(site.url), self.now()).roots:
                api = RestApi(fetcher, root, self.now())
                rows, _ = api.posts(1, include=",".join(map(str, posts)), per_page=str(_AT_ONCE))
                break
        except SourceError:
            rows = []
        there = {row["id"]: row for row in rows if isinstance(row, dict) and "id" in row}
        trusted = bool(there) and there.keys() <= posts.keys()
        found: Answers = {}
        for number, one in posts.items():
            if trusted and number in there:
                found[one.id] = _published(there[number])
            elif trusted:
                found[one.id] = Look.GONE
            else:
                found |= _page(fetcher, one, wordpress=True)
        return found

    def _fetcher(self) -> "Fetcher":
        from digest.sources.build import user_agent  # keeps the client out of every other command
        from digest.sources.fetch import Fetcher
        from digest.sources.pace import Pace

        given = self.settings.gather
        return Fetcher(
            user_agent(given.contact),
            allow_private=given.allow_private,
            deadline=6,
            idle=4,
            pace=Pace(gap=0.05, patience=15),
        )


def _post(one: StoredStory) -> int:
    """The number that WordPress knows it by; 0 where it has none."""
    for alias in one.story.aliases:
        if alias.kind is AliasKind.WORDPRESS:
            number = alias.value.rpartition("#")[2]
            return int(number) if number.isdecimal() else 0
    return 0


def _published(row: Mapping[str, object]) -> Look:
    content = row.get("content")
    if isinstance(content, dict) and content.get("protected") is True:
        return Look.PROTECTED
    return Look.THERE if row.get("status", "publish") == "publish" else Look.GONE


def _page(fetcher: "Fetcher", one: StoredStory, *, wordpress: bool = False) -> Answers:
    """What a story's own page answers; nothing where only this machine could reach it.

    WordPress shows a protected post's page, with a form for its password in place of the text.
    """
    from digest.sources.guard import AddressRefusedError

    body = b""
    try:
        status = fetcher.fetch(one.story.url, accept="*/*", method="HEAD").status
        if wordpress or status not in _WELL:
            page = fetcher.fetch(one.story.url, accept="*/*")
            status, body = page.status, page.body
    except AddressRefusedError:
        return {one.id: None if is_loopback(one.story.url) else Look.UNCLEAR}
    except SourceError:
        return {one.id: Look.UNCLEAR}
    if status in _WELL:
        asks = wordpress and _PASSWORD_FORM in body
        return {one.id: Look.PROTECTED if asks else Look.THERE}
    if status == _UNAUTHORISED:
        return {one.id: Look.PROTECTED}
    return {one.id: Look.GONE if status in _GONE else Look.UNCLEAR}
