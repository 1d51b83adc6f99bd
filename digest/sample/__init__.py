"""The Meridian, a newsroom that does not exist: what `make digest` gathers from.

Its stories are in stories/, one Markdown file each; write() makes of them an RSS feed, a
WordPress export and a folder of Markdown, dated back from now, so that they never go stale.
"""

from importlib.resources import files
from importlib.resources.abc import Traversable

from digest.sample.newsroom import SampleSummary, write
from digest.sample.page import PAGE_POLICY, front_page, page
from digest.sample.story import SampleStory, Shape, stories

__all__ = [
    "PAGE_POLICY",
    "SampleStory",
    "SampleSummary",
    "Shape",
    "front_page",
    "page",
    "pictures",
    "stories",
    "subscribers",
    "write",
]


def pictures() -> Traversable:
    """The folder of PNG files: one per picture name, 1200 × 675 pixels, and ``logo.png``."""
    return files("digest.sample") / "pictures"


def subscribers() -> Traversable:
    """The CSV file of ten subscribers at example addresses."""
    return files("digest.sample") / "subscribers.csv"
