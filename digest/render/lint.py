"""Refuses what the MJML engine would swallow silently or get wrong, with file and line.

The engine (mjml-python, MRML core) reports no unknown tag, attribute or value. See
``components.py`` for what is allowed, and docs/templates.md for the same in prose.
"""

import difflib
import re
from collections.abc import Collection, Iterable, Iterator
from urllib.parse import urlsplit

from digest.render.components import BROKEN, COMPONENTS, COUNTED, NO_JINJA, REFUSED, Kind
from digest.render.markup import Attribute, Element, Fault, scan
from digest.render.mistakes import Mistake
from digest.render.source import TAG, Source

_FORBIDDEN = frozenset(
    {"script", "form", "input", "iframe", "object", "embed", "link", "base", "svg", "math"}
)
_LINK_SCHEMES = frozenset({"http", "https", "mailto", "tel", ""})
_STYLE_LOADS = re.compile(r"url\(\s*['\"]?([^)'\"]+)|@import\s+['\"]([^;'\"]+)")
_BAD_TAGS = re.compile(
    r"\{%[-+]?\s*(raw|extends|import|from|autoescape|include)\b|\|\s*(safe)\b|\b(Markup)\b"
)


def lint(source: Source, own_hosts: Collection[str] = ()) -> list[Mistake]:
    """Every mistake in an MJML template. ``own_hosts``: hosts pictures may be loaded from."""
    mistakes = [source.mistake(at, problem) for at, problem in _jinja(source.text)]
    elements: list[Element] = []
    for item in scan(source):
        if isinstance(item, Fault):
            return [*mistakes, source.mistake(item.at, item.problem)]
        elements.append(item)
    for element in elements:
        mistakes += [source.mistake(at, text) for at, text in _element(element, own_hosts)]
    mistakes += [source.mistake(at, text) for at, text in _whole(source.text, elements, own_hosts)]
    return mistakes


def lint_text(source: Source) -> list[Mistake]:
    """Every mistake in a template of the text part: only Jinja2's own rules apply."""
    return [source.mistake(at, problem) for at, problem in _jinja(source.text)]


Found = Iterable[tuple[int, str]]


def _jinja(text: str) -> Found:
    for tag in TAG.finditer(text):
        bad = _BAD_TAGS.search(tag[0])
        if bad:
            name = bad[1] or bad[2] or bad[3]
            yield (
                tag.start(),
                f"Jinja2's {name!r} is not allowed here: stories stay escaped, "
                + ('and partials come by {% include "…" %}'),
            )


def _element(element: Element, own_hosts: Collection[str]) -> Found:
    name = element.name
    if name in REFUSED:
        yield element.at, f"<{name}> is not allowed: {REFUSED[name]}"
        return
    if not name.startswith("mj"):
        yield from _html(element, own_hosts)
        return
    component = COMPONENTS.get(name)
    if component is None:
        yield element.at, f"<{name}> is no MJML tag{_meant(name, COMPONENTS)}"
        return
    yield from _place(element)
    for attribute in element.attributes:
        yield from _attribute(element, attribute, own_hosts)
    if name in {"mj-image", "mj-social-element"}:
        yield from _picture(element)


def _place(element: Element) -> Found:
    parent = element.above[-1] if element.above else ""
    if parent == "mj-attributes":
        return
    parents = COMPONENTS[element.name].parents
    if parent not in parents:
        allowed = ", ".join(f"<{name}>" for name in sorted(parents) if name) or "nothing"
        yield element.at, f"<{element.name}> may not stand in <{parent}>; it goes into {allowed}"


def _picture(element: Element) -> Found:
    parent = element.above[-1] if element.above else ""
    if parent == "mj-attributes":
        return
    if element.get("src") is None:
        yield element.at, f"<{element.name}> has no src"
    if element.get("alt") is None and element.name != "mj-social-element":
        yield element.at, f'<{element.name}> has no alt; write alt="" where it only decorates'


def _attribute(element: Element, attribute: Attribute, own_hosts: Collection[str]) -> Found:
    key = (element.name, attribute.name)
    if key in BROKEN:
        yield attribute.at, f"{attribute.name!r} on <{element.name}>: {BROKEN[key]}"
        return
    if element.name in {"mj-all", "mj-class"}:
        allowed = {
            name: kind for item in COMPONENTS.values() for name, kind in item.attributes.items()
        }
        allowed["name"] = Kind.ANY
    else:
        allowed = dict(COMPONENTS[element.name].attributes)
    kind = allowed.get(attribute.name)
    if kind is None:
        meant = _meant(attribute.name, allowed)
        yield attribute.at, f"<{element.name}> has no attribute {attribute.name!r}{meant}"
        return
    if attribute.fixed or kind in {Kind.LINK, Kind.LOAD}:
        yield from _value(element, attribute, kind, own_hosts)
    elif key in NO_JINJA or attribute.name == "mj-class":
        problem = f"no Jinja2 in {attribute.name!r} of <{element.name}>: it is baked in"
        yield attribute.at, problem


def _value(element: Element, attribute: Attribute, kind: Kind, own_hosts: Collection[str]) -> Found:
    value = attribute.value
    if attribute.name == "mj-class" and " " in value.strip():
        yield attribute.at, "several names in mj-class: the engine lets the first win; name one"
    elif kind is Kind.LINK:
        yield from _link(attribute)
    elif kind is Kind.LOAD:
        yield from _load(attribute.at, value, own_hosts)
    elif not kind.allows(value):
        where = f"{attribute.name}={value!r} on <{element.name}>"
        yield attribute.at, f"{where} is no {kind.name.lower()}: {kind.text} is allowed"
    elif attribute.name == "padding" and element.name in COUNTED and _narrows(value):
        problem = f"padding={value!r} on <{element.name}>: the engine leaves the sides uncounted, "
        yield attribute.at, problem + "and Outlook sets it too wide; write padding-left and -right"


def _narrows(box: str) -> bool:
    """Whether a ``padding`` of several sizes has any at the sides."""
    sizes = box.split()
    return any(size.strip("0px%") for size in sizes[1::2])


def _html(element: Element, own_hosts: Collection[str]) -> Found:
    name = element.name
    if name in _FORBIDDEN:
        yield element.at, f"<{name}> is not allowed in mail"
        return
    if not any(above in COMPONENTS and COMPONENTS[above].html for above in element.above):
        parent = element.above[-1] if element.above else "the top"
        yield element.at, f"<{name}> may not stand in <{parent}>; put HTML into mj-text or mj-raw"
    if name == "img" and element.get("alt") is None:
        yield element.at, '<img> has no alt; write alt="" where it only decorates'
    for attribute in element.attributes:
        if attribute.name.lower().startswith("on"):
            yield attribute.at, f"the handler {attribute.name!r} is not allowed in mail"
        elif attribute.name == "href":
            yield from _link(attribute)
        elif attribute.name in {"src", "srcset", "background", "poster"}:
            yield from _load(attribute.at, attribute.value, own_hosts)
        elif attribute.name == "style":
            for match in _STYLE_LOADS.finditer(attribute.value):
                yield from _load(attribute.at, match[1] or match[2], own_hosts)


def _link(attribute: Attribute) -> Found:
    scheme = re.match(r"\s*([A-Za-z][A-Za-z0-9+.-]*)\s*:", attribute.value)
    if scheme and scheme[1].lower() not in _LINK_SCHEMES:
        yield (
            attribute.at,
            f"a link may start with http:, https:, mailto: or tel:, not {scheme[1]}:",
        )


def _load(at: int, value: str, own_hosts: Collection[str]) -> Found:
    value = value.strip()
    if value.startswith("{{"):
        return  # the brand's or a story's own address, checked when it is rendered
    host = urlsplit(value).hostname
    if host not in own_hosts:
        allowed = (
            ", ".join(sorted(own_hosts)) or "none; use {{ brand.logo_url }} or a story's image"
        )
        yield at, f"loads from {host or repr(value)}; hosts allowed: {allowed}"


def _whole(
    text: str, elements: list[Element], own_hosts: Collection[str]
) -> Iterator[tuple[int, str]]:
    names = [element.name for element in elements]
    for needed in ("mjml", "mj-head", "mj-body", "mj-title"):
        if names.count(needed) != 1:
            yield 0, f"there must be exactly one <{needed}>, found {names.count(needed)}"
    defaults = [element for element in elements if element.name == "mj-all"]
    if not any(element.get("font-family") for element in defaults):
        yield 0, '<mj-attributes> needs <mj-all font-family="…"/>: else fonts come from Google'
    for element in elements:
        if element.name == "mj-style":
            yield from _style(text, element, own_hosts)
        if element.name == "mj-raw" and element.above[-1:] == ("mj-wrapper",):
            end = text.find("</mj-raw", element.inner)
            if TAG.sub("", text[element.inner : end]).strip():
                problem = (
                    "in mj-wrapper, mj-raw may hold Jinja2 tags only: else only Outlook shows it"
                )
                yield element.at, problem


def _style(text: str, element: Element, own_hosts: Collection[str]) -> Found:
    end = text.find("</mj-style", element.inner)
    for match in _STYLE_LOADS.finditer(text, element.inner, end):
        yield from _load(match.start(), match[1] or match[2], own_hosts)


def _meant(name: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; allowed: {', '.join(sorted(known))}"
