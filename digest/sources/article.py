"""One story from its address alone: what an editor gets who pastes a link."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from digest.errors import SourceError
from digest.model import ParsedStory, Reject, RejectReason
from digest.sources import clean, identity, page
from digest.sources.entries import ParsedFeed
from digest.sources.feed_stories import stories
from digest.sources.fetch import Fetcher

#: stands for the source in names that need one
SOURCE = "pasted"


def read(
    url: str,
    fetcher: Fetcher,
    now: datetime,
    *,
    zone: ZoneInfo | None = None,
    parameters: identity.Parameters = identity.USUAL,
) -> ParsedStory | Reject:
    """The story at ``url``: headline, standfirst, text, picture, date, section, language.

    ``zone`` is for dates that carry none. A page that is no story, or that cannot be read, is a
    reject whose detail is for the editor; nothing expected is raised.
    """
    address = clean.safe_url(url)
    if not address:
        detail = "paste a full http or https address"
        return Reject(entry=url[:200], reason=RejectReason.BAD_LINK, detail=detail)
    try:
        answer = page.fetch(fetcher, address, now)
        entry = page.story(answer)
    except SourceError as error:
        detail = f"{error.message}. {error.hint}" if error.hint else error.message
        return Reject(entry=address[:200], reason=RejectReason.UNREADABLE, detail=detail)
    found, rejects = stories(
        SOURCE,
        ParsedFeed(version="page", entries=(entry,)),
        url=answer.url,
        zone=zone,
        language="",
        pick_categories=(),
        pick_tags=(),
        parameters=parameters,
    )
    if not found:
        return replace(rejects[0], entry=address[:200])
    own = identity.url_alias(found[0].url, parameters)
    if own is None:
        detail = "this is a site's front page; paste the address of a story"
        return Reject(entry=address[:200], reason=RejectReason.BAD_LINK, detail=detail)
    # the address that was pasted may be the one that a feed gives
    asked = (identity.url_alias(one, parameters) for one in (answer.url, address))
    return replace(found[0], aliases=identity.named(*found[0].aliases, *asked))
