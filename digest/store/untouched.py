"""Issues that nobody has worked on: they may be closed again, as if they had not been opened."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import Issue, IssueState
from digest.store.hand_tables import hand
from digest.store.tables import issue, issue_event

#: who acts without being a person
NOBODY = ("scheduler",)
_STATES = (IssueState.PLANNED, IssueState.DRAFTING)


def remove(connection: Connection, one: Issue) -> bool:
    """Take the issue away; False where somebody worked on it, or it is further along."""
    if one.state not in _STATES or one.hold is not None:
        return False
    events = sa.select(issue_event.c.id).where(
        issue_event.c.issue_id == one.id, issue_event.c.who.not_in(NOBODY)
    )
    hands = sa.select(hand.c.issue_id).where(hand.c.issue_id == one.id)
    gone = connection.execute(
        sa.delete(issue).where(
            issue.c.id == one.id,
            issue.c.state == one.state.value,
            issue.c.revision == one.revision,
            ~sa.exists(events),
            ~sa.exists(hands),
        )
    )
    return gone.rowcount == 1
