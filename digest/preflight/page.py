"""A mail's HTML as its readers find it: links, pictures, headings, and words with their colours."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from digest.preflight.styles import UNKNOWN, Sheet, declared, painted, sheets

#: elements whose words are not shown
_SILENT = frozenset({"style", "script", "title", "head", "template", "noscript"})
_BOLD = frozenset({"b", "strong", "th", "h1", "h2", "h3", "h4", "h5", "h6"})
#: pixels; WCAG 2.2 calls text large from 18 pt, bold from 14 pt
_LARGE, _LARGE_BOLD = 24.0, 18.66
#: sizes of headings where no style sets one, in pixels
_SIZES = {"h1": 32.0, "h2": 24.0, "h3": 18.72}
_LINK = "#0000ee"
_SIZE = re.compile(r"(\d{1,4}(?:\.\d{1,6})?)(px|pt|rem|em|%)")


@dataclass(frozen=True, slots=True)
class Link:
    """A link: where to, and by which words or picture."""

    href: str
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture. ``alt`` is None where it has none; ``sized``: room is kept before it loads."""

    src: str
    alt: str | None
    sized: bool


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; 1 is the highest level."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """Visible words: their ink and what they stand on, ``#rrggbb`` or ``?``, light and dark."""

    text: str
    ink: tuple[str, str]
    paper: tuple[str, str]
    large: bool


@dataclass(slots=True, kw_only=True)
class Page:
    """What a mail's HTML holds, in reading order."""

    title: str = ""
    lang: str = ""
    dir: str = ""
    #: whether there are styles for dark screens
    dark: bool = False
    links: list[Link] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)
    tables: int = 0
    #: tables that a screen reader would read out as data
    data_tables: int = 0
    #: where links may jump to inside the mail
    anchors: set[str] = field(default_factory=set)
    #: values of attributes that readers meet
    values: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Look:
    """How an element's words are shown."""

    ink: tuple[str, str] = ("#000000", UNKNOWN)
    paper: tuple[str, str] = ("#ffffff", UNKNOWN)
    size: float = 16.0
    bold: bool = False
    hidden: bool = False


def read(html: str) -> Page:
    """Read a mail's HTML. Never raises: browsers read anything."""
    tree = LexborHTMLParser(html)
    light, dark = sheets((node.text() for node in tree.css("style")), lambda one: _find(tree, one))
    page = Page(dark=dark is not None)
    looks: dict[int, _Look] = {}
    root = tree.root
    for node in root.traverse(include_text=True) if root is not None else ():
        above = looks.get(node.parent.mem_id, _Look()) if node.parent is not None else _Look()
        if node.tag == "-text":
            _say(page, node, above)
        elif node.tag and node.tag[0] not in "-!":
            attributes = node.attributes
            looks[node.mem_id] = _look(node, attributes, above, (light, dark or light))
            _note(page, node, attributes)
    return page


def _find(tree: LexborHTMLParser, selector: str) -> Iterator[int]:
    try:
        yield from (node.mem_id for node in tree.css(selector))
    except SelectolaxError:
        return


def _say(page: Page, node: LexborNode, look: _Look) -> None:
    text = node.text_content or ""
    if look.hidden or not text.strip():
        return
    large = look.size >= (_LARGE_BOLD if look.bold else _LARGE)
    page.words.append(Words(text.strip(), look.ink, look.paper, large))


def _look(
    node: LexborNode,
    attributes: dict[str, str | None],
    above: _Look,
    screens: tuple[Sheet, Sheet],
) -> _Look:
    tag = node.tag or ""
    own = declared(attributes.get("style") or "")
    link = tag == "a" and "href" in attributes
    # a link that nothing colours is the browser's own: blue on light, on dark up to it
    inks = (_LINK, UNKNOWN) if link else above.ink
    shade = attributes.get("bgcolor")
    light, dark = (
        (
            painted(sheet.colour(node.mem_id, own, "color"), ink),
            painted(sheet.colour(node.mem_id, own, "background") or shade, paper),
        )
        for sheet, ink, paper in zip(screens, inks, above.paper, strict=True)
    )
    return _Look(
        ink=(light[0], dark[0]),
        paper=(light[1], dark[1]),
        size=_pixels(own.get("font-size", ""), above.size) or _SIZES.get(tag, above.size),
        bold=_is_bold(own.get("font-weight", ""), above.bold or tag in _BOLD),
        hidden=above.hidden or tag in _SILENT or own.get("display") == "none",
    )


def _pixels(told: str, above: float) -> float:
    """A font size in pixels; 0 where it is told in another way."""
    found = _SIZE.fullmatch(told)
    if not found:
        return 0.0
    times = {"px": 1.0, "pt": 4 / 3, "rem": 16.0, "em": above, "%": above / 100}
    return float(found[1]) * times[found[2]]


def _is_bold(told: str, otherwise: bool) -> bool:
    if told.isdigit():
        return int(told) >= 600
    return {"bold": True, "bolder": True, "normal": False, "lighter": False}.get(told, otherwise)


def _note(page: Page, node: LexborNode, attributes: dict[str, str | None]) -> None:
    tag = node.tag or ""
    if tag == "a" and "href" in attributes:
        page.links.append(Link((attributes["href"] or "").strip(), _text(node)))
    elif tag == "img":
        page.pictures.append(_picture(attributes))
    elif tag == "table":
        page.tables += 1
        page.data_tables += attributes.get("role") not in {"presentation", "none"}
    elif tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
        page.headings.append(Heading(int(tag[1]), _text(node)))
    elif tag == "title":
        page.title = page.title or _text(node)
    elif tag == "html":
        page.lang, page.dir = attributes.get("lang") or "", attributes.get("dir") or ""
    named = attributes.get("id") or (attributes.get("name") if tag == "a" else None)
    if named:
        page.anchors.add(named)
    for name in ("href", "src", "alt", "title", "lang", "dir"):
        if value := attributes.get(name):
            page.values.append((f"{name} of <{tag}>", value))


def _text(node: LexborNode) -> str:
    """Its words, or those of the picture in it."""
    words = " ".join(node.text().split())
    if words:
        return words
    picture = node.css_first("img")
    return ((picture.attributes.get("alt") or "") if picture is not None else "").strip()


def _picture(attributes: dict[str, str | None]) -> Picture:
    own = declared(attributes.get("style") or "")
    sized = all(attributes.get(name) or own.get(name) for name in ("width", "height"))
    alt = (attributes["alt"] or "") if "alt" in attributes else None
    return Picture((attributes.get("src") or "").strip(), alt, sized)
