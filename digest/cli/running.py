"""``run`` and ``serve``: the daily work, and its pages."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import Json, as_json, line
from digest.cli.root import Options, cli
from digest.errors import ExitCode

if TYPE_CHECKING:
    from digest.app import App

Every = Annotated[int, typer.Option(help="seconds between two looks at the clock")]


@cli.command()
def run(
    ctx: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="do what is due and exit")] = False,
    every: Every = 20,
    json: Json = False,
) -> None:
    """Do the daily work: clock, gatherer, sender and web in one process."""
    from digest import daily
    from digest.model import DeliveryState, IssueState

    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    if not once:
        sys.stderr.write(f"{app.pages.where()}\n")
        daily.all_in_one(app, every)
        return
    daily.once(app)
    room = app.newsroom
    found = room.issues(10)
    if json:
        as_json([{"issue": issue, "deliveries": room.progress(issue)} for issue in found])
    for issue in [] if json else found:
        counts = ", ".join(f"{count} {state}" for state, count in room.progress(issue).items())
        line(f"{issue.edition} {issue.local_date}: {issue.state} {issue.reason} {counts}".rstrip())
    if any(room.progress(issue).get(DeliveryState.IN_DOUBT) for issue in found):
        raise typer.Exit(ExitCode.DOUBTFUL)
    going = [issue for issue in found if issue.state is IssueState.SENDING]
    if any(room.rests_until(issue) is None for issue in going):
        raise typer.Exit(ExitCode.TEMPORARY)


@cli.command()
def schedule(ctx: typer.Context, every: Every = 20) -> None:
    """Do the daily work except sending, which workers do: on one machine, or two for safety."""
    from digest import daily

    app = _up_to_date(ctx)
    daily.schedule(app, every)


@cli.command()
def worker(ctx: typer.Context) -> None:
    """Send what `digest schedule` left to send: any number, on any number of machines."""
    from digest import daily

    app = _up_to_date(ctx)
    daily.work(app)


def _up_to_date(ctx: typer.Context) -> "App":
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    return app


@cli.command()
def serve(ctx: typer.Context) -> None:
    """Show the next issue, the outbox and the preference page in a browser."""
    from digest import daily

    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    sys.stderr.write(f"{app.pages.where()}\n")
    daily.pages(app)
