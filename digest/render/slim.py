"""Takes weight off the engine's HTML without changing what any client makes of it."""

import re

_STYLE_SHEET = re.compile(r"(<style[^>]*>)(.*?)(</style>)", re.DOTALL)
_STYLE_ATTRIBUTE = re.compile(r'(\sstyle=")([^"]*)(")')
_OUTLOOK = re.compile(r"<!--\[if mso\]>.*?<!\[endif\]-->", re.DOTALL)
_SPLIT_OUTLOOK = re.compile(r"<!\[endif\]-->\s*<!--\[if mso\]>")
_CSS_SPACE = re.compile(r"\s*([{};,])\s*|(?<=[a-z-])(:)\s+|\s+")
_BOX = re.compile(r"\bpadding:([^;\"]+)((?:;padding-(?:top|right|bottom|left):[^;\"]+)+)")

#: what the engine writes that says nothing, once CSS is closed up: (what, what stands for it)
_IDLE = (
    # Internet Explorer reads such comments up to version 9; no mail program of today is built on it
    (re.compile(r"<!--\[if mso \| IE\]>"), "<!--[if mso]>"),
    # for Outlook 2003
    (re.compile(r"<!--\[if lte mso 11\]>.*?<!\[endif\]-->", re.DOTALL), ""),
    (re.compile(r"\bmj-outlook-group-fix ?"), ""),
    # a column as wide as it is anyway
    (re.compile(r"(?:\.moz-text-html )?\.mj-column-per-100\{[^}]*\}"), ""),
    (re.compile(r"\bmj-column-per-100\b ?"), ""),
    (re.compile(r' class=" ?"'), ""),
    # what a table without these words does by itself
    (re.compile(r'(<table\b[^>]*?) border="0"'), r"\1"),
    (re.compile(r"</?tbody>"), ""),
    (re.compile(r'(<table\b[^>]*) style="vertical-align:top"'), r"\1"),
    (re.compile(r'(<table\b[^>]*) style="border-collapse:collapse;border-spacing:0px"'), r"\1"),
    # the same colour twice
    (re.compile(r"(?<=[\";])background:([^;\"]+);(background-color:\1)(?=[;\"])"), r"\2"),
    # the sheet says it of every picture; the underline would be the link's
    (re.compile(r"(<img\b[^>]*);outline:none;text-decoration:none(?=[;\"])"), r"\1"),
    # mail programs open links in a window of their own
    (re.compile(r'(<a\b[^>]*?) target="_blank"'), r"\1"),
)
#: Outlook knows neither roles nor the classes that the engine makes up for it
_IDLE_IN_OUTLOOK = re.compile(r' role="presentation"| class="[\w -]*-outlook"')


def slim(html: str) -> str:
    """The same document in fewer bytes: CSS spacing, blank lines, what says nothing."""
    html = _STYLE_SHEET.sub(lambda found: found[1] + _css(found[2]) + found[3], html)
    html = _STYLE_ATTRIBUTE.sub(
        lambda found: found[1] + _BOX.sub(_box, _css(found[2])).rstrip(";") + found[3], html
    )
    for idle, stand_in in _IDLE:
        html = idle.sub(stand_in, html)
    html = _OUTLOOK.sub(lambda found: _IDLE_IN_OUTLOOK.sub("", found[0]), html)
    html = re.sub(r"[ \t]*\n\s*", "\n", html)
    return _SPLIT_OUTLOOK.sub("", html)


def _css(text: str) -> str:
    return (
        _CSS_SPACE.sub(lambda found: found[1] or found[2] or " ", text).strip().replace(";}", "}")
    )


def _box(found: re.Match[str]) -> str:
    """``padding`` and single sides after it as one."""
    given = found[1].split()
    top, right, bottom, left = (given * 4)[:4] if len(given) != 3 else (*given, given[1])
    sides = {"top": top, "right": right, "bottom": bottom, "left": left}
    for one in found[2].lstrip(";").split(";"):
        name, _, value = one.partition(":")
        sides[name.removeprefix("padding-")] = value
    top, right, bottom, left = sides.values()
    if right != left:
        return f"padding:{top} {right} {bottom} {left}"
    return f"padding:{top} {right}" if top == bottom else f"padding:{top} {right} {bottom}"


def tidy_html(html: str) -> str:
    """A stretch of a rendered page without what loops and conditions leave, closed up."""
    html = re.sub(r"\n\s*", "\n", html).replace(' style=""', "")
    return _SPLIT_OUTLOOK.sub("", html)


def tidy_text(text: str) -> str:
    """A stretch of the text part without trailing spaces, blank lines before it or doubled ones."""
    text = re.sub(r"[ \t]+\n", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).lstrip("\n")
