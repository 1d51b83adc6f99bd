"""``subscribers export``, ``data``, ``erase`` and ``consent``: what people may ask for."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Annotated, Literal

import typer

from digest.cli.output import DryRun, Json, as_json, line, table
from digest.cli.root import Options
from digest.cli.subscribers import people
from digest.errors import DigestError

Whom = Annotated[str, typer.Argument(help="the e-mail address, or the subscriber's number")]


@people.command()
def export(
    ctx: typer.Context,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="the file to write; else it is printed")
    ] = None,
    kind: Annotated[
        Literal["csv", "json"],
        typer.Option("--format", help="csv: whom you may mail, as `import` reads it; json: all"),
    ] = "csv",
    segment: Annotated[str, typer.Option(help="only its members")] = "",
    edition: Annotated[str, typer.Option(help="only who gets it")] = "",
) -> None:
    """Write subscribers as CSV, or everything about them as JSON, one person a line."""
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    if edition:
        app.parts.edition(edition)
    pieces = app.rights.written(kind, segment=segment, edition=edition)
    with _opened(output) as file:
        for piece in pieces:
            file.write(piece)


@people.command()
def data(
    ctx: typer.Context,
    whom: Whom,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="a folder for data.json and data.html")
    ] = None,
) -> None:
    """Tell everything that is held of one person."""
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    files = app.rights.files(app.rights.people.find(whom))
    if output is None:
        sys.stdout.write(files["data.json"])
        return
    try:
        output.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, text in files.items():
            (output / name).write_text(text, encoding="utf-8")
            line(str(output / name))
    except OSError as error:
        raise DigestError(f"cannot write to {output}: {error.strerror}") from error


@people.command()
def erase(ctx: typer.Context, whom: Whom, dry_run: DryRun = False, json: Json = False) -> None:
    """Erase a person everywhere; only the promise never to mail them stays."""
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    try:
        told = app.rights.erase(app.rights.people.find(whom), dry_run=dry_run)
    except OSError as error:
        raise DigestError(
            f"a file cannot be removed: {error.strerror}",
            hint="nothing is lost: mend it and run this again",
        ) from error
    if json:
        as_json({**asdict(told), "dry_run": dry_run})
        return
    line(f"subscriber {told.subscriber} {'would be' if dry_run else 'is'} erased, with")
    line(f"  {told.messages} messages in the outbox, {told.returned or 0} returned mails")
    if told.returned is None:
        line("  the mailbox for bounces could not be searched; the next daily run looks again")
    line(f"  what is told of {told.deliveries} deliveries and {told.events} events")
    line(f"  {told.letters} letters")


@people.command()
def consent(
    ctx: typer.Context,
    whom: Whom,
    json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="print CSV instead of text")] = False,
) -> None:
    """Print the proof of what a person agreed to and took back."""
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    who = app.rights.people.find(whom)
    events = app.rights.consents(who)
    from digest.door import csv_row

    if json:
        as_json({"subscriber": who, "events": events})
    elif as_csv:
        head = ["at", "action", "purpose", "source", "wording", "actor", "text"]
        sys.stdout.write(csv_row(head))
        for one in events:
            told = [one["at"].isoformat(), *(one[name] for name in head[1:])]
            sys.stdout.write(csv_row(told))
    else:
        line(f"subscriber {who}")
        head = ["at", "action", "purpose", "source", "wording", "actor"]
        table(head, [[one[name] for name in head] for one in events])
        for wording, text in {one["wording"]: one["text"] for one in events if one["text"]}.items():
            line(f"{wording}: {text}")


@contextmanager
def _opened(output: Path | None) -> Iterator[IO[str]]:
    """The file to write, which appears whole or not at all; else standard output."""
    if output is None:
        yield sys.stdout
        return
    unfinished = output.with_name(f".{output.name}.unfinished")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            unfinished.chmod(0o600)
            yield file
        unfinished.replace(output)
    except OSError as error:
        raise DigestError(f"cannot write {output}: {error.strerror}") from error
