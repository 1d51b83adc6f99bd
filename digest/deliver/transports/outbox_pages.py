"""The outbox's index pages: plain HTML that a browser opens from disk."""

from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from functools import lru_cache
from html import escape
from pathlib import Path

#: entries shown on a page; the folder holds them all
SHOWN = 500
#: headers end well before this
HEADERS = 16_384

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root {{ color-scheme: light dark }}
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem }}
body {{ padding: 0 1rem }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; padding: .45rem .6rem; vertical-align: top }}
td {{ border-top: 1px solid #8886; overflow-wrap: anywhere }}
</style></head><body>
<h1>{title}</h1>
<p>{lead}</p>
<table><thead><tr>{heads}</tr></thead><tbody>
{rows}
</tbody></table>
</body></html>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mail:
    ref: str
    subject: str
    reader: str


def issue_page(folder: Path) -> bytes:
    """The page of one issue's messages."""
    files = _mails(folder)
    rows = [
        f'<tr><td><a href="{escape(mail.ref)}.html">{escape(mail.subject)}</a></td>'
        f"<td>{escape(mail.reader)}</td>"
        f'<td><a href="{escape(mail.ref)}.eml">message</a></td></tr>'
        for mail in map(_mail, files[:SHOWN])
    ]
    lead = f'{len(files)} messages{_shown(files)}. <a href="../index.html">All issues</a>'
    return _page(f"Outbox: {_name(folder)}", lead, ("Subject", "To", "File"), rows)


def top_page(folder: Path) -> bytes:
    """The page of all issues, the latest first."""
    issues = sorted(
        (one for one in folder.iterdir() if one.is_dir()),
        key=lambda one: one.stat().st_mtime,
        reverse=True,
    )
    rows = list(_issue_rows(issues[:SHOWN]))
    lead = "What was sent into this folder. Nobody was mailed."
    return _page("Outbox", lead, ("Issue", "Messages", "Subject"), rows)


def _issue_rows(issues: list[Path]) -> Iterator[str]:
    for one in issues:
        mails = _mails(one)
        if mails:
            yield (
                f'<tr><td><a href="{escape(one.name)}/index.html">{escape(_name(one))}</a></td>'
                f"<td>{len(mails)}</td><td>{escape(_mail(mails[0]).subject)}</td></tr>"
            )


def _name(folder: Path) -> str:
    return f"issue {folder.name}" if folder.name.isdigit() else folder.name


def _mails(folder: Path) -> list[Path]:
    found = [one for one in folder.iterdir() if one.suffix == ".eml" and one.name[0] != "."]
    return sorted(found, key=lambda one: (len(one.name), one.name))


def _mail(path: Path) -> _Mail:
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(2 * SHOWN)
def _read(path: Path, written_at: int) -> _Mail:
    del written_at  # a part of the key: pages are rewritten often, messages are not
    with path.open("rb") as file:
        head = file.read(HEADERS).partition(b"\r\n\r\n")[0]
    parsed = BytesHeaderParser(_class=EmailMessage, policy=policy.default).parsebytes(head)
    name, address = parseaddr(str(parsed["To"]))
    local, _, domain = address.rpartition("@")
    return _Mail(
        ref=path.stem,
        subject=str(parsed["Subject"]),
        # A page is more easily shown around than a mail.
        reader=f"{name} {local[:1]}…@{domain}".strip(),
    )


def _shown(files: list[Path]) -> str:
    return f", the first {SHOWN} shown" if len(files) > SHOWN else ""


def _page(title: str, lead: str, heads: tuple[str, ...], rows: list[str]) -> bytes:
    return _PAGE.format(
        title=escape(title),
        lead=lead,
        heads="".join(f"<th>{head}</th>" for head in heads),
        rows="\n".join(rows),
    ).encode()
