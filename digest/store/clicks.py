"""Clicks: counted by link, hour and kind; of readers who agreed, which links they followed."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import ClickKind, IssueId, LinkId, SubscriberId
from digest.store.engine import insert_new, inserting
from digest.store.link_tables import click, link, reader_click


def add(connection: Connection, counts: Mapping[tuple[LinkId, datetime, ClickKind], int]) -> None:
    """Add to what was counted, in one statement. Links that are there no more are passed over."""
    wanted = {which for which, _, _ in counts}
    there = set(connection.scalars(sa.select(link.c.id).where(link.c.id.in_(wanted))))
    rows = [
        {"link_id": which, "hour": hour, "kind": kind.value, "clicks": count}
        # in one order, so that no two who count wait for each other
        for (which, hour, kind), count in sorted(counts.items())
        if which in there
    ]
    if not rows:
        return
    told = inserting(connection, click)
    connection.execute(
        told.on_conflict_do_update(
            index_elements=["link_id", "hour", "kind"],
            set_={"clicks": click.c.clicks + told.excluded.clicks},
        ),
        rows,
    )


def add_readers(
    connection: Connection, followed: Iterable[tuple[SubscriberId, LinkId, datetime]]
) -> None:
    """Write down who followed which link first when."""
    rows = [
        {"subscriber_id": who, "link_id": which, "at": at} for who, which, at in sorted(followed)
    ]
    if rows:
        insert_new(connection, reader_click, rows)


def by_link(connection: Connection, issue: IssueId) -> dict[LinkId, dict[ClickKind, int]]:
    """The clicks of an issue's links, by kind. Links that nobody followed are absent."""
    rows = connection.execute(
        sa.select(click.c.link_id, click.c.kind, sa.func.sum(click.c.clicks).label("clicks"))
        .join(link, link.c.id == click.c.link_id)
        .where(link.c.issue_id == issue)
        .group_by(click.c.link_id, click.c.kind)
    )
    found: dict[LinkId, dict[ClickKind, int]] = {}
    for row in rows:
        found.setdefault(LinkId(row.link_id), {})[ClickKind(row.kind)] = int(row.clicks)
    return found


def by_hour(
    connection: Connection, issue: IssueId, only: Collection[LinkId] | None = None
) -> dict[datetime, int]:
    """People's clicks on an issue's links, or on those named, by the hour."""
    those = sa.true() if only is None else link.c.id.in_(only)
    rows = connection.execute(
        sa.select(click.c.hour, sa.func.sum(click.c.clicks).label("clicks"))
        .join(link, link.c.id == click.c.link_id)
        .where(link.c.issue_id == issue, those, click.c.kind == ClickKind.HUMAN.value)
        .group_by(click.c.hour)
        .order_by(click.c.hour)
    )
    return {row.hour: int(row.clicks) for row in rows}


def total(connection: Connection, issue: IssueId) -> int | None:
    """People's clicks on all of an issue's links; None where they are not counted."""
    counted = connection.scalar(sa.select(link.c.id).where(link.c.issue_id == issue).limit(1))
    return None if counted is None else sum(by_hour(connection, issue).values())
