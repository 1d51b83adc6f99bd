"""``erratum``, ``archive`` and ``links``: what can be done about an issue that has gone."""

from typing import Annotated

import typer

from digest.cli.deciding import By, Reason, ready
from digest.cli.line import IssueNumber
from digest.cli.output import DryRun, Json, as_json, line, table
from digest.cli.root import cli
from digest.ids import IssueId, LinkId, StoryId

archive = typer.Typer(no_args_is_help=True, help="List what anybody may read, and take it back.")
cli.add_typer(archive, name="archive")
links = typer.Typer(no_args_is_help=True, help="List counted links, and change where they lead.")
cli.add_typer(links, name="links")

LinkNumber = Annotated[int, typer.Argument(help="the link’s number, see `digest links list`")]


@cli.command()
def erratum(
    ctx: typer.Context,
    issue: IssueNumber,
    *,
    story: Annotated[int, typer.Option(help="the number of the story that was wrong")],
    wrong: Annotated[str, typer.Option(help="what we wrote")],
    right: Annotated[str, typer.Option(help="what is right")],
    by: By = "operator",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Tell the readers of a story what was wrong in it: one letter to each who has it."""
    from digest.model import IssueState
    from digest.steps import errata

    app = ready(ctx)
    one = app.newsroom.issue(IssueId(issue))
    told = errata.drawn_up(app.parts, one, StoryId(story), wrong, right)
    readers = errata.count(app.parts, told)
    made = None
    if not dry_run:
        made = errata.erratum(app.parts, one, StoryId(story), wrong, right, by)
    if json:
        as_json({"issue": made, "erratum": told, "readers": readers})
    elif made is None:
        line(f"would tell {readers} readers of {told.headline!r}")
    elif made.state is IssueState.HELD:
        line(f"issue {made.id} is to tell {readers} readers: `digest approve {made.id}` lets it go")
    else:
        line(f"issue {made.id} tells {readers} readers: `digest run` sends it")
        line(f"  `digest send --issue {made.id}` sends it now, `digest stop {made.id}` does not")


@archive.command("list")
def list_(
    ctx: typer.Context,
    edition: Annotated[str, typer.Argument(help="the edition’s slug")],
    json: Json = False,
) -> None:
    """List an edition’s issues that anybody may read, newest first."""
    app = ready(ctx)
    found = app.newsroom.archive(edition)
    if json:
        as_json(found)
        return
    base = f"{app.settings.web.public_url}/archive/{edition}/"
    line(base)
    rows = [(one.issue, one.name, one.subject) for one in found]
    table(("issue", "address", "subject"), rows)


@archive.command()
def withdraw(
    ctx: typer.Context,
    issue: IssueNumber,
    *,
    reason: Reason = "",
    by: By = "operator",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Take back an issue’s page and its web copies: they answer that they are gone."""
    from digest.steps import archive as step

    app = ready(ctx)
    one = app.newsroom.issue(IssueId(issue))
    if not dry_run:
        step.withdraw(app.parts, one.id, by, reason)
    if json:
        as_json({"issue": one.id, "shown": dry_run})
    elif dry_run:
        line(f"would show nothing of issue {issue} any more")
    else:
        line(f"issue {issue} is shown no more: `digest archive restore {issue}` shows it again")


@archive.command()
def restore(
    ctx: typer.Context,
    issue: IssueNumber,
    *,
    reason: Reason = "",
    by: By = "operator",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Show them again."""
    from digest.steps import archive as step

    app = ready(ctx)
    one = app.newsroom.issue(IssueId(issue))
    if not dry_run:
        step.restore(app.parts, one.id, by, reason)
    if json:
        as_json({"issue": one.id, "shown": not dry_run})
    else:
        line(f"issue {issue} {'would be' if dry_run else 'is'} shown again")


@links.command("list")
def links_(ctx: typer.Context, issue: IssueNumber, json: Json = False) -> None:
    """List the counted links of an issue, where each leads, and what was changed."""
    from digest.steps import links as step

    found, changes = step.of_issue(ready(ctx).parts, IssueId(issue))
    if json:
        as_json({"links": found, "changes": changes})
        return
    rows = [
        (one.id, one.target.section, one.target.place, "" if one.withdrawn_at else one.target.url)
        for one in found
    ]
    table(("link", "section", "what", "leads to"), rows)
    for change in changes:
        why = f" ({change.why})" if change.why else ""
        there = change.after or "nowhere"
        line(f"  {change.at:%Y-%m-%d %H:%M} UTC {change.who}: link {change.link} to {there}{why}")


@links.command()
def repoint(
    ctx: typer.Context,
    link: LinkNumber,
    url: Annotated[str, typer.Argument(help="where it is to lead")],
    *,
    reason: Reason = "",
    by: By = "operator",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Have a link in mail that has gone lead elsewhere."""
    from digest.steps import links as step

    done = step.repoint(ready(ctx).parts, LinkId(link), url, by, reason, dry_run=dry_run)
    if json:
        as_json(done)
    else:
        line(f"link {link} {'would lead' if dry_run else 'leads'} to {done.target.url}")


@links.command("withdraw")
def withdraw_link(
    ctx: typer.Context,
    link: LinkNumber,
    *,
    reason: Reason = "",
    by: By = "operator",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Have a link lead nowhere: who follows it reads that it is gone."""
    from digest.steps import links as step

    done = step.withdraw(ready(ctx).parts, LinkId(link), by, reason, dry_run=dry_run)
    if json:
        as_json(done)
    elif dry_run:
        line(f"link {link} would lead nowhere; it leads to {done.target.url}")
    else:
        line(f"link {link} leads nowhere: `digest links repoint {link} URL` has it lead somewhere")
