"""desk: an issue as its editors see it, and what became of their acts. Stores nothing."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from digest.curate.fill import Filler
from digest.curate.reasons import in_pool, in_short
from digest.curate.vary import vary
from digest.desk.said import said
from digest.errors import NotFoundError
from digest.model import (
    Candidate,
    Draft,
    Edition,
    Issue,
    IssueId,
    StoredStory,
    StoryId,
    VariantContent,
)
from digest.steps import choose, editions
from digest.steps.history import changes, history
from digest.steps.parts import Parts, zone
from digest.store import drafts, hands, issues, sent, stories, windows
from digest.store.engine import reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """An issue on its editors' table, as it was last filled."""

    issue: Issue
    draft: Draft
    #: as every issue of it starts, and as this one shows it
    usual: Edition
    edition: Edition
    #: what readers who want everything get
    content: VariantContent


def table(parts: Parts, issue_id: IssueId) -> Table:
    """The issue with this number. Raises NotFoundError."""
    with reading(parts.engine) as connection:
        issue = issues.get(connection, issue_id)
        draft = parts.pools.draft(connection, issue)
        ranked = parts.pools.of(connection, issue)
        usual = editions.standing(connection, parts, issue.edition)
        edition = editions.shown(connection, parts, issue.edition, draft.hand)
    names = parts.names(edition.language)
    content = vary(issue, edition, ranked, draft.hand, None, names)
    return Table(issue=issue, draft=draft, usual=usual, edition=edition, content=content)


def due(parts: Parts, issue: Issue) -> str:
    """When an issue is due, by the clock of its edition."""
    edition = parts.editions.get(issue.edition)
    if edition is None:
        return f"{issue.scheduled_at:%Y-%m-%d %H:%M} UTC"
    local = issue.scheduled_at.astimezone(zone(edition))
    return f"{local:%a %d %b, %H:%M} {edition.zone}"


def sent_in(parts: Parts, keys: Collection[StoryId]) -> Mapping[StoryId, Sequence[sent.SentIn]]:
    """In which issues readers had these stories already; absent: in none."""
    with reading(parts.engine) as connection:
        return sent.sent_in(connection, keys, parts.editions)


def reasons(parts: Parts, on: Table, told: Iterable[Candidate]) -> Mapping[StoryId, str]:
    """Of each of these stories of the pool, in a line, why it stands in the issue or does not."""
    filler = Filler(on.edition.sections, parts.pools.ranked(on.draft.pool), on.draft.hand.placed)
    filled = filler.filled()
    sections = on.edition.sections
    return {one.stored.id: in_short(sections, filler, filled, one) for one in told}


def newer(parts: Parts, issue: Issue, since: datetime | None = None) -> int:
    """How many stories of its sources came after ``since``; None: since it was last filled.

    Most of them will be in its pool once it is filled; a copy of what was sent will not.
    """
    after = since or issue.window_to
    edition = parts.editions.get(issue.edition)
    if after is None or edition is None:
        return 0
    with reading(parts.engine) as connection:
        return windows.came(connection, edition.slug, edition.sources, after, parts.clock.now())


def reach(parts: Parts, issue: Issue, draft: Draft) -> Counter[StoryId]:
    """How many readers would get each story if the issue went as it stands.

    Everybody is selected for: some twenty microseconds a reader.
    """
    found = Counter[StoryId]()
    for chunk in choose.choosing(parts, issue, draft).chunks():
        for _, selected, _ in chunk:
            found.update(story for _, stories in selected.sections for story in stories)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One story, as an editor works on it."""

    stored: StoredStory
    #: as the issue may use it; None: it is not in its pool
    candidate: Candidate | None
    #: why it stands where it stands, or not
    reasons: tuple[str, ...]
    #: others of its event: those shown as one with it, and those only like it
    mates: tuple[Candidate, ...]
    related: tuple[Candidate, ...]


def sheet(parts: Parts, on: Table, key: StoryId) -> Sheet:
    """A story for an issue. Raises NotFoundError."""
    with reading(parts.engine) as connection:
        stored = stories.get(connection, [key]).get(key)
        ranked = parts.pools.of(connection, on.issue)
    if stored is None:
        raise NotFoundError("there is no such story", story=key)
    filler = Filler(on.edition.sections, ranked, on.draft.hand.placed)
    candidate = filler.pool.get(key)
    if candidate is None:
        return Sheet(stored=stored, candidate=None, reasons=(), mates=(), related=())
    event = [
        one
        for one in on.draft.pool
        if candidate.event is not None and one.event == candidate.event and one is not candidate
    ]
    return Sheet(
        stored=stored,
        candidate=candidate,
        reasons=tuple(in_pool(on.edition.sections, filler, filler.filled(), key)),
        mates=tuple(filler.mates(key)),
        related=tuple(one for one in event if one.fold is None or one.fold != candidate.fold),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """How an issue stands now, to somebody who saw it before."""

    revision: int
    state: str
    #: what changed since, in two lines at most; none: nothing
    told: tuple[str, ...]
    #: stories that came since it was filled as they saw it, taken in or not
    came: int = 0


def news(parts: Parts, issue_id: IssueId, seen: int, filled: datetime | None = None) -> News:
    """What changed in an issue since revision ``seen``, filled then. Raises NotFoundError."""
    with reading(parts.engine) as connection:
        issue = issues.get(connection, issue_id)
    came = newer(parts, issue, filled)
    if issue.revision <= seen:
        return News(revision=issue.revision, state=issue.state, told=(), came=came)
    with reading(parts.engine) as connection:
        told = changes(connection, issue, seen, issue.revision)
        acts = hands.acts(connection, issue_id, limit=5)
    who = dict.fromkeys(act.who for act in acts if act.revision > seen)
    by = f"{', '.join(who)}: " if who else ""
    lines = tuple(f"{by}{one}" if at == 0 else one for at, one in enumerate(told))
    return News(revision=issue.revision, state=issue.state, told=lines, came=came)


def outcome(parts: Parts, issue_id: IssueId, revision: int, story: StoryId | None) -> str:
    """What the act that led to ``revision`` came to, in a line; empty where there was none."""
    with reading(parts.engine) as connection:
        issue = issues.get(connection, issue_id)
        told = next((one for one in history(connection, issue) if one.revision == revision), None)
        if told is None:
            return ""
        before, after = (
            drafts.shown_at(connection, issue_id, one) for one in (revision - 1, revision)
        )
        names = stories.headlines(connection, [story] if story else [])
    return said(story, names.get(story, "") if story else "", before, after, told.changes)
