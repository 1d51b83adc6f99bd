"""``preview``: one page for an editor, of the issue of any date, for any readers."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import Json, as_json, line
from digest.cli.root import Options, cli
from digest.errors import DigestError, NotFoundError
from digest.ids import IssueId

if TYPE_CHECKING:
    from digest.app import App
    from digest.model import Interest, Issue, SubscriberId
    from digest.preview.preview import Preview


@cli.command()
def preview(
    ctx: typer.Context,
    *,
    edition: Annotated[
        str | None, typer.Argument(help="the edition’s slug; a page for each if left out")
    ] = None,
    day: Annotated[
        datetime | None,
        typer.Option("--date", formats=["%Y-%m-%d"], help="the issue of this local date"),
    ] = None,
    issue: Annotated[int | None, typer.Option(help="the issue with this number")] = None,
    region: Annotated[list[str] | None, typer.Option(help="as a reader of this region")] = None,
    topic: Annotated[list[str] | None, typer.Option(help="as a reader of this topic")] = None,
    segment: Annotated[list[str] | None, typer.Option(help="as a member of this segment")] = None,
    reader: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS|NUMBER", help="as this subscriber; no page tells an address"),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="the file, or a folder that is there"),
    ] = None,
    raw: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="also write the mail’s HTML and text there"),
    ] = None,
    json: Json = False,
) -> None:
    """Write one page that shows an issue as it would go out: inbox, phone, desktop, light and
    dark, without pictures, text, sizes, and what a preflight says. Stores nothing, mails nobody.
    """
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    given = {"region": region or (), "topic": topic or (), "segment": segment or ()}
    chosen = _interest(app, given)
    if reader is not None and chosen is not None:
        raise typer.BadParameter(
            "a reader brings their own regions, topics and segments", param_hint="--reader"
        )
    whom = chosen if reader is None else _subscriber(app, reader)
    made = [
        app.newsroom.preview(one, whom) for one in _issues(app, edition, day and day.date(), issue)
    ]
    if output is not None and len(made) > 1 and not output.is_dir():
        raise typer.BadParameter("one file for several editions: name one", param_hint="--output")
    files = [[_page(app, one, output), *_raw(one, raw)] for one in made]
    if json:
        as_json([_told(one, written) for one, written in zip(made, files, strict=True)])
    for one, written in [] if json else zip(made, files, strict=True):
        _tell(one, written)


def _issues(app: "App", edition: str | None, day: date | None, number: int | None) -> "list[Issue]":
    room = app.newsroom
    if number is None:
        return [room.upcoming(slug, day) for slug in room.slugs(edition)]
    found = room.issue(IssueId(number))
    if day is not None:
        raise typer.BadParameter("an issue has its own date", param_hint="--date")
    if edition not in {None, found.edition}:
        raise typer.BadParameter(f"issue {number} is one of {found.edition}", param_hint="--issue")
    return [found]


def _interest(app: "App", given: Mapping[str, Iterable[str]]) -> "Interest | None":
    from digest.model import Interest

    told = {kind: frozenset(chosen) for kind, chosen in given.items()}
    for kind, chosen in told.items():
        known = app.pages.desk.choices[kind]
        for one in sorted(chosen - known.keys()):
            hint = f"known: {', '.join(known) or 'none'}"
            raise NotFoundError(f"there is no {kind} {one!r}", hint=hint)
    if not any(told.values()):
        return None
    return Interest(regions=told["region"], topics=told["topic"], segments=told["segment"])


def _subscriber(app: "App", told: str) -> "SubscriberId":
    if "@" not in told:
        try:
            return int(told)
        except ValueError:
            raise typer.BadParameter(
                "neither an address nor a subscriber’s number", param_hint="--reader"
            ) from None
    who = app.people.find(told)
    if who is None:
        raise NotFoundError("there is no subscriber with this address")
    return who


def _page(app: "App", preview: "Preview", output: Path | None) -> Path:
    file = output or Path()
    if output is None or output.is_dir():
        file /= f"preview-{preview.edition}-{preview.date}.html"
    _write(file, app.pages.desk.preview_page(preview))
    return file


def _raw(preview: "Preview", folder: Path | None) -> list[Path]:
    if folder is None or preview.mail is None:
        return []
    parts = {".html": preview.mail.html, ".txt": preview.mail.text}
    for suffix, text in parts.items():
        _write(folder / f"{preview.edition}{suffix}", text)
    return [folder / f"{preview.edition}{suffix}" for suffix in parts]


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        # No translation of line ends: the same bytes on every system.
        file.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise DigestError(f"cannot write {file}: {error.strerror}") from error


def _told(preview: "Preview", files: list[Path]) -> dict[str, object]:
    return {
        "files": files,
        "edition": preview.edition,
        "date": preview.date,
        "issue": preview.issue or None,
        "state": preview.state,
        "readers": preview.readers,
        "left_out": preview.left_out,
        "stories": preview.stories,
        "sizes": preview.mail and preview.mail.sizes,
        "findings": preview.findings,
    }


def _tell(preview: "Preview", files: list[Path]) -> None:
    from digest.model import Level

    line(f"{preview.name}, {preview.date}, for {preview.readers}: {preview.stories} stories")
    if preview.left_out:
        line(f"  gets no mail of it: {preview.left_out}")
    elif preview.mail is None:
        line("  no story is left: such readers get no mail")
    for file in files:
        line(f"  wrote {file}")
    for one in preview.findings:
        if one.level is not Level.PASS:
            where = f" ({one.where})" if one.where else ""
            line(f"  {one.level}: {one.check}: {one.why}{where}. {one.fix}")
