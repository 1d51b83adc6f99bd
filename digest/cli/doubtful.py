"""``doubtful``: deliveries of which nobody knows whether they arrived."""

from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import Json, as_json, line, table
from digest.cli.root import Options, cli
from digest.errors import ExitCode
from digest.ids import IssueId

if TYPE_CHECKING:
    from digest.store.decide import Doubtful


@cli.command()
def doubtful(
    ctx: typer.Context,
    issue: Annotated[int | None, typer.Argument(help="the issue’s number; all if left out")] = None,
    *,
    batch: Annotated[int | None, typer.Option(help="only this batch of the issue")] = None,
    subscriber: Annotated[
        list[int] | None, typer.Option(help="only this subscriber; may be repeated")
    ] = None,
    accept: Annotated[bool, typer.Option("--accept", help="they arrived")] = False,
    resend: Annotated[
        bool, typer.Option("--resend", help="send them again: some may get it twice")
    ] = False,
    hold: Annotated[bool, typer.Option("--hold", help="leave them, whatever the policy")] = False,
    skip: Annotated[bool, typer.Option("--skip", help="they count as not reached")] = False,
    late: Annotated[
        bool, typer.Option("--late", help="resend although it is past send-by")
    ] = False,
    by: Annotated[str, typer.Option(help="who decides")] = "operator",
    json: Json = False,
) -> None:
    """List deliveries in doubt, or decide about them. Exit code 5 while there are any."""
    from digest.model import Decision
    from digest.steps import doubtful as step

    given = zip(Decision, (hold, resend, skip, accept), strict=True)
    wanted = [decision for decision, flag in given if flag]
    if len(wanted) > 1:
        raise typer.BadParameter("decide one thing at a time")
    if wanted and issue is None:
        raise typer.BadParameter("name the issue to decide about", param_hint="ISSUE")
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    decided = None
    if wanted and issue is not None:
        decided = step.decide(
            app.parts,
            IssueId(issue),
            wanted[0],
            by,
            batch=batch,
            subscribers=subscriber or (),
            late=late,
        )
    left = step.doubtful(app.parts, None if issue is None else IssueId(issue))
    if json:
        as_json({"decided": decided, "doubtful": left})
    else:
        if decided is not None:
            line(f"{decided.deliveries} deliveries: {wanted[0]}, by {by}")
        if decided is not None and decided.busy:
            line(f"{decided.busy} left as they are: their sender may still be at work")
        _show(left)
    if left:
        raise typer.Exit(ExitCode.DOUBTFUL)


def _show(left: "list[Doubtful]") -> None:
    if not left:
        line("no delivery is in doubt")
        return
    table(
        ("issue", "batch", "attempt", "subscriber", "since", "why"),
        [(one.issue, one.batch, one.attempt, one.subscriber, one.since, one.why) for one in left],
    )
