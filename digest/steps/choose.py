"""Gives each reader of an issue their selection, and foretells what that comes to."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice

from digest.curate import coarse, vary
from digest.curate.coarse import Coarse
from digest.curate.inset import running
from digest.curate.select import Selector
from digest.errors import NotFoundError
from digest.languages import spoken
from digest.model import (
    Draft,
    Edition,
    Finding,
    Hand,
    Interest,
    Issue,
    Level,
    Selected,
    SubscriberId,
)
from digest.protocols import Reader
from digest.render.style import Style
from digest.schedule.days import answered_days, weekly
from digest.schedule.hours import Hours, Local
from digest.schedule.quiet import Waits
from digest.steps import editions
from digest.steps.earlier import REACH, earlier
from digest.steps.parts import Parts, zone
from digest.steps.ways import Dues
from digest.store import extras, issues, reached
from digest.store.engine import reading
from digest.store.extras import Wish

#: the reason of readers whose choices leave too little of this issue: never an empty mail
TOO_FEW = "too_few"
#: readers selected for at a time
CHUNK = 5_000
#: what a first issue reaches back to for readers who want mail once a week
WEEK = timedelta(days=7)
WEEKLY = "weekly"
_STYLES = frozenset(style.value for style in Style)

#: some readers by id with what each gets and when; None: as soon as the issue goes
Chunk = list[tuple[SubscriberId, Selected, datetime | None]]


def days(parts: Parts, issue: Issue) -> frozenset[int]:
    """The ISO weekdays that an issue answers for: those since its edition's last that went."""
    with reading(parts.engine) as connection:
        previous = issues.went_last(connection, issue)
    return answered_days(previous, issue.local_date, weekly(parts.edition(issue.edition)))


def interest_of(reader: Reader, last: datetime | None, issue: Issue) -> Interest:
    """What decides a reader's selection. ``last`` is where their last issue's window ended.

    Nobody's window is shorter than the issue's own. After a pause of more than ``REACH`` it is
    just that, and so it is outside the schedule; who wants mail once a week starts with a week.
    """
    since = last
    if since is None and reader.frequency == WEEKLY and issue.window_to is not None:
        since = issue.window_to - WEEK
    own = issue.window_from
    if issue.extra or (since is not None and own is not None and since >= own):
        since = None
    return Interest(
        regions=reader.regions,
        topics=reader.topics,
        segments=reader.segments,
        since=since,
        limit=reader.limit,
        language=reader.language,
    )


def speaks(reader: Reader, edition: Edition) -> tuple[str, str]:
    """The language and the style of a reader's mail."""
    language = reader.language if spoken(reader.language) else edition.language
    return language, reader.style if reader.style in _STYLES else Style.FULL.value


def interest_in(parts: Parts, issue: Issue, reader: Reader) -> Interest:
    """What decides one reader's selection of an issue."""
    until = issue.window_to or parts.clock.now()
    with reading(parts.engine) as connection:
        before = issues.gone_since(connection, issue, until - REACH)
        now = parts.clock.now()
        last = reached.last_reached(connection, before, [reader.subscriber], now)
    return interest_of(reader, last.get(reader.subscriber), issue)


@dataclass(slots=True)
class Choosing:
    """Gives each reader of an issue their selection, within the edition's ``max_variants``.

    Without such a limit it holds nothing of any reader; with one 18 bytes of each.
    """

    parts: Parts
    issue: Issue
    edition: Edition
    selector: Selector
    hand: Hand
    #: issues whose readers had what came before, newest first, each with its window's end
    before: Sequence[Issue]
    hours: Hours
    #: whom it is for, where it is outside the schedule
    wish: Wish
    #: how far selections were coarsened
    step: Coarse = Coarse.NOTHING
    left_out: Counter[str] = field(default_factory=Counter)

    def chunks(self) -> Iterator[Chunk]:
        """Readers, each with what they get and when, ``CHUNK`` at a time.

        Whoever gets nothing is counted.
        """
        most = self.edition.max_variants
        if not most:
            yield from self._round(Coarse.NOTHING)
            return
        for step in Coarse:
            few = _gathered(self._round(step), most if step < max(Coarse) else None)
            if few is not None:
                yield from few.chunks()
                return

    def told(self, variants: int) -> str:
        """How selections were coarsened, for a person; nothing where they were not."""
        return coarse.told(self.step, self.edition.max_variants, variants)

    def _round(self, step: Coarse) -> Iterator[Chunk]:
        """All readers, their selections coarsened by ``step``."""
        parts, slug, now = self.parts, self.edition.slug, self.parts.clock.now()
        asked = sorted(self.selector.segments)
        wanted, answered = self._segments(), days(parts, self.issue)
        _check_segments(parts, {*asked, *wanted})
        self.step = step
        people, extra = parts.audience, self.issue.extra
        quiet = None if self.wish.despite_quiet else self.edition.quiet_hours
        waits = Waits(self.issue.scheduled_at, quiet, zone(self.edition))
        self.left_out = Counter(people.excluded(slug, wanted, answered, now, extra=extra))
        stream = iter(people.readers(slug, wanted, asked, answered, now, extra=extra))
        while readers := list(islice(stream, CHUNK)):
            with reading(parts.engine) as connection:
                last = reached.last_reached(
                    connection, self.before, [reader.subscriber for reader in readers], now
                )
            found = [
                (
                    reader.subscriber,
                    self._selected(reader, last.get(reader.subscriber)),
                    # What is outside the schedule waits for nobody's hour, but lets them sleep.
                    waits.due(reader.zone) if extra else self.hours.due(reader.hour, reader.zone),
                )
                for reader in readers
            ]
            self.left_out[TOO_FEW] += sum(chosen is None for _, chosen, _ in found)
            yield [(who, chosen, at) for who, chosen, at in found if chosen is not None]

    def _segments(self) -> Sequence[str]:
        """The segments that the issue goes to; none: to all subscribers of its edition."""
        own = sorted(self.edition.segments)
        return self.wish.segments or own if self.issue.extra else own

    def _selected(self, reader: Reader, last: datetime | None) -> Selected | None:
        sections = self.selector.select(interest_of(reader, last, self.issue), self.step)
        if sections is None:
            # On a quiet day that is what the mail says, so nobody is left out.
            if not vary.quiet(self.issue):
                return None
            sections = ()
        language, style = speaks(reader, self.edition)
        return Selected(sections=sections, language=language, style=style)


def wish_of(parts: Parts, issue: Issue) -> Wish:
    """Whom an issue is for, where it is outside the schedule."""
    if not issue.extra:
        return Wish()
    with reading(parts.engine) as connection:
        return extras.wish_of(connection, issue)


def _check_segments(parts: Parts, named: Collection[str]) -> None:
    """Raise NotFoundError of a segment that was saved once and is there no more."""
    known = parts.audience.segments if named else ()
    for name in sorted(set(named) - set(known)):
        raise NotFoundError(f"there is no segment {name!r}", hint="`digest segments list`")


def local_of(edition: Edition, day: date) -> Local | None:
    """How readers of a reader-local edition get its issue of ``day``; None: it is none."""
    return Local(day, time.fromisoformat(edition.time)) if edition.reader_local else None


def choosing(parts: Parts, issue: Issue, draft: Draft, wish: Wish | None = None) -> Choosing:
    """Make ready to select from ``draft`` and from what earlier issues had.

    ``wish`` is what was asked for when the issue was opened, if left out.
    """
    until = issue.window_to or parts.clock.now()
    with reading(parts.engine) as connection:
        edition = editions.shown(connection, parts, issue.edition, draft.hand)
        before = issues.gone_since(connection, issue, until - REACH)
        pool = (*draft.pool, *earlier(connection, before, draft.pool, until))
    blocks = running(draft.hand.blocks, issue.local_date)
    selector = Selector(edition, pool, draft.hand.placed, until, blocks)
    hours = Hours(issue.scheduled_at, zone(edition), local_of(edition, issue.local_date))
    wish = wish or wish_of(parts, issue)
    return Choosing(parts, issue, edition, selector, draft.hand, before, hours, wish)


@dataclass(slots=True)
class _Few:
    """Readers and what each gets, where that is one of few."""

    readers: "array[int]" = field(default_factory=lambda: array("q"))
    #: the number of what each gets
    gets: "array[int]" = field(default_factory=lambda: array("q"))
    selected: dict[Selected, int] = field(default_factory=dict)
    dues: Dues = field(default_factory=Dues)

    def chunks(self) -> Iterator[Chunk]:
        found, times = list(self.selected), list(self.dues.times)
        rows = zip(self.readers, self.gets, self.dues.numbers, strict=True)
        while some := [
            (who, found[number], times[due]) for who, number, due in islice(rows, CHUNK)
        ]:
            yield some


def _gathered(chunks: Iterator[Chunk], most: int | None) -> _Few | None:
    """What they hold; None once that is more than ``most`` variants."""
    few = _Few()
    for chunk in chunks:
        few.dues.extend(at for _, _, at in chunk)
        for who, selected, _ in chunk:
            few.readers.append(who)
            few.gets.append(few.selected.setdefault(selected, len(few.selected)))
        if most is not None and len(few.selected) > most:
            return None
    return few


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What an issue would come to if it went now."""

    readers: int
    variants: int
    batches: int
    #: calls, where all readers of a variant in a batch go by one
    requests: int
    #: readers by when they want it; None: as soon as the issue goes
    by_due: Counter[datetime | None]
    left_out: Counter[str]
    #: how selections would be coarsened, for a person
    coarsened: str = ""


def forecast(parts: Parts, issue: Issue, draft: Draft, wish: Wish | None = None) -> Forecast:
    """Select for everybody, and only count. Stores nothing."""
    chosen = choosing(parts, issue, draft, wish)
    keys: dict[datetime | None, set[str]] = defaultdict(set)
    by_due = Counter[datetime | None]()
    for chunk in chosen.chunks():
        by_due.update(at for _, _, at in chunk)
        for _, selected, at in chunk:
            keys[at].add(vary.key(selected))
    batches = {at: -(-readers // parts.transport.batch_size) for at, readers in by_due.items()}
    variants = len(set().union(*keys.values()))
    return Forecast(
        readers=by_due.total(),
        variants=variants,
        batches=sum(batches.values()),
        # Readers of a variant stand together, so a batch's end parts but one of them.
        requests=sum(len(keys[at]) + number - 1 for at, number in batches.items()),
        by_due=by_due,
        left_out=+chosen.left_out,
        coarsened=chosen.told(variants),
    )


def findings(parts: Parts, issue: Issue, draft: Draft) -> list[Finding]:
    """What preflight says of the number of variants, where the edition limits it."""
    most = parts.edition(issue.edition).max_variants
    if not most:
        return []
    told = forecast(parts, issue, draft)
    if told.coarsened:
        return [
            Finding(
                check="variants",
                level=Level.WARN,
                why=told.coarsened,
                fix="Raise max_variants, or offer readers fewer choices",
            )
        ]
    why = f"{told.variants} variants for {told.readers} readers, at most {most}"
    return [Finding(check="variants", level=Level.PASS, why=why)]
