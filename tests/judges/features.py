"""Which features of HTML and CSS a mail uses, by the names that caniemail.com gives them."""

import re
from collections.abc import Collection, Iterator
from html.parser import HTMLParser
from urllib.parse import urlsplit

#: elements that caniemail keeps under a common name
GROUPS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "h1-h6"),
    **dict.fromkeys(("ul", "ol", "dl"), "lists"),
    **dict.fromkeys(
        ("article", "aside", "footer", "header", "main", "nav", "section"), "semantics"
    ),
    **dict.fromkeys(("b", "strong", "i", "em"), "strong"),
}
_MEDIA = re.compile(r"(@[a-z-]+)([^{};]*)(?:\{((?:[^{}]*\{[^{}]*\})*)\s*\}|;)")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_UNIT = re.compile(r"(?<![\w#.-])-?\d*\.?\d+(px|em|rem|ex|ch|vw|vh|vmin|vmax|cm|mm|in|pt|pc|%)")
_FUNCTION = re.compile(r"\b(calc|clamp|min|max|rgba?|linear-gradient|radial-gradient|var)\(")


class Features(HTMLParser):
    """Reads a mail. What stands in conditional comments is Outlook's own, and is not looked at."""

    def __init__(self, html: str, known: Collection[str]) -> None:
        super().__init__(convert_charrefs=True)
        self._known = known
        self._style = False
        self.found: set[str] = set()
        self.feed(html)
        self.close()

    def handle_decl(self, decl: str) -> None:
        self._add("html-doctype")

    def handle_comment(self, data: str) -> None:
        self._add("html-comments")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._style = tag == "style"
        self._add(f"html-{GROUPS.get(tag, tag)}")
        for name, value in attrs:
            self._add(f"html-{name}")
            if name == "style" and value:
                self._declarations(value)
            elif (tag, name) == ("img", "src") and value:
                self._add(f"image-{urlsplit(value).path.rpartition('.')[2].lower()}")
            elif name == "href" and value:
                self._add("html-mailto-links" if value.startswith("mailto:") else "")
                self._add("html-anchor-links" if value.startswith("#") else "")
            elif (tag, name, value) == ("meta", "name", "color-scheme"):
                self._add("html-meta-color-scheme")

    def handle_endtag(self, tag: str) -> None:
        self._style = False

    def handle_data(self, data: str) -> None:
        if self._style:
            sheet = re.sub(r"/\*.*?\*/", "", data, flags=re.DOTALL)
            self._rules(_MEDIA.sub("", sheet))
            for name, condition, inside in _MEDIA.findall(sheet):
                self._add(f"css-at-{name[1:]}")
                for feature in re.findall(r"\(([a-z-]+)", condition):
                    self._add(f"css-at-media-{feature}")
                self._rules(inside)

    def _rules(self, sheet: str) -> None:
        for selectors, declarations in _RULE.findall(sheet):
            self._declarations(declarations)
            for slug in selector_features(selectors.strip()):
                self._add(slug)

    def _declarations(self, text: str) -> None:
        for one in text.split(";"):
            name, _, value = one.partition(":")
            name, value = name.strip().lower(), value.strip().lower()
            self._add(f"css-{name}")
            self._add(f"css-{name}-{value}")
            self._add("css-important" if "!important" in value else "")
            for unit in _UNIT.findall(value):
                self._add(f"css-unit-{'percent' if unit == '%' else unit}")
            for function in _FUNCTION.findall(value):
                self._add(f"css-{function}")
                self._add(f"css-unit-{function}")
                self._add(f"css-function-{function}")
                self._add("css-variables" if function == "var" else "")
            if "system-ui" in value or "-apple-system" in value:
                self._add("css-sytem-ui")  # spelt so there

    def _add(self, slug: str) -> None:
        if slug in self._known:
            self.found.add(slug)


def selector_features(selectors: str) -> Iterator[str]:
    """The kinds of selector in a rule's prelude."""
    if "," in selectors:
        yield "css-selector-grouping"
    for one in re.split(r"\s*,\s*", selectors):
        bare = re.sub(r"\[[^\]]*\]", "[]", one)
        kinds = {
            "css-selector-attribute": r"\[",
            "css-selector-class": r"\.",
            "css-selector-id": r"#",
            "css-selector-child": r">",
            "css-selector-adjacent-sibling": r"\+",
            "css-selector-general-sibling": r"~",
            "css-selector-universal": r"\*",
            "css-selector-type": r"(?:^|[\s>+~])[a-z]",
            "css-selector-descendant": r"[^\s>+~]\s+[^\s>+~]",
            "css-selector-chaining": r"[\w\]][.\[#]",
        }
        yield from (slug for slug, pattern in kinds.items() if re.search(pattern, bare))
        for name in re.findall(r"(?<!:):([a-z-]+)", bare):
            yield f"css-pseudo-class-{name}"
        for name in re.findall(r"::([a-z-]+)", bare):
            yield f"css-pseudo-element-{name}"
