"""Turns what sources send into plain text and safe addresses.

Headlines and texts come out without markup, in NFC, without control and layout characters.
Nothing here makes HTML: whoever renders escapes.
"""

import html
import re
import unicodedata
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import idna
import nh3

_LONGEST_TEXT = 200_000
_LONGEST_HEADLINE = 500
_LONGEST_URL = 4000
STANDFIRST = 400
#: deeper nesting than any article has makes an HTML parser slow
_DEEPEST = 100

#: control characters, zero-width spaces, bidi overrides and isolates, soft hyphens, surrogates.
#: Joiners and the left-to-right and right-to-left marks stay: scripts and emoji need them.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u180e\u200b\u202a-\u202e\u2060-\u2064"
    "\u2066-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)

_ELEMENTS = (
    "a|abbr|b|big|bdi|bdo|br|cite|code|del|div|dfn|em|font|h[1-6]|i|img|ins|kbd|li|mark|nobr|ol|p|"
    "pre|q|s|samp|small|span|strike|strong|sub|sup|tt|u|ul|var|wbr"
)
#: ``<b>…</b>``, ``<br>``, ``<span class=…>``: markup. A lone ``<div>`` may be what it is about.
_PAIR = re.compile(rf"<({_ELEMENTS})>([^<]*)</\1\s*>", re.IGNORECASE)
_TAG = re.compile(rf"</?(?:{_ELEMENTS})\s[^<>]{{0,2000}}>|<(?:wbr|img)\s*/?>", re.IGNORECASE)
_ATTRIBUTED_PAIR = re.compile(rf"<({_ELEMENTS})\s[^<>]{{0,2000}}>([^<]*)</\1\s*>", re.IGNORECASE)
_UNREAD = re.compile(r"<(script|style)\b[^<>]*>.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_LINE_BREAK = re.compile(r"<br\b[^<>]*>|</?p\b[^<>]*>", re.IGNORECASE)

_BLOCKS = {
    "p", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "tr", "table",
    "pre", "hr", "dt", "dd", "section", "article",
}  # fmt: skip
_DROPPED = {"script", "style", "figcaption", "iframe", "noscript", "template", "svg", "math"}
_BLOCK_TAG = re.compile(rf"</?(?:{'|'.join(sorted(_BLOCKS, reverse=True))})>")
_ANY_TAG = re.compile(r"<(/?)[a-zA-Z][^<>]*>")

_SIGN_OFF = re.compile(
    r"\s*(?:The post|The article|El art[ií]culo|La entrada|L[’']article|Der Beitrag|O post|Il post)"
    r" .{1,400}? (?:appeared first on|first appeared on|(?:apareci[oó]|se public[oó]) primero en"
    r"|est apparu en premier sur|erschien zuerst auf|apareceu primeiro em|proviene da) .{1,200}$",
    re.DOTALL,
)
#: one of these is in every sign-off: a quick look before the slow one
_SIGN_OFF_WORDS = (
    "appeared", "primero en", "apparu en", "erschien", "apareceu", "proviene da"
)  # fmt: skip
_MORE = re.compile(
    r"\s*(?:\[?(?:…|\.\.\.)\]?)?\s*"
    r"(?:Continue reading|Read more|Read the full (?:story|article|post))\b.{0,200}$",
    re.DOTALL,
)
_CUT_MARK = re.compile(r"\s*\[(?:…|\.{3})\]\s*$")


def line(raw: str) -> str:
    """One line of plain text: NFC, without unwanted characters, with single spaces."""
    plain = " ".join(raw.split())
    if not plain.isprintable():  # nothing unwanted is printable; most lines are clean
        plain = " ".join(_UNWANTED.sub("", raw).split())
    return " ".join(unicodedata.normalize("NFC", plain).split()) if not plain.isascii() else plain


def headline(raw: str) -> str:
    """A headline as a reader should see it.

    Entities are resolved at most twice (sources escape twice by mistake), markup goes, and a
    ``<`` that belongs to the headline stays: ``#include </etc/shadow>`` is one.
    """
    text = _strip(raw[: 4 * _LONGEST_HEADLINE])
    for _ in range(2):
        resolved = html.unescape(text)
        if resolved == text:
            break
        text = _strip(resolved)
    return _shortened(line(text), _LONGEST_HEADLINE)


def _strip(text: str) -> str:
    if "<" not in text:
        return text
    text = _LINE_BREAK.sub(" ", _UNREAD.sub("", text))
    for _ in range(5):  # pairs inside pairs, from the inside out
        inner = _PAIR.sub(r"\2", _ATTRIBUTED_PAIR.sub(r"\2", text))
        if inner == text:
            break
        text = inner
    return _TAG.sub("", text)


def text(raw: str) -> str:
    """HTML or plain text as paragraphs of plain text, a blank line between them."""
    raw = _UNWANTED.sub("", raw[:_LONGEST_TEXT])
    if "<" in raw:
        safe = nh3.clean(
            _flat(raw), tags=_BLOCKS | {"br"}, attributes={}, clean_content_tags=_DROPPED
        )
        raw = _BLOCK_TAG.sub("\n\n", safe.replace("<br>", "\n"))
    paragraphs = (line(part) for part in re.split(r"\n\s*\n", html.unescape(raw)))
    kept = (_without_sign_off(paragraph) for paragraph in paragraphs)
    return "\n\n".join(paragraph for paragraph in kept if paragraph)


def _without_sign_off(paragraph: str) -> str:
    if not any(words in paragraph for words in _SIGN_OFF_WORDS):
        return paragraph
    return _SIGN_OFF.sub("", paragraph)


def _flat(raw: str) -> str:
    """The same without tags where they nest deeper than a person would."""
    if raw.count("<") <= 20 * _DEEPEST:
        return raw
    depth = deepest = 0
    for tag in _ANY_TAG.finditer(raw):
        depth += -1 if tag.group(1) else 1
        deepest = max(deepest, depth)
    # void elements are never closed, so the bound is generous
    return _ANY_TAG.sub(" ", raw) if deepest > 20 * _DEEPEST else raw


def standfirst(summary: str, full_text: str = "", title: str = "") -> str:
    """The line or two under a headline: the source's summary, else how the text begins.

    ``full_text`` and ``title`` are clean already. At most ``STANDFIRST`` characters, cut at a word.
    """
    given = _opening(text(summary)) if summary else ""
    given = _CUT_MARK.sub("…", _MORE.sub("…", given))
    if given in {"", "…", title}:
        given = _opening("\n\n".join(part for part in full_text.split("\n\n") if part != title))
    return _shortened(given.removeprefix(f"{title} ") if title else given, STANDFIRST)


def _opening(paragraphs: str) -> str:
    """The first paragraph, and those after it while they fit."""
    opening = ""
    for paragraph in paragraphs.split("\n\n"):
        if opening and len(opening) + len(paragraph) >= STANDFIRST:
            break
        opening = f"{opening} {paragraph}".strip()
    return opening


def _shortened(text_: str, longest: int) -> str:
    if len(text_) <= longest:
        return text_
    cut = text_[: longest - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip(" ,;:–—-") + "…"


def safe_url(raw: str, base: str = "") -> str:
    """An absolute http(s) address in ASCII, or "" if ``raw`` is none even against ``base``.

    Never ``javascript:``, ``data:`` or ``file:``, never with a login, host or port amiss, never
    longer than browsers and mail programs take.
    """
    if len(raw) > _LONGEST_URL:
        return ""
    joined = _UNWANTED.sub("", html.unescape(raw)).strip()
    joined = joined.replace("\t", "").replace("\r", "").replace("\n", "")
    if not joined:
        return ""  # joined to a base it would be the base
    try:
        parts = urlsplit(urljoin(base, joined) if base else joined)
        host, port = parts.hostname or "", parts.port
        if parts.scheme not in {"http", "https"} or not host or parts.username is not None:
            return ""
        netloc = _host(host) + (f":{port}" if port is not None else "")
    except (ValueError, UnicodeError):  # idna.IDNAError is a UnicodeError
        return ""
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._[]|") or "/"
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]|")
    fragment = quote(parts.fragment, safe="/%:@!$&'()*+,;=~-._?")
    url = urlunsplit((parts.scheme, netloc, path, query, fragment))
    return url if len(url) <= _LONGEST_URL else ""


def joined(base: str, address: str) -> str:
    """``address`` against ``base``, "" where the two make none (``http://[::1``)."""
    try:
        return urljoin(base, address)
    except ValueError:
        return ""


def _host(host: str) -> str:
    if ":" in host:
        return f"[{host}]"
    if not host.isascii():
        return idna.encode(host, uts46=True).decode("ascii")
    if len(host) > 253 or not re.fullmatch(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?", host):
        raise ValueError("no host name")
    return host.lower()
