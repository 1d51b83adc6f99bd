"""The names a story is known by, and what becomes of entries that share them.

A name is a WordPress id, a guid or the key of the story's address. Names are what keeps a story
from going out twice, so a name that several different stories of one source share is no name.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from posixpath import normpath
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from digest.model import Alias, AliasKind, ParsedStory, Reject, RejectReason

#: parameters that tell where a reader came from, never what they read; whole names only, since
#: guessing at patterns merges different articles
TRACKERS = frozenset(
    {
        "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "twclid", "ttclid",
        "yclid", "ysclid", "igshid", "igsh", "srsltid", "li_fat_id", "rdt_cid", "epik",
        "mc_cid", "mc_eid", "_hsenc", "_hsmi", "__hssc", "__hstc", "__hsfp", "hsctatracking",
        "mkt_tok", "vero_id", "vero_conv", "oly_enc_id", "oly_anon_id", "wickedid",
        "_openstat", "_ga", "_gl", "s_kwcid", "ef_id", "guccounter", "guce_referrer",
        "guce_referrer_sig", "__twitter_impression", "ncid", "at_medium", "at_campaign",
        "at_format", "at_link_type", "at_link_id", "at_link_origin", "at_ptr_name", "at_bbc_team",
        "traffic_source", "smid", "cmpid", "xtor", "pk_campaign", "pk_kwd", "pk_source",
        "pk_medium", "piwik_campaign", "piwik_kwd", "ns_mchannel", "ns_source", "ns_campaign",
        "ns_linkname",
        "ns_fee", "feature_source", "fb_action_ids", "fb_action_types", "fb_source",
    }
)  # fmt: skip
_TRACKER_PREFIXES = ("utm_", "mtm_")
_DEFAULT_PORTS = {"http": 80, "https": 443}
#: guids that are unique in the whole world by their own rules (RFC 4151, RFC 8141)
_URI = re.compile(r"(?:https?|tag|urn):[^\s]+", re.IGNORECASE)
#: as a source's ``drop_parameters``: all of them but those kept
ALL = "*"


@dataclass(frozen=True, slots=True)
class Parameters:
    """Which parameters of a source's addresses tell its stories apart. Names in any case.

    ``kept`` do, even where they are trackers elsewhere; ``dropped`` do not; ``*`` is all of them.
    """

    kept: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    @classmethod
    def of(cls, kept: Iterable[str], dropped: Iterable[str]) -> "Parameters":
        """As an operator wrote them, in whatever order."""
        plain = ({name.strip().lower() for name in names} for names in (kept, dropped))
        return cls(*(tuple(sorted(names)) for names in plain))

    def tell(self, name: str) -> bool:
        """Whether the parameter called ``name`` is a part of a story's address."""
        name = name.lower()
        if name in self.kept:
            return True
        if name in TRACKERS or name.startswith(_TRACKER_PREFIXES):
            return False
        return name not in self.dropped and ALL not in self.dropped


#: of a source that says nothing about it
USUAL = Parameters()


def url_key(url: str, parameters: Parameters = USUAL) -> str:
    """What an address is compared by; never linked.

    Scheme, ``www.``, default port, fragment, trailing slash, trackers and the order of
    parameters make no difference. ``url`` is one that ``clean.safe_url`` returned.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower().removeprefix("www.")
    port = f":{parts.port}" if parts.port not in {None, _DEFAULT_PORTS.get(parts.scheme)} else ""
    # bytes that are not UTF-8 survive the round trip: older sites have Latin-1 in their paths
    plain = unquote(parts.path, errors="surrogateescape")
    path = quote(normpath(f"/{plain}"), safe="/:@!$&'()*+,;=~-._", errors="surrogateescape")
    path = "/" + path.strip("/")
    told = sorted(
        (name, value)
        for name, value in parse_qsl(
            parts.query, keep_blank_values=True, errors="surrogateescape", max_num_fields=200
        )
        if parameters.tell(name)
    )
    query = f"?{urlencode(told, errors='surrogateescape')}" if told else ""
    return f"{host}{port}{path}{query}"


def wordpress_alias(root: str, post: int) -> Alias:
    """The name that a WordPress site gives a post for good. ``root`` is its REST root.

    The root is named by its site: permalink settings move the root (``/wp-json/``,
    ``/?rest_route=/``) and leave the posts what they are.
    """
    site = re.sub(r"(?:/index\.php)?/?\?rest_route=.*$|/wp-json$", "", url_key(root))
    return Alias(AliasKind.WORDPRESS, f"{site.rstrip('/')}#{post}")


def guid_alias(source: str, guid: str, parameters: Parameters = USUAL) -> Alias | None:
    """The name that a feed gives an entry; None if the guid says nothing."""
    guid = " ".join(guid.split())
    if not guid or len(guid) > 2000:
        return None
    if guid.lower().startswith(("http://", "https://")):
        alias = url_alias(guid, parameters)
        # what tells a comment from its page, and some items from each other, is the fragment
        _, mark, fragment = guid.partition("#")
        return Alias(AliasKind.GUID, f"{alias.value}{mark}{fragment}") if alias else None
    return Alias(AliasKind.GUID, guid if _URI.fullmatch(guid) else f"{source}#{guid}")


def url_alias(url: str, parameters: Parameters = USUAL) -> Alias | None:
    """The key of a story's address; None for a site's front page, which is no story."""
    try:
        key = url_key(url, parameters)
    except ValueError:
        return None
    return Alias(AliasKind.URL, key) if "?" in key or not key.endswith("/") else None


def settle(
    source: str, stories: Sequence[ParsedStory]
) -> tuple[tuple[ParsedStory, ...], tuple[Reject, ...]]:
    """Stories with names that hold, and as rejects those that stood in the source twice.

    Entries that share a name and their headline are one story told twice: the first stays. A
    name shared by different headlines is dropped from all of them (a guid copied by mistake, a
    feed whose links all lead to one page). A story left without a name gets one from its content.
    """
    headlines = defaultdict(set)
    for story in stories:
        for alias in story.aliases:
            headlines[alias].add(story.headline)
    kept: list[ParsedStory] = []
    rejects = []
    taken: set[Alias] = set()
    for story in stories:
        names = tuple(alias for alias in story.aliases if len(headlines[alias]) == 1)
        names = names or (_content_alias(source, story),)
        if taken.intersection(names):
            detail = f"{story.headline[:80]!r} stands there twice"
            rejects.append(
                Reject(entry=str(story.position), reason=RejectReason.DUPLICATE, detail=detail)
            )
            continue
        taken.update(names)
        kept.append(replace(story, aliases=names))
    return tuple(kept), tuple(rejects)


def _content_alias(source: str, story: ParsedStory) -> Alias:
    content = "\n".join((url_key(story.url), story.headline))
    digest = hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:32]
    return Alias(AliasKind.GUID, f"{source}#sha256:{digest}")


def named(*aliases: Alias | None) -> tuple[Alias, ...]:
    """Those that are there, each once, in order."""
    return tuple(dict.fromkeys(alias for alias in aliases if alias is not None))


def slug(name: str) -> str:
    """A category or tag as addresses write it: ``Editors' Picks`` is ``editors-picks``."""
    plain = re.sub(r"['’`]", "", unquote(name).casefold())
    return re.sub(r"[\W_]+", "-", plain).strip("-")


def slugs(names: Iterable[str]) -> frozenset[str]:
    """The slugs of all ``names``."""
    return frozenset(slug(name) for name in names)
