"""``sources``: how they stand; a close look at one; a reader's list of feeds as settings."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import Json, as_json, line, table
from digest.cli.root import Options, cli
from digest.errors import ExitCode, SourceError

if TYPE_CHECKING:
    from digest.model import GatheredSource
    from digest.sources.checkup import Checkup
    from digest.store.sources import SourceState

sources = typer.Typer(help="List the sources, test an address, import a list of feeds.")
cli.add_typer(sources, name="sources", invoke_without_command=True)


@sources.callback()
def standing(ctx: typer.Context, json: Json = False) -> None:
    """List the sources: how they are doing, and what is usual for them."""
    if ctx.invoked_subcommand is not None:
        return
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    now = app.clock.now()
    found = app.newsroom.source_states()
    if json:
        as_json([_row(one, now) for one in found])
        return
    rows = [_row(one, now) for one in found]
    names = ("name", "health", "last_ok_at", "last_new_at", "usually_every", "failures", "note")
    head = ("source", "health", "last good", "last new", "new usually every", "failures", "note")
    table(head, [[row[name] for name in names] for row in rows])


def _row(state: "SourceState", now: object) -> dict[str, object]:
    from datetime import datetime

    assert isinstance(now, datetime)
    rhythm = state.rhythm
    return {
        "name": state.name,
        "health": state.health(now).value,
        "status": state.status,
        "last_polled_at": state.last_polled_at,
        "last_ok_at": state.last_ok_at,
        "last_new_at": state.last_new_at,
        "usually_every": _hours(rhythm.usual.total_seconds()) if rhythm else None,
        "alert_after": _hours(rhythm.silent_after.total_seconds()) if rhythm else None,
        "failures": state.failures,
        "address": state.memory.address or None,
        "note": state.told(now),
    }


def _hours(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 72 * 60 else f"{minutes // 1440} days"


@sources.command("test")
def look_at(
    ctx: typer.Context,
    url: Annotated[str, typer.Argument(help="an address, or the name of a source")],
    json: Json = False,
) -> None:
    """Read an address or a source once, store nothing, and tell what was found."""
    from digest.model import GatherStatus, SourceMemory
    from digest.sources.build import user_agent
    from digest.sources.checkup import check_up
    from digest.sources.fetch import Fetcher
    from digest.sources.parse import FeedParser

    options: Options = ctx.obj
    app = options.app()
    now = app.clock.now()
    known = {one.name for one in app.settings.sources}
    if url in known:
        app.migrate()
        gathered = app.parts.sources[url].gather(SourceMemory(), now)
        as_json(gathered) if json else _show_gathered(gathered)
        if gathered.status in {GatherStatus.FAILED, GatherStatus.GONE}:
            raise typer.Exit(ExitCode.PARTIAL)
        return
    given = app.settings.gather
    fetcher = Fetcher(user_agent(given.contact), allow_private=given.allow_private)
    with FeedParser(workers=1) as parser:
        found = check_up(fetcher, parser, url, now)
    as_json(_told(found)) if json else _show(found)
    if found.fault is not None:
        raise typer.Exit(ExitCode.PARTIAL)


def _show_gathered(gathered: "GatheredSource") -> None:
    line(f"{gathered.source}: {gathered.status} {gathered.note}".rstrip())
    _show_stories(gathered)


def _show_stories(found: object) -> None:
    from digest.model import GatheredSource
    from digest.sources.checkup import ReadFeed

    assert isinstance(found, GatheredSource | ReadFeed)
    table(
        ("published", "grade", "picture", "headline"),
        [
            (one.published_at, one.date_grade, "yes" if one.image else "", one.headline)
            for one in found.stories
        ],
    )
    for reject in found.rejects:
        line(f"  not used: {reject.entry}: {reject.reason} {reject.detail}".rstrip())


def _told(found: "Checkup") -> dict[str, object]:
    answer, feed = found.answer, found.feed
    return {
        "url": found.url,
        "final_url": answer.url if answer else None,
        "status": answer.status if answer else None,
        "redirects": [{"status": status, "to": to} for status, to in answer.hops] if answer else [],
        "content_type": answer.content_type if answer else None,
        "charset": answer.charset if answer else None,
        "bytes": len(answer.body) if answer else None,
        "etag": answer.etag if answer else None,
        "last_modified": answer.last_modified if answer else None,
        "error": found.fault,
        "version": feed.version if feed else None,
        "title": feed.title if feed else None,
        "language": feed.language if feed else None,
        "dates": feed.dates if feed else {},
        "images": sum(one.image is not None for one in feed.stories) if feed else 0,
        "duplicates": feed.reasons.get("duplicate", 0) if feed else 0,
        "rejected": feed.reasons if feed else {},
        "hints": found.hints,
        "stories": feed.stories if feed else (),
        "rejects": feed.rejects if feed else (),
    }


def _show(found: "Checkup") -> None:
    told = _told(found)
    for hop in found.answer.hops if found.answer else ():
        line(f"{hop[0]} → {hop[1]}")
    if found.answer is not None:
        kind = f"{told['content_type'] or 'no type'} {told['charset']}".rstrip()
        line(f"{told['status']} {told['final_url']}: {kind}, {told['bytes']} bytes")
    if found.fault is not None:
        line(f"{found.fault.kind}: {found.fault.message}. {found.fault.hint}")
    if found.feed is not None:
        dates = ", ".join(f"{count} {grade}" for grade, count in found.feed.dates.items())
        line(f"{told['version']} “{told['title']}” {told['language']}".rstrip())
        line(f"{len(found.feed.stories)} stories; dates: {dates or 'none'}")
        line(f"{told['images']} with a picture, {told['duplicates']} duplicates left out")
        _show_stories(found.feed)
    for hint in found.hints:
        line(f"hint: {hint}")


@sources.command("import")
def import_list(
    file: Annotated[Path, typer.Argument(help="an OPML file from a feed reader")],
    json: Json = False,
) -> None:
    """Print a list of feeds as settings, to be pasted into config.toml."""
    from digest.sources import opml
    from digest.sources.feed import read_file
    from digest.sources.identity import slug

    try:
        feeds = opml.read(read_file(file))
    except SourceError as error:
        line(f"error: {error}")
        raise typer.Exit(ExitCode.ERROR) from error
    if json:
        as_json(feeds)
        return
    names: set[str] = set()
    for feed in feeds:
        name = _free(slug(feed.title).encode("ascii", "ignore").decode().strip("-")[:60], names)
        line("[[sources]]")
        line(f'name = "{name}"')
        line(f"title = {_quoted(feed.title)}")
        line('kind = "feed"')
        line(f"url = {_quoted(feed.xml_url)}")
        if feed.category:
            line(f"# from the folder {' > '.join(feed.category)}")
        line()


def _free(name: str, taken: set[str]) -> str:
    """A source's name that is not taken yet."""
    while "--" in name:
        name = name.replace("--", "-")
    base = name.strip("-") or "feed"
    name, number = base, 2
    while name in taken:
        name, number = f"{base}-{number}", number + 1
    taken.add(name)
    return name


def _quoted(text: str) -> str:
    """A TOML basic string; its escapes are those of JSON."""
    import json

    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
