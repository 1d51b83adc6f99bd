"""``make digest``: the whole line on the sample newsroom, from nothing to files in a folder."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import as_file
from pathlib import Path

from digest import pipeline, sample
from digest.app import App
from digest.errors import WrongStateError
from digest.model import DeliveryState, IssueState
from digest.steps.gather import GatherReport

#: stories of the last hours come out only after today's issue, so that the next one has some too
HELD_BACK = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoIssue:
    """What became of one edition's issue of today."""

    edition: str
    issue: int
    stories: int
    sections: int
    variants: int
    messages: int
    #: whether this run sent it, or an earlier one
    sent_now: bool
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """What the run came to."""

    gathered: Sequence[GatherReport]
    #: edition → stories that count as sent because they are older than its rhythm
    already_sent: dict[str, int]
    issues: Sequence[DemoIssue]
    #: stories that came in after the send and wait in the next issues
    since: int
    outbox: Path


def run_demo(app: App) -> DemoResult:
    """Write the sample newsroom if it is not there, then gather, compose and send to the outbox.

    Refuses any transport but the outbox: nobody asked these ten people.
    """
    if app.settings.sending.transport != "outbox":
        raise WrongStateError("the sample newsroom is only sent to the outbox")
    app.migrate()
    now = app.clock.now()
    first = _write_newsroom(app, now)
    _enrol_readers(app)
    reports = pipeline.refresh(app.parts)
    issues = [_send(app, slug) for slug in app.parts.editions]
    since = _publish_on(app, now) if first else 0
    old: Counter[str] = Counter()
    for report in reports:
        old.update(report.already_sent)
    return DemoResult(
        gathered=reports,
        already_sent=dict(old),
        issues=issues,
        since=since,
        outbox=app.settings.sending.outbox,
    )


def _write_newsroom(app: App, now: datetime) -> bool:
    """Write the newsroom's sources, its newest stories not out yet; False if they were there."""
    folder = _folder(app)
    # Once: dated anew at every run, the stories would seem to change under their readers.
    if (folder / "wire").exists():
        return False
    sample.write(folder, now, _site(app), held_back=HELD_BACK)
    return True


def _publish_on(app: App, now: datetime) -> int:
    """The newsroom goes on: its newest stories come out, after the issue has gone."""
    sample.write(_folder(app), now, _site(app))
    return sum(report.new for report in pipeline.refresh(app.parts))


def _folder(app: App) -> Path:
    feeds = [one.path for one in app.settings.sources if one.kind == "feed" and one.path]
    if not feeds:
        raise WrongStateError(
            "this is not the sample newsroom's configuration",
            hint="run `digest gather` and `digest send` for your own",
        )
    return feeds[0].parents[1]


def _site(app: App) -> str:
    return f"{app.settings.web.public_url}/sample"


def _enrol_readers(app: App) -> None:
    if not app.people.active_by_edition():
        with as_file(sample.subscribers()) as file, file.open("rb") as stream:
            app.people.import_csv(stream, now=app.clock.now(), actor="demo")


def _send(app: App, slug: str) -> DemoIssue:
    room = app.newsroom
    before = room.today(slug)
    issue = room.send_now(before)
    counts = room.progress(issue)
    content = room.content(issue)
    sent_now = before.state is not issue.state and issue.state is IssueState.SENT
    told = issue.reason or issue.state.value
    return DemoIssue(
        edition=slug,
        issue=issue.id,
        stories=len(content.cards),
        sections=len(content.sections),
        variants=room.variant_count(issue),
        messages=counts.get(DeliveryState.ACCEPTED, 0),
        sent_now=sent_now,
        told=told if sent_now or issue.state is not IssueState.SENT else "was sent already",
    )
