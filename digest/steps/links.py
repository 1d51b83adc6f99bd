"""links: give an issue's links addresses of our own, and have those in sent mail lead elsewhere."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.engine import Connection

from digest.errors import WrongStateError
from digest.model import Issue, IssueId, LinkId, LinkPlace, Sheet, Target
from digest.render.clean import web_url
from digest.render.leads import led
from digest.render.utm import tagged
from digest.steps.parts import Parts
from digest.store import issues, links, variants
from digest.store.engine import reading, writing
from digest.store.links import LinkChange, StoredLink


def count(
    connection: Connection, parts: Parts, issue: Issue, sheets: Sequence[Sheet]
) -> Sequence[Sheet]:
    """The sheets of an issue with counted links, where its edition wants that.

    Each link once for all readers and languages, so that mails still share all they hold.
    """
    if not parts.edition(issue.edition).count_clicks:
        return sheets
    base = parts.identity.public_url
    found: dict[Target, str] = {}
    for one in sheets:
        led(one, lambda target: found.setdefault(target, ""), base)
    numbers = links.make(connection, issue.id, found)
    paths = {target: parts.links.path(number) for target, number in numbers.items()}
    return [led(one, paths.__getitem__, base) for one in sheets]


def repoint(
    parts: Parts, link: LinkId, url: str, who: str, why: str, *, dry_run: bool = False
) -> StoredLink:
    """Have a link in mail that has gone lead to another address.

    It gets its issue's campaign parameters where the first one did. Raises NotFoundError, and
    WrongStateError where ``url`` is no address that a reader can follow.
    """
    address = web_url(url)
    if not address:
        raise WrongStateError("that is no http or https address", link=link)
    with writing(parts.engine) as connection:
        one = links.get(connection, link, to_change=True)
        sheets = variants.sheets(connection, one.issue)
        utm = next((sheet.utm for sheet in sheets.values()), None)
        there = address if one.target.place is LinkPlace.SPONSOR else tagged(address, utm)
        if not dry_run:
            links.lead(connection, one, there, who, why, parts.clock.now())
    return replace(one, target=replace(one.target, url=there), withdrawn_at=None)


def withdraw(
    parts: Parts, link: LinkId, who: str, why: str, *, dry_run: bool = False
) -> StoredLink:
    """Have a link lead nowhere: who follows it reads that it is gone. Raises NotFoundError."""
    with writing(parts.engine) as connection:
        one = links.get(connection, link, to_change=True)
        if one.withdrawn_at is None and not dry_run:
            links.lead(connection, one, "", who, why, parts.clock.now())
        return links.get(connection, link)


def of_issue(parts: Parts, issue: IssueId) -> tuple[Sequence[StoredLink], Sequence[LinkChange]]:
    """The counted links of an issue, and what was changed about them. Raises NotFoundError."""
    with reading(parts.engine) as connection:
        issues.get(connection, issue)
        return links.of_issue(connection, issue), links.changes(connection, issue)
