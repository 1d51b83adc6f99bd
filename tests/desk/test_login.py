"""Accounts and the way in, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa

from digest.errors import NotFoundError, RefusedError, WrongStateError
from digest.people.roles import Grant, Role
from digest.staff.account import Own
from digest.staff.house import COMMAND_LINE
from digest.staff.login import TOO_OFTEN, WRONG, Browser, Step, Visit
from digest.store import audit
from digest.store.engine import reading
from digest.store.people_tables import desk_session, person, recovery_code, second_factor
from digest.store.sessions import Stage
from tests.desk.conftest import ADMIN, NOW, PASSWORD, Staff, secret

HERE = Browser("10.0.0.7", "Firefox")
EDITOR = Grant(Role.EDITOR, "daily")


def entered(staff: Staff, token: str) -> tuple[Visit, list[str]]:
    """Follow a link to its end: a password, an app; the codes for losing it."""
    step = staff.login.choose_password(token, PASSWORD, HERE)
    assert step.stage is Stage.ENROL
    visit = visited(staff, step)
    codes = Own(staff.house, staff.login).confirm_factor(visit, shown(staff, visit), HERE)
    return visited(staff, staff.login.enrolled(visit, HERE)), codes


def visited(staff: Staff, step: Step) -> Visit:
    visit = staff.login.visit(step.token)
    assert visit is not None
    return visit


def shown(staff: Staff, visit: Visit) -> str:
    """What their app shows now."""
    app = pyotp.TOTP(secret(staff.house, visit.person.id))
    return app.at(staff.clock.at)


def again(staff: Staff) -> Visit:
    """Ann with her password, and her code still to come."""
    return visited(staff, staff.login.with_password("ann@paper.example", PASSWORD, HERE))


def recorded(staff: Staff) -> list[str]:
    with reading(staff.house.engine) as connection:
        return [one.act.what for one in audit.every(connection)]


@pytest.fixture
def ann(staff: Staff) -> Visit:
    return entered(staff, staff.people.admin("Ann", "Ann@Paper.example", COMMAND_LINE))[0]


def test_from_the_link_to_the_desk(staff: Staff) -> None:
    assert not staff.login.anybody()
    token = staff.people.admin("Ann", "Ann@Paper.example ", COMMAND_LINE)
    assert staff.login.anybody()
    visit, codes = entered(staff, token)
    assert visit.session.stage is Stage.IN
    assert (visit.person.name, visit.person.email) == ("Ann", "ann@paper.example")
    assert visit.person.grants == {ADMIN}
    assert len(codes) == 10
    assert recorded(staff) == ["invite", "second step set up", "log in"]
    with pytest.raises(RefusedError, match="was used"):
        staff.login.choose_password(token, PASSWORD, HERE)


@pytest.mark.parametrize(
    ("link", "lasts"), [("admin", timedelta(minutes=15)), ("invite", timedelta(days=7))]
)
def test_a_link_grows_old(staff: Staff, link: str, lasts: timedelta) -> None:
    if link == "admin":
        token = staff.people.admin("Ann", "ann@paper.example", COMMAND_LINE)
    else:
        token = staff.people.invite("Ann", "ann@paper.example", [EDITOR], COMMAND_LINE)
    staff.clock.at = NOW + lasts - timedelta(seconds=1)
    assert staff.login.by_link(token) is not None
    staff.clock.at = NOW + lasts
    assert staff.login.by_link(token) is None
    with pytest.raises(RefusedError):
        staff.login.choose_password(token, PASSWORD, HERE)


def test_a_link_is_taken_once_by_whoever_is_first(staff: Staff) -> None:
    token = staff.people.admin("Ann", "ann@paper.example", COMMAND_LINE)

    def follow(number: int) -> bool:
        try:
            staff.login.choose_password(token, f"{PASSWORD} {number}", HERE)
        except RefusedError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(follow, range(4))) == 1


def test_only_hashes_and_sealed_secrets_are_kept(staff: Staff, ann: Visit) -> None:
    known = secret(staff.house, ann.person.id)
    with staff.house.engine.connect() as connection:
        rows = [
            repr(row)
            for table in (person, second_factor, recovery_code, desk_session)
            for row in connection.execute(sa.select(table))
        ]
    assert not any(known in row or PASSWORD in row for row in rows)


def test_a_password_alone_is_not_enough(staff: Staff, ann: Visit) -> None:
    visit = again(staff)
    assert visit.session.stage is Stage.CODE
    staff.clock.at += timedelta(seconds=30)
    step = staff.login.with_code(visit, shown(staff, visit), HERE)
    assert visited(staff, step).session.stage is Stage.IN
    assert step.token != ann.session.token_hash
    # The cookie of the first step is worth nothing now.
    with pytest.raises(RefusedError):
        staff.login.with_code(visited(staff, step), shown(staff, visit), HERE)


def test_a_code_is_taken_once(staff: Staff, ann: Visit) -> None:
    code = shown(staff, ann)
    with pytest.raises(RefusedError):
        staff.login.with_code(again(staff), code, HERE)
    staff.clock.at += timedelta(seconds=30)
    fresh = shown(staff, ann)
    visits = [again(staff) for _ in range(4)]

    def give(visit: Visit) -> bool:
        try:
            staff.login.with_code(visit, fresh, HERE)
        except RefusedError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(give, visits)) == 1
    # Nor one of an earlier moment, after a later one.
    with pytest.raises(RefusedError):
        staff.login.with_code(again(staff), code, HERE)


def test_a_code_for_a_lost_phone_is_used_up(staff: Staff) -> None:
    token = staff.people.admin("Ann", "ann@paper.example", COMMAND_LINE)
    _, codes = entered(staff, token)
    step = staff.login.with_code(again(staff), codes[3].upper(), HERE)
    own = Own(staff.house, staff.login)
    assert own.recovery_left(visited(staff, step)) == 9
    with pytest.raises(RefusedError):
        staff.login.with_code(again(staff), codes[3], HERE)
    assert "recovery code used" in recorded(staff)


def test_five_wrong_tries_in_a_quarter_of_an_hour(staff: Staff, ann: Visit) -> None:
    for _ in range(5):
        with pytest.raises(RefusedError, match=WRONG):
            staff.login.with_password("ann@paper.example", "not it", HERE)
    with pytest.raises(RefusedError, match=TOO_OFTEN):
        staff.login.with_password("ann@paper.example", PASSWORD, HERE)
    # Ann herself, elsewhere, is not kept out by that.
    elsewhere = Browser("10.0.0.8", "Firefox")
    assert staff.login.with_password("ann@paper.example", PASSWORD, elsewhere)
    staff.clock.at += timedelta(minutes=15)
    assert staff.login.with_password("ann@paper.example", PASSWORD, HERE)


def test_a_place_that_tries_many_accounts(staff: Staff, ann: Visit) -> None:
    told = []
    for number in range(21):
        with pytest.raises(RefusedError) as caught:
            staff.login.with_password(f"{number}@paper.example", "not it", HERE)
        told.append(str(caught.value))
    assert told == [WRONG] * 20 + [TOO_OFTEN]


def test_tries_at_the_same_moment_are_all_counted(staff: Staff, ann: Visit) -> None:
    def wrong(_: int) -> str:
        with pytest.raises(RefusedError) as caught:
            staff.login.with_password("ann@paper.example", "not it", HERE)
        return str(caught.value)

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(wrong, range(8)))
    assert (told.count(WRONG), told.count(TOO_OFTEN)) == (5, 3)


def test_guessing_codes_ends_too(staff: Staff, ann: Visit) -> None:
    visit = again(staff)
    for _ in range(5):
        with pytest.raises(RefusedError, match=WRONG):
            staff.login.with_code(visit, "000000x", HERE)
    with pytest.raises(RefusedError, match=TOO_OFTEN):
        staff.login.with_code(visit, "000000x", HERE)


def test_who_has_no_account_is_told_what_a_mistyped_password_is(staff: Staff, ann: Visit) -> None:
    bob = staff.people.invite("Bob", "bob@paper.example", [EDITOR], COMMAND_LINE)
    assert staff.login.choose_password(bob, PASSWORD, HERE)
    staff.people.disable(staff.people.named("Bob").person.id or 0, COMMAND_LINE)
    told = set()
    for email in ("ann@paper.example", "nobody@paper.example", "bob@paper.example", "\0", ""):
        with pytest.raises(RefusedError) as caught:
            staff.login.with_password(email, f"{PASSWORD}!", HERE)
        told.add(str(caught.value))
    with pytest.raises(RefusedError) as caught:
        staff.login.with_password("bob@paper.example", PASSWORD, HERE)
    assert told | {str(caught.value)} == {WRONG}


@pytest.mark.parametrize(
    ("unused", "used_each", "ends"),
    [
        (timedelta(hours=12), None, True),
        (timedelta(hours=11, minutes=59), None, False),
        (None, timedelta(hours=11), True),
    ],
)
def test_a_session_ends(
    staff: Staff, ann: Visit, unused: timedelta | None, used_each: timedelta | None, ends: bool
) -> None:
    staff.clock.at += timedelta(seconds=30)
    visit = again(staff)
    step = staff.login.with_code(visit, shown(staff, visit), HERE)
    began = staff.clock.at
    if unused:
        staff.clock.at += unused
    while used_each and staff.clock.at < began + timedelta(days=7):
        assert staff.login.visit(step.token) is not None
        staff.clock.at += used_each
    assert (staff.login.visit(step.token) is None) == ends


def test_half_a_login_is_kept_for_ten_minutes(staff: Staff, ann: Visit) -> None:
    step = staff.login.with_password("ann@paper.example", PASSWORD, HERE)
    staff.clock.at += timedelta(minutes=10)
    assert staff.login.visit(step.token) is None


@pytest.mark.parametrize("act", ["disable", "reset", "log_out"])
def test_an_admin_ends_sessions_at_once(staff: Staff, ann: Visit, act: str) -> None:
    token = staff.people.invite("Bob", "bob@paper.example", [EDITOR], COMMAND_LINE)
    step = staff.login.choose_password(token, PASSWORD, HERE)
    bob = visited(staff, step).session.person_id
    getattr(staff.people, act)(bob, ann.actor("10.0.0.7"))
    assert staff.login.visit(step.token) is None
    if act == "reset":
        with pytest.raises(RefusedError):
            staff.login.with_password("bob@paper.example", PASSWORD, HERE)


def test_roles_change_at_once_and_are_recorded(staff: Staff, ann: Visit) -> None:
    token = staff.people.invite("Bob", "bob@paper.example", [EDITOR], COMMAND_LINE)
    step = staff.login.choose_password(token, PASSWORD, HERE)
    bob = visited(staff, step).session.person_id
    staff.people.set_roles(bob, [Grant(Role.SENDER)], ann.actor("10.0.0.7"))
    assert visited(staff, step).person.grants == {Grant(Role.SENDER)}
    with reading(staff.house.engine) as connection:
        (last,) = audit.newest(connection, 1)
    assert (last.act.who, last.act.what, last.act.about) == ("Ann", "roles", f"person {bob}")
    assert (last.act.before, last.act.after) == ("editor:daily", "sender")
    assert (last.act.place, last.act.session) == ("10.0.0.7", ann.session.short)


def test_there_is_always_an_admin(staff: Staff, ann: Visit) -> None:
    who = ann.session.person_id
    with pytest.raises(WrongStateError, match="no admin"):
        staff.people.set_roles(who, [EDITOR], COMMAND_LINE)
    with pytest.raises(WrongStateError, match="no admin"):
        staff.people.disable(who, COMMAND_LINE)
    bob = staff.people.admin("Bob", "bob@paper.example", COMMAND_LINE)
    assert staff.login.by_link(bob)
    staff.people.disable(who, COMMAND_LINE)
    with pytest.raises(WrongStateError, match="no admin"):
        staff.people.disable(staff.people.named("Bob").person.id or 0, COMMAND_LINE)


def test_two_admins_cannot_close_each_other(staff: Staff, ann: Visit) -> None:
    staff.people.admin("Bob", "bob@paper.example", COMMAND_LINE)
    both = [one.person.id or 0 for one in staff.people.every()]

    def close(who: int) -> bool:
        try:
            staff.people.disable(who, COMMAND_LINE)
        except WrongStateError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(close, both)) == 1


def test_who_cannot_be_invited(staff: Staff, ann: Visit) -> None:
    for name, email in (
        ("Ann", "other@paper.example"),
        ("Other", "ANN@paper.example"),
        ("", "other@paper.example"),
        ("A\x00B", "other@paper.example"),
        ("Other", "nowhere"),
        ("x" * 101, "other@paper.example"),
    ):
        with pytest.raises(WrongStateError):
            staff.people.invite(name, email, [EDITOR], COMMAND_LINE)
    assert len(staff.people.every()) == 1


def test_making_a_known_person_an_admin_keeps_their_roles(staff: Staff, ann: Visit) -> None:
    staff.people.invite("Bob", "bob@paper.example", [EDITOR], COMMAND_LINE)
    staff.people.admin("Bob", "bob@paper.example", COMMAND_LINE)
    assert staff.people.named("bob@paper.example").person.grants == {EDITOR, ADMIN}
    with pytest.raises(NotFoundError):
        staff.people.named("Carl")


def test_from_elsewhere(staff: Staff, ann: Visit) -> None:
    staff.people.invite("Bob", "bob@paper.example", [EDITOR], COMMAND_LINE)
    step = staff.login.from_elsewhere("https://id.example 17", "bob@paper.example", HERE)
    assert visited(staff, step).person.name == "Bob"
    # An address that was given to somebody else there is not Bob.
    with pytest.raises(RefusedError, match="another account"):
        staff.login.from_elsewhere("https://id.example 18", "bob@paper.example", HERE)
    # Bob with another address there is.
    step = staff.login.from_elsewhere("https://id.example 17", "robert@paper.example", HERE)
    assert visited(staff, step).person.name == "Bob"
    with pytest.raises(RefusedError, match="no account"):
        staff.login.from_elsewhere("https://id.example 19", "carl@paper.example", HERE)


def test_a_new_secret_of_ours_opens_what_the_old_one_sealed(staff: Staff, ann: Visit) -> None:
    rotated = replace(staff.house, sealing=(b"n" * 32, b"k" * 32))
    assert secret(rotated, ann.person.id) == secret(staff.house, ann.person.id)
    lost = replace(staff.house, sealing=(b"n" * 32,))
    sealed = staff.house.seal("a secret")
    assert rotated.open(sealed) == "a secret"
    with pytest.raises(RefusedError):
        lost.open(sealed)


def test_a_closed_account_has_no_way_in_until_it_is_opened(staff: Staff, ann: Visit) -> None:
    staff.people.invite("Bob", "bob@paper.example", [EDITOR], COMMAND_LINE)
    bob = staff.people.named("Bob").person.id
    assert bob
    staff.people.disable(bob, COMMAND_LINE)
    token = staff.people.reset(bob, COMMAND_LINE)
    assert staff.login.by_link(token) is None
    with pytest.raises(RefusedError, match="no account"):
        staff.login.from_elsewhere("https://id.example 17", "bob@paper.example", HERE)
    staff.people.enable(bob, COMMAND_LINE)
    assert staff.login.by_link(token)
    # The command line's way back in opens it as well.
    staff.people.disable(bob, COMMAND_LINE)
    assert staff.login.by_link(staff.people.admin("Bob", "bob@paper.example", COMMAND_LINE))
