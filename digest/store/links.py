"""Counted links of issues: where each leads, and who made it lead elsewhere."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from digest.curate.lifecycle import WENT
from digest.errors import NotFoundError
from digest.model import IssueId, IssueState, LinkId, LinkPlace, StoryId, Target
from digest.store.link_tables import link, link_change
from digest.store.tables import issue as issues
from digest.store.tables import issue_event


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLink:
    """A link and where it leads now."""

    id: LinkId
    issue: IssueId
    target: Target
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkChange:
    """What somebody did to a link."""

    link: LinkId
    at: datetime
    who: str
    why: str
    #: where it led and leads; empty: nowhere
    before: str
    after: str


def make(
    connection: Connection, issue: IssueId, targets: Collection[Target]
) -> dict[Target, LinkId]:
    """Give an issue's links their numbers."""
    if not targets:
        return {}
    rows = [
        {
            "issue_id": issue,
            "url": one.url,
            "section": one.section,
            "story_id": one.story,
            "place": one.place.value,
        }
        for one in targets
    ]
    insert = sa.insert(link).returning(link.c.id, sort_by_parameter_order=True)
    ids = connection.scalars(insert, rows)
    return dict(zip(targets, map(LinkId, ids), strict=True))


def get(connection: Connection, link_id: LinkId, *, to_change: bool = False) -> StoredLink:
    """One link. Raises NotFoundError."""
    query = sa.select(link).where(link.c.id == link_id)
    row = connection.execute(query.with_for_update() if to_change else query).one_or_none()
    if row is None:
        raise NotFoundError("there is no such link", link=link_id)
    return _link(row)


def of_issue(connection: Connection, issue: IssueId) -> list[StoredLink]:
    """The links of an issue, in the order of its sections."""
    rows = connection.execute(sa.select(link).where(link.c.issue_id == issue).order_by(link.c.id))
    return [_link(row) for row in rows]


def went_since(connection: Connection, at: datetime) -> list[IssueId]:
    """The issues with counted links that were due then or later and go or went, oldest first."""
    query = (
        sa.select(issues.c.id)
        .where(
            issues.c.scheduled_at >= at,
            issues.c.state.in_([IssueState.SENDING.value, *(one.value for one in WENT)]),
            sa.exists().where(link.c.issue_id == issues.c.id),
        )
        .order_by(issues.c.scheduled_at)
    )
    return list(map(IssueId, connection.scalars(query)))


def began(connection: Connection, issue: IssueId) -> datetime | None:
    """When an issue began to go."""
    at: datetime | None = connection.scalar(
        sa.select(sa.func.min(issue_event.c.at)).where(
            issue_event.c.issue_id == issue,
            issue_event.c.what == "state",
            issue_event.c.after == IssueState.SENDING.value,
        )
    )
    return at


def lead(
    connection: Connection, one: StoredLink, url: str, who: str, why: str, now: datetime
) -> None:
    """Have a link lead to ``url`` from now on; empty: nowhere."""
    withdrawn = None if url else now
    kept = url or one.target.url
    connection.execute(
        sa.update(link).where(link.c.id == one.id).values(url=kept, withdrawn_at=withdrawn)
    )
    connection.execute(
        sa.insert(link_change).values(
            link_id=one.id,
            at=now,
            who=who[:100],
            why=why[:2000],
            before="" if one.withdrawn_at else one.target.url,
            after=url,
        )
    )


def changes(connection: Connection, issue: IssueId) -> Sequence[LinkChange]:
    """What was done to the links of an issue, oldest first."""
    rows = connection.execute(
        sa.select(link_change)
        .join(link, link.c.id == link_change.c.link_id)
        .where(link.c.issue_id == issue)
        .order_by(link_change.c.id)
    )
    return [
        LinkChange(
            link=LinkId(row.link_id),
            at=row.at,
            who=row.who,
            why=row.why,
            before=row.before,
            after=row.after,
        )
        for row in rows
    ]


def _link(row: Row[Any]) -> StoredLink:
    return StoredLink(
        id=LinkId(row.id),
        issue=IssueId(row.issue_id),
        target=Target(
            url=row.url,
            place=LinkPlace(row.place),
            section=row.section,
            story=None if row.story_id is None else StoryId(row.story_id),
        ),
        withdrawn_at=row.withdrawn_at,
    )
