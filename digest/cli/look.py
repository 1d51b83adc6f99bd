"""``issues``, ``show`` and ``why``: what there is and why."""

from typing import Annotated

import typer

from digest.cli.output import Json, as_json, line, table
from digest.cli.root import Options, cli
from digest.ids import IssueId, StoryId

#: readers named for each reason why a mail was not sent
NAMED = 10


@cli.command()
def issues(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option(help="how many, newest first")] = 20,
    json: Json = False,
) -> None:
    """List the issues, newest first."""
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    room = app.newsroom
    found = room.issues(limit)
    if json:
        as_json(found)
        return
    table(
        ("issue", "edition", "date", "due", "state", "deliveries", "why"),
        [
            (
                issue.id,
                issue.edition,
                issue.local_date,
                issue.scheduled_at,
                issue.state,
                ", ".join(f"{count} {state}" for state, count in room.progress(issue).items()),
                issue.reason,
            )
            for issue in found
        ],
    )


@cli.command()
def show(
    ctx: typer.Context,
    issue: Annotated[int, typer.Argument(help="the issue’s number")],
    json: Json = False,
) -> None:
    """Show an issue: its stories, why each is there, and what became of its deliveries."""
    from digest.curate.lifecycle import GIVEN_UP
    from digest.model import IssueState

    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    room = app.newsroom
    found = room.issue(IssueId(issue))
    draft = room.draft(found)
    counts, not_sent = room.progress(found), room.not_sent(found)
    until = room.rests_until(found)
    if json:
        told = {"issue": found, "slots": draft.slots, "hand": draft.hand}
        as_json({**told, "deliveries": counts, "not_sent": not_sent, "rests_until": until})
        return
    line(f"{found.edition} {found.local_date}, issue {found.id}, revision {found.revision}")
    line(f"{found.state}{': ' + found.reason if found.reason else ''}; due {found.scheduled_at}")
    if found.state in GIVEN_UP | {IssueState.SKIPPED}:
        line("What would have gone:")
    headlines = draft.headlines
    for slot in draft.slots:
        headline = headlines.get(slot.story, f"story {slot.story}")
        line(f"  {slot.section} {slot.position + 1}: {headline} (story {slot.story})")
        line(f"      {slot.mode}: {slot.reason}")
    for block in draft.hand.blocks:
        line(f"  after {block.after or 'the opening'}: {block.told} (block {block.id})")
    line(f"{len(draft.pool)} stories in the pool")
    for state, count in counts.items():
        line(f"  {count} {state}")
    if until is not None:
        line(f"  the rest goes at its readers’ hours, the next at {until:%Y-%m-%d %H:%M} UTC")
    for reason, readers in not_sent.items():
        some = ", ".join(map(str, readers[:NAMED])) + (", …" if len(readers) > NAMED else "")
        line(f"      {reason}: subscriber {some}")


@cli.command()
def why(
    ctx: typer.Context,
    story: Annotated[int, typer.Argument(help="the story’s number")],
    edition: Annotated[str | None, typer.Option(help="one edition; all if left out")] = None,
    json: Json = False,
) -> None:
    """Tell why a story is in the next issue, or why it is not."""
    options: Options = ctx.obj
    app = options.app()
    app.migrate()
    room = app.newsroom
    found = {slug: room.why(slug, StoryId(story)) for slug in room.slugs(edition)}
    if json:
        as_json({slug: told for slug, (_, told) in found.items()})
        return
    for slug, (issue, told) in found.items():
        line(f"{told.headline}")
        line(f"{slug} {issue.local_date}: {'in ' + told.section if told.section else 'not in it'}")
        for reason in told.reasons:
            line(f"  {reason}")
