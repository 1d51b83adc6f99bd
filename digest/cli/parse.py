"""``parse``: local feed documents, read as they would be stored."""

from pathlib import Path
from typing import Annotated

import typer

from digest.cli.output import Json, as_json, line, table
from digest.cli.root import cli
from digest.errors import ExitCode, SourceError


@cli.command()
def parse(
    files: Annotated[list[Path], typer.Argument(help="feed documents on this machine")],
    url: Annotated[
        str, typer.Option(help="where they came from, for relative addresses in them")
    ] = "",
    zone: Annotated[str, typer.Option(help="IANA zone of dates that do not say theirs")] = "",
    json: Json = False,
) -> None:
    """Read feed documents and show their stories as they would be stored.

    Each file ends in a result or in an error with the name of its kind. Leaves with 4 if one
    could not be read.
    """
    from zoneinfo import ZoneInfo

    from digest.sources import checkup
    from digest.sources.feed import read_file
    from digest.sources.fetch import FetchedBody
    from digest.sources.parse import FeedParser

    try:
        keeps = ZoneInfo(zone) if zone else None
    except (KeyError, ValueError, OSError) as error:
        raise typer.BadParameter(f"{zone!r} is no IANA time zone", param_hint="--zone") from error
    rows: list[dict[str, object]] = []
    with FeedParser() as parser:
        for file in files:
            row: dict[str, object] = {
                "file": str(file), "status": "ok", "error": None,
                "source": None, "stories": (), "rejects": (),
            }  # fmt: skip
            try:
                document = FetchedBody(url=url, status=200, body=read_file(file))
                feed = checkup.read(parser, document, source=file.stem, zone=keeps)
            except SourceError as error:
                row |= {"status": "failed", "error": checkup.fault(error)}
            else:
                row |= {"stories": feed.stories, "rejects": feed.rejects, "source": _source(feed)}
            rows.append(row)
    if json:
        as_json(rows)
    else:
        _show(rows)
    if any(row["status"] == "failed" for row in rows):
        raise typer.Exit(ExitCode.PARTIAL)


def _source(feed: object) -> dict[str, object]:
    names = ("version", "title", "link", "language", "fresh_seconds", "cut")
    return {name: getattr(feed, name) for name in names}


def _show(rows: list[dict[str, object]]) -> None:
    from digest.model import ParsedStory, Reject
    from digest.sources.checkup import Fault

    for row in rows:
        line(f"{row['file']}: {row['status']}")
        problem, found, rejects = row["error"], row["stories"], row["rejects"]
        if isinstance(problem, Fault):
            line(f"  {problem.kind}: {problem.message}. {problem.hint}")
        assert isinstance(found, tuple)
        assert isinstance(rejects, tuple)
        stories = [one for one in found if isinstance(one, ParsedStory)]
        if stories:
            table(
                ("published", "grade", "headline", "url"),
                [(one.published_at, one.date_grade, one.headline, one.url) for one in stories],
            )
        for reject in rejects:
            assert isinstance(reject, Reject)
            line(f"  not used: {reject.entry}: {reject.reason} {reject.detail}".rstrip())
