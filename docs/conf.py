"""How docs/ becomes a site: Sphinx with MyST and Furo; ``make docs`` builds it.

The pages are plain Markdown, so that they read well as files too. Nothing is fetched from
elsewhere, neither by the build nor by the pages.
"""

from pathlib import Path
from typing import Any

project = "newsletter-digest"
author = "the newsroom"
copyright = "the authors, MIT licence"  # noqa: A001 - Sphinx asks for this name
extensions = ["myst_parser"]
exclude_patterns = ["examples", "site"]
highlight_language = "text"
pygments_style = "friendly"
pygments_dark_style = "native"

myst_heading_anchors = 4
myst_links_external_new_tab = False

html_theme = "furo"
html_title = "newsletter-digest"
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#0b5d4e",
        "color-brand-content": "#0b5d4e",
    },
    "dark_css_variables": {
        "color-brand-primary": "#6fd0b8",
        "color-brand-content": "#6fd0b8",
    },
}

man_pages = [("commands", "digest", "a newsroom's digest machine", [author], 1)]

#: menu entries whose page may be missing in a checkout that is being worked on
COMING = {"installing", "schedule", "doctor", "watching", "backup", "security"}


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("source-read", _without_what_is_coming)


def _without_what_is_coming(app: Any, page: str, source: list[str]) -> None:
    if page == "index":
        missing = {name for name in COMING if not Path(app.srcdir, f"{name}.md").exists()}
        source[0] = "\n".join(one for one in source[0].splitlines() if one not in missing)
