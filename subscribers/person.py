"""One person's data, for them: JSON for programs, HTML to read (GDPR Art. 15 and 20)."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
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
TITLE = "What we hold about you"
#: what each part is, for a person; others are called as they are
NAMES = {
    "address_change": "Changes of address you asked for",
    "asked": "Requests made with your address, for limits",
    "attribute": "What the newsroom noted",
    "consent_event": "What you agreed to and took back",
    "deliveries": "Issues we sent you, or were to",
    "domain_suppression": "Your mail provider gets no mail from us",
    "events": "What we heard of that mail",
    "letter_due": "Letters we wrote to you",
    "letters": "How those letters fared",
    "preference": "Regions and topics you chose",
    "received": "How many issues you got",
    "subscription": "Newsletters",
    "suppression": "Promises not to mail you",
    "tag": "Labels the newsroom gave you",
    "wording": "The words you agreed to",
}


def as_json(data: Mapping[str, Any]) -> str:
    """The data as one JSON document."""
    return json.dumps(data, default=_said, ensure_ascii=False, indent=2) + "\n"


def as_html(data: Mapping[str, Any], at: datetime) -> str:
    """The data as a page that needs nothing else."""
    own = {name: value for name, value in data.items() if not isinstance(value, list)}
    parts = {name: value for name, value in data.items() if isinstance(value, list)}
    sections = [_table(("", ""), [(_words(name), value) for name, value in own.items()])]
    for name, rows in parts.items():
        sections.append(f"<h2>{escape(NAMES.get(name, _words(name)))}</h2>")
        if not rows:
            sections.append("<p>None.</p>")
            continue
        head = list(rows[0])
        sections.append(
            _table([_words(one) for one in head], [[row.get(one) for one in head] for row in rows])
        )
    return _PAGE.format(
        title=TITLE, lead=f"As of {at:%Y-%m-%d %H:%M} UTC.", sections="\n".join(sections)
    )


def as_zip(data: Mapping[str, Any], at: datetime) -> bytes:
    """Both, in one archive."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", as_json(data))
        archive.writestr("data.html", as_html(data, at))
    return written.getvalue()


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    heads = "".join(f'<th scope="col">{escape(one)}</th>' for one in head)
    top = f"<thead><tr>{heads}</tr></thead>" if any(head) else ""
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(_said(cell))}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return f"<table>{top}<tbody>{body}</tbody></table>"


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _said(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
