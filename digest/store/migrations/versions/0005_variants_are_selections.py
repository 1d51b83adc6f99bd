"""A variant is a selection; what its issue's variants are made of stands once, in a sheet"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "sheet",
        sa.Column("issue_id", Id, nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issue.id"], name=op.f("fk_sheet_issue_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issue_id", "language", name=op.f("pk_sheet")),
    )
    with op.batch_alter_table("variant") as batch_op:
        batch_op.alter_column("content", new_column_name="selection", existing_type=sa.JSON())
    _select()


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("variant") as batch_op:
        batch_op.alter_column("selection", new_column_name="content", existing_type=sa.JSON())
    op.drop_table("sheet")


def _select() -> None:
    """What was frozen so far, in the new form.

    Readers of an issue that is under way meanwhile all get the subject of its first variant.
    """
    connection = op.get_bind()
    variant = sa.table(
        "variant", sa.column("id"), sa.column("issue_id"), sa.column("selection", sa.JSON)
    )
    sheet = sa.table(
        "sheet", sa.column("issue_id"), sa.column("language"), sa.column("content", sa.JSON)
    )
    issues = connection.scalars(sa.select(variant.c.issue_id).distinct()).all()
    for issue in sorted(issues):
        query = sa.select(variant.c.id, variant.c.selection).where(variant.c.issue_id == issue)
        rows = connection.execute(query.order_by(variant.c.id))
        contents = {row.id: row.selection for row in rows}
        contents = {key: one for key, one in contents.items() if "template" in one}
        if not contents:
            continue
        made = _sheet(list(contents.values()))
        connection.execute(
            sa.insert(sheet).values(issue_id=issue, language=made["language"], content=made)
        )
        for key, one in contents.items():
            chosen = [
                [section["slug"], [card["story"] for card in section["cards"]]]
                for section in one["sections"]
            ]
            value = {"sections": chosen, "language": one["language"], "style": "full"}
            connection.execute(
                sa.update(variant).where(variant.c.id == key).values(selection=value)
            )


def _sheet(contents: list[Mapping[str, Any]]) -> dict[str, Any]:
    sections: dict[str, dict[str, Any]] = {}
    for one in contents:
        for section in one["sections"]:
            known = sections.setdefault(section["slug"], {**section, "cards": []})
            have = {card["story"] for card in known["cards"]}
            known["cards"] += [card for card in section["cards"] if card["story"] not in have]
    first = dict(contents[0])
    subject = f"{{{{ {first['subject']!r} }}}}"
    preheader = f"{{{{ {first['preheader']!r} }}}}"
    return {
        **first,
        "subject": subject,
        "empty_subject": subject,
        "preheader": preheader,
        "sections": list(sections.values()),
    }
