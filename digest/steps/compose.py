"""compose: the next issue always exists; it fills live from the sources until its lock."""

from datetime import datetime, timedelta

from digest.curate import vary
from digest.curate.fill import fill
from digest.curate.lifecycle import OPEN
from digest.curate.rank import rank
from digest.model import Edition, Interest, Issue, IssueState, SlotMode, VariantContent
from digest.schedule.occurrences import Occurrence, between, on, rhythm
from digest.steps.parts import Parts, zone
from digest.store import issues, stories
from digest.store.engine import reading, writing
from digest.store.issues import Draft

#: how far ahead issues are opened
AHEAD = timedelta(days=1, hours=12)
#: how far back occurrences are looked for that nobody opened, because nothing was running
BEHIND = timedelta(days=8)


def plan(parts: Parts, edition: Edition) -> list[Issue]:
    """Open the issue of every occurrence up to ``AHEAD``, and of those missed while down."""
    now = parts.clock.now()
    with reading(parts.engine) as connection:
        newest = issues.latest(connection, edition.slug)
    # An edition that never had an issue starts now: nothing before that is owed to anybody.
    after = now if newest is None else max(newest.scheduled_at, now - BEHIND)
    wanted = list(between(edition, after, now + AHEAD)) or [_next(edition, now)]
    with writing(parts.engine) as connection:
        return [issues.open_issue(connection, edition.slug, one) for one in wanted]


def today(parts: Parts, edition: Edition) -> Issue:
    """The issue of today's local date, opened if need be, whether or not it is due."""
    local_date = parts.clock.now().astimezone(zone(edition)).date()
    with writing(parts.engine) as connection:
        return issues.open_issue(connection, edition.slug, on(edition, local_date))


def compose(parts: Parts, issue: Issue) -> Issue:
    """Fill the issue from all that came since the last one that was sent.

    What editors pinned, removed or rewrote stays; the revision goes up if the content changed.
    An issue that is approved or locked is returned as it is.
    """
    if issue.state not in OPEN:
        return issue
    edition = parts.edition(issue.edition)
    now = parts.clock.now()
    with writing(parts.engine) as connection:
        issue = issues.get(connection, issue.id)
        if issue.state not in OPEN:
            return issue
        after = issues.watermark(connection, edition.slug) or _start(edition, now)
        found, picks = stories.window(connection, edition.slug, edition.sources, after, now)
        pool = rank(found, picks, now)
        kept = issues.draft_of(connection, issue.id).slots
        manual = vary.manual_slots(kept)
        removed = tuple(slot for slot in manual if slot.mode is SlotMode.REMOVED)
        slots = fill(edition.sections, pool, manual) + removed
        issue = issues.save_draft(connection, issue, Draft(pool=pool, slots=slots), after, now)
        if issue.state is IssueState.PLANNED:
            issue = issues.move(connection, issue, IssueState.DRAFTING, "scheduler", now)
    return issue


def content(parts: Parts, issue: Issue, interest: Interest | None = None) -> VariantContent:
    """What readers with ``interest`` would get of the issue as it stands; None: the whole issue."""
    with reading(parts.engine) as connection:
        draft = issues.draft_of(connection, issue.id)
    edition = parts.edition(issue.edition)
    manual = vary.manual_slots(draft.slots)
    return vary.vary(issue, edition, draft.pool, manual, interest, parts.names)


def _next(edition: Edition, now: datetime) -> Occurrence:
    return next(between(edition, now, now + BEHIND))


def _start(edition: Edition, now: datetime) -> datetime:
    """Where the window of an edition's very first issue starts."""
    return now - rhythm(edition, now)
