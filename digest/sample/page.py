"""Pages for the links in a sample mail to lead to. Plain HTML, no script, no other host."""

import base64
from hashlib import sha256
from html import escape

from digest.sample.story import PICTURE_HEIGHT, PICTURE_WIDTH, SampleStory, stories

STYLE = """
:root { color-scheme: light dark; --ink: #1d2b28; --soft: #5c6b67; --paper: #fbfaf6;
  --accent: #0b5d4e }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e9efec; --soft: #a3b2ad; --paper: #14211e; --accent: #6fd0b8 } }
body { margin: 0 auto; padding: 1.5rem; max-width: 42rem; background: var(--paper);
  color: var(--ink); font: 1.125rem/1.6 Georgia, serif }
a { color: var(--accent) }
h1 { font-size: 2rem; line-height: 1.2; margin: 1rem 0 .5rem; overflow-wrap: anywhere }
header, footer, .by, li span { font: .875rem/1.5 system-ui, sans-serif; color: var(--soft) }
.stand { font-size: 1.25rem; color: var(--soft) }
img { width: 100%; height: auto; border-radius: .25rem }
ul { padding: 0; list-style: none }
li { padding: .5rem 0; border-top: 1px solid #8884 }
li span { display: block }
footer { margin-top: 3rem; border-top: 1px solid #8884; padding-top: 1rem }
"""
_DIGEST = base64.b64encode(sha256(STYLE.encode()).digest()).decode()
#: a Content-Security-Policy under which these pages look as they should
PAGE_POLICY = (
    f"default-src 'none'; img-src 'self'; style-src 'sha256-{_DIGEST}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
RIGHT_TO_LEFT = frozenset({"ar"})
INVENTED = "The Meridian and its stories are invented. They come with newsletter-digest."


def page(slug: str) -> str | None:
    """The story's page, to be served at ``{base_url}/{slug}/``; None if there is no such story."""
    story = next((story for story in stories() if story.slug == slug), None)
    return _story_page(story) if story else None


def front_page() -> str:
    """All stories, newest first, to be served at ``{base_url}/``."""
    newest = sorted(stories(), key=lambda story: story.hours_ago)
    items = "\n".join(_item(story) for story in newest)
    return _document("The Meridian", "en", f"<h1>The Meridian</h1>\n<ul>\n{items}\n</ul>")


def _item(story: SampleStory) -> str:
    headline, where = escape(story.headline), escape(" · ".join(story.categories))
    return (
        f'<li lang="{story.language}" dir="{_direction(story.language)}">'
        f'<a href="{story.slug}/">{headline}</a><span>{where}</span></li>'
    )


def _story_page(story: SampleStory) -> str:
    parts = ['<header><a href="../">The Meridian</a></header>', "<main>"]
    parts.append(f"<h1>{escape(story.headline)}</h1>")
    if story.standfirst:
        parts.append(f'<p class="stand">{escape(story.standfirst)}</p>')
    parts.append(f'<p class="by">{escape(story.byline)}</p>')
    if story.picture:
        size = f'width="{PICTURE_WIDTH}" height="{PICTURE_HEIGHT}"'
        source = f"../pictures/{story.picture}.png"
        parts.append(f'<img src="{source}" alt="{escape(story.alt)}" {size}>')
    parts += [f"<p>{escape(paragraph)}</p>" for paragraph in story.paragraphs]
    parts.append("</main>")
    return _document(story.headline, story.language, "\n".join(parts))


def _document(title: str, language: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="{language}" dir="{_direction(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{escape(title)}</title>
<style>{STYLE}</style>
</head>
<body>
{body}
<footer lang="en" dir="ltr">{INVENTED}</footer>
</body>
</html>
"""


def _direction(language: str) -> str:
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"
