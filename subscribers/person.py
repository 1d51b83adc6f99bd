"""One person's data, for them: JSON for programs, HTML to read (GDPR Art. 15 and 20)."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from subscribers.person_words import COLUMNS, PARTS
from subscribers.voice import Voice

_PAGE = """<!doctype html>
<html lang="{language}" dir="{direction}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root {{ color-scheme: light dark }}
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem }}
body {{ padding: 0 1rem }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: start; padding: .3rem .6rem; vertical-align: top; overflow-wrap: anywhere }}
td {{ border-top: 1px solid #8886 }}
</style></head><body>
<h1>{title}</h1>
<p>{lead}</p>
{sections}
</body></html>
"""


def as_json(data: Mapping[str, Any]) -> str:
    """The data as one JSON document."""
    return json.dumps(data, default=_said, ensure_ascii=False, indent=2) + "\n"


def as_html(data: Mapping[str, Any], at: datetime, voice: Voice) -> str:
    """The data as a page that needs nothing else. What is stored stands as it is stored."""
    _ = voice.gettext
    own = {name: value for name, value in data.items() if not isinstance(value, list)}
    parts = {name: value for name, value in data.items() if isinstance(value, list)}
    nothing = "<p>" + escape(_("None.")) + "</p>"
    sections = [_table(("", ""), [(_words(name, voice), value) for name, value in own.items()])]
    for name, rows in parts.items():
        sections.append(f"<h2>{escape(_(PARTS[name]) if name in PARTS else name)}</h2>")
        if not rows:
            sections.append(nothing)
            continue
        head = list(rows[0])
        cells = [[row.get(one) for one in head] for row in rows]
        sections.append(_table([_words(one, voice) for one in head], cells))
    return _PAGE.format(
        language=escape(voice.language),
        direction=voice.direction,
        title=escape(_("What we hold about you")),
        lead=escape(_("As of %(time)s.") % {"time": f"{at:%Y-%m-%d %H:%M} UTC"}),
        sections="\n".join(sections),
    )


def as_zip(data: Mapping[str, Any], at: datetime, voice: Voice) -> bytes:
    """Both, in one archive."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", as_json(data))
        archive.writestr("data.html", as_html(data, at, voice))
    return written.getvalue()


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    heads = "".join(f'<th scope="col">{escape(one)}</th>' for one in head)
    top = f"<thead><tr>{heads}</tr></thead>" if any(head) else ""
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(_said(cell))}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return f"<table>{top}<tbody>{body}</tbody></table>"


def _words(name: str, voice: Voice) -> str:
    return voice.gettext(COLUMNS[name]) if name in COLUMNS else name


def _said(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
