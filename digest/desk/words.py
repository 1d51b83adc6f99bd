"""What editors type, made fit for an issue. Pure."""

from digest.errors import InvalidError
from digest.render.clean import clean_line, web_url

#: characters of one line that an issue may show
_LONGEST = 1_000
#: characters of a text of several paragraphs
_LONGEST_TEXT = 4_000


def line(text: str) -> str:
    """One line. Raises InvalidError where it is too long to be shown whole."""
    return clean_line(_short(text, _LONGEST), _LONGEST)


def paragraphs(text: str) -> str:
    """Paragraphs, parted by blank lines. Raises InvalidError where they are too long."""
    return _short(text.replace("\r\n", "\n").strip(), _LONGEST_TEXT)


def address(text: str) -> str:
    """A web address, or nothing. Raises InvalidError for any other."""
    found = web_url(text.strip())
    if text.strip() and not found:
        raise InvalidError(
            "this address cannot be followed", hint="it must begin with https:// or http://"
        )
    return found


def _short(text: str, longest: int) -> str:
    if len(text) > longest:
        raise InvalidError(f"this text has {len(text)} characters", hint=f"{longest} at most")
    return text
