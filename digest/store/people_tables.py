"""Tables of those who work at the desk: their accounts, their sessions, and what they did.

They are staff. Their work addresses stand here, and no reader's does. Tokens, codes and passwords
are kept as hashes; what an authenticator app shares with us is sealed (``second_factor.secret``).
"""

import sqlalchemy as sa

from digest.store.tables import Id, Instant, metadata

person = sa.Table(
    "person",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("name", sa.String(100), nullable=False, unique=True),
    # folded; what they log in with
    sa.Column("email", sa.String(254), nullable=False, unique=True),
    # Argon2id; null: they log in elsewhere, or have not followed their link yet
    sa.Column("password", sa.String(200), nullable=True),
    # who they are to the OpenID provider: its issuer and its name for them
    sa.Column("openid", sa.String(500), nullable=True, unique=True),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("disabled_at", Instant, nullable=True),
    # what is done at the desk → the key that does it; null: the usual ones
    sa.Column("shortcuts", sa.JSON(none_as_null=True), nullable=True),
)

# a role for an edition; "": for all
person_role = sa.Table(
    "person_role",
    metadata,
    sa.Column("person_id", sa.ForeignKey("person.id"), primary_key=True),
    sa.Column("role", sa.String(20), primary_key=True),
    sa.Column("edition", sa.String(80), primary_key=True),
)

second_factor = sa.Table(
    "second_factor",
    metadata,
    sa.Column("person_id", sa.ForeignKey("person.id"), primary_key=True),
    # encrypted with a key that the database does not hold
    sa.Column("secret", sa.Text, nullable=False),
    # null: shown, and no code of it was given yet
    sa.Column("confirmed_at", Instant, nullable=True),
    # the time step whose code was taken last: none is taken twice
    sa.Column("last_step", sa.BigInteger, nullable=False, default=0, server_default="0"),
)

# codes for a lost phone; one that was used is gone
recovery_code = sa.Table(
    "recovery_code",
    metadata,
    sa.Column("person_id", sa.ForeignKey("person.id"), primary_key=True),
    sa.Column("code_hash", sa.String(64), primary_key=True),
)

# somebody's browser, by the hash of its cookie
desk_session = sa.Table(
    "desk_session",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("person_id", sa.ForeignKey("person.id"), nullable=False, index=True),
    # in, or the step of logging in that is still to do
    sa.Column("stage", sa.String(10), nullable=False),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("seen_at", Instant, nullable=False),
    # when they last proved who they are
    sa.Column("proved_at", Instant, nullable=False),
    sa.Column("place", sa.String(45), nullable=False),
    sa.Column("browser", sa.String(200), nullable=False),
)

# a link that lets one person set a password, once
welcome = sa.Table(
    "welcome",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("person_id", sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("expires_at", Instant, nullable=False),
)

# tries to log in, by keyed hashes of the account and of where from
login_try = sa.Table(
    "login_try",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("at", Instant, nullable=False, index=True),
    sa.Column("account", sa.String(64), nullable=False),
    sa.Column("place", sa.String(64), nullable=False),
)

# who did what: only added to, which triggers see to; each entry is sealed with the one before
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("who", sa.String(100), nullable=False),
    # no foreign key: an entry stays what it is whatever becomes of the person
    sa.Column("person_id", Id, nullable=True),
    sa.Column("what", sa.String(40), nullable=False),
    sa.Column("about", sa.String(200), nullable=False),
    sa.Column("before", sa.Text, nullable=False),
    sa.Column("after", sa.Text, nullable=False),
    sa.Column("place", sa.String(45), nullable=False),
    sa.Column("session", sa.String(8), nullable=False),
    sa.Column("seal", sa.String(64), nullable=False),
)
