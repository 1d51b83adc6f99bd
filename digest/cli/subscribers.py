"""``subscribers``: people in, out and explained. Nothing here mails anybody."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.deciding import ready
from digest.cli.import_report import import_told
from digest.cli.output import DryRun, Json, as_json, line, table
from digest.cli.root import cli
from digest.errors import ExitCode, NotFoundError

if TYPE_CHECKING:
    from digest.app import App

people = typer.Typer(no_args_is_help=True, help="Import, count, explain and suppress subscribers.")
cli.add_typer(people, name="subscribers")


@people.command("import")
def import_(  # noqa: PLR0917 - a command line's options, each given by name
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="a UTF-8 CSV, or another system's export")],
    edition: Annotated[
        list[str] | None, typer.Option(help="the edition of rows that name none")
    ] = None,
    system: Annotated[
        str, typer.Option("--from", help="mailchimp, listmonk, ghost, substack or mailpoet")
    ] = "",
    column: Annotated[
        list[str] | None, typer.Option("--map", help="'their column=ours', may be repeated")
    ] = None,
    means: Annotated[
        list[str] | None, typer.Option(help="'their group or list=slug', may be repeated")
    ] = None,
    consent: Annotated[
        str, typer.Option(help="where people said yes, for rows that do not tell")
    ] = "",
    leavers_only: Annotated[
        bool, typer.Option(help="take over only who left there; to be repeated")
    ] = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Import subscribers; rows that cannot be taken are listed, the rest goes in."""
    app = ready(ctx)
    for slug in edition or ():
        app.parts.edition(slug)
    from digest.door import Bringing

    report = app.bring(
        Bringing(
            file=file,
            system=system,
            editions=frozenset(edition or ()),
            columns=_pairs(column, "--map"),
            words=_pairs(means, "--means"),
            consent=consent,
            leavers_only=leavers_only,
            dry_run=dry_run,
        )
    )
    if json:
        as_json(report)
    else:
        for told in import_told(report):
            line(told)
    if report.rejected:
        raise typer.Exit(ExitCode.PARTIAL)


@people.command()
def add(
    ctx: typer.Context,
    address: Annotated[str, typer.Argument(help="the e-mail address")],
    edition: Annotated[list[str], typer.Option(help="an edition they asked for")],
    consent: Annotated[str, typer.Option(help="where they said yes, e.g. 'paper form, 3 May'")],
    name: Annotated[str, typer.Option(help="their name")] = "",
    json: Json = False,
) -> None:
    """Add one person who asked for it."""
    app = ready(ctx)
    for slug in edition:
        app.parts.edition(slug)
    who = app.add_subscriber(address, frozenset(edition), consent, name)
    if json:
        as_json({"subscriber": who})
    else:
        line(f"subscriber {who} gets {', '.join(edition)}")


@people.command()
def count(ctx: typer.Context, json: Json = False) -> None:
    """Count the active subscribers of each edition and the members of each segment."""
    app = ready(ctx)
    editions = app.people.active_by_edition()
    rows = [("edition", slug, editions.get(slug, 0)) for slug in app.parts.editions]
    rows += [("segment", name, app.people.count(name)) for name in app.people.segments]
    if json:
        as_json([{"kind": kind, "name": name, "people": people} for kind, name, people in rows])
    else:
        table(("kind", "name", "people"), rows)


@people.command()
def why(
    ctx: typer.Context,
    address: Annotated[str, typer.Argument(help="the e-mail address")],
    json: Json = False,
) -> None:
    """Tell what a person gets and why: consent, choices, segments, suppressions."""
    app = ready(ctx)
    told = app.people.why(_found(app, address))
    if json:
        as_json(told)
        return
    line(f"subscriber {told.subscriber}, {told.masked_address}")
    often = _how_often(told.frequency, told.weekly_on)
    line(f"  wants: {often}; stories: {told.limit or 'all'}; style: {told.style}")
    at = "when it goes" if told.hour is None else f"at {told.hour}:00"
    where = told.zone or "the edition’s zone"
    outside = "" if told.breaking else "no "
    line(f"  gets it {at}, {where}; {outside}issues outside the schedule")
    if told.paused_until is not None and told.paused_until > app.clock.now():
        line(f"  paused until {told.paused_until:%Y-%m-%d %H:%M} UTC: gets nothing before")
    for one in told.subscriptions:
        line(f"  {one.edition}: {one.state} since {one.left_at or one.joined_at}")
        if one.state == "active" and one.edition in app.parts.editions:
            issue, days = app.newsroom.next_days(one.edition)
            if not told.due(days):
                line(f"    not the next issue, {issue.local_date}: frequency is {often}")
    for event in told.consents:
        line(f"  consent: {event}")
    for promise in told.suppressions:
        line(f"  never mailed: {promise}")
    for name, explanation in told.segments.items():
        line(f"  segment {name}:")
        for reason in explanation.lines(2):
            line(f"  {reason}")


@people.command()
def suppress(
    ctx: typer.Context,
    address: Annotated[str, typer.Argument(help="the e-mail address")],
    reason: Annotated[str, typer.Option(help="why, e.g. 'asked by letter'")] = "asked",
    edition: Annotated[str, typer.Option(help="only this edition; all if left out")] = "",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Promise never to mail this person again."""
    app = ready(ctx)
    who = _found(app, address)
    if not dry_run:
        app.people.suppress(who, reason=reason, now=app.clock.now(), scope=edition)
    if json:
        as_json({"subscriber": who, "reason": reason, "dry_run": dry_run})
    else:
        line(f"subscriber {who} {'would get' if dry_run else 'gets'} no more mail: {reason}")


@people.command()
def link(
    ctx: typer.Context,
    address: Annotated[str, typer.Argument(help="the e-mail address")],
    json: Json = False,
) -> None:
    """Print a fresh link to a person's preference page; it works for 30 days."""
    app = ready(ctx)
    path = app.people.preferences_path(_found(app, address), app.clock.now())
    url = app.settings.web.public_url + path
    if json:
        as_json({"url": url})
    else:
        line(url)


def _pairs(given: list[str] | None, option: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for one in given or ():
        left, equals, right = one.rpartition("=")
        if not equals or not left.strip() or not right.strip():
            raise typer.BadParameter(f"{option} {one!r} is not 'theirs=ours'")
        pairs[left.strip().casefold()] = right.strip()
    return pairs


def _how_often(frequency: str, weekly_on: int) -> str:
    from digest import languages

    day = languages.language("en").weekdays()[weekly_on]
    return f"{frequency} on {day}" if frequency == "weekly" else frequency


def _found(app: "App", address: str) -> int:
    who = app.people.find(address)
    if who is None:
        raise NotFoundError("there is no subscriber with this address")
    return who
