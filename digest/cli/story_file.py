"""A story to look at: a file, a page on the web, or standard input."""

import re
import sys
from pathlib import Path

from digest.config.settings import Gather
from digest.errors import StoryError
from digest.model import ParsedStory
from digest.sources import clean

_MATTER = re.compile(r"\A---\s*\n(.*?)\n---\s*\n", re.DOTALL)
_HEADER = re.compile(r"^(title|url|language|categories):\s*(.+)$", re.MULTILINE)


def read(given: str, gather: Gather) -> ParsedStory:
    """The story at a path or address, or on standard input (``-``).

    Text and Markdown: the first line is the headline unless front matter says ``title``; ``url``,
    ``language`` and ``categories`` are read there too. HTML: h1, else title, and the article.
    Raises StoryError, and SourceError where a page does not come.
    """
    if re.match(r"https?://", given):
        body, url = _fetched(given, gather)
        return _page(body, url)
    try:
        text = sys.stdin.read() if given == "-" else Path(given).read_text("utf-8", "replace")
    except OSError as error:
        raise StoryError(f"{given}: {error.strerror}") from error
    if re.search(r"(?i)<(?:html|article|h1|body)\b", text[:5000]):
        return _page(text, "")
    return _plain(text)


def _fetched(url: str, gather: Gather) -> tuple[str, str]:
    from digest.sources.build import user_agent
    from digest.sources.fetch import Fetcher

    fetcher = Fetcher(user_agent(gather.contact), allow_private=gather.allow_private)
    answer = fetcher.fetch(url, accept="text/html, */*;q=0.5")
    if answer.status != 200:
        raise StoryError(f"the page answered {answer.status}")
    charset = re.search(r"charset=[\"']?([\w-]+)", answer.headers.get("content-type", ""))
    try:
        return answer.body.decode(charset[1] if charset else "utf-8", "replace"), answer.url
    except LookupError:
        return answer.body.decode("utf-8", "replace"), answer.url


def _page(body: str, url: str) -> ParsedStory:
    headline = clean.headline(_inside(body, "h1") or _inside(body, "title"))
    inner = next(filter(None, (_inside(body, tag) for tag in ("article", "main", "body"))), body)
    return _story(headline, clean.text(inner), {"url": url})


def _inside(body: str, tag: str) -> str:
    """What stands in the first element of this name, markup and all."""
    start = re.search(rf"(?i)<{tag}[\s>]", body)
    opened = body.find(">", start.start()) + 1 if start else 0
    closed = re.compile(rf"(?i)</{tag}\s*>").search(body, opened) if opened else None
    return body[opened : closed.start()] if closed else ""


def _plain(text: str) -> ParsedStory:
    front = _MATTER.match(text)
    said = dict(_HEADER.findall(front[1])) if front else {}
    body = text[front.end() :] if front else text
    headline = said.get("title", "").strip("\"' ")
    if not headline:
        first, _, body = body.lstrip().partition("\n")
        headline = first.lstrip("# ").strip()
    return _story(headline, body.strip(), said)


def _story(headline: str, text: str, said: dict[str, str]) -> ParsedStory:
    if not headline and not text:
        raise StoryError("there is no text")
    names = said.get("categories", "").strip("[] ").split(",")
    return ParsedStory(
        aliases=(),
        url=said.get("url", "").strip("\"' "),
        headline=headline,
        text=text,
        language=said.get("language", "").strip("\"' "),
        categories=tuple(name for one in names if (name := one.strip("\"' "))),
    )
