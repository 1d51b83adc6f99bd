"""last look: are the stories of an issue still out, just before it goes?

Asked between the lock and the moment when the audience is frozen, over the network and never
inside a transaction. A story that its publisher took back does not go: a reserve that was approved
with the issue takes its place, or the issue waits, as its edition says. What then stands there
passes preflight once more, or waits too.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import structlog
from sqlalchemy.engine import Connection

from digest.curate.last_look import Judged, Relieved, judge, relieve, reserves, visible
from digest.model import (
    Edition,
    Finding,
    Hold,
    Issue,
    IssueState,
    Look,
    SiteTrouble,
    StoryId,
    StoryState,
    Withdrawn,
)
from digest.steps import editions
from digest.steps.approve import drop
from digest.steps.parts import Parts
from digest.steps.preflight import blocks, told
from digest.store import approvals, control, drafts, hands, issues, looks, shown, stories
from digest.store.engine import reading, writing

log = structlog.get_logger()

#: how long before an issue goes it is looked at
BEFORE = timedelta(minutes=2)
#: how long after a look that brought no clear answer the site is asked again
AGAIN = timedelta(minutes=1)
#: stories that are asked for: those shown, their reserves, and the best of the others
ASKED = 60
_STATES = {Look.GONE: StoryState.WITHDRAWN, Look.PROTECTED: StoryState.PROTECTED}


def last_look(parts: Parts, issue: Issue) -> Issue:
    """Ask after the stories of a locked issue, once, and do what its edition says.

    One that is held because its site gave no clear answer is asked after again, and goes once it
    does.
    """
    waits = issue.hold is Hold.SITE
    if issue.state is not IssueState.LOCKED and not waits:
        return issue
    with reading(parts.engine) as connection:
        if _fresh(connection, parts, issue):
            return issue
        draft = drafts.of(connection, issue.id)
        edition = editions.shown(connection, parts, issue.edition, draft.hand)
        known = stories.held_back(connection, [one.stored.id for one in draft.pool])
    standing = visible(draft)
    spare = reserves(edition, draft)
    first = dict.fromkeys([*standing, *(key for held in spare.values() for key in held)])
    order = dict.fromkeys([*first, *(one.stored.id for one in draft.pool)])
    stored = {one.stored.id: one.stored for one in draft.pool}
    answers = parts.look([stored[key] for key in order if key in stored][:ASKED])
    if not answers and not known and not waits:
        return issue
    judged = judge([key for key in standing if key in answers], answers)
    # What its source told since the lock is certain.
    judged = replace(judged, gone={**dict.fromkeys(known, Look.GONE), **judged.gone})
    relieved = relieve(edition, draft, judged.gone, spare)
    # No preflight has seen the mail with what stands in now.
    found = blocks(parts, issue, relieved.draft) if judged.gone else ()
    with writing(parts.engine) as connection:
        seen = issues.get(connection, issue.id, to_change=True)
        if (seen.state, seen.revision) != (issue.state, issue.revision):
            return seen  # somebody was quicker
        looks.note(connection, seen.id, len(answers), judged, parts.clock.now())
        for key, look in judged.gone.items() - dict.fromkeys(known, Look.GONE).items():
            stories.take_back(connection, key, _STATES[look])
        if judged.gone:
            return _without(connection, parts, edition, seen, judged, relieved, spare, found)
        return _as_told(connection, parts, edition, seen, judged)


def _fresh(connection: Connection, parts: Parts, issue: Issue) -> bool:
    """Whether it was looked at since it was locked; of one that waits, a moment ago."""
    last = looks.last(connection, issue.id)
    if issue.hold is Hold.SITE:
        return last is not None and parts.clock.now() < last + AGAIN
    locked = control.locked_at(connection, issue.id)
    return last is not None and locked is not None and last >= locked


def _as_told(
    connection: Connection, parts: Parts, edition: Edition, issue: Issue, judged: Judged
) -> Issue:
    """Nothing was taken back: it goes, or waits for a site that gives no clear answer."""
    now = parts.clock.now()
    if not judged.trouble:
        if issue.hold is Hold.SITE:
            why = "the site answers again"
            return issues.move(connection, issue, IssueState.LOCKED, "scheduler", now, reason=why)
        return issue
    log.warning("site_trouble", issue=issue.id, why=judged.trouble)
    if edition.site_trouble is SiteTrouble.SEND or issue.hold is Hold.SITE:
        return issue
    return issues.move(
        connection,
        issue,
        IssueState.HELD,
        "scheduler",
        now,
        reason=judged.trouble,
        hold=Hold.SITE,
    )


def _without(
    connection: Connection,
    parts: Parts,
    edition: Edition,
    issue: Issue,
    judged: Judged,
    relieved: Relieved,
    spare: dict[str, tuple[StoryId, ...]],
    found: Sequence[Finding],
) -> Issue:
    """Stories were taken back: reserves take their places, or people decide.

    ``found`` keeps what it then is from going.
    """
    now = parts.clock.now()
    named = ", ".join(str(key) for key in judged.gone)
    why = f"taken back at the last look: story {named}"
    approved = {key for held in spare.values() for key in held}
    bare = relieved.empty > 0 or not approved.issuperset(relieved.came)
    # Whatever is decided, what was taken back stands nowhere any more.
    window = (issue.window_from or now, issue.window_to or now)
    had = hands.current(connection, issue.id)
    issue = drafts.save(connection, issue, relieved.draft, *window)
    if relieved.draft.hand != had:
        hands.write(connection, issue, relieved.draft.hand, "scheduler", "relieve", now)
    waits = edition.last_look is Withdrawn.HOLD or (edition.approval.required and bare)
    if waits or found:
        why += "; no approved reserve takes the place" if waits and bare else ""
        why += f"; preflight: {told(found)}" if found else ""
        if edition.approval.required:
            return drop(connection, parts, issue, why, "scheduler")
        if issue.hold is not None:
            issue = issues.move(connection, issue, IssueState.LOCKED, "scheduler", now)
        hold = Hold.STORIES if waits else Hold.PREFLIGHT
        return issues.move(
            connection, issue, IssueState.HELD, "scheduler", now, reason=why, hold=hold
        )
    approvals.carry(connection, issue)
    issue = issues.get(connection, issue.id)
    shown.note(connection, issue, now, "scheduler")
    log.warning("stories_replaced", issue=issue.id, gone=list(judged.gone), came=relieved.came)
    if issue.hold is Hold.SITE:
        return issues.move(connection, issue, IssueState.LOCKED, "scheduler", now, reason=why)
    return issues.explain(connection, issue, why)
