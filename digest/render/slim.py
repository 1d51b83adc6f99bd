"""Takes weight off the engine's HTML without changing what any client makes of it."""

import re

_STYLE_SHEET = re.compile(r"(<style[^>]*>)(.*?)(</style>)", re.DOTALL)
_STYLE_ATTRIBUTE = re.compile(r'(\sstyle=")([^"]*)(")')
_SPLIT_OUTLOOK = re.compile(r"<!\[endif\]-->\s*<!--\[if mso \| IE\]>")
_CSS_SPACE = re.compile(r"\s*([{};,])\s*|(?<=[a-z-])(:)\s+|\s+")


def slim(html: str) -> str:
    """The same document in fewer bytes: CSS spacing, blank lines, adjoining Outlook comments."""
    html = _STYLE_SHEET.sub(lambda found: found[1] + _css(found[2]) + found[3], html)
    html = _STYLE_ATTRIBUTE.sub(
        lambda found: found[1] + _css(found[2]).rstrip(";") + found[3], html
    )
    html = re.sub(r"[ \t]*\n\s*", "\n", html)
    return _SPLIT_OUTLOOK.sub("", html)


def _css(text: str) -> str:
    return (
        _CSS_SPACE.sub(lambda found: found[1] or found[2] or " ", text).strip().replace(";}", "}")
    )


def tidy_html(html: str) -> str:
    """A stretch of a rendered page without the blank lines that loops leave, closed up."""
    return _SPLIT_OUTLOOK.sub("", re.sub(r"\n\s*", "\n", html))


def tidy_text(text: str) -> str:
    """A stretch of the text part without trailing spaces, blank lines before it or doubled ones."""
    text = re.sub(r"[ \t]+\n", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).lstrip("\n")
