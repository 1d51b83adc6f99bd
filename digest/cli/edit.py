"""``edit``: what an editor changes about an issue: a story's place and words, the issue's words."""

from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.acts import Revision, act
from digest.cli.deciding import By
from digest.cli.line import IssueNumber
from digest.cli.output import DryRun, Json
from digest.cli.root import cli
from digest.ids import StoryId

if TYPE_CHECKING:
    from digest.desk.actions import Action, Where

#: option → the name of what it writes over
_WORDS = ("headline", "standfirst", "kicker", "byline", "link", "picture", "alt")
Text = Annotated[str | None, typer.Option(metavar="TEXT")]


@cli.command()
def edit(
    ctx: typer.Context,
    issue: IssueNumber,
    *,
    story: Annotated[int | None, typer.Option(help="the story’s number, see `digest show`")] = None,
    headline: Text = None,
    standfirst: Text = None,
    kicker: Text = None,
    byline: Text = None,
    link: Annotated[str | None, typer.Option(metavar="URL")] = None,
    picture: Annotated[str | None, typer.Option(metavar="URL", help="empty: none")] = None,
    alt: Annotated[str | None, typer.Option(help="what the picture shows")] = None,
    reset: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="as the story has it, e.g. headline")
    ] = None,
    move: Annotated[
        str | None, typer.Option(metavar="up|down|top|N", help="to that place in its section")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="take it out")] = False,
    replace_by: Annotated[int | None, typer.Option(help="another story in its place")] = None,
    release: Annotated[bool, typer.Option("--release", help="leave it to the rules")] = False,
    subject: Annotated[str | None, typer.Option(help="empty: by the edition’s pattern")] = None,
    preheader: Annotated[str | None, typer.Option(help="empty: by the edition’s pattern")] = None,
    note: Annotated[
        str | None, typer.Option(help="before the stories; empty: none, `edition`: the edition’s")
    ] = None,
    revision: Revision = None,
    by: By = "operator",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Change a story of an issue, or the issue’s own words, for this issue only.

    One thing at a time; of a story’s words any number. Leaves with 6 where the issue stands
    still, or changed since --revision.
    """
    from digest.desk.actions import Edit, Move, Note, Preheader, Release, Remove, Replace, Subject

    given = (headline, standfirst, kicker, byline, link, picture, alt)
    words = {
        name: text for name, text in zip(_WORDS, given, strict=True) if text is not None
    } | dict.fromkeys(reset or ())
    actions: list[Action] = []
    if subject is not None:
        actions.append(Subject(subject))
    if preheader is not None:
        actions.append(Preheader(preheader))
    if note is not None:
        actions.append(Note(None if note == "edition" else note))
    if story is not None:
        key = StoryId(story)
        if words:
            named = {"image_url" if name == "picture" else name: t for name, t in words.items()}
            actions.append(Edit(key, named))
        if move is not None:
            actions.append(Move(story=key, to=_where(move)))
        if replace_by is not None:
            actions.append(Replace(key, StoryId(replace_by)))
        actions += [Remove(key)] * remove + [Release(key)] * release
    if len(actions) != 1:
        raise typer.BadParameter("give one thing to change; what is about a story wants --story")
    act(ctx, issue, actions[0], revision=revision, by=by, dry_run=dry_run, json=json)


def _where(told: str) -> "Where | int":
    from digest.desk.actions import Where

    if told.isdigit() and int(told):
        return int(told)
    try:
        return Where(told)
    except ValueError as error:
        raise typer.BadParameter("--move wants up, down, top or a place from 1") from error
