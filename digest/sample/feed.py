"""The wire: an RSS 2.0 feed, https://www.rssboard.org/rss-specification."""

from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from importlib.resources import files
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from digest.sample.story import PICTURE_HEIGHT, PICTURE_WIDTH, SampleStory, Shape, of

NAMESPACES = {
    "xmlns:atom": "http://www.w3.org/2005/Atom",
    "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
    "xmlns:media": "http://search.yahoo.com/mrss/",
}


def feed(now: datetime, base_url: str, held_back: float = 0) -> bytes:
    """The feed as UTF-8 XML, newest story first."""
    told = of(Shape.WIRE, now, held_back)
    rss = Element("rss", {"version": "2.0", **NAMESPACES})
    channel = SubElement(rss, "channel")
    _text(channel, "title", "The Meridian: wire")
    _text(channel, "link", f"{base_url}/")
    _text(channel, "description", "World news as it comes in")
    _text(channel, "language", "en-gb")
    _text(channel, "lastBuildDate", _date(told[0].published_at(now)))
    itself = {"rel": "self", "type": "application/rss+xml", "href": f"{base_url}/wire/feed.xml"}
    SubElement(channel, "atom:link", itself)
    for story in told:
        _item(SubElement(channel, "item"), story, now, base_url)
    indent(rss)
    document: bytes = tostring(rss, encoding="utf-8", xml_declaration=True)
    return document


def _item(item: Element, story: SampleStory, now: datetime, base_url: str) -> None:
    _text(item, "title", story.headline)
    _text(item, "link", f"{base_url}/{story.slug}/")
    _text(item, "guid", f"meridian-wire-{story.id}").set("isPermaLink", "false")
    _text(item, "pubDate", _date(story.published_at(now)))
    _text(item, "dc:creator", story.byline)
    for category in (*story.categories, *story.tags):
        _text(item, "category", category)
    # A description is HTML by custom, so plain text is escaped once more than XML asks for.
    _text(item, "description", escape(story.standfirst, quote=False))
    html = "\n".join(f"<p>{escape(text, quote=False)}</p>" for text in story.paragraphs)
    url = f"{base_url}/pictures/{story.picture}.png"
    # Every fifth story tells its picture the old way, which has no place for an alt text.
    old_way = story.id % 5 == 0
    if story.picture and not old_way:
        html = f'<figure><img src="{escape(url)}" alt="{escape(story.alt)}"></figure>\n{html}'
    _text(item, "content:encoded", html)
    if story.picture:
        _picture(item, story, url, old_way=old_way)


def _picture(item: Element, story: SampleStory, url: str, *, old_way: bool) -> None:
    if old_way:
        size = len((files("digest.sample") / "pictures" / f"{story.picture}.png").read_bytes())
        SubElement(item, "enclosure", {"url": url, "type": "image/png", "length": str(size)})
        return
    facts = {"url": url, "type": "image/png", "medium": "image"}
    sizes = {"width": str(PICTURE_WIDTH), "height": str(PICTURE_HEIGHT)}
    media = SubElement(item, "media:content", facts | sizes)
    _text(media, "media:description", story.alt).set("type", "plain")


def _text(parent: Element, tag: str, text: str) -> Element:
    child = SubElement(parent, tag)
    child.text = text
    return child


def _date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC))
