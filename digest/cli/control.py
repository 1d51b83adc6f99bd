"""What a person does with one issue: ``pause``, ``resume``, ``stop``, ``undo``, ``hold``…"""

from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.line import IssueNumber
from digest.cli.output import DryRun, Json, as_json, line
from digest.cli.root import Options, cli
from digest.ids import IssueId

if TYPE_CHECKING:
    from digest.app import App
    from digest.model import Issue

By = Annotated[str, typer.Option(help="who decides")]
Reason = Annotated[str, typer.Option(help="why, for whoever looks at the issue")]


@cli.command()
def pause(
    ctx: typer.Context,
    issue: IssueNumber,
    reason: Reason = "",
    by: By = "operator",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Let nothing more of an issue go; the batch at work is finished."""
    from digest.steps import control

    app = _app(ctx)
    one = app.newsroom.issue(IssueId(issue))
    if not dry_run:
        one = control.pause(app.parts, one, by, reason)
    _tell(one, f"is paused by {by}", dry_run=dry_run, json=json)


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

    app = _app(ctx)
    one = app.newsroom.issue(IssueId(issue))
    if not dry_run:
        one = control.resume(app.parts, one, by, late=late)
    _tell(one, f"goes on, says {by}", dry_run=dry_run, json=json)


@cli.command()
def stop(
    ctx: typer.Context,
    issue: IssueNumber,
    reason: Reason = "",
    by: By = "operator",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Give up what has not gone of an issue; its readers get its stories with their next one."""
    from digest.steps import control

    app = _app(ctx)
    one = app.newsroom.issue(IssueId(issue))
    if not dry_run:
        one = control.stop(app.parts, one, by, reason)
    counts = ", ".join(f"{n} {state}" for state, n in app.newsroom.progress(one).items())
    _tell(one, f"is stopped by {by}; {counts or 'nothing went'}", dry_run=dry_run, json=json)


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

    app = _app(ctx)
    one = app.newsroom.issue(IssueId(issue))
    if not dry_run:
        one = control.undo(app.parts, one, by)
    _tell(one, f"is taken back; `digest resume {issue}` lets it go", dry_run=dry_run, json=json)


@cli.command()
def hold(
    ctx: typer.Context,
    issue: IssueNumber,
    reason: Reason = "",
    by: By = "operator",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Hold an issue before it goes, until somebody approves it or gives it to review."""
    from digest.steps import approve

    app = _app(ctx)
    one = app.newsroom.issue(IssueId(issue))
    if not dry_run:
        one = approve.hold(app.parts, one, by, reason)
    _tell(one, f"is held by {by}; `digest approve {issue}` lets it go", dry_run=dry_run, json=json)


@cli.command()
def skip(
    ctx: typer.Context,
    issue: IssueNumber,
    reason: Reason = "",
    by: By = "operator",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Leave an issue out: nobody gets it, its stories roll into the next one."""
    from digest.steps import approve

    app = _app(ctx)
    one = app.newsroom.issue(IssueId(issue))
    if not dry_run:
        one = approve.skip(app.parts, one, by, reason)
    _tell(one, f"is left out by {by}", dry_run=dry_run, json=json)


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

    app = _app(ctx)
    one = app.newsroom.issue(IssueId(issue))
    if not dry_run:
        one = approve.review(app.parts, one, by)
    _tell(one, "is under review", dry_run=dry_run, json=json)


def _app(ctx: typer.Context) -> "App":
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    return app


def _tell(issue: "Issue", done: str, *, dry_run: bool, json: bool) -> None:
    if json:
        as_json(issue)
    elif dry_run:
        line(f"issue {issue.id} is {issue.state}; nothing changed")
    else:
        line(f"issue {issue.id} {done}")
