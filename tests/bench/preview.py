"""The editor's page, from an issue's pool to HTML, with nothing compiled before."""

import time
from collections.abc import Callable, Iterator
from statistics import median

from digest.curate import vary
from digest.model import Hand, Layout, RenderedVariant, Take, VariantContent
from digest.preview.page import page
from digest.render.render import Renderer
from tests.bench.measure import ROUNDS, Figure
from tests.making import candidate, edition, issue, section
from tests.preview.previews import preview, templates
from tests.render.issue import BRAND, TEMPLATES

STORIES = 20
POOL = [candidate(number, regions=("africa", "europe")[number % 2 :]) for number in range(1, 61)]
EDITION = edition(
    section("top", maximum=5, layout=Layout.LEAD),
    section("africa", Take.REGION, region="africa", maximum=7),
    section("europe", Take.REGION, region="europe", maximum=8),
)


def from_pool() -> Iterator[Figure]:
    """CPU milliseconds of this process; the MJML engine is another one."""
    whole = median(_milliseconds(_page) for _ in range(ROUNDS))
    rendering = median(_milliseconds(_rendered) for _ in range(ROUNDS))
    yield Figure(
        name="preview of 20 stories, cold",
        figure=whole,
        unit="ms of CPU",
        beside=f"at most 300; rendering alone {rendering:.0f}",
        ratio=None,
        bar=None,
        ok=whole <= 300,
    )


def _milliseconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1000


def _page() -> str:
    return page(templates(), preview(_content()))


def _rendered() -> RenderedVariant:
    return Renderer([TEMPLATES], BRAND).render(_content())


def _content() -> VariantContent:
    told = vary.vary(issue(), EDITION, POOL, Hand(), None, {})
    assert len(told.cards) == STORIES
    return told
