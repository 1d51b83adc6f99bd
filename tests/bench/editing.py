"""What an editor waits for: an act upon an issue, and the issue for its page, at 2,000 stories."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from starlette.testclient import TestClient

from digest.app import App
from digest.clock import SetClock
from digest.config import load
from digest.desk.actions import Edit, Move, Pin
from digest.model import Issue
from digest.steps import compose
from digest.store import issues, stories
from digest.store.engine import reading, writing
from tests.bench.measure import Figure
from tests.making import NOW, gathered, parsed

STORIES = 2_000
ROUNDS = 15
REGIONS = ("africa", "americas", "asia-pacific", "europe", "middle-east")
#: a half-life of its own for each region: as many orders of the pool
REGION = """
  [[editions.sections]]
  take = "region"
  region = "{}"
  half_life_hours = {}
"""
CONFIG = f"""
[[sources]]
name = "wire"
kind = "folder"
path = "wire"
[[editions]]
slug = "daily"
name = "Daily"
time = "06:30"
zone = "UTC"
{"".join(REGION.format(region, hours) for hours, region in enumerate(REGIONS, 12))}
  [[editions.sections]]
  take = "latest"
  maximum = 12
"""


def acting() -> Iterator[Figure]:
    """CPU milliseconds, on SQLite: what a server with nothing else to do would take."""
    with TemporaryDirectory() as folder:
        app = _app(Path(folder))
        issue = _issue(app)
        yield _figure("an editor’s act, 2,000 stories", _acts(app, issue), most=50)
        app.parts.pools.forget()
        yield _figure("a draft read for the first time", _once(lambda: _look(app, issue)), most=100)
        yield _figure("a draft read for its page", _many(lambda: _page(app, issue)), most=100)
        client = _browser(app)
        page = f"/desk/issues/{issue.id}"
        yield _figure("the issue’s page", _many(lambda: _get(client, page)), most=100)
        asked = f"{page}?q=word7&show=all&hours=12"
        yield _figure("the same, its pool searched", _many(lambda: _get(client, asked)), most=100)
        yield _figure("an act by its form", _posted(app, client, issue), most=50)


def _app(folder: Path) -> App:
    (folder / "wire").mkdir()
    (folder / "config.toml").write_text(CONFIG)
    app = App(load(folder / "config.toml", {}), SetClock(NOW))
    app.migrate()
    words = [f"word{n * 7919 % 12_000}" for n in range(STORIES * 8)]
    told = (
        parsed(n, n % 20, headline=f"{' '.join(words[n * 8 : n * 8 + 8])} {n}", standfirst="")
        for n in range(STORIES)
    )
    with writing(app.engine) as connection:
        stories.keep(connection, gathered(*told), app.clock.now())
    return app


def _issue(app: App) -> Issue:
    issue = compose.compose(app.parts, compose.today(app.parts, app.parts.edition("daily")))
    with reading(app.engine) as connection:
        pool = app.parts.pools.of(connection, issues.get(connection, issue.id)).pool
    assert len(pool) > STORIES * 0.9, len(pool)
    return issue


def _acts(app: App, issue: Issue) -> list[float]:
    desk = app.newsroom.desk
    _, draft = desk.look(issue.id)
    keys = [one.stored.id for one in draft.pool[100 : 100 + ROUNDS]]
    spent: list[float] = []
    for number, key in enumerate(keys):
        for act in (
            Pin(story=key, section="latest"),
            Edit(key, {"headline": f"Better {number}"}),
            Move(story=key, to=2),
        ):
            spent += _once(lambda act=act: desk.edit(issue.id, None, "Ines", act))  # type: ignore[misc]
    return spent


def _look(app: App, issue: Issue) -> None:
    app.newsroom.desk.look(issue.id)


def _page(app: App, issue: Issue) -> None:
    desk = app.newsroom.desk
    desk.content(*desk.look(issue.id))


def _browser(app: App) -> TestClient:
    """Somebody at the desk; what goes between server and browser is in its figures."""
    site = app.pages.sites()[0].site
    here, base = ("127.0.0.1", 50000), "http://127.0.0.1:8000"
    return TestClient(site, base_url=base, client=here, follow_redirects=False)


def _get(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 200


def _posted(app: App, client: TestClient, issue: Issue) -> list[float]:
    """A story goes down a place, again and again."""
    desk, spent = app.newsroom.desk, []
    for _ in range(ROUNDS):
        now, draft = desk.look(issue.id)
        standing = [slot.story for slot in draft.slots if slot.section == "latest"]
        data = {"revision": str(now.revision), "do": f"down {standing[0]}"}

        def act(data: dict[str, str] = data) -> None:
            assert client.post(f"/desk/issues/{issue.id}/act", data=data).status_code == 303

        spent += _once(act)
    return spent


def _many(work: Callable[[], object]) -> list[float]:
    return [spent for _ in range(ROUNDS) for spent in _once(work)]


def _once(work: Callable[[], object]) -> list[float]:
    start = time.process_time()
    work()
    return [(time.process_time() - start) * 1_000]


def _figure(name: str, spent: list[float], *, most: float) -> Figure:
    figure = median(spent)
    return Figure(
        name=name,
        figure=figure,
        unit="ms",
        beside=f"at most {most:g} (worst {max(spent):.0f})",
        ratio=None,
        bar=None,
        ok=figure <= most,
    )
