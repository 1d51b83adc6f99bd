"""wave: before more readers get an issue that is on its way, its stories are asked after again.

Readers get an issue hours after others where they named an hour, or where it is reader-local. What
its publisher took back meanwhile goes to nobody more: an approved reserve stands in, or nothing, or
the rest waits, as the edition says. What has gone has gone; `digest correct` writes to those.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import structlog
from sqlalchemy.engine import Connection

from digest.curate import vary
from digest.curate.last_look import Judged, judge, reserves, visible, without
from digest.model import (
    Draft,
    Edition,
    Issue,
    IssueState,
    Look,
    SiteTrouble,
    StoryId,
    StoryState,
    Withdrawn,
)
from digest.steps import editions, errata
from digest.steps.last_look import AGAIN, ASKED, BEFORE
from digest.steps.parts import Parts
from digest.store import control, drafts, issues, looks, stories, variants, waves
from digest.store.control import Control
from digest.store.engine import reading, writing

log = structlog.get_logger()

#: who pauses and resumes what is left
WHO = "last look"
_STATES = {Look.GONE: StoryState.WITHDRAWN, Look.PROTECTED: StoryState.PROTECTED}


def look_again(parts: Parts, issue: Issue) -> Issue:
    """Ask after the stories of an issue shortly before its next wave, once a wave."""
    if issue.state is not IssueState.SENDING or errata.of(parts, issue.id) is not None:
        return issue
    now = parts.clock.now()
    with reading(parts.engine) as connection:
        if not _wanted(connection, issue, now):
            return issue
        draft = drafts.of(connection, issue.id)
        edition = editions.shown(connection, parts, issue.edition, draft.hand)
        sheets = variants.sheets(connection, issue.id).values()
        used = {card.story for one in sheets for part in one.sections for card in part.cards}
        known = stories.held_back(connection, used)
    stored = {one.stored.id: one.stored for one in draft.pool}
    order = [key for key in dict.fromkeys([*visible(draft), *sorted(used)]) if key in used]
    answers = parts.look([stored[key] for key in order if key in stored][:ASKED])
    judged = judge([key for key in visible(draft) if key in answers], answers)
    gone = {**dict.fromkeys(known, Look.GONE), **judged.gone}
    with writing(parts.engine) as connection:
        seen = issues.get(connection, issue.id, to_change=True)
        if seen.state is not IssueState.SENDING:
            return seen
        looks.note(connection, seen.id, len(answers), judged, now)
        for key, look in judged.gone.items():
            if key not in known:
                stories.take_back(connection, key, _STATES[look])
        if gone:
            seen = _amend(connection, edition, seen, draft, sorted(gone), now)
        return _wait(connection, edition, seen, judged, now)


def _wanted(connection: Connection, issue: Issue, now: datetime) -> bool:
    due = waves.next_due(connection, issue.id)
    last = looks.last(connection, issue.id)
    if due is None or last is None:
        return due is not None and now >= due - BEFORE
    standing = control.standing(connection, issue.id)
    if standing is not None and standing.who == WHO:
        return now >= last + AGAIN
    return now >= due - BEFORE and last < due - BEFORE


def _amend(
    connection: Connection,
    edition: Edition,
    issue: Issue,
    draft: Draft,
    gone: Collection[StoryId],
    now: datetime,
) -> Issue:
    """Give those who are left other variants, without what was taken back."""
    numbers = waves.left(connection, issue.id)
    theirs = waves.variants_left(connection, issue.id, numbers)
    hit = {key: one for key, one in theirs.items() if not set(gone).isdisjoint(one.stories)}
    if not hit:
        return issue
    spare: Mapping[str, Sequence[StoryId]] = reserves(edition, draft)
    cards = {
        language: {part.slug: {card.story for card in part.cards} for part in one.sections}
        for language, one in variants.sheets(connection, issue.id).items()
    }
    made = {key: without(one, gone, spare, cards[one.language]) for key, one in hit.items()}
    named = {vary.key(one): one for one in made.values()}
    ids = variants.save(connection, issue.id, named)
    readers = waves.give(
        connection, issue.id, numbers, {key: ids[vary.key(one)] for key, one in made.items()}
    )
    told = ", ".join(str(key) for key in gone)
    why = f"taken back between its waves: story {told}"
    log.warning("stories_withdrawn", issue=issue.id, gone=list(gone), readers=readers)
    bare = any(len(made[key].stories) < len(one.stories) for key, one in hit.items())
    if edition.last_look is Withdrawn.HOLD or (edition.approval.required and bare):
        _pause(connection, issue, now, "scheduler", why)
    return issues.explain(connection, issue, why)


def _wait(
    connection: Connection, edition: Edition, issue: Issue, judged: Judged, now: datetime
) -> Issue:
    """A site gives no clear answer: the rest goes all the same, or waits for it."""
    standing = control.standing(connection, issue.id)
    ours = standing is not None and standing.who == WHO
    if not judged.trouble:
        if ours:
            control.say(connection, issue.id, Control.RESUME, WHO, now, "the site answers again")
            return issues.explain(connection, issue, "")
        return issue
    log.warning("site_trouble", issue=issue.id, why=judged.trouble)
    if edition.site_trouble is SiteTrouble.HOLD and standing is None:
        _pause(connection, issue, now, WHO, judged.trouble)
        return issues.explain(connection, issue, f"paused by {WHO}: {judged.trouble}")
    return issue


def _pause(connection: Connection, issue: Issue, now: datetime, who: str, why: str) -> None:
    if control.standing(connection, issue.id) is None:
        control.say(connection, issue.id, Control.PAUSE, who, now, why)
