"""``fold``: which stories are one copy, or tell of one event; and what an editor says about it."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel, ValidationError

from digest.cli.output import line
from digest.cli.root import Options, cli
from digest.curate.copies import copies
from digest.curate.events import events
from digest.curate.similarity import Text
from digest.errors import DigestError, ExitCode
from digest.model import StoryId

#: numbers above it are milliseconds: as seconds they would lie past the year 5000
_MILLISECONDS = 100_000_000_000


class Row(BaseModel):
    """One line of the file; ``time`` as ISO 8601 (UTC if it says no zone) or as a Unix time."""

    id: str | int
    title: str | None = None
    body: str | None = None
    time: str | int | float | None = None

    @property
    def text(self) -> Text:
        """What is compared."""
        return Text(title=self.title or "", body=self.body or "", at=_instant(self.time))


@cli.command()
def fold(
    ctx: typer.Context,
    jsonl: Annotated[
        Path | None, typer.Option(help="group rows of id, title, body, time; - for standard input")
    ] = None,
    join: Annotated[
        tuple[int, int] | None,
        typer.Option(metavar="STORY STORY", help="two stories are of one event"),
    ] = None,
    split: Annotated[
        tuple[int, int] | None,
        typer.Option(metavar="STORY STORY", help="two stories are of different events"),
    ] = None,
    forget: Annotated[
        tuple[int, int] | None,
        typer.Option(metavar="STORY STORY", help="the rules decide about the two again"),
    ] = None,
    by: Annotated[str, typer.Option(metavar="NAME", help="who decides")] = "command line",
) -> None:
    """Group stories: one copy, shown as one (fold), or of one event (offered as related)."""
    if sum(given is not None for given in (jsonl, join, split, forget)) != 1:
        raise typer.BadParameter("give one of --jsonl, --join, --split or --forget")
    if jsonl is not None:
        _rows(jsonl)
        return
    from digest.steps import events as step
    from digest.store.events import Decision

    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    if forget is not None:
        step.forget(app.parts, StoryId(forget[0]), StoryId(forget[1]))
        line(f"the rules decide about {forget[0]} and {forget[1]}")
        return
    decision = Decision.JOIN if join is not None else Decision.SPLIT
    one, other = join or split or (0, 0)
    step.decide(app.parts, StoryId(one), StoryId(other), decision, by)
    told = "are of one event" if join is not None else "are of different events"
    line(f"{one} and {other} {told}, says {by}")


def _rows(file: Path) -> None:
    rows, bad = _read(file)
    texts = [row.text for row in rows]
    copied = copies(texts)
    # One copy is one event, whatever else is alike.
    found = events(texts, together=[(first, one) for one, first in enumerate(copied)])
    for row, copy, folded, event in zip(rows, copied, found.fold, found.event, strict=True):
        told = {"id": row.id, "copy": rows[copy].id}
        told |= {"fold": rows[folded].id, "event": rows[event].id}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    if bad:
        sys.stderr.write(f"{bad} rows left out\n")
        raise typer.Exit(ExitCode.PARTIAL)


def _read(file: Path) -> tuple[list[Row], int]:
    rows: list[Row] = []
    bad = 0
    try:
        with sys.stdin.buffer if str(file) == "-" else file.open("rb") as lines:
            for number, raw in enumerate(lines, 1):
                try:
                    if raw.strip():
                        rows.append(Row.model_validate_json(raw))
                except ValidationError as error:
                    bad += 1
                    first = error.errors()[0]
                    where = ".".join(map(str, first["loc"])) or "the row"
                    sys.stderr.write(f"line {number}: {where}: {first['msg']}\n")
    except OSError as error:
        raise DigestError(f"{file}: {error.strerror}") from error
    return rows, bad


def _instant(given: str | float | None) -> datetime | None:
    """A time as it may be written; None where it says nothing."""
    if isinstance(given, str) and not given.strip().isdigit():
        try:
            at = datetime.fromisoformat(given.strip())
        except ValueError:
            return None
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at
    if given is None:
        return None
    try:
        seconds = float(given)
        return datetime.fromtimestamp(
            seconds / 1000 if abs(seconds) > _MILLISECONDS else seconds, UTC
        )
    except (OverflowError, ValueError, OSError):
        return None
