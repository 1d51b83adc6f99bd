"""The tables of what becomes of an issue once it has gone: its archive page, and its errata."""

import sqlalchemy as sa

from digest.store.tables import Id, Instant, metadata


def _issue_id() -> sa.Column[int]:
    return sa.Column(
        "issue_id", Id, sa.ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True
    )


# what of an issue anybody may read, frozen as it is addressed; and whether it was taken back
archive = sa.Table(
    "archive",
    metadata,
    _issue_id(),
    # Selected as JSON, of the sheet in its language; null: it is not in the archive
    sa.Column("selection", sa.JSON(none_as_null=True), nullable=True),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("headlines", sa.JSON, nullable=False),
    # then neither its page nor its web copies are shown
    sa.Column("withdrawn_at", Instant, nullable=True),
)

# issues that are letters about a mistake in another one
erratum = sa.Table(
    "erratum",
    metadata,
    _issue_id(),
    sa.Column(
        "of_issue", Id, sa.ForeignKey("issue.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    sa.Column("story_id", Id, nullable=False),
    sa.Column("headline", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("wrong", sa.Text, nullable=False),
    # "right" is a word of SQL's
    sa.Column("right_words", sa.Text, nullable=False),
    # of the story and the words: the same thing is said once
    sa.Column("hash", sa.String(64), nullable=False),
    sa.UniqueConstraint("of_issue", "hash"),
)
