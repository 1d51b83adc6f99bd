"""What a WordPress site tells of itself through its REST API.

Its name and clock, its categories and tags with how often they are used, its sticky posts.
Fields: developer.wordpress.org/rest-api/reference; the index of the root is WordPress core's own.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from digest.errors import SourceError
from digest.sources import clean
from digest.sources.fetch import FetchedBody, Fetcher
from digest.sources.wordpress_rest import RestClosedError, endpoint
from digest.survey.terms import Term

_JSON = "application/json, */*;q=0.1"
_PER_PAGE, _PAGES = 100, 3
_INDEX = "name,description,url,home,gmt_offset,timezone_string,site_icon_url"
#: tags beyond the commonest hundred that are asked for by slug
_PICK_SLUGS = "editors-pick,editors-picks,editor-pick,editors-choice,featured,top-story,top-stories"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestSite:
    """A site as its REST API tells it."""

    #: the address of its front page
    home: str
    name: str
    tagline: str
    #: IANA name; empty where the site keeps an offset only
    zone: str
    offset: timedelta
    icon: str
    posts: int
    stickies: int
    categories: tuple[Term, ...]
    tags: tuple[Term, ...]


def ask(fetcher: Fetcher, root: str, url: str, now: datetime) -> RestSite:
    """The site whose REST root is ``root`` and whose page is ``url``. Raises RestClosedError."""
    api = _Api(fetcher, root, now)
    posts = api.count("wp/v2/posts", {"per_page": "1", "_fields": "id"})
    index, _ = api.json("", {"_fields": _INDEX})
    told = index if isinstance(index, dict) else {}
    tags = api.rows("wp/v2/tags", 1) + api.rows("wp/v2/tags", 1, slug=_PICK_SLUGS)
    return RestSite(
        home=clean.safe_url(_text(told.get("home")) or _text(told.get("url"))) or url,
        name=clean.headline(_text(told.get("name"))),
        tagline=clean.headline(_text(told.get("description"))),
        zone=_text(told.get("timezone_string")),
        offset=_offset(told.get("gmt_offset")),
        icon=clean.safe_url(_text(told.get("site_icon_url"))),
        posts=posts,
        stickies=api.count("wp/v2/posts", {"sticky": "true", "per_page": "1", "_fields": "id"}),
        categories=_terms(api.rows("wp/v2/categories", _PAGES)),
        tags=_terms(tags),
    )


@dataclass(frozen=True, slots=True)
class _Api:
    fetcher: Fetcher
    root: str
    now: datetime

    def json(self, path: str, asked: Mapping[str, str]) -> tuple[object, FetchedBody]:
        answer = self.fetcher.fetch(endpoint(self.root, path, asked), accept=_JSON)
        try:
            found = json.loads(answer.check(self.now).body.decode("utf-8-sig"))
        except SourceError as error:
            raise RestClosedError(f"its REST API answered {answer.status}") from error
        except (ValueError, RecursionError) as error:
            raise RestClosedError("its REST API answered with something else than JSON") from error
        return found, answer

    def count(self, path: str, asked: Mapping[str, str]) -> int:
        """How many there are, by the header that WordPress sends with every list."""
        found, answer = self.json(path, asked)
        if not isinstance(found, list):
            raise RestClosedError("its REST API answered with something else than a list")
        total = answer.headers.get("x-wp-total", "")
        return int(total) if total.isdecimal() and len(total) < 10 else len(found)

    def rows(self, path: str, pages: int, **asked: str) -> list[object]:
        """The commonest terms; what a site keeps to itself (tags, often) is an empty list."""
        rows: list[object] = []
        for page in range(1, pages + 1):
            parameters = {
                "per_page": str(_PER_PAGE),
                "page": str(page),
                "orderby": "count",
                "order": "desc",
                "_fields": "id,name,slug,parent,count",
                **asked,
            }
            try:
                found, _ = self.json(path, parameters)
            except RestClosedError:
                break
            rows += found if isinstance(found, list) else []
            if not isinstance(found, list) or len(found) < _PER_PAGE:
                break
        return rows


def _terms(rows: Iterable[object]) -> tuple[Term, ...]:
    """Those that stories have, the commonest first, each with its path of parents."""
    known = {row["id"]: row for row in rows if isinstance(row, dict) and _is_count(row.get("id"))}
    found = [
        Term(
            name=name,
            path=_path(row, known),
            slug=_text(row.get("slug")),
            count=row["count"],
        )
        for row in known.values()
        if _is_count(row.get("count")) and (name := clean.headline(_text(row.get("name"))))
    ]
    return tuple(sorted(found, key=lambda term: -term.count))


def _path(row: Mapping[str, Any], known: Mapping[int, Mapping[str, Any]]) -> str:
    """``World > Asia``."""
    names = [clean.headline(_text(row.get("name")))]
    seen = {row["id"]}
    while (parent := known.get(row.get("parent", 0))) is not None and parent["id"] not in seen:
        seen.add(parent["id"])
        names.append(clean.headline(_text(parent.get("name"))))
        row = parent
    return " > ".join(reversed(names))


def _offset(hours: object) -> timedelta:
    """``gmt_offset`` is a number of hours, or a string of one, or false."""
    try:
        found = float(hours) if isinstance(hours, int | float | str) else 0.0
    except ValueError:
        return timedelta()
    return timedelta(minutes=round(found * 60)) if abs(found) <= 14 else timedelta()


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
