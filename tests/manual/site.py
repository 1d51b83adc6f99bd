"""Build docs/ as a site and as a man page; ``make docs`` runs this file.

A broken link or anchor, a page that no menu names, or anything that a reader's browser would fetch
from elsewhere ends it with 1.
"""

import re
import sys
from pathlib import Path

from sphinx.cmd.build import main

from tests.parts import REPO

SITE = REPO / "var" / "site"
_FETCHED = re.compile(
    r"""<(?:script|img|link|iframe)\b[^>]*?\b(?:src|href)=["']?(?:https?:)?//[^>]*>"""
)
_IN_CSS = re.compile(r"""(?:url\(|@import\s)\s*["']?(?:https?:)?//[^;)]*""")


def build(builder: str, place: Path) -> int:
    """Strictly. Returns 0, or what Sphinx ended with."""
    doctrees = str(REPO / "var" / "site.doctrees")
    return main(
        ["-b", builder, "-W", "--keep-going", "-q", "-d", doctrees, str(REPO / "docs"), str(place)]
    )


def fetched(site: Path) -> list[str]:
    """What pages and styles would have a browser fetch from elsewhere."""
    pages = [(page, _FETCHED) for page in site.rglob("*.html")]
    styles = [(style, _IN_CSS) for style in site.rglob("*.css")]
    return [
        f"{file.relative_to(site)}: {found}"
        for file, pattern in [*pages, *styles]
        for found in pattern.findall(file.read_text("utf-8"))
    ]


if __name__ == "__main__":
    ended = build("html", SITE) or build("man", REPO / "var" / "man")
    elsewhere = fetched(SITE)
    print(*elsewhere, sep="\n", file=sys.stderr, end="\n" if elsewhere else "")
    if ended or elsewhere:
        sys.exit(1)
    print(f"{SITE.relative_to(REPO)}/index.html, var/man/digest.1")
