"""Real feeds as served in February 2026, gathered in one run; nothing they say is lost.

What each feed says is read a second time here, by other means: the standard library's XML parser,
and a pattern where a document is not well-formed.
"""

import html
import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from urllib.parse import unquote, urljoin
from xml.etree import ElementTree as ET

import pytest

from digest.model import GatheredSource, GatherStatus, SourceMemory
from digest.sources.feed import FeedSettings, FeedSource
from digest.sources.parse import FeedParser
from digest.sources.parse_worker import MEMORY_BYTES
from tests.parts import SHARED_DATA
from tests.sources.origin import Origin, fetcher

pytestmark = pytest.mark.part("shared-data")
FEEDS = SHARED_DATA / "feeds" / "real"
NOW = datetime(2026, 2, 18, tzinfo=UTC)

#: a joke about UTF-8 read as Latin-1; feedparser mends it, as it should everywhere else
MENDED = "Unicode shenanigans: Martine Ã©crit en UTF-8"
#: headlines that are meant to hold what looks like markup
MEANT = {"M.2 NVMe -> miniPCIe"}


@pytest.fixture(scope="module")
def gathered() -> Iterator[dict[str, GatheredSource]]:
    """Every feed, from a loopback server, by eight threads as the gather step does."""
    with Origin() as origin, FeedParser() as parser:
        client = fetcher()
        for file in sorted(FEEDS.iterdir()):
            origin.gives(f"/{file.name}", file.read_bytes())

        def poll(name: str) -> GatheredSource:
            settings = FeedSettings(name=name, url=f"{origin.url}/{name}")
            return FeedSource(settings, client, parser).gather(SourceMemory(), NOW)

        names = [file.name for file in sorted(FEEDS.iterdir())]
        with ThreadPoolExecutor(8) as pool:
            yield dict(zip(names, pool.map(poll, names), strict=True))


def test_all_are_read_and_counted(gathered: dict[str, GatheredSource]) -> None:
    reasons = Counter(reject.reason.value for one in gathered.values() for reject in one.rejects)
    grades = Counter(story.date_grade.value for one in gathered.values() for story in one.stories)
    stories = sum(grades.values())
    print(f"\n{len(gathered)} feeds: {stories} stories {dict(grades)}; rejects {dict(reasons)}")
    assert {one.status for one in gathered.values()} == {GatherStatus.OK}
    assert stories > 3000
    assert reasons["unreadable"] == 0


def test_no_headline_has_residue(gathered: dict[str, GatheredSource]) -> None:
    headlines = {story.headline for one in gathered.values() for story in one.stories}
    residue = {text for text in headlines if re.search(r"[<>]|&#?\w+;|\s\s|^\s|\s$", text)}
    assert residue == MEANT & headlines


def test_every_name_is_one_storys(gathered: dict[str, GatheredSource]) -> None:
    for one in gathered.values():
        names = [alias for story in one.stories for alias in story.aliases]
        assert len(names) == len(set(names))


def test_no_title_and_no_link_is_lost(gathered: dict[str, GatheredSource]) -> None:
    lost = []
    entries = 0
    for name, one in gathered.items():
        told = said((FEEDS / name).read_bytes())
        entries += len(told)
        words = " ".join(reject.detail + " " + reject.entry for reject in one.rejects)
        titles = {letters(story.headline) for story in one.stories}
        links = {plain(story.url) for story in one.stories}
        for title, link in told:
            if title not in {"", MENDED} and not known(title, titles, words):
                lost.append((name, title))
            if link and not any(plain(link) in address for address in links) and link not in words:
                lost.append((name, link))
        assert len(told) <= len(one.stories) + len(one.rejects), name
    print(f"{entries} entries read a second time")
    assert entries > 4000
    assert lost == []


def test_every_test_document_of_feedparser_ends_in_a_result(parser: FeedParser) -> None:
    """Valid, invalid and hostile feeds of every format: stories, rejects or one clear line.

    Each within 10 s; that the worker has no more than 512 MB is a limit of the system's.
    """
    assert MEMORY_BYTES == 512 * 1024 * 1024
    ends: Counter[str] = Counter()
    slowest = 0.0
    client = fetcher()
    for file in sorted((SHARED_DATA / "feeds" / "feedparser").rglob("*.*")):
        if file.is_file():
            source = FeedSource(FeedSettings(name="test", path=file), client, parser)
            started = time.monotonic()
            gathered = source.gather(SourceMemory(), NOW)
            slowest = max(slowest, time.monotonic() - started)
            ends[gathered.status.value] += 1
            assert (gathered.status is GatherStatus.OK) != (gathered.note.count(". ") == 1)
    print(f"\n{dict(ends)}, the slowest in {slowest:.2f} s")
    assert slowest < 10
    assert sum(ends.values()) > 2000


def known(title: str, titles: set[str], words: str) -> bool:
    """Whether a story has this title, or a reject tells it; with or without what may be tags."""
    bare = re.sub(r"</?[a-zA-Z][^>]*>", "", html.unescape(title))
    seen = {letters(title), letters(bare), letters(title)[:400]}
    return bool(seen & titles) or letters(title)[:60] in letters(words) or "" in seen


def letters(text: str) -> str:
    """Letters and digits alone, entities resolved."""
    return re.sub(r"[\W_]", "", html.unescape(html.unescape(text)).casefold())


def plain(url: str) -> str:
    """An address without what may be written in several ways."""
    bare = unquote(html.unescape(url.strip())).casefold().partition("://")[2] or url.casefold()
    return bare.rstrip("/").removeprefix("/")


def said(document: bytes) -> list[tuple[str, str]]:
    """Title and link of each entry."""
    if document.lstrip().startswith(b"{"):
        rows = json.loads(document)["items"]
        return [(row.get("title", ""), row.get("url", "")) for row in rows]
    try:
        root = ET.fromstring(document)
    except ET.ParseError:
        return list(by_pattern(document.decode("utf-8", "replace")))
    entries = [one for one in root.iter() if local(one) in {"item", "entry"}]
    return [(text_of(entry, "title"), link_of(entry)) for entry in entries]


def local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def text_of(entry: ET.Element, name: str) -> str:
    """Of the entry's own children with this name, the first that is not of a media namespace."""
    for child in entry:
        if local(child) == name and not re.search("mrss|itunes|google", child.tag):
            return "".join(child.itertext()).strip()
    return ""


def link_of(entry: ET.Element) -> str:
    links = [one for one in entry if local(one) == "link" and "itunes" not in one.tag]
    for link in links:
        if link.get("href") and link.get("rel", "alternate") == "alternate":
            return urljoin("", link.get("href", ""))
    return next(("".join(link.itertext()).strip() for link in links if link.text), "")


def by_pattern(text: str) -> Iterator[tuple[str, str]]:
    for entry in re.findall(
        r"<(?:\w+:)?(?:item|entry)[\s>].*?</(?:\w+:)?(?:item|entry)>", text, re.DOTALL
    ):
        title = re.search(r"<(?:\w+:)?title[^>]*>(.*?)</(?:\w+:)?title>", entry, re.DOTALL)
        link = re.search(r"<(?:\w+:)?link>(.*?)</|<link[^>]*href=[\"']([^\"']+)", entry, re.DOTALL)
        address = (link.group(1) or link.group(2)) if link else ""
        unwrapped = re.sub(r"<!\[CDATA\[|\]\]>", "", title.group(1)) if title else ""
        yield unwrapped.strip(), re.sub(r"<!\[CDATA\[|\]\]>", "", address).strip()
