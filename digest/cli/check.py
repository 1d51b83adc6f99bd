"""``check``: what a preflight says of an issue before it goes."""

from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import Json, as_json, line
from digest.cli.root import Options, cli
from digest.errors import ExitCode
from digest.ids import IssueId

if TYPE_CHECKING:
    from digest.model import Issue
    from digest.newsroom import Newsroom


@cli.command()
def check(
    ctx: typer.Context,
    issue: Annotated[str, typer.Argument(help="an issue’s number, or an edition’s slug: its next")],
    allow: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="a check whose blocks you take on yourself"),
    ] = None,
    offline: Annotated[bool, typer.Option(help="do not try links and pictures")] = False,
    json: Json = False,
) -> None:
    """Check an issue before it goes: what keeps it, what to look at, what is well.

    Leaves with 7 if anything keeps it that is not allowed.
    """
    from digest.cli.findings import say
    from digest.preflight import CHECKS, blocking

    allowed = sorted(set(allow or ()))
    if unknown := [name for name in allowed if name not in CHECKS]:
        known = ", ".join(CHECKS)
        raise typer.BadParameter(
            f"{unknown[0]!r} is no check; there are {known}", param_hint="--allow"
        )
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    room = app.newsroom
    one = _issue(room, issue)
    findings = room.preflight(one, probe=not offline)
    kept = blocking(findings, allowed)
    if json:
        as_json({"issue": one, "goes": not kept, "allowed": allowed, "findings": findings})
    else:
        line(f"{one.edition} {one.local_date}, issue {one.id or 'not opened yet'}, {one.state}")
        say(findings, allowed)
        names = ", ".join(dict.fromkeys(finding.check for finding in kept))
        line(f"It does not go: {names}. `--allow NAME` takes one on you." if kept else "It goes.")
    if kept:
        raise typer.Exit(ExitCode.BLOCKED)


def _issue(room: "Newsroom", named: str) -> "Issue":
    """The issue of that number, or the next one of that edition. Raises NotFoundError."""
    if named.isascii() and named.isdigit():
        return room.issue(IssueId(int(named)))
    found, _ = room.next_issue(named, keep=False)
    return found
