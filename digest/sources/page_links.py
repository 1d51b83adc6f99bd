"""Which of a page's links lead to stories of its own site, and which to everything else. Pure.

The address decides where it can: archives never are stories; a date, a number or a long slug is
one. What stays open (``/storm/``: a story or a section?) is decided by how the page uses it.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from digest.sources import clean
from digest.sources.identity import url_key
from digest.sources.page_tree import HEADINGS, Element, Tree

#: first or second part of a path: what follows is a list, never a story
_ARCHIVES = frozenset(
    {
        "category", "categories", "tag", "tags", "author", "authors", "contributor",
        "contributors", "page", "search", "feed", "rss", "wp-admin", "wp-content", "wp-json",
        "wp-login.php", "login", "signin", "sign-in", "register", "account", "subscribe",
        "subscription", "newsletter", "newsletters", "cart", "checkout", "shop", "users", "user",
        "profile", "staff", "kategorie", "categoria", "categorie", "etiqueta", "autor", "auteur",
        "cdn-cgi", "share",
    }
)  # fmt: skip
#: the same, unless a story's own address stands below theirs
_SECTIONS = frozenset({"topic", "topics", "section", "sections", "tema", "temas"})
_FILE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif|svg|pdf|mp[34]|zip|xml|rss|ics|css|js)$")
_DATED = re.compile(r"/(?:19|20)\d\d(?:[/-]?(?:0?[1-9]|1[0-2])\b|/)")
#: a slug of four words, or a number too long for a year
_TELLING = re.compile(r"(?:[^\W_]+[-_]){3,}[^\W_]+|\d{5,}|[-_][^\W_]+\.(?:html?|php|aspx?)$")
_ONLY_NUMBERS = re.compile(r"(?:/\d{1,4}){1,3}/?")
_STORY_PARAMETERS = frozenset({"p", "id", "article", "articleid", "story", "storyid"})
_LABELS = frozenset(
    {"cat", "cats", "category", "categories", "tag", "tags", "author", "byline", "kicker", "share",
     "social", "breadcrumb", "breadcrumbs", "pagination", "logo"}
)  # fmt: skip
_TITLES = frozenset({"title", "headline", "bookmark", "hed"})
_CARDS = frozenset({"article", "section", "main", "body", "li"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link to a story."""

    element: Element
    url: str
    #: what the address is compared by
    key: str


def story_links(tree: Tree, page: str) -> list[Link]:
    """The links to stories, in the page's order. ``page`` is the page's own address."""
    base = next((one.attributes.get("href", "") for one in tree.all("base")), "")
    base = clean.safe_url(base, page) or page
    own = urlsplit(page)
    links = []
    menus = set()
    for element in tree.all("a"):
        url = clean.safe_url(element.attributes.get("href", ""), base)
        if not url or _site(url) != _site(page):
            continue
        parts = urlsplit(url)
        if parts.fragment and (parts.path or "/", parts.query) == (own.path or "/", own.query):
            continue
        link = Link(element=element, url=url.partition("#")[0], key=url_key(url))
        links.append(link)
        if _in_menu(element):
            menus.add(link.key)
    here = url_key(page)
    return [one for one in links if one.key != here and _is_story(tree, one, menus)]


def _site(url: str) -> tuple[str, int | None]:
    parts = urlsplit(url)
    return (parts.hostname or "").lower().removeprefix("www.").removeprefix("m."), parts.port


def _in_menu(element: Element) -> bool:
    return any(
        above.tag == "nav"
        or above.attributes.get("role") in {"navigation", "menu", "menubar", "contentinfo"}
        or (above.tag == "footer" and not _in_card(above))
        for above in element.ancestors()
    )


def _in_card(element: Element) -> bool:
    """Cards have headers and footers of their own."""
    return any(above.tag in {"article", "li"} for above in element.ancestors())


def _is_story(tree: Tree, link: Link, menus: set[str]) -> bool:
    told = _told_by_address(link.url)
    if told is not None:
        relations = set(link.element.attributes.get("rel", "").lower().split())
        return told and not relations & {"tag", "author", "category", "prev", "next"}
    if link.key in menus:
        return False
    return not _is_label(link.element) and _titles_something(tree, link.element)


def _told_by_address(url: str) -> bool | None:
    """True for a story's address, False for another's, None where it does not tell."""
    parts = urlsplit(url)
    path = unquote(parts.path).lower()
    steps = [step for step in path.split("/") if step]
    parameters = {name.lower(): value for name, value in parse_qsl(parts.query)}
    if any(parameters.get(name, "").isdecimal() for name in _STORY_PARAMETERS):
        return True
    if not steps or _FILE.search(path) or _ONLY_NUMBERS.fullmatch(path):
        return False
    dated = _DATED.search(f"{path}/") is not None
    archive = _ARCHIVES & set(steps[:2]) or (_SECTIONS & set(steps[:1]) and len(steps) < 3)
    if archive and not dated:
        return False
    return True if dated or _TELLING.search(steps[-1]) else None


def _is_label(element: Element) -> bool:
    """A category over a headline, or who wrote it."""
    relations = set(element.attributes.get("rel", "").lower().split())
    if relations & {"tag", "author", "category"}:
        return True
    near = [element, *list(element.ancestors())[:2]]
    return any(
        _LABELS & one.class_words and not _TITLES & one.class_words and one.tag not in _CARDS
        for one in near
    )


def _titles_something(tree: Tree, element: Element) -> bool:
    if "bookmark" in element.attributes.get("rel", "") or _TITLES & element.class_words:
        return True
    if any(above.tag in HEADINGS for above in list(element.ancestors())[:3]):
        return True
    if any(True for _ in tree.inside(element, *HEADINGS, "img")):
        return True
    return len(tree.text(element).split()) >= 4
