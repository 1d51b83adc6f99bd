"""``people``: who works at the desk. The first admin is made here, never by a first visitor."""

from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.deciding import ready
from digest.cli.output import Json, as_json, line, table
from digest.cli.root import cli

if TYPE_CHECKING:
    from digest.app import App
    from digest.people.roles import Grant
    from digest.store.people import Account

staff = typer.Typer(no_args_is_help=True, help="Who works at the desk, and what they may do.")
cli.add_typer(staff, name="people")

Who = Annotated[str, typer.Argument(help="their name or work address")]
Name = Annotated[str, typer.Argument(help="their name, as it stands beside what they do")]
Email = Annotated[str, typer.Argument(help="their work address, which they log in with")]
Roles = Annotated[
    list[str],
    typer.Option(
        "--role",
        help="viewer, editor, sender, admin or readers; editor:EDITION for one edition only",
    ),
]


@staff.command()
def admin(ctx: typer.Context, name: Name, email: Email, json: Json = False) -> None:
    """Make somebody an admin and print a link for them, good once within 15 minutes."""
    from digest.staff.house import COMMAND_LINE

    app = ready(ctx)
    _link(app, app.accounts.people.admin(name, email, COMMAND_LINE), json=json)


@staff.command()
def invite(ctx: typer.Context, name: Name, email: Email, role: Roles, json: Json = False) -> None:
    """Make an account and print a link for its owner, good once within 7 days."""
    from digest.staff.house import COMMAND_LINE

    app = ready(ctx)
    granted = _grants(app, role)
    _link(app, app.accounts.people.invite(name, email, granted, COMMAND_LINE), json=json)


@staff.command("list")
def list_people(ctx: typer.Context, json: Json = False) -> None:
    """List everybody: roles, what they log in with, whether their account is closed."""
    found = [_told(one) for one in ready(ctx).accounts.people.every()]
    if json:
        as_json(found)
        return
    rows = [tuple(str(value) for value in one.values()) for one in found]
    table(("name", "address", "roles", "logs in with", "state"), rows)


@staff.command()
def roles(ctx: typer.Context, who: Who, role: Roles, json: Json = False) -> None:
    """Give somebody these roles in place of theirs."""
    from digest.staff.house import COMMAND_LINE

    app = ready(ctx)
    people, granted = app.accounts.people, _grants(app, role)
    people.set_roles(_number(app, who), granted, COMMAND_LINE)
    _say(app, who, json=json)


@staff.command()
def disable(ctx: typer.Context, who: Who, json: Json = False) -> None:
    """Close an account: its owner is logged out at once and let in no more."""
    from digest.staff.house import COMMAND_LINE

    app = ready(ctx)
    app.accounts.people.disable(_number(app, who), COMMAND_LINE)
    _say(app, who, json=json)


@staff.command()
def enable(ctx: typer.Context, who: Who, json: Json = False) -> None:
    """Open a closed account again."""
    from digest.staff.house import COMMAND_LINE

    app = ready(ctx)
    app.accounts.people.enable(_number(app, who), COMMAND_LINE)
    _say(app, who, json=json)


@staff.command()
def reset(ctx: typer.Context, who: Who, json: Json = False) -> None:
    """Forget somebody's password and app, log them out, and print a fresh link for them."""
    from digest.staff.house import COMMAND_LINE

    app = ready(ctx)
    _link(app, app.accounts.people.reset(_number(app, who), COMMAND_LINE), json=json)


@staff.command()
def logout(ctx: typer.Context, who: Who, json: Json = False) -> None:
    """Log somebody out everywhere."""
    from digest.staff.house import COMMAND_LINE

    app = ready(ctx)
    ended = app.accounts.people.log_out(_number(app, who), COMMAND_LINE)
    if json:
        as_json({"sessions": ended})
    else:
        line(f"logged out of {ended} browsers")


def _link(app: "App", token: str, *, json: bool) -> None:
    url = app.accounts.link(token)
    if json:
        as_json({"url": url})
    else:
        line(url)


def _say(app: "App", who: str, *, json: bool) -> None:
    told = _told(app.accounts.people.named(who))
    if json:
        as_json(told)
    else:
        line(f"{told['name']}: {told['roles'] or 'no roles'}, {told['state']}")


def _told(account: "Account") -> dict[str, str]:
    from digest.staff.people import words

    by = "link not followed"
    if account.openid:
        by = "work account"
    elif account.password:
        by = "password and app" if account.factor_since else "password"
    return {
        "name": account.person.name,
        "email": account.person.email,
        "roles": words(account.person.grants),
        "logs_in_with": by,
        "state": "closed" if account.disabled_at else "open",
    }


def _grants(app: "App", words: list[str]) -> "frozenset[Grant]":
    from digest.people.roles import grants_of

    try:
        return grants_of(words, frozenset(one.slug for one in app.settings.editions))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--role") from error


def _number(app: "App", who: str) -> int:
    found = app.accounts.people.named(who).person.id
    assert found is not None, "who has an account has a number"
    return found
