"""The requests to a WordPress site's REST API: finding it, paging through it.

Blocked, it shows in many forms: 401, 403, 404, 5xx, or 200 with a web page. Only JSON of the
right shape is believed; everything else is a RestClosedError, so that the caller can take another
road.
"""

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from digest.errors import SourceError
from digest.sources import clean
from digest.sources.fetch import BusyError, FetchedBody, Fetcher, GoneError
from digest.sources.login import Login

PER_PAGE = 50
_JSON = "application/json, */*;q=0.1"
_PAGE = "text/html, application/xhtml+xml, */*;q=0.5"
_FIELDS = (
    "id,status,date,date_gmt,modified,modified_gmt,guid,link,title,excerpt,content,categories,tags,"
    "sticky,lang,_links,_embedded"
)
_LINK_TAG = re.compile(r"<link\b[^<>]{1,2000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\b(rel|href|type)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_API_HEADER = re.compile(r"<([^<>]+)>\s*;\s*rel=[\"']?https://api\.w\.org/", re.IGNORECASE)


class RestClosedError(SourceError):
    """The site's REST API cannot be used; its feed may still be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a site's front page tells about where to read it."""

    #: where the REST root may be; the two usual places where the page does not say
    roots: tuple[str, ...]
    feed: str


def discover(fetcher: Fetcher, url: str, now: datetime) -> Found:
    """Look at the site's front page. Raises SourceError where there is no site at all."""
    answer = fetcher.fetch(url, accept=_PAGE)
    if answer.status in {410, 429}:
        answer.check(now)
    root = feed = ""
    header = _API_HEADER.search(answer.headers.get("link", ""))
    if header:
        root = clean.safe_url(header.group(1), answer.url)
    for tag in _LINK_TAG.findall(answer.body[:500_000].decode("utf-8", "replace")):
        told = {
            name.lower(): html.unescape(double or single or bare)
            for name, double, single, bare in _ATTRIBUTE.findall(tag)
        }
        address = clean.safe_url(told.get("href", ""), answer.url)
        if told.get("rel") == "https://api.w.org/":
            root = root or address
        elif told.get("rel") == "alternate" and told.get("type") == "application/rss+xml":
            feed = feed or address
    site = answer.url if answer.url.endswith("/") else f"{answer.url}/"
    guesses = (urljoin(site, "wp-json/"), urljoin(site, "?rest_route=/"))
    return Found(roots=(root,) if root else guesses, feed=feed or urljoin(site, "feed/"))


@dataclass(frozen=True, slots=True)
class RestApi:
    """One site's API."""

    fetcher: Fetcher
    root: str
    now: datetime
    login: Login | None = None

    def posts(self, pages: int, **parameters: str) -> tuple[list[object], bool]:
        """Posts, newest first, and whether there are more than ``pages`` of them."""
        asked = {"_embed": "wp:featuredmedia,wp:term,author", "_fields": _FIELDS, **parameters}
        return self._all("wp/v2/posts", asked, pages)

    def terms(self, taxonomy: str) -> list[object]:
        """All terms of ``categories`` or ``tags`` that carry posts, parents included."""
        rows, _ = self._all(
            f"wp/v2/{taxonomy}", {"per_page": "100", "_fields": "id,name,slug,parent"}, 10
        )
        return rows

    def _all(
        self, path: str, parameters: Mapping[str, str], pages: int
    ) -> tuple[list[object], bool]:
        rows: list[object] = []
        size = int(parameters.get("per_page", PER_PAGE))
        for page in range(1, pages + 1):
            asked = {"per_page": str(size), **parameters, "page": str(page)}
            url = endpoint(self.root, path, asked)
            answer = self.fetcher.fetch(url, accept=_JSON, login=self.login)
            if page > 1 and answer.status == 400:
                return rows, False  # a page past the end is an error, not an empty list
            found = _rows(answer, self.now)
            rows += found
            total = answer.headers.get("x-wp-totalpages", "")
            last = page >= int(total) if total.isdecimal() else len(found) < size
            if last:
                return rows, False
        return rows, True


def endpoint(root: str, path: str, parameters: Mapping[str, str]) -> str:
    """An address of the API. Sites with plain permalinks have their root in ``?rest_route=/``."""
    parts = urlsplit(root)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    if "rest_route" in query:
        query["rest_route"] = f"{query['rest_route'].rstrip('/')}/{path}"
        where = parts.path
    else:
        where = f"{parts.path.rstrip('/')}/{path}"
    return urlunsplit((parts.scheme, parts.netloc, where, urlencode({**query, **parameters}), ""))


def _rows(answer: FetchedBody, now: datetime) -> list[object]:
    try:
        answer.check(now)
    except (BusyError, GoneError) as error:
        if answer.status == 429:
            raise
        raise RestClosedError(f"its REST API answered {answer.status}") from error
    except SourceError as error:
        raise RestClosedError(f"its REST API answered {answer.status}") from error
    try:
        found = json.loads(answer.body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise RestClosedError("its REST API answered with something else than JSON") from error
    if not isinstance(found, list):
        raise RestClosedError("its REST API answered with something else than a list")
    return found
