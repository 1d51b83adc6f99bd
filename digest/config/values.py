"""What values in config.toml may look like, told so that a person can mend them."""

import re
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, StringConstraints

from digest.keys import public_key
from digest.render.brand import font_stack

#: what 72 characters leave beside ``mailto:``, ``?subject=`` and a key of 22
LONGEST_LEAVE_ADDRESS = 34


def _slug(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", value):
        raise ValueError("use lower-case letters, digits and single hyphens, like 'world-morning'")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(
            "is no IANA time zone; use a name like 'Europe/London' or 'America/New_York'"
        ) from error
    return value


def _time(value: str) -> str:
    if not re.fullmatch(r"(?:[01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError("use 24-hour HH:MM, like '06:00'")
    return value


def http(value: str) -> str:
    """A web address as it is kept. Raises ValueError."""
    if not re.fullmatch(r"https?://[^\s/?#]+[^\s]*", value):
        raise ValueError("use a full address that starts with https:// or http://")
    return value.rstrip("/") if value.count("/") == 3 else value


def _address(value: str) -> str:
    if not re.fullmatch(r"[^<>@,;\s]+@[^<>@,;\s]+", value):
        raise ValueError("use a bare address like 'editor@example.org'")
    return value


def _bounce_address(value: str) -> str:
    # Its local part and a token must fit into 64 octets (RFC 5321 §4.5.3.1.1).
    if value and not re.fullmatch(r"[a-z0-9._-]{1,20}@[a-z0-9.-]+", value):
        raise ValueError(
            "use a bare address like 'bounce@news.example.org', at most 20 letters, digits, dots "
            "or hyphens before the @"
        )
    return value


def _mailbox(value: str) -> str:
    if value and not re.fullmatch(
        r"(?:[^<>\r\n]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)", value
    ):
        raise ValueError("use an address like 'The Meridian <news@example.org>'")
    if not value.rpartition("@")[0].rpartition("<")[2].isascii():
        raise ValueError("must be ASCII before the @: not every server takes it otherwise")
    return value


def _leave_address(value: str) -> str:
    if value and not re.fullmatch(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", value):
        raise ValueError("use a bare ASCII address like 'leave@news.example'")
    if len(value) > LONGEST_LEAVE_ADDRESS:
        raise ValueError(
            f"has {len(value)} characters; {LONGEST_LEAVE_ADDRESS} at most leave room for the "
            "reader's key within the 72 that mail software keeps on a line: use a shorter one"
        )
    return value


def _utm(value: str) -> str:
    if re.search(r"[{}]", re.sub(r"\{(?:edition|date)\}", "", value)):
        raise ValueError("knows the placeholders {edition} and {date} only")
    if value and (not value.isprintable() or value != value.strip()):
        raise ValueError("use words on one line, without spaces around them")
    return value


def _fonts(value: str) -> str:
    return str(font_stack(value))


def _host(value: str) -> str:
    if not re.fullmatch(r"(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*", value):
        raise ValueError("use a bare host like 'cms.example.org', or '*.example.org' for all below")
    return value


def _webhook_key(value: str) -> str:
    public_key(value)
    return value


Slug = Annotated[str, AfterValidator(_slug), StringConstraints(max_length=80)]
Zone = Annotated[str, AfterValidator(_zone)]
LocalTime = Annotated[str, AfterValidator(_time)]
HttpUrl = Annotated[str, AfterValidator(http)]
Mailbox = Annotated[str, AfterValidator(_mailbox)]
LeaveAddress = Annotated[str, AfterValidator(_leave_address)]
UtmPattern = Annotated[str, AfterValidator(_utm), StringConstraints(max_length=100)]
Address = Annotated[str, AfterValidator(_address)]
BounceAddress = Annotated[str, AfterValidator(_bounce_address)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
Category = Annotated[str, StringConstraints(min_length=1, max_length=255, strip_whitespace=True)]
Host = Annotated[str, AfterValidator(_host)]
FontStack = Annotated[str, AfterValidator(_fonts)]
WebhookKey = Annotated[str, AfterValidator(_webhook_key)]
