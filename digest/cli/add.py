"""``add``: a story from its address, as an editor's pick."""

from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from digest.cli.classify import explain, reading
from digest.cli.output import DryRun, Json, as_json, line
from digest.cli.root import Options, cli
from digest.errors import ExitCode

if TYPE_CHECKING:
    from digest.model import ParsedStory, Reject, Slot
    from digest.newsroom import Newsroom
    from digest.steps.add import Added


@cli.command()
def add(
    ctx: typer.Context,
    url: Annotated[str, typer.Argument(help="the story’s address")],
    edition: Annotated[
        list[str] | None, typer.Option(help="for this edition only; may be given again")
    ] = None,
    everyone: Annotated[
        bool, typer.Option("--everyone", help="and pin it in the next issue, for every reader")
    ] = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Read a story from its address and offer it to the next issues as an editor’s pick.

    A story that is known already becomes a pick; no second one is made. Leaves with 4 if the
    page could not be read or tells no story.
    """
    from digest.model import Reject
    from digest.sources.build import read_story
    from digest.steps import add as step

    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    for slug in edition or ():
        app.parts.edition(slug)  # a slip costs no request
    found = read_story(app.settings, url, app.clock.now())
    if isinstance(found, Reject):
        _refuse(url, found, json=json)
    done = (step.look if dry_run else step.add)(app.parts, found, edition or ())
    pinned = _pinned(app.newsroom, done, keep=not dry_run) if everyone else {}
    if json:
        as_json({**_row(url, done, found, dry_run=dry_run), "for_everyone": pinned})
    else:
        _show(done, found, dry_run=dry_run)
        for slug, slot in pinned.items():
            told = "would stand" if dry_run else "stands"
            line(f"  {slug}: it {told} in {slot.section}, for every reader")


def _pinned(room: "Newsroom", done: "Added", *, keep: bool) -> dict[str, "Slot"]:
    """Edition → where the story is pinned in its next issue. Whose readers had it is left out."""
    slots = {
        slug: room.pin_plan(slug, done.story.id, everyone=True)
        for slug in done.editions
        if slug not in done.sent
    }
    for slug, slot in slots.items() if keep else ():
        room.pin(slug, slot, "operator")
    return slots


def _refuse(url: str, reject: "Reject", *, json: bool) -> NoReturn:
    told = reject.detail or reject.reason.value
    if json:
        error = {"kind": reject.reason.value, "message": told}
        as_json({"url": url, "status": "refused", "error": error})
    else:
        line(f"not added: {told}")
    raise typer.Exit(ExitCode.PARTIAL)


def _status(done: "Added", *, dry_run: bool) -> str:
    if dry_run:
        return "would become a pick" if done.known else "would be added"
    return "known" if done.known else "added"


def _row(url: str, done: "Added", found: "ParsedStory", *, dry_run: bool) -> dict[str, object]:
    return {
        "url": url,
        "status": _status(done, dry_run=dry_run),
        "error": None,
        "story": done.story.id or None,
        "source": done.story.source,
        "pick": "desk",
        "editions": done.editions,
        "already_sent": done.sent,
        "read": found,
        "reading": reading(done.story.classification),
    }


def _show(done: "Added", found: "ParsedStory", *, dry_run: bool) -> None:
    number = f" {done.story.id}" if done.story.id else ""
    line(f"{_status(done, dry_run=dry_run)}{number}: {found.headline}")
    line(f"  {found.url}")
    if found.standfirst:
        line(f"  {found.standfirst}")
    dated = f"{found.published_at:%Y-%m-%d %H:%M} UTC" if found.published_at else "undated"
    told = (f"{dated} ({found.date_grade})", found.byline, ", ".join(found.categories))
    line(f"  {', '.join(filter(None, told))}; {len(found.text.split())} words of text")
    if found.image is not None:
        line(f"  picture: {found.image.url} {found.image.alt}".rstrip())
    explain(done.story.classification)
    line(f"  an editors’ pick for: {', '.join(done.editions) or 'no edition: there is none'}")
    for slug, issue in done.sent.items():
        line(f"  {slug}: its readers had it in issue {issue}, and do not get it again")
