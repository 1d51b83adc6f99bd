"""The table of permissions and roles."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from digest.people.roles import (
    CONFIRMED,
    MATRIX,
    NEWSROOM_WIDE,
    Grant,
    Permission,
    Person,
    Role,
    grants_of,
    operator,
)

EDITIONS = frozenset({"daily", "weekly"})
GRANTS = some.frozensets(
    some.builds(Grant, some.sampled_from(Role), some.sampled_from(["", *EDITIONS]))
)


def somebody(*grants: Grant) -> Person:
    return Person(id=1, name="Ann", grants=frozenset(grants))


def test_every_permission_stands_in_the_table() -> None:
    assert MATRIX.keys() == set(Permission)


def test_the_table_as_people_read_it() -> None:
    told = {
        role: " ".join(sorted(one for one, roles in MATRIX.items() if role in roles))
        for role in Role
    }
    assert told == {
        Role.VIEWER: "account view",
        Role.EDITOR: "account edit pause sources test_send view",
        Role.SENDER: "account approve archive edit pause send sources test_send view",
        Role.ADMIN: "account approve archive audit edit pause people send sources test_send view",
        Role.READERS: "account erase export readers",
    }
    assert {Permission.SEND, Permission.EXPORT, Permission.ERASE, Permission.PEOPLE} <= CONFIRMED


@given(GRANTS, some.sampled_from(Permission), some.sampled_from(sorted(EDITIONS)))
def test_a_grant_for_one_edition_reaches_no_other(
    grants: frozenset[Grant], permission: Permission, edition: str
) -> None:
    person = somebody(*grants)
    there = somebody(*(one for one in grants if one.edition in {"", edition}))
    assert person.may(permission, edition) == there.may(permission, edition)
    if permission in NEWSROOM_WIDE:
        assert person.may(permission) == person.may(permission, edition)
        assert not somebody(*(one for one in grants if one.edition)).may(permission)


@given(GRANTS, GRANTS, some.sampled_from(Permission), some.sampled_from([None, *EDITIONS]))
def test_more_grants_never_allow_less(
    some_grants: frozenset[Grant], more: frozenset[Grant], permission: Permission, where: str | None
) -> None:
    before = somebody(*some_grants).may(permission, where)
    assert somebody(*some_grants, *more).may(permission, where) or not before


def test_nobody_without_a_role_does_anything_but_mind_their_account() -> None:
    assert [one for one in Permission if somebody().may(one)] == [Permission.ACCOUNT]


def test_whoever_sits_at_the_machine() -> None:
    trial, real = operator(trial=True), operator(trial=False)
    assert {one for one in Permission if not trial.may(one)} == {Permission.ACCOUNT}
    assert {one for one in Permission if real.may(one)} == {Permission.VIEW}


@given(GRANTS)
def test_grants_are_written_and_read(grants: frozenset[Grant]) -> None:
    kept = {one for one in grants if not (one.edition and one.role in {"admin", "readers"})}
    assert grants_of([str(one) for one in kept], EDITIONS) == kept


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("boss", "'boss' is no role; there are viewer, editor, sender, admin, readers"),
        ("editor:hourly", "'hourly' is no edition; there are daily, weekly"),
        ("admin:daily", "admin is a role for the whole newsroom, not for one edition"),
        ("", "'' is no role; there are viewer, editor, sender, admin, readers"),
    ],
)
def test_what_is_no_grant(word: str, told: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
        grants_of([word], EDITIONS)
