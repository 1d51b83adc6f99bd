"""``classify`` and ``correct``: where a story plays, what it is about, and what an editor says."""

import sys
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import Json, as_json, line, table
from digest.cli.root import Options, cli
from digest.errors import DigestError, ExitCode
from digest.ids import StoryId

if TYPE_CHECKING:
    from digest.model import Classification, StoredStory

#: countries whose towns are kept ready at once, where rows come from several homes
HOMES = 8


@cli.command()
def classify(
    ctx: typer.Context,
    story: Annotated[
        str | None, typer.Argument(metavar="FILE|URL|-", help="a story: text, Markdown or HTML")
    ] = None,
    jsonl: Annotated[
        Path | None,
        typer.Option(
            help="classify rows of id, title, body; optional url, categories, home, language"
        ),
    ] = None,
    unmapped: Annotated[
        bool, typer.Option("--unmapped", help="list recent stories’ categories that no rule knows")
    ] = False,
    json: Json = False,
) -> None:
    """Say where a story plays and what it is about, and why."""
    if sum((story is not None, jsonl is not None, unmapped)) != 1:
        raise typer.BadParameter("give one of FILE, --jsonl FILE or --unmapped")
    options: Options = ctx.obj
    if unmapped:
        _unmapped(options, json=json)
    elif jsonl is not None:
        _rows(options, jsonl)
    else:
        assert story is not None
        _one(options, story, json=json)


def _one(options: Options, given: str, *, json: bool) -> None:
    from digest.cli.story_file import read

    app = options.app()
    told = read(given, app.settings.gather)
    found = app.classifier(app.settings.regions.home).classify(told)
    if json:
        as_json({"headline": told.headline, **reading(found)})
        return
    line(told.headline)
    explain(found)


def explain(found: "Classification") -> None:
    """A reading in lines, the evidence under each."""
    for about, values, sure in (
        ("country", found.countries, found.place_confidence),
        ("region", found.regions, found.place_confidence),
        ("topic", found.topics, found.topic_confidence),
    ):
        told = f"confidence {sure:.2f}" if values else "not enough says so"
        line(f"  {about}: {', '.join(values) or 'unfiled'} ({told})")
        for row in found.evidence:
            if row.about == about:
                line(f"      {row.by}: {row.found} ({row.score:g})")


def reading(found: "Classification") -> dict[str, object]:
    """A reading as one row; ``topic`` is the first, null where a story is unfiled."""
    return {
        "primary_country": found.primary_country,
        "countries": found.countries,
        "regions": found.regions,
        "topic": next(iter(found.topics), None),
        "confidence": found.confidence,
        "evidence": found.evidence,
    }


def _rows(options: Options, file: Path) -> None:
    from digest.cli.rows import BadRowError, classified

    app = options.app()
    # Rows are whoever's: their home is what they say, not this newsroom's.
    ready = lru_cache(HOMES)(app.classifier)
    bad = 0
    try:
        with sys.stdin.buffer if str(file) == "-" else file.open("rb") as lines:
            for number, raw in enumerate(lines, 1):
                if raw.strip():
                    try:
                        sys.stdout.buffer.write(classified(raw, ready, reading))
                    except BadRowError as error:
                        bad += 1
                        sys.stderr.write(f"line {number}: {error}\n")
    except OSError as error:
        raise DigestError(f"{file}: {error.strerror}") from error
    if bad:
        sys.stderr.write(f"{bad} rows left out\n")
        raise typer.Exit(ExitCode.PARTIAL)


def _unmapped(options: Options, *, json: bool) -> None:
    from digest.steps.curate import unmapped

    app = options.app()
    app.migrate()
    rows = [
        {"category": name, "stories": len(filed), "add": _config_line(name, filed)}
        for name, filed in unmapped(app.parts).items()
    ]
    if json:
        as_json(rows)
        return
    if not rows:
        line("Every category of the recent stories has a rule.")
        return
    table(
        ("category", "stories", "add to config.toml"),
        [(row["category"], row["stories"], row["add"]) for row in rows],
    )
    line('  "" says: the category is known and means nothing.')


def _config_line(category: str, filed: "list[StoredStory]") -> str:
    """The rule to add: what most of its stories read as, else nothing for the editor to fill in."""
    key = category.replace("\\", "\\\\").replace('"', '\\"')
    for name, values in (
        ("topics", [one.classification.topics[:1] for one in filed]),
        ("regions", [one.classification.regions[:1] for one in filed]),
    ):
        commonest = Counter(value[0] for value in values if value).most_common(1)
        if commonest and len(filed) > 2 and commonest[0][1] >= 0.8 * len(filed):
            value, count = commonest[0]
            return f'[{name}.rules] "{key}" = "{value}"  # {count} of {len(filed)} read so'
    return f'[topics.rules] "{key}" = ""'


@cli.command()
def correct(
    ctx: typer.Context,
    story: Annotated[int, typer.Argument(help="the story’s number")],
    region: Annotated[list[str] | None, typer.Option(help="a region’s slug; none for none")] = None,
    country: Annotated[list[str] | None, typer.Option(help="an ISO code; none for none")] = None,
    topic: Annotated[list[str] | None, typer.Option(help="a topic; none for none")] = None,
    by: Annotated[str, typer.Option(metavar="NAME", help="who decides")] = "command line",
    forget: Annotated[
        bool, typer.Option("--forget", help="take back all corrections; the rules decide again")
    ] = False,
    json: Json = False,
) -> None:
    """Decide a story’s region, country or topic; stronger than every rule, and kept."""
    from digest.curate.correct import About
    from digest.steps import curate

    given = {About.REGION: region, About.COUNTRY: country, About.TOPIC: topic}
    chosen = {
        about: () if values == ["none"] else values for about, values in given.items() if values
    }
    if bool(chosen) == forget:
        raise typer.BadParameter("give --region, --country or --topic, or --forget alone")
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    if forget:
        stored = curate.forget(app.parts, StoryId(story), About)
    else:
        stored = curate.correct(app.parts, StoryId(story), chosen, by)
    if json:
        as_json({"story": stored.id, **reading(stored.classification)})
        return
    line(f"{stored.id}: {stored.story.headline}")
    explain(stored.classification)
