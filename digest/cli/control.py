"""What a person does with one issue: ``pause``, ``resume``, ``stop``, ``undo``, ``hold``…"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from digest.cli.deciding import By, Reason, ready
from digest.cli.line import IssueNumber
from digest.cli.output import DryRun, Json, as_json, line
from digest.cli.root import cli
from digest.ids import IssueId

if TYPE_CHECKING:
    from digest.model import Issue
    from digest.steps.parts import Parts

#: does what was decided: (parts, issue, who, why) → the issue after it
Deciding: TypeAlias = "Callable[[Parts, Issue, str, str], Issue]"


def _deciding(name: str, told: str, act: Deciding, help_: str) -> None:
    """Register a command by which somebody decides about an issue, with a reason.

    ``told`` may name who decided (``by``), the issue (``issue``), and what went of it (``went``).
    """

    def command(
        ctx: typer.Context,
        issue: IssueNumber,
        reason: Reason = "",
        by: By = "operator",
        dry_run: DryRun = False,
        json: Json = False,
    ) -> None:
        app = ready(ctx)
        one = app.newsroom.issue(IssueId(issue))
        if not dry_run:
            one = act(app.parts, one, by, reason)
        went = ", ".join(f"{n} {state}" for state, n in app.newsroom.progress(one).items())
        done = told.format(by=by, issue=issue, went=went or "nothing went")
        _tell(one, done, dry_run=dry_run, json=json)

    cli.command(name, help=help_)(command)


def _pause(parts: "Parts", one: "Issue", by: str, why: str) -> "Issue":
    from digest.steps import control

    return control.pause(parts, one, by, why)


def _stop(parts: "Parts", one: "Issue", by: str, why: str) -> "Issue":
    from digest.steps import control

    return control.stop(parts, one, by, why)


def _hold(parts: "Parts", one: "Issue", by: str, why: str) -> "Issue":
    from digest.steps import approve

    return approve.hold(parts, one, by, why)


def _skip(parts: "Parts", one: "Issue", by: str, why: str) -> "Issue":
    from digest.steps import approve

    return approve.skip(parts, one, by, why)


_deciding(
    "pause",
    "is paused by {by}",
    _pause,
    "Let nothing more of an issue go; the batch at work is finished.",
)
_deciding(
    "stop",
    "is stopped by {by}; {went}",
    _stop,
    "Give up what has not gone of an issue; its readers get its stories with their next one.",
)
_deciding(
    "hold",
    "is held by {by}; `digest approve {issue}` lets it go",
    _hold,
    "Hold an issue before it goes, until somebody approves it or gives it to review.",
)
_deciding(
    "skip",
    "is left out by {by}",
    _skip,
    "Leave an issue out: nobody gets it, its stories roll into the next one.",
)


@cli.command()
def resume(
    ctx: typer.Context,
    issue: IssueNumber,
    late: Annotated[
        bool, typer.Option("--late", help="although it was paused for long or is past send-by")
    ] = False,
    by: By = "operator",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Let a paused issue go on, with the next tick or `digest send`."""
    from digest.steps import control

    app = ready(ctx)
    one = app.newsroom.issue(IssueId(issue))
    if not dry_run:
        one = control.resume(app.parts, one, by, late=late)
    _tell(one, f"goes on, says {by}", dry_run=dry_run, json=json)


@cli.command()
def undo(
    ctx: typer.Context,
    issue: IssueNumber,
    by: By = "operator",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Take an approved or locked issue back before anything of it went; it waits, paused."""
    from digest.steps import control

    app = ready(ctx)
    one = app.newsroom.issue(IssueId(issue))
    if not dry_run:
        one = control.undo(app.parts, one, by)
    _tell(one, f"is taken back; `digest resume {issue}` lets it go", dry_run=dry_run, json=json)


@cli.command()
def review(
    ctx: typer.Context,
    issue: IssueNumber,
    by: By = "operator",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Give an issue to people to look at now; with the next tick they are asked by mail."""
    from digest.steps import approve

    app = ready(ctx)
    one = app.newsroom.issue(IssueId(issue))
    if not dry_run:
        one = approve.review(app.parts, one, by)
    _tell(one, "is under review", dry_run=dry_run, json=json)


def _tell(issue: "Issue", done: str, *, dry_run: bool, json: bool) -> None:
    if json:
        as_json(issue)
    elif dry_run:
        line(f"issue {issue.id} is {issue.state}; nothing changed")
    else:
        line(f"issue {issue.id} {done}")
