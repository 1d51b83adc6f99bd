"""compose: the next issue always exists; it fills live from the sources until its lock."""

from datetime import date, datetime, timedelta

from sqlalchemy.engine import Connection

from digest.curate import vary
from digest.curate.fill import Pool, standing
from digest.curate.lifecycle import UNFINISHED, fills
from digest.errors import NotFoundError
from digest.model import Draft, Edition, Interest, Issue, IssueId, IssueState, VariantContent
from digest.schedule.dates import goes, holiday
from digest.schedule.occurrences import Occurrence, on, rhythm, upcoming
from digest.steps import editions
from digest.steps.coming import covered, first_coming
from digest.steps.earlier import REACH, earlier
from digest.steps.parts import Parts, zone
from digest.steps.pool import pool
from digest.store import drafts, errata, extras, hands, issues, waiting
from digest.store.engine import reading, writing
from digest.store.extras import Wish

#: how far ahead an issue may be looked at
FORESEEN = timedelta(days=31)


def today(parts: Parts, edition: Edition, *, keep: bool = True) -> Issue:
    """The issue of today's local date, whether or not it is due; opened only if ``keep``."""
    local_date = parts.clock.now().astimezone(zone(edition)).date()
    return _open(parts, edition, on(edition, local_date), keep=keep)


def open_extra(
    parts: Parts,
    edition: Edition,
    at: datetime | None,
    who: str,
    *,
    reason: str = "",
    wish: Wish,
    keep: bool = True,
) -> Issue:
    """An issue outside the schedule, opened only if ``keep``; ``at`` None: due now.

    It stands beside the others: it moves no window and uses up no story.
    """
    now = parts.clock.now()
    due = max(at or now, now)
    when = Occurrence(local_date=due.astimezone(zone(edition)).date(), at=due)
    if not keep:
        return _unopened(edition, when, sequence=2)
    with writing(parts.engine) as connection:
        return extras.open_extra(connection, edition.slug, when, now, who, reason=reason, wish=wish)


def next_one(parts: Parts, edition: Edition, *, keep: bool = True) -> Issue:
    """The issue that goes out next: one that is under way, or that of the next occurrence."""
    now = parts.clock.now()
    send_by = timedelta(minutes=edition.send_by_minutes)
    with reading(parts.engine) as connection:
        letters = {one.id for one, _ in errata.in_states(connection, UNFINISHED)}
        for issue in issues.in_states(connection, UNFINISHED, edition.slug):
            if issue.id in letters:
                continue
            if issue.state is IssueState.SENDING:
                # Where only readers' hours are left of it, it has gone for everybody else.
                if waiting.rests_until(connection, issue.id, now) is None:
                    return issue
            elif issue.scheduled_at + send_by >= now:
                return issue
    return _open(parts, edition, _upcoming(parts, edition), keep=keep)


def dated(parts: Parts, edition: Edition, day: date) -> Issue:
    """The issue of a local date, as it is stored or as it would be opened. Stores nothing.

    Raises NotFoundError for a day without an issue, and for one too far ahead to say.
    """
    with reading(parts.engine) as connection:
        found = issues.find(connection, edition.slug, day)
    if found is not None:
        return found
    today = parts.clock.now().astimezone(zone(edition)).date()
    if day < today:
        raise NotFoundError(
            f"{edition.slug} had no issue on {day}", hint="`digest issues` lists those there are"
        )
    if day > today + FORESEEN:
        last = today + FORESEEN
        raise NotFoundError(f"{day} is too far ahead", hint=f"{last} is the last day to look at")
    if not goes(edition, day):
        following = upcoming(edition, on(edition, day).at)
        raise NotFoundError(
            f"{edition.slug} has no issue on {day}, {holiday(edition, day) or f'{day:%A}'}",
            hint=f"the next one after that is on {following.local_date}" if following else "",
        )
    return _open(parts, edition, on(edition, day), keep=False)


def _open(parts: Parts, edition: Edition, occurrence: Occurrence, *, keep: bool) -> Issue:
    if keep:
        with writing(parts.engine) as connection:
            return issues.open_issue(connection, edition.slug, occurrence)
    with reading(parts.engine) as connection:
        found = issues.find(connection, edition.slug, occurrence.local_date)
    return found or _unopened(edition, occurrence)


def _unopened(edition: Edition, occurrence: Occurrence, sequence: int = 1) -> Issue:
    return Issue(
        id=IssueId(0),
        edition=edition.slug,
        local_date=occurrence.local_date,
        sequence=sequence,
        scheduled_at=occurrence.at,
        state=IssueState.PLANNED,
    )


def _upcoming(parts: Parts, edition: Edition) -> Occurrence:
    """The next occurrence whose issue was not sent ahead of its time."""
    now = parts.clock.now()
    with reading(parts.engine) as connection:
        after: Occurrence | None = Occurrence(local_date=now.date(), at=now)
        while after and (after := first_coming(connection, edition, after.at)):
            if issues.find(connection, edition.slug, after.local_date) is None:
                return after
    # Paused for good, say: that of its schedule, for whoever wants to look.
    return upcoming(edition, now) or on(edition, now.astimezone(zone(edition)).date())


def compose(parts: Parts, issue: Issue) -> Issue:
    """Fill the issue from all that came since the last one that was sent or skipped for good.

    What editors pinned, removed or rewrote stays; the revision goes up if the content changed.
    An issue that is approved or locked is returned as it is.
    """
    while fills(issue):
        now = parts.clock.now()
        # Grouping takes its time: nobody is kept waiting for the database meanwhile.
        with reading(parts.engine) as connection:
            seen = issues.get(connection, issue.id)
            after = window_start(connection, parts.edition(seen.edition), seen, now)
            draft = _draft(connection, parts, seen, after, now)
        with writing(parts.engine) as connection:
            issue = issues.get(connection, issue.id, to_change=True)
            if not fills(issue) or issue.revision != seen.revision:
                continue
            issue = drafts.save(connection, issue, draft, after, now)
            if issue.state is IssueState.PLANNED:
                issue = issues.move(connection, issue, IssueState.DRAFTING, "scheduler", now)
            break
    return issue


def draft(parts: Parts, issue: Issue, at: datetime | None = None) -> Draft:
    """The content of an issue: as it stands, or if it is still open as it would be filled now.

    ``at``: as it would be filled then.
    """
    now = at or parts.clock.now()
    with reading(parts.engine) as connection:
        if not fills(issue):
            return drafts.of(connection, issue.id)
        after = window_start(connection, parts.edition(issue.edition), issue, now)
        return _draft(connection, parts, issue, after, now)


def stored(parts: Parts, issue: Issue) -> Draft:
    """The content of an issue as it was last filled: what editors look at and act upon."""
    with reading(parts.engine) as connection:
        return parts.pools.draft(connection, issues.get(connection, issue.id))


def window_start(connection: Connection, edition: Edition, issue: Issue, now: datetime) -> datetime:
    """Where the last issue ended; before the first one, one rhythm back.

    What passed by while the edition was paused stays behind.
    """
    ended = issues.watermark(connection, edition.slug, extra=issue.extra)
    begins = ended or now - rhythm(edition, now)
    paused = covered(connection, edition, now)
    return max(begins, paused) if paused else begins


def _draft(
    connection: Connection, parts: Parts, issue: Issue, after: datetime, now: datetime
) -> Draft:
    hand = hands.current(connection, issue.id)
    edition = editions.shown(connection, parts, issue.edition, hand)
    pinned = [slot.story for slot in hand.placed if slot.pinned]
    made = pool(connection, parts, edition, (after, now), pinned)
    slots = standing(edition.sections, made.candidates, hand.placed)
    return Draft(pool=made.candidates, slots=slots, hand=hand)


def content(
    parts: Parts,
    issue: Issue,
    interest: Interest | None = None,
    at: datetime | None = None,
    *,
    language: str = "",
    style: str = "full",
    told: Draft | None = None,
) -> VariantContent:
    """What readers with ``interest`` would get of the issue; None: the whole issue.

    ``language`` empty is the edition's; ``told`` is its content, if not as of now.
    """
    told = told or draft(parts, issue, at)
    pool: Pool = parts.pools.ranked(told.pool)
    with reading(parts.engine) as connection:
        edition = editions.shown(connection, parts, issue.edition, told.hand)
    if interest is not None and interest.since is not None:
        until = issue.window_to or at or parts.clock.now()
        with reading(parts.engine) as connection:
            before = issues.gone_since(connection, issue, until - REACH)
            pool = (*told.pool, *earlier(connection, before, told.pool, until))
    names = parts.names(language or edition.language)
    return vary.vary(issue, edition, pool, told.hand, interest, names, language, style)
