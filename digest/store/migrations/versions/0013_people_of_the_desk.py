"""People of the desk, their sessions, and the record of what they did"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Instant = sa.DateTime(timezone=True)

#: the record is only added to, whoever asks
SQLITE_GUARDS = [
    f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit "
    "BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END"
    for verb in ("UPDATE", "DELETE")
]
POSTGRES_GUARDS = [
    "CREATE FUNCTION audit_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the audit is only added to'; END $$",
    "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_only_added_to()",
]


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "person",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("password", sa.String(length=200), nullable=True),
        sa.Column("openid", sa.String(length=500), nullable=True),
        sa.Column("made_at", Instant, nullable=False),
        sa.Column("disabled_at", Instant, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("name", name=op.f("uq_person_name")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
        sa.UniqueConstraint("openid", name=op.f("uq_person_openid")),
    )
    _of_a_person(
        "person_role",
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("edition", sa.String(length=80), nullable=False),
        key=("person_id", "role", "edition"),
    )
    _of_a_person(
        "second_factor",
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("confirmed_at", Instant, nullable=True),
        sa.Column("last_step", sa.BigInteger(), server_default="0", nullable=False),
        key=("person_id",),
    )
    _of_a_person(
        "recovery_code",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        key=("person_id", "code_hash"),
    )
    _of_a_person(
        "desk_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("made_at", Instant, nullable=False),
        sa.Column("seen_at", Instant, nullable=False),
        sa.Column("proved_at", Instant, nullable=False),
        sa.Column("place", sa.String(length=45), nullable=False),
        sa.Column("browser", sa.String(length=200), nullable=False),
        key=("token_hash",),
    )
    _of_a_person(
        "welcome",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        key=("token_hash",),
    )
    for table in ("desk_session", "welcome"):
        op.create_index(op.f(f"ix_{table}_person_id"), table, ["person_id"])
    op.create_table(
        "login_try",
        sa.Column("id", Id, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_try")),
    )
    op.create_index(op.f("ix_login_try_at"), "login_try", ["at"])
    _audit()


def _of_a_person(table: str, *columns: sa.Column[object], key: tuple[str, ...]) -> None:
    op.create_table(
        table,
        sa.Column("person_id", Id, nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f(f"fk_{table}_person_id")),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{table}")),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("who", sa.String(length=100), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("place", sa.String(length=45), nullable=False),
        sa.Column("session", sa.String(length=8), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    postgres = op.get_bind().dialect.name == "postgresql"
    for guard in POSTGRES_GUARDS if postgres else SQLITE_GUARDS:
        op.execute(guard)


def downgrade() -> None:
    """Take back."""
    op.drop_table("audit")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_is_only_added_to()")
    for table in (
        "login_try",
        "welcome",
        "desk_session",
        "recovery_code",
        "second_factor",
        "person_role",
        "person",
    ):
        op.drop_table(table)
