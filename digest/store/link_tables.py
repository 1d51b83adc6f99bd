"""The tables of counted links. None holds a reader, but for those who agreed to be told apart."""

import sqlalchemy as sa

from digest.store.tables import Id, Instant, metadata

# a link of an issue, once for all its readers
link = sa.Table(
    "link",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column(
        "issue_id", Id, sa.ForeignKey("issue.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    # where it leads now; link_change tells where it led before
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("section", sa.String(100), nullable=False),
    sa.Column("story_id", Id, nullable=True),
    # story, more or house_ad
    sa.Column("place", sa.String(20), nullable=False),
    # since when it leads nowhere
    sa.Column("withdrawn_at", Instant, nullable=True),
    sqlite_autoincrement=True,
)

# what was done to links in mail that had gone; append-only
link_change = sa.Table(
    "link_change",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column(
        "link_id", Id, sa.ForeignKey("link.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    sa.Column("at", Instant, nullable=False),
    sa.Column("who", sa.String(100), nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    # where it led; empty: nowhere
    sa.Column("before", sa.Text, nullable=False),
    sa.Column("after", sa.Text, nullable=False),
    sqlite_autoincrement=True,
)

# clicks, by the hour; nobody's
click = sa.Table(
    "click",
    metadata,
    sa.Column("link_id", Id, sa.ForeignKey("link.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("hour", Instant, primary_key=True),
    # human or machine
    sa.Column("kind", sa.String(10), primary_key=True),
    sa.Column("clicks", sa.Integer, nullable=False),
)

# which links were followed by readers who agreed that this is kept
reader_click = sa.Table(
    "reader_click",
    metadata,
    sa.Column("subscriber_id", Id, primary_key=True),
    sa.Column("link_id", Id, sa.ForeignKey("link.id", ondelete="CASCADE"), primary_key=True),
    # the first time
    sa.Column("at", Instant, nullable=False),
)
