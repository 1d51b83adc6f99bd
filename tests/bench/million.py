"""Readers with preferences all their own: what choosing their stories costs beside joining them.

Each run is a process of its own, so that its peak memory is its own. Readers are made as they are
needed and forgotten; what the line itself keeps is what grows.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from itertools import islice
from random import Random
from time import process_time

from digest import bundled
from digest.curate import vary
from digest.curate.select import Selector
from digest.model import (
    Candidate,
    Edition,
    Hand,
    Interest,
    Layout,
    MailHeaders,
    Message,
    PickOrigin,
    RenderedVariant,
    Selected,
    StoryId,
    SubscriberId,
    Take,
    Token,
)
from digest.render.message import build
from digest.render.render import Renderer
from digest.steps.messages import SheetKit
from tests.bench.measure import Figure
from tests.making import NOW, candidate, edition, issue, section
from tests.parts import REPO
from tests.render.issue import BRAND

FEW, MANY = 100_000, 1_000_000
STORIES = 200
#: readers whose selections are held at a time, as in digest/steps/choose.py
CHUNK = 5_000
#: MB of resident memory that no run may pass
ROOM = 300
REGIONS = ("africa", "americas", "asia-pacific", "europe", "middle-east", "home")
TOPICS = (
    *("politics", "crime_justice", "conflict_security", "disaster_accident", "business"),
    *("technology", "health", "science", "environment", "sports", "culture", "lifestyle"),
)
LIMITS = (0, 0, 5, 10)
LANGUAGES = ("en", "fr")
#: readers before the clock runs: the fragments are made for them
FIRST = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a number of readers came to: CPU seconds of each part, and peak memory."""

    readers: int
    distinct: int
    choosing: float
    joining: float
    megabytes: float
    kilobytes_each: float

    @property
    def ratio(self) -> float:
        """Choosing and joining, against joining alone."""
        return (self.choosing + self.joining) / self.joining


def short() -> Iterator[Figure]:
    """100,000 readers: the ratio and the memory."""
    yield from _figures(_in_process(FEW))


def whole() -> Iterator[Figure]:
    """1,000,000 readers too: memory must not have grown."""
    few, many = _in_process(FEW), _in_process(MANY)
    yield from _figures(few)
    yield from _figures(many)
    growth = many.megabytes / few.megabytes
    yield Figure(
        name="memory, ten times the readers",
        figure=growth,
        unit="times",
        beside="at most 1.1",
        ratio=None,
        bar=None,
        ok=growth <= 1.1,
    )


def _figures(run: Run) -> Iterator[Figure]:
    yield Figure(
        name=f"{run.readers:,} selections and messages",
        figure=run.readers / (run.choosing + run.joining),
        unit="messages/s",
        beside=(
            f"at most 2 × joining alone ({run.readers / run.joining:,.0f}); "
            f"{run.choosing + run.joining:.1f} s of CPU, {run.kilobytes_each:.0f} KB each, "
            f"{run.distinct:,} of {CHUNK:,} selections distinct"
        ),
        ratio=run.ratio,
        bar=2,
        ok=run.ratio <= 2,
    )
    yield Figure(
        name="their peak memory",
        figure=run.megabytes,
        unit="MB",
        beside=f"at most {ROOM}",
        ratio=None,
        bar=None,
        ok=run.megabytes <= ROOM,
    )


def _in_process(readers: int) -> Run:
    told = subprocess.run(
        [sys.executable, "-m", "tests.bench.million", str(readers)],
        cwd=REPO,
        check=True,
        capture_output=True,
        text=True,
        timeout=7200,
    )
    return Run(**json.loads(told.stdout))


class Line:
    """The parts of the line that a reader's mail goes through after their preferences are read."""

    def __init__(self) -> None:
        self.edition = morning()
        self.selector = Selector(self.edition, pool(), (), NOW)
        self.kits = {language: self._kit(language) for language in LANGUAGES}

    def _kit(self, language: str) -> SheetKit:
        every = self.selector.filler
        used = [(one.section.slug, every.orders[12.0].listed(one.fits)) for one in every.plans]
        told = vary.sheet(issue(), self.edition, every, Hand(), used, {}, language)
        renderer = Renderer([bundled.templates("email")], BRAND)
        return SheetKit(renderer, told, "full")

    def choose(self, interest: Interest, language: str) -> Selected:
        """What a reader gets."""
        return Selected(sections=self.selector.select(interest) or (), language=language)

    def join(self, number: int, selected: Selected) -> bytes:
        """The reader's whole message."""
        return build(message(number, self.kits[selected.language].variant(selected)))


def run(readers: int) -> Run:
    """Take so many readers through the line, to nowhere."""
    line, stream = Line(), people()
    for number, interest, language in islice(stream, FIRST):
        line.join(number, line.choose(interest, language))
    choosing = joining = 0.0
    distinct = size = done = 0
    while done < readers:
        some = list(islice(stream, min(CHUNK, readers - done)))
        start = process_time()
        chosen = [line.choose(interest, language) for _, interest, language in some]
        middle = process_time()
        for (number, _, _), selected in zip(some, chosen, strict=True):
            size += len(line.join(number, selected))
        joining += process_time() - middle
        choosing += middle - start
        if not done:
            distinct = len(set(chosen))
        done += len(some)
    return Run(
        readers=readers,
        distinct=distinct,
        choosing=choosing,
        joining=joining,
        megabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        kilobytes_each=size / readers / 1000,
    )


def people() -> Iterator[tuple[int, Interest, str]]:
    """Number, interest and language of readers without end; no two of the first 2²⁴ are alike."""
    places = 24
    for number in range(1 << places):
        # An odd factor maps the numbers onto each other: each comes once, as if drawn at random.
        drawn = number * 0x9E3779B1 % (1 << places)
        regions, drawn = drawn & 63, drawn >> 6
        topics, drawn = drawn & 4095, drawn >> 12
        limit, drawn = LIMITS[drawn & 3], drawn >> 2
        days, language = drawn & 7, LANGUAGES[drawn >> 3 & 1]
        interest = Interest(
            regions=frozenset(one for at, one in enumerate(REGIONS) if regions >> at & 1),
            topics=frozenset(one for at, one in enumerate(TOPICS) if topics >> at & 1),
            since=NOW - timedelta(days=days) if days > 1 else None,
            limit=limit,
        )
        yield number, interest, language


def morning() -> Edition:
    """Picks, each region, four topics, the latest: up to some forty stories.

    As headlines: the mail that is cheapest to join, so choosing weighs as much as it can.
    """
    return edition(
        section("picks", Take.PICKS, maximum=3, layout=Layout.LEAD),
        *(section(one, Take.REGION, region=one, maximum=3) for one in REGIONS),
        *(section(one, Take.TOPIC, topic=one, maximum=2) for one in TOPICS[4:8]),
        section("latest", maximum=6, layout=Layout.HEADLINES),
        template="brief",
        subject="{{ lead }}",
        preheader="{{ others }}",
    )


def pool() -> tuple[Candidate, ...]:
    """200 stories of a week, a third of them from the issue's own window."""
    random = Random(5)
    made = []
    for number in range(1, STORIES + 1):
        hours = random.uniform(0, 24) if number % 3 == 0 else random.uniform(24, 168)
        one = candidate(
            number,
            regions=tuple(random.sample(REGIONS, random.choice((0, 1, 1, 1, 2)))),
            topics=tuple(random.sample(TOPICS, random.choice((1, 1, 2)))),
            pick=PickOrigin.TAG if number % 17 == 0 else None,
            fold=StoryId(number // 4 * 4) if number % 4 < 2 else None,
        )
        fresh = round(0.5 ** (hours / 12), 4)
        story = replace(
            one.stored.story,
            headline=f"River towns rebuild above the old flood line, street by street {number}",
            standfirst="Councils along the lower river are moving homes, a school and two clinics.",
            byline=f"By {random.choice('ABCDEFGHIJKLMNOP')}. Writer",
        )
        made.append(
            replace(
                one,
                stored=replace(one.stored, story=story),
                score=fresh,
                terms={"fresh": fresh},
                age=hours,
                earlier=None if hours <= 24 else NOW - timedelta(days=hours // 24),
            )
        )
    return tuple(made)


def message(number: int, variant: RenderedVariant) -> Message:
    """The reader's own message."""
    leave, choose = (f"https://news.meridian.example/{way}/{number:022}" for way in "up")
    return Message(
        ref=f"7-{number}",
        subscriber=SubscriberId(number),
        variant=variant,
        tokens={
            Token.LEAVE_URL: leave,
            Token.PREFERENCES_URL: choose,
            Token.NAME: "reader",
            Token.CLICK: "",
        },
        headers=MailHeaders(
            from_="The Meridian <news@meridian.example>",
            to_address=f"reader{number}@example.org",
            to_name="A Reader",
            subject=variant.subject,
            date=NOW,
            message_id=f"7-{number}.0123456789ab@meridian.example",
            reply_to="Letters <letters@meridian.example>",
            list_id="world-morning.meridian.example",
            leave_url=leave,
            feedback_id=f"7:world-morning:{variant.key[:8]}:digest",
        ),
    )


if __name__ == "__main__":
    print(json.dumps(asdict(run(int(sys.argv[1])))))
