"""What the commands share that do an editor's acts."""

from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.deciding import ready
from digest.cli.output import as_json, line
from digest.ids import IssueId

if TYPE_CHECKING:
    from digest.desk.actions import Action, Restore

Revision = Annotated[
    int | None, typer.Option(help="refuse if the issue has changed since this revision")
]


def act(
    ctx: typer.Context,
    number: int,
    action: "Action | Restore",
    *,
    revision: int | None,
    by: str,
    dry_run: bool,
    json: bool,
) -> None:
    """Do an act, or say what it would change."""
    app = ready(ctx)
    desk, key = app.newsroom.desk, IssueId(number)
    changes = desk.would(key, action)
    issue = app.newsroom.issue(key) if dry_run else desk.edit(key, revision, by, action)
    if json:
        as_json({"issue": issue, "changes": changes})
        return
    for one in changes or ["nothing changes"]:
        line(f"{'would change ' if dry_run and changes else ''}{one}")
    line(f"issue {issue.id} is {issue.state} at revision {issue.revision}")
