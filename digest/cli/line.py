"""``gather``, ``compose``, ``approve`` and ``send``: the steps of the line by hand."""

from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import DryRun, Json, as_json, line, table
from digest.cli.plans import show_plans
from digest.cli.progress import counting
from digest.cli.root import Options, cli, instant
from digest.errors import ExitCode
from digest.ids import IssueId

if TYPE_CHECKING:
    from digest.model import Issue
    from digest.newsroom import Newsroom

EditionName = Annotated[str | None, typer.Argument(help="the edition’s slug; all if left out")]
IssueNumber = Annotated[int, typer.Argument(help="the issue’s number, see `digest issues`")]


@cli.command()
def gather(ctx: typer.Context, dry_run: DryRun = False, json: Json = False) -> None:
    """Read the sources and classify what they bring."""
    from digest import pipeline
    from digest.model import GatherStatus

    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    if dry_run:
        found = app.newsroom.peek()
        rows = [
            (one.source, one.status, len(one.stories), len(one.rejects), one.note) for one in found
        ]
        if json:
            as_json(found)
        else:
            table(("source", "status", "stories", "rejects", "note"), rows)
        return
    with counting("sources", len(app.parts.sources)) as advance:
        reports = pipeline.refresh(app.parts, done=lambda _report: advance(1))
    if json:
        as_json(reports)
    else:
        table(
            ("source", "status", "stories", "new", "updated", "rejects", "note"),
            [
                (r.source, r.status, r.stories, r.new, r.updated, sum(r.rejects.values()), r.note)
                for r in reports
            ],
        )
        for report in reports:
            for reason, count in report.rejects.items():
                line(f"  {report.source}: {count} entries rejected: {reason}")
            for slug, count in report.already_sent.items():
                line(
                    f"  {report.source}: {count} stories older than {slug}’s rhythm "
                    "count as already sent (first gather)"
                )
    bad = {GatherStatus.FAILED, GatherStatus.GONE}
    if any(report.status in bad for report in reports):
        raise typer.Exit(ExitCode.PARTIAL)


@cli.command()
def compose(
    ctx: typer.Context, edition: EditionName = None, dry_run: DryRun = False, json: Json = False
) -> None:
    """Fill the next issue of an edition, or of all, from what was gathered."""
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    room = app.newsroom
    results = [room.next_issue(slug, keep=not dry_run) for slug in room.slugs(edition)]
    if json:
        as_json([{"issue": issue, "content": content} for issue, content in results])
        return
    for issue, content in results:
        number = issue.id or "draft"
        line(f"{content.edition_name}, {issue.local_date}: issue {number}, {issue.state}")
        line(f"  {content.subject}")
        for section in content.sections:
            line(f"  {section.block.told if section.block else section.title}")
            for card in section.cards:
                line(f"    · {card.headline}")


@cli.command()
def approve(
    ctx: typer.Context,
    issue: IssueNumber,
    by: Annotated[str, typer.Option(help="who approves")] = "operator",
    despite: Annotated[
        list[str] | None,
        typer.Option(metavar="CHECK", help="take on what this check of preflight blocks it for"),
    ] = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Approve an issue as it stands now; exactly this goes out."""
    from digest.model import IssueState

    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    room = app.newsroom
    done = (
        room.issue(IssueId(issue)) if dry_run else room.approve(IssueId(issue), by, despite or [])
    )
    if json:
        as_json(done)
    elif dry_run:
        line(f"would approve revision {done.revision} of issue {done.id}, which is {done.state}")
    elif done.state is IssueState.APPROVED:
        line(f"issue {done.id} is approved at revision {done.approved_revision} by {by}")
    else:
        line(f"issue {done.id}, revision {done.revision}, is {done.reason}")


@cli.command()
def send(
    ctx: typer.Context,
    edition: EditionName = None,
    issue: Annotated[int | None, typer.Option(help="this issue instead of today’s")] = None,
    test: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="one marked copy to this address only")
    ] = None,
    hold_until: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="the provider holds it back until then (sendgrid)"),
    ] = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Send today’s issue now: lock it, freeze the audience, hand it to the transport."""
    from digest import pipeline

    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    room = app.newsroom
    until = instant(hold_until, "--hold-until") if hold_until else None
    if test is not None:
        _send_test(room, edition, test, json)
    elif dry_run:
        plans = (
            [room.issue_plan(IssueId(issue))]
            if issue is not None
            else [room.send_plan(slug) for slug in room.slugs(edition)]
        )
        show_plans(plans, json=json)
    else:
        pipeline.refresh(app.parts)
        wanted = (
            [room.issue(IssueId(issue))]
            if issue is not None
            else [room.today(slug) for slug in room.slugs(edition)]
        )
        if until:
            for one in wanted:
                room.hold(one, until)
        _send(room, wanted, json)


def _send_test(room: "Newsroom", edition: str | None, address: str, json: bool) -> None:
    outcomes = [room.send_test(slug, address) for slug in room.slugs(edition)]
    if json:
        as_json(outcomes)
        return
    for outcome in outcomes:
        line(f"test mail {outcome.state}: {outcome.code} {outcome.provider_id}".rstrip())


def _send(room: "Newsroom", wanted: "list[Issue]", json: bool) -> None:
    from digest.curate.lifecycle import WENT
    from digest.model import DeliveryState, IssueState

    done = []
    for one in wanted:
        with counting("messages", None) as advance:
            sent = room.send_now(one, advance)
        done.append((one.state, sent, room.progress(sent)))
    if json:
        as_json([{"issue": issue, "deliveries": counts} for _, issue, counts in done])
    for before, issue, counts in [] if json else done:
        told = ", ".join(f"{count} {state}" for state, count in counts.items()) or "no deliveries"
        if before in WENT:
            line(f"{issue.edition} {issue.local_date}: was sent already; nothing sent again")
        else:
            why = f" ({issue.reason})" if issue.reason else ""
            line(f"{issue.edition} {issue.local_date}: {issue.state}{why}; {told}")
        if (until := room.rests_until(issue)) is not None:
            line(f"  the rest goes at its readers’ hours, the next at {until:%Y-%m-%d %H:%M} UTC")
        if issue.state is IssueState.LOCKED:
            line(f"  it goes when its time to be taken back is over: `digest undo {issue.id}`")
    if any(counts.get(DeliveryState.IN_DOUBT) for _, _, counts in done):
        raise typer.Exit(ExitCode.DOUBTFUL)
    going = [one for _, one, _ in done if one.state in {IssueState.LOCKED, IssueState.SENDING}]
    if any(room.rests_until(one) is None for one in going):
        raise typer.Exit(ExitCode.TEMPORARY)
