"""Grouping and composing, on generated stories whose words are as common as words are (Zipf)."""

import itertools
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from statistics import median

from digest.curate.copies import copies
from digest.curate.events import events
from digest.curate.fill import Filler
from digest.curate.group import group
from digest.curate.rank import Facts, rank
from digest.curate.similarity import Text
from digest.model import Interest, Layout, Section, StoredStory, StoryId, Take
from tests.bench.measure import ROUNDS, Figure
from tests.making import NOW, stored

WORDS = 12_000
#: reports of one event share so many words that hardly any other has
OWN = 12
REPORTS = 3
REGIONS = ("africa", "americas", "asia-pacific", "europe", "middle-east")
TOPICS = ("politics", "business", "science", "sports", "health", "culture_entertainment")
SECTIONS = (
    Section(slug="picks", title="Picks", take=Take.PICKS, maximum=3, layout=Layout.LEAD),
    *(Section(slug=region, title=region, take=Take.REGION, region=region) for region in REGIONS),
    Section(slug="business", title="Business", take=Take.TOPIC, topic="business"),
    Section(slug="latest", title="Latest", take=Take.LATEST, maximum=6),
)


def grouping() -> Iterator[Figure]:
    """CPU seconds for 2,000 headlines by event, and stories a second by copy."""
    told = _texts(2_000, words=10)
    yield _seconds("2,000 headlines grouped by event", lambda: events(told), least=1.0)
    full = _texts(5_000, words=150)
    spent = median(_spent(lambda: copies(full)) for _ in range(3))
    yield Figure(
        name="copies among 5,000 stories",
        figure=len(full) / spent,
        unit="stories/s",
        beside="at least 1,000",
        ratio=None,
        bar=None,
        ok=len(full) / spent >= 1_000,
    )


def composing() -> Iterator[Figure]:
    """CPU seconds from 1,000 stories to 12 readers' selections, grouped and ranked anew."""
    stories = _stories(1_000)
    topics = itertools.cycle(TOPICS)
    readers = [
        Interest(regions=frozenset({region}), topics=frozenset({next(topics), next(topics)}))
        for region in (*REGIONS, *REGIONS, *REGIONS[:2])
    ]
    runs = itertools.count()

    def compose() -> None:
        # Another time each run: the grouping is remembered by its texts.
        at = timedelta(seconds=next(runs))
        moved = [replace(one, first_seen_at=one.first_seen_at - at) for one in stories]
        moved = [
            replace(one, story=replace(one.story, published_at=one.first_seen_at)) for one in moved
        ]
        pool = rank(moved, NOW, Facts(groups=group(moved)))
        filler = Filler(SECTIONS, pool)
        assert all(filler.filled(reader) for reader in readers)

    yield _seconds("12 selections of 1,000 stories", compose, least=2.0)


def _seconds(name: str, work: Callable[[], object], least: float) -> Figure:
    spent = median(_spent(work) for _ in range(ROUNDS))
    return Figure(
        name=name,
        figure=spent,
        unit="s of CPU",
        beside=f"at most {least:g}",
        ratio=None,
        bar=None,
        ok=spent <= least,
    )


def _spent(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _texts(count: int, words: int) -> list[Text]:
    rand = random.Random(7)
    common = [f"w{number}" for number in range(WORDS)]
    weights = list(itertools.accumulate(1 / (number + 3) for number in range(WORDS)))
    made = []
    for event in range(count // REPORTS + 1):
        own = [f"e{event}x{number}" for number in range(OWN)]
        for _ in range(REPORTS):
            said = rand.choices(common, cum_weights=weights, k=words)
            said += rand.sample(own, OWN // 2)
            rand.shuffle(said)
            made.append(Text(title=" ".join(said[:10]), body=" ".join(said[10:]), at=NOW))
    return made[:count]


def _stories(count: int) -> Sequence[StoredStory]:
    rand = random.Random(11)
    made = []
    for number, text in enumerate(_texts(count, words=250), 1):
        one = stored(
            number,
            rand.uniform(0, 23),
            regions=(rand.choice(REGIONS),),
            topics=(rand.choice(TOPICS),),
            image=rand.random() < 0.6,
        )
        told = replace(one.story, headline=text.title, text=text.body)
        made.append(replace(one, id=StoryId(number), story=told))
    return made
