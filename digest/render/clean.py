"""Takes out of a line of text what no reader should get: control and bidi-override characters.

A CR or LF would forge a header or a line of the text part, an override would turn the rest of the
mail around (Trojan Source). Joiners and direction marks stay: Hindi, Persian and emoji need them.
"""

import re
import unicodedata
from urllib.parse import quote, urlsplit

# U+202A–U+202E and U+2066–U+2069 are embeddings, overrides and isolates; U+FEFF is a stray BOM
_DROP = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff\ufffe\uffff]")
#: of several paragraphs together, in characters
_LONGEST_TEXT = 4000
_BARE = re.compile(r"[\s\"<>\\^`{|}]")
# nearly all names: nothing to take out of them
_PLAIN = re.compile(r"[\w.,'-]{1,40}(?: [\w.,'-]{1,40}){0,3}")
_CONTROL = re.compile("[\x00-\x20\x7f-\x9f\u2028\u2029]+")


def clean_line(text: str, longest: int) -> str:
    """``text`` on one line of at most ``longest`` characters, cut at a word with an ellipsis."""
    if len(text) <= longest and _PLAIN.fullmatch(text):
        return text
    line = _CONTROL.sub(" ", _DROP.sub("", text)).strip()
    if len(line) <= longest:
        return line
    cut = line[: longest - 1]
    while cut and unicodedata.category(line[len(cut)]).startswith("M"):
        cut = cut[:-1]  # never between a letter and its vowel sign
    words = cut.rsplit(" ", 1)[0]
    return (words if len(words) > longest * 2 // 3 else cut).rstrip(" ,;:–-") + "…"


def paragraphs(text: str) -> tuple[str, ...]:
    """Plain text as its paragraphs, each on one line."""
    found = re.split(r"\n\s*\n", text.replace("\r\n", "\n")[:_LONGEST_TEXT])
    return tuple(filter(None, (clean_line(one, _LONGEST_TEXT) for one in found)))


def web_url(url: str, longest: int = 2000) -> str:
    """``url`` if it is an absolute http(s) address, else empty.

    Characters that no address may hold bare (RFC 3986 §2) come back percent-encoded, so that
    none can end an attribute or pass for a mail service's ``{{token}}``.
    """
    if len(url) > longest or _CONTROL.search(url.replace(" ", "")) or _DROP.search(url):
        return ""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname or _BARE.search(parts.netloc):
        return ""
    return _BARE.sub(lambda found: quote(found[0], safe=""), url)


def is_loopback(url: str) -> bool:
    """Does ``url`` point at this machine? Only there may plain http stand in mail (the sample)."""
    host = urlsplit(url).hostname or ""
    return host in {"localhost", "::1"} or re.fullmatch(r"127(?:\.\d{1,3}){3}", host) is not None
