"""address: freeze who gets which variant, before the first message is made."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

import structlog

from digest.curate import vary
from digest.curate.select import Selector
from digest.errors import UnsoundError
from digest.languages import spoken
from digest.model import (
    Edition,
    Interest,
    Issue,
    IssueState,
    Selected,
    Sheet,
    StoryId,
    SubscriberId,
    VariantId,
)
from digest.protocols import Reader
from digest.render.style import Style
from digest.schedule.days import answered_days
from digest.steps.earlier import REACH, earlier
from digest.steps.parts import Parts
from digest.store import issues, ledger, minutes, reached, variants
from digest.store.engine import reading, writing
from digest.store.fsck import AUDIENCE

log = structlog.get_logger()

#: the reason of readers whose choices leave too little of this issue: never an empty mail
TOO_FEW = "too_few"
#: readers selected for at a time
CHUNK = 5_000
#: what a first issue reaches back to for readers who want mail once a week
WEEK = timedelta(days=7)
WEEKLY = "weekly"


def days(parts: Parts, issue: Issue) -> frozenset[int]:
    """The ISO weekdays that an issue answers for: those since its edition's last that went."""
    with reading(parts.engine) as connection:
        previous = issues.went_last(connection, issue)
    return answered_days(previous, issue.local_date, parts.edition(issue.edition).weekdays)


def interest_of(reader: Reader, last: datetime | None, issue: Issue) -> Interest:
    """What decides a reader's selection. ``last`` is where their last issue's window ended.

    Nobody's window is shorter than the issue's own. After a pause of more than ``REACH`` it is
    just that; who wants mail once a week starts with a week.
    """
    since = last
    if since is None and reader.frequency == WEEKLY and issue.window_to is not None:
        since = issue.window_to - WEEK
    if since is not None and issue.window_from is not None and since >= issue.window_from:
        since = None
    return Interest(
        regions=reader.regions,
        topics=reader.topics,
        segments=reader.segments,
        since=since,
        limit=reader.limit,
    )


def interest_in(parts: Parts, issue: Issue, reader: Reader) -> Interest:
    """What decides one reader's selection of an issue."""
    until = issue.window_to or parts.clock.now()
    with reading(parts.engine) as connection:
        before = issues.gone_since(connection, issue, until - REACH)
        last = reached.last_reached(connection, before, [reader.subscriber])
    return interest_of(reader, last.get(reader.subscriber), issue)


_STYLES = frozenset(style.value for style in Style)


@dataclass(slots=True)
class Choosing:
    """Gives each reader of an issue their selection. Holds nothing of any reader."""

    parts: Parts
    issue: Issue
    edition: Edition
    selector: Selector
    #: issues whose readers had what came before, newest first, each with its window's end
    before: Sequence[Issue]
    left_out: Counter[str] = field(default_factory=Counter)

    def chunks(self) -> Iterator[list[tuple[SubscriberId, Selected]]]:
        """Readers by id with what each gets, ``CHUNK`` at a time. Whoever gets nothing counts."""
        parts, slug, now = self.parts, self.edition.slug, self.parts.clock.now()
        asked = sorted({name for section in self.edition.sections for name in section.segments})
        wanted, answered = sorted(self.edition.segments), days(parts, self.issue)
        self.left_out.update(parts.audience.excluded(slug, wanted, answered, now))
        stream = iter(parts.audience.readers(slug, wanted, asked, answered, now))
        while readers := list(islice(stream, CHUNK)):
            with reading(parts.engine) as connection:
                last = reached.last_reached(
                    connection, self.before, [reader.subscriber for reader in readers]
                )
            found = [
                (reader.subscriber, self._selected(reader, last.get(reader.subscriber)))
                for reader in readers
            ]
            self.left_out[TOO_FEW] += sum(chosen is None for _, chosen in found)
            yield [(who, chosen) for who, chosen in found if chosen is not None]

    def _selected(self, reader: Reader, last: datetime | None) -> Selected | None:
        sections = self.selector.select(interest_of(reader, last, self.issue))
        if sections is None:
            # On a quiet day that is what the mail says, so nobody is left out.
            if not vary.quiet(self.issue):
                return None
            sections = ()
        return Selected(
            sections=sections,
            language=reader.language if spoken(reader.language) else self.edition.language,
            style=reader.style if reader.style in _STYLES else Style.FULL.value,
        )


def choosing(parts: Parts, issue: Issue, draft: issues.Draft) -> Choosing:
    """Make ready to select from ``draft`` and from what earlier issues had."""
    edition = parts.edition(issue.edition)
    until = issue.window_to or parts.clock.now()
    with reading(parts.engine) as connection:
        before = issues.gone_since(connection, issue, until - REACH)
        pool = (*draft.pool, *earlier(connection, before, draft.pool, until))
    manual = vary.manual_slots(draft.slots)
    selector = Selector(edition, pool, manual, until)
    return Choosing(parts, issue, edition, selector, before)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What an issue would come to if it went now."""

    readers: int
    variants: int
    batches: int
    #: calls, where all readers of a variant in a batch go by one
    requests: int
    left_out: Counter[str]


def forecast(parts: Parts, issue: Issue, draft: issues.Draft) -> Forecast:
    """Select for everybody, and only count. Stores nothing."""
    chosen = choosing(parts, issue, draft)
    keys: set[str] = set()
    readers, size = 0, parts.transport.batch_size
    in_batches: set[tuple[int, str]] = set()
    for chunk in chosen.chunks():
        for _, selected in chunk:
            key = vary.key(selected)
            keys.add(key)
            in_batches.add((readers // size, key))
            readers += 1
    return Forecast(
        readers=readers,
        variants=len(keys),
        batches=-(-readers // size),
        requests=len(in_batches),
        left_out=+chosen.left_out,
    )


@dataclass(slots=True)
class _Frozen:
    """Who gets which variant. Two machine words a reader: a million are 16 MB."""

    readers: "array[int]" = field(default_factory=lambda: array("q"))
    variants: "array[int]" = field(default_factory=lambda: array("q"))
    #: what any reader gets, language by language and section by section
    used: dict[str, dict[str, set[StoryId]]] = field(default_factory=dict)

    def note(self, selected: Collection[Selected]) -> None:
        for one in selected:
            held = self.used.setdefault(one.language, defaultdict(set))
            for slug, stories in one.sections:
                held[slug].update(stories)


def address(parts: Parts, issue: Issue) -> Issue:
    """Freeze the audience of a locked issue into batches and move it to sending.

    audience = deliveries + exclusions by reason; both are written in one transaction with the
    new state, so a crash leaves either nothing or all of it: variants that are there already are
    found again. Raises BadTemplateError before that, and UnsoundError where what was locked has
    changed.
    """
    if issue.state is not IssueState.LOCKED:
        return issue
    # A template that fails must fail here, while nobody's delivery depends on it.
    parts.renderer.check(vary.template(issue, parts.edition(issue.edition)))
    with reading(parts.engine) as connection:
        draft = issues.draft_of(connection, issue.id)
    if draft.content_hash != issue.content_hash:
        raise UnsoundError(
            "its stories are not those that were locked",
            hint="`digest fsck` tells all that is wrong",
            issue=issue.id,
        )
    chosen = choosing(parts, issue, draft)
    frozen = _freeze(parts, issue, chosen)
    sheets = _sheets(parts, issue, chosen, frozen)
    with writing(parts.engine) as connection:
        seen = issues.get(connection, issue.id, to_change=True)
        if seen.state is not IssueState.LOCKED:
            return seen  # another scheduler was first
        variants.keep_sheets(connection, sheets)
        told = ledger.freeze(
            connection,
            issue.id,
            zip(frozen.readers, map(VariantId, frozen.variants), strict=True),
            +chosen.left_out,
            parts.transport.batch_size,
        )
        issue = issues.move(
            connection,
            issue,
            IssueState.SENDING,
            "scheduler",
            parts.clock.now(),
            reason=issue.reason,
        )
        made, size = variants.count(connection, issue.id), str(told.audience)
        minutes.write(connection, issue.id, parts.clock.now(), "scheduler", AUDIENCE, size)
    log.info(
        "audience_frozen",
        issue=issue.id,
        audience=told.audience,
        deliveries=told.deliveries,
        batches=told.batches,
        variants=made,
        excluded=dict(+chosen.left_out),
    )
    return issue


def _freeze(parts: Parts, issue: Issue, chosen: Choosing) -> _Frozen:
    """Write down the variants, chunk by chunk, so that no one waits long for the database."""
    frozen = _Frozen()
    for chunk in chosen.chunks():
        new = {vary.key(selected): selected for _, selected in chunk}
        frozen.note(new.values())
        with writing(parts.engine) as connection:
            ids = variants.save(connection, issue.id, new)
        by_selected = {selected: ids[key] for key, selected in new.items()}
        frozen.readers.extend(who for who, _ in chunk)
        frozen.variants.extend(by_selected[selected] for _, selected in chunk)
    return frozen


def _sheets(parts: Parts, issue: Issue, chosen: Choosing, frozen: _Frozen) -> list[Sheet]:
    """What the variants are made of; their subjects are tried while nothing depends on them."""
    edition, filler = chosen.edition, chosen.selector.filler
    made = [
        vary.sheet(issue, edition, filler, used.items(), parts.names(language), language)
        for language, used in frozen.used.items()
    ]
    for one in made:
        vary.content(one, Selected(sections=(), language=one.language))
    return made
