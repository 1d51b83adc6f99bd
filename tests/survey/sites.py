"""Pages and feeds of newsrooms that are none, for the origin to serve."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

from tests.sources.origin import Origin

HTML = {"Content_Type": "text/html; charset=utf-8"}
XML = {"Content_Type": "application/rss+xml"}
#: the smallest PNG there is
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63"
    "60606060000000050001a5f645400000000049454e44ae426082"
)

FRONT = """<!doctype html>
<html lang="en-KE"><head>
<title>Home | The Harbour Post</title>
<meta name="theme-color" content="#ffffff">
<meta property="og:site_name" content="The Harbour Post &amp; Mail">
<meta name="description" content="Tides and tidings">
<style>:root { --wp--preset--color--primary: #a40; --text-accent: #000 }</style>
<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed.xml">
<link rel="alternate" type="application/rss+xml" title="All" href="/all.xml">
<link rel="alternate" type="application/rss+xml" title="Sport only" href="/sport.xml">
<link rel="alternate" type="application/rss+xml" title="Weekend" href="/weekend.xml">
<link rel="alternate" hreflang="sw" href="/sw/">
<link rel="alternate" hreflang="en-KE" href="/">
<link rel="icon" href="/favicon.ico"><link rel="apple-touch-icon" href="/touch.png">
<script type="application/ld+json">{"@graph": [{"@type": "NewsMediaOrganization",
 "logo": {"@type": "ImageObject", "url": "/logo.png"}}]}</script>
</head><body>
<h2>Latest</h2><a href="/one">One</a><a href="/two">Two</a>
<section><h2>Editors’ Picks</h2>
<article><h3><a href="/one">One</a></h3></article>
<article><h3><a href="/two">Two</a></h3></article>
<article><h3><a href="/three#top">Three</a></h3><a href="https://ads.example/">ad</a></article>
</section><h2>More</h2><a href="/four">Four</a>
<h2>Featured</h2><a href="/five">the only one</a>
</body></html>"""


def rss(
    *entries: tuple[str, str, tuple[str, ...]],
    base: str,
    offset: int = 3,
    now: datetime | None = None,
    title: str = "A feed",
) -> bytes:
    """A feed of (headline, path, categories), an hour apart, in a zone ``offset`` hours east."""
    at = (now or datetime.now(UTC)) + timedelta(hours=offset)
    items = "".join(
        f"<item><title>{escape(headline)}</title><link>{base}{path}</link>"
        f"<pubDate>{_date(at - timedelta(hours=number + 1), offset)}</pubDate>"
        + "".join(f"<category>{escape(name)}</category>" for name in categories)
        + "</item>"
        for number, (headline, path, categories) in enumerate(entries)
    )
    return (
        f'<rss version="2.0"><channel><title>{title}</title><link>{base}/</link>'
        f"<language>en-ke</language>{items}</channel></rss>"
    ).encode()


def _date(local: datetime, offset: int) -> str:
    return format_datetime(local).replace("+0000", f"{offset:+03d}00")


STORIES = (
    ("Ferry strike ends in Mombasa", "/one", ("Business", "Coast")),
    ("Floods in Niger", "/two", ("Africa",)),
    ("Harbour wins the cup", "/three", ("Sports",)),
    ("A letter to the editor", "/four", ("Opinion",)),
)


def news_sitemap(url: str, now: datetime) -> bytes:
    """A news sitemap of one story."""
    return (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url>'
        f"<loc>{url}</loc><news:news><news:publication><news:name>P</news:name>"
        "<news:language>sw</news:language></news:publication>"
        f"<news:publication_date>{now.isoformat()}</news:publication_date>"
        "<news:title>Mafuriko Niger</news:title></news:news></url></urlset>"
    ).encode()


def harbour_post(origin: Origin) -> str:
    """A site of plain HTML with feeds; the address of its front page."""
    origin.gives("/", b"", 404)
    origin.answers["/"] = lambda handler: handler.reply(
        *((200, FRONT.encode()) if handler.path == "/" else (404, b"no")), **HTML
    )
    sport, weekend = STORIES[2], ("Saturday soup", "/soup", ("Food",))
    origin.gives("/all.xml", rss(*STORIES, base=origin.url), **XML)
    origin.gives("/sport.xml", rss(sport, base=origin.url), **XML)
    origin.gives("/weekend.xml", rss(weekend, base=origin.url, title="Weekend"), **XML)
    origin.gives("/comments/feed.xml", rss(("Me too", "/c", ()), base=origin.url), **XML)
    origin.gives("/logo.png", PNG, Content_Type="image/png")
    return f"{origin.url}/"
