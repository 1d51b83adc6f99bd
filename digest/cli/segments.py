"""``segments``: named filters over subscribers, counted, explained, listed and saved."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.deciding import ready
from digest.cli.output import DryRun, Json, as_json, line, table
from digest.cli.root import cli
from digest.errors import DigestError, NotFoundError, WrongStateError

if TYPE_CHECKING:
    from digest.app import App

segments = typer.Typer(no_args_is_help=True, help="Count, explain, list and save segments.")
cli.add_typer(segments, name="segments")

Name = Annotated[str, typer.Argument(help="the segment’s name")]
Everyone = Annotated[bool, typer.Option("--all", help="also who may not be mailed")]


@segments.command("list")
def list_(ctx: typer.Context, json: Json = False) -> None:
    """List every segment with its people, as of now."""
    app = ready(ctx)
    saved = {one.name: one for one in app.segments.saved()}
    rows: list[dict[str, object]] = []
    for name in app.segments:
        of_config = name in app.segments.configured
        counted = app.segments.count(name)
        rows.append(
            {
                "name": name,
                "people": counted.people,
                "mailable": counted.mailable,
                "from": "config.toml" if of_config else f"saved by {saved[name].actor}",
            }
        )
    unusable = [one for one in saved.values() if one.mistakes]
    if json:
        as_json({"segments": rows, "unusable": unusable})
        return
    table(("segment", "people", "mailable", "from"), [list(row.values()) for row in rows])
    for broken in unusable:
        for mistake in broken.mistakes:
            line(f"  not usable: {mistake.key}: {mistake.problem}")


@segments.command()
def count(ctx: typer.Context, name: Name, json: Json = False) -> None:
    """Count a segment’s people now, and those of them who may be mailed at all."""
    counted = ready(ctx).segments.count(name)
    if json:
        as_json({"segment": name, "people": counted.people, "mailable": counted.mailable})
    else:
        line(f"{name}: {counted.people} people, {counted.mailable} of them may be mailed")


@segments.command()
def explain(
    ctx: typer.Context,
    name: Name,
    subscriber: Annotated[
        str, typer.Option(metavar="NUMBER|ADDRESS", help="whom it is about; required")
    ],
    json: Json = False,
) -> None:
    """Tell whether a person is in a segment, condition by condition."""
    app = ready(ctx)
    who = _who(app, subscriber)
    told = app.segments.explain(name, who)
    if json:
        as_json({"segment": name, "subscriber": who, "explanation": told})
        return
    line(f"subscriber {who} is {'' if told.holds else 'not '}in {name}")
    for reason in told.lines(1):
        line(reason)


@segments.command()
def members(
    ctx: typer.Context,
    name: Name,
    first: Annotated[int, typer.Option(min=1, help="so many at most")] = 20,
    everyone: Everyone = False,
    json: Json = False,
) -> None:
    """Show a segment’s first people, without their addresses."""
    found = ready(ctx).segments.members(name, everyone=everyone)
    rows = [
        {"subscriber": one.subscriber, "language": one.language, "joined": one.joined_at}
        for one, _ in zip(found, range(first), strict=False)
    ]
    if json:
        as_json(rows)
    else:
        table(("subscriber", "language", "joined"), [list(row.values()) for row in rows])


@segments.command()
def export(
    ctx: typer.Context,
    name: Name,
    output: Annotated[Path, typer.Option("--output", "-o", help="the CSV file; required")],
    everyone: Everyone = False,
    json: Json = False,
) -> None:
    """Write a segment’s people, with their addresses, as a CSV that is safe in a spreadsheet."""
    app = ready(ctx)
    people = app.segments.members(name, everyone=everyone)
    from digest.door import write_members

    part = output.with_name(f"{output.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as stream:
            # Addresses: for nobody else on this machine.
            part.chmod(0o600)
            written = write_members(stream, people)
        part.replace(output)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise DigestError(f"cannot write {output}: {error.strerror}") from error
    if json:
        as_json({"segment": name, "file": output, "people": written})
    else:
        line(f"wrote {written} people to {output}")


@segments.command()
def save(
    ctx: typer.Context,
    name: Name,
    told: Annotated[
        str, typer.Argument(metavar="FILTER", help="""JSON or TOML: '{region = "africa"}'""")
    ],
    by: Annotated[str, typer.Option(help="who saves it")] = "command line",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Save a filter under a name, for editions, sections and previews to use."""
    app = ready(ctx)
    if dry_run:
        app.segments.read(name, told)
    else:
        app.segments.save(name, told, by)
    people = None if dry_run else app.segments.count(name).people
    if json:
        as_json({"segment": name, "people": people, "dry_run": dry_run})
    else:
        line(f"{name} could be saved" if dry_run else f"saved {name}: {people} people")


@segments.command()
def remove(ctx: typer.Context, name: Name, dry_run: DryRun = False, json: Json = False) -> None:
    """Forget a saved segment; refused while an edition goes by it."""
    app = ready(ctx)
    from digest.segmenting import named

    if users := [key for key, used in named(app.settings) if used == name]:
        raise WrongStateError(
            f"{', '.join(users)} of config.toml uses the segment {name!r}",
            hint="take it out there first",
        )
    if not dry_run:
        app.segments.remove(name)
    if json:
        as_json({"segment": name, "removed": not dry_run})
    else:
        line(f"{'would remove' if dry_run else 'removed'} {name}")


def _who(app: "App", told: str) -> int:
    if told.isascii() and told.isdigit():
        return int(told)
    who = app.people.find(told)
    if who is None:
        raise NotFoundError("there is no subscriber with this address")
    return who
