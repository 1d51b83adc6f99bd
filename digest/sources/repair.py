"""Mends a feed document before any parser sees it, and makes it UTF-8.

Parsers disagree about small faults, and each loses something of a headline over them: one cuts
it at an undeclared entity, another swallows a bare ampersand. So those faults are mended here,
in one pass of linear time, and everything else is left as it came.
"""

import codecs
import re
from html.entities import html5

_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
#: every ``&`` but those of references that are right as they are, which are nearly all
_REFERENCE = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos|#(?:3[2-9]|[4-9]\d|1[01]\d|1[6-9]\d|[2-9]\d\d|[1-9]\d{3}));)"
    r"(?:(?:#(\d{1,8})|#[xX]([0-9a-fA-F]{1,7})|([A-Za-z][A-Za-z0-9.:_-]{0,40}));)?"
)
_OPENERS = re.compile(r"<!\[CDATA\[|<!--")
_CLOSERS = {"<![CDATA[": "]]>", "<!--": "-->"}
_DECLARED = re.compile(r"<!ENTITY\s+([A-Za-z][\w.:-]{0,60})\s")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DECLARATION = re.compile(r"^<\?xml\b[^>]{0,400}\?>")
_DECLARED_ENCODING = re.compile(
    rb"^[\s\S]{0,1000}?<\?xml\b[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})"
)
_START = re.compile(r"<\?xml\b|<rss\b|<feed\b|<rdf:RDF\b", re.IGNORECASE)
#: how far a server's own warnings may push the document down
_JUNK = 4096

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: XML, HTML and JSON begin with two characters of ASCII
_WIDE = (
    (re.compile(rb"[<{\[]\x00[\x01-\x7f]\x00"), "utf-16-le"),
    (re.compile(rb"\x00[<{\[]\x00[\x01-\x7f]"), "utf-16-be"),
)
#: what documents say they are in, and what they are in (WHATWG Encoding)
_MEANT = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
#: Python codecs that are no character sets of documents, some of them slow on purpose-made input
_NOT_CHARSETS = frozenset({"idna", "punycode", "utf-7", "unicode_escape", "raw-unicode-escape"})


def repair(body: bytes, charset: str = "") -> bytes:
    """The document as well-behaved UTF-8 XML. ``charset`` is what the server claimed."""
    return mend(decode(body, charset))


def mend(text: str) -> bytes:
    """The document as well-behaved UTF-8 XML, as far as text can tell.

    Undeclared entities become character references, bare ampersands are escaped, characters that
    XML forbids go, and so does what stands before the document.
    """
    text = _from_start(_FORBIDDEN.sub("", text))
    declared = frozenset(_DECLARED.findall(text)) if "<!ENTITY" in text else frozenset()
    mended = "".join(_mend(text, declared))
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + mended.encode("utf-8", "replace")


def decode(body: bytes, charset: str = "") -> str:
    """The document as text: byte order mark, then its own declaration, then the server's claim.

    A document that says otherwise but is valid UTF-8 is UTF-8: other charsets are hardly ever
    valid UTF-8 by chance.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body.decode(encoding, "replace").lstrip("\ufeff")
    for wide, encoding in _WIDE:
        if wide.match(body):
            return body.decode(encoding, "replace")
    declared = _DECLARED_ENCODING.match(body)
    own = declared.group(1).decode("ascii") if declared else ""
    try:
        if b"\x1b" not in body:
            return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    for name in (own, charset):
        encoding = _charset(name)
        if encoding == "utf-8" and _mostly_utf8(body):
            return body.decode("utf-8", "replace")
        if encoding and encoding != "utf-8":
            return body.decode(encoding, "replace")
    return body.decode("utf-8" if _mostly_utf8(body) else "cp1252", "replace")


def _charset(name: str) -> str:
    try:
        known = codecs.lookup(name).name if name else ""
        b"a".decode(known or "ascii", "replace")  # refuses codecs that are not text encodings
    except (LookupError, ValueError):
        return ""
    return "" if known in _NOT_CHARSETS else _MEANT.get(known, known)


def _mostly_utf8(body: bytes) -> bool:
    """Whether it is UTF-8 with a few broken bytes, as a cut or a careless join leaves them."""
    broken = body.decode("utf-8", "replace").count("\ufffd")
    beyond_ascii = sum(1 for _ in re.finditer(rb"[\xc2-\xf4][\x80-\xbf]+", body))
    return broken * 10 <= beyond_ascii


def _from_start(text: str) -> str:
    text = text.lstrip("\ufeff \t\r\n")
    start = _START.search(text, 0, _JUNK)
    if start and start.start() and not text.lower().startswith(("<!doctype html", "<html")):
        opening = text[: start.start()]
        if not opening.startswith(("<!--", "<!DOCTYPE", "<?")):
            text = text[start.start() :]
    return _DECLARATION.sub("", text, count=1).lstrip()


def _mend(text: str, declared: frozenset[str]) -> list[str]:
    """The pieces of the document; CDATA sections and comments stay as they are."""
    pieces = []
    position = 0
    missing: set[str] = set()
    for opener in _OPENERS.finditer(text):
        closer = _CLOSERS[opener.group()]
        if opener.start() < position or closer in missing:
            continue
        end = text.find(closer, opener.end())
        if end < 0:
            # never closed: remember, so that a document full of openers stays linear
            missing.add(closer)
            continue
        pieces.append(_mend_text(text[position : opener.start()], declared))
        position = end + len(closer)
        pieces.append(text[opener.start() : position])
    pieces.append(_mend_text(text[position:], declared))
    return pieces


def _mend_text(text: str, declared: frozenset[str]) -> str:
    def mended(found: re.Match[str]) -> str:
        decimal, hexadecimal, name = found.groups()
        if decimal or hexadecimal:
            return _reference(int(decimal) if decimal else int(hexadecimal, 16))
        if name is None:
            return "&amp;"
        if name in _XML_ENTITIES or name in declared:
            return found.group()
        characters = html5.get(f"{name};")
        return _references(characters) if characters else f"&amp;{name};"

    return _REFERENCE.sub(mended, text) if "&" in text else text


def _references(characters: str) -> str:
    return "".join(f"&#{ord(character)};" for character in characters)


def _reference(number: int) -> str:
    """A character reference that XML allows; 128 to 159 are meant as windows-1252 (HTML §13.5)."""
    if 0x80 <= number <= 0x9F:
        return _references(bytes([number]).decode("cp1252", "ignore"))
    allowed = number in {0x9, 0xA, 0xD} or 0x20 <= number <= 0xD7FF or 0xE000 <= number <= 0xFFFD
    return f"&#{number};" if allowed or 0x10000 <= number <= 0x10FFFF else ""
