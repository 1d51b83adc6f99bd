"""Who is invited gets the link by mail, the newsroom's own way; it is shown all the same."""

import re
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from html import unescape

import sqlalchemy as sa

from digest.people.roles import Grant, Role
from digest.staff.house import COMMAND_LINE
from digest.store.approval_tables import review_act
from digest.store.engine import reading, writing
from digest.store.people_tables import desk_session, login_try, welcome
from digest.store.tables import letter
from tests.desk.conftest import ADMIN, Served


def test_the_link_is_mailed_and_shown(desk: Callable[..., Served]) -> None:
    at = desk()
    ann = at.person("ann", ADMIN)
    data = {"name": "Bea Day", "email": "Bea@paper.example", "grant": "editor"}
    page = ann.post("/desk/people/invite", data=data)
    assert page.status_code == 200
    assert "It was mailed to bea@paper.example" in page.text
    shown = re.search(r'id="link"[^>]*value="([^"]+)"', page.text)
    assert shown is not None
    link = unescape(shown[1])
    (mail,) = (
        message_from_bytes(one.read_bytes(), policy=default)
        for one in at.app.settings.sending.outbox.rglob("*.eml")
    )
    assert mail["To"] == "Bea Day <bea@paper.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Id"] is None
    assert mail["List-Unsubscribe"] is None
    body = mail.get_body(("plain",))  # type: ignore[attr-defined]  # the policy makes EmailMessage
    assert link in body.get_content()
    # No table of letters holds whom it went to, nor the link.
    with reading(at.app.engine) as connection:
        kept = str(connection.execute(sa.select(letter)).all())
    assert "invite-" in kept
    assert "bea" not in kept.casefold()
    assert link.rpartition("/")[2] not in kept
    # Begun anew they get another letter.
    (who,) = (one.person.id for one in at.app.accounts.people.every() if "Bea" in one.person.name)
    at.wait(seconds=1)
    again = ann.post(f"/desk/people/{who}/state", data={"do": "reset"})
    assert "It was mailed to" in again.text
    assert len(list(at.app.settings.sending.outbox.rglob("*.eml"))) == 2


def test_where_no_mail_goes_the_link_is_passed_on(desk: Callable[..., Served]) -> None:
    at = desk()
    outbox = at.app.settings.sending.outbox
    outbox.mkdir(parents=True, exist_ok=True)
    for one in sorted(outbox.rglob("*"), reverse=True):
        one.rmdir() if one.is_dir() else one.unlink()
    outbox.rmdir()
    outbox.write_text("no folder")
    ann = at.person("ann", ADMIN)
    data = {"name": "Bea Day", "email": "bea@paper.example", "grant": "editor"}
    page = ann.post("/desk/people/invite", data=data)
    assert page.status_code == 200
    assert "did not go" in page.text
    assert 'id="link"' in page.text


def test_what_is_over_is_forgotten(desk: Callable[..., Served]) -> None:
    at = desk()
    at.person("ann", Grant(Role.ADMIN))
    at.client("10.0.0.9").post("/desk/login", data={"email": "x@y.example", "password": "no"})
    token = at.app.accounts.people.invite("Eve", "eve@paper.example", (), COMMAND_LINE)
    now = at.clock.now()
    issue = at.app.newsroom.open_next("daily")
    with writing(at.app.engine) as connection:
        row = {"issue_id": issue.id, "round": 1, "person": "h", "act": "hold", "at": now}
        connection.execute(sa.insert(review_act), row)
    tables = (desk_session, login_try, welcome, review_act)

    def kept() -> list[int]:
        with reading(at.app.engine) as connection:
            counts = (sa.select(sa.func.count()).select_from(one) for one in tables)
            return [connection.execute(one).scalar_one() for one in counts]

    assert all(kept())
    assert token
    names = ("sessions of the desk", "tries to log in", "invitations", "review links")
    for days, left in ((0, 4), (0.5, 2), (8, 1), (32, 0)):
        at.clock.at = now + timedelta(days=days)
        before = kept()
        would = at.app.rights.retain(dry_run=True)
        assert kept() == before, "only said"
        did = at.app.rights.retain()
        assert [would[name] for name in names] == [did[name] for name in names]
        assert sum(map(bool, kept())) == left, days
