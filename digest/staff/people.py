"""Who has an account at the desk, and what they may do: invite, grant, disable, begin anew."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from digest.errors import WrongStateError
from digest.people import tokens
from digest.people.roles import Grant, Person, Role
from digest.staff.house import Actor, House
from digest.store import people, sessions
from digest.store.engine import reading, writing
from digest.store.people import Account

#: a link that makes an admin is for whoever sits at the command line now
ADMIN_LINK = timedelta(minutes=15)
#: an invitation waits in somebody's mailbox
INVITATION = timedelta(days=7)
_EMAIL = re.compile(r"[^<>@,;\s]+@[^<>@,;\s]+\.[^<>@,;\s]+")


@dataclass(frozen=True, slots=True)
class People:
    """Everybody's accounts. Each change is recorded, with who made it."""

    house: House

    def every(self) -> list[Account]:
        """All accounts, by name."""
        with reading(self.house.engine) as connection:
            return people.every(connection)

    def get(self, person_id: int) -> Account:
        """Raises NotFoundError."""
        with reading(self.house.engine) as connection:
            return people.get(connection, person_id)

    def named(self, who: str) -> Account:
        """By address or name. Raises NotFoundError."""
        with reading(self.house.engine) as connection:
            return people.named(connection, who)

    def admin(self, name: str, email: str, by: Actor) -> str:
        """Make somebody an admin, new, known or closed; returns the token of a link for now.

        Raises WrongStateError if the name is another's.
        """
        with writing(self.house.engine) as connection:
            people.keep(connection)
            known = people.by_email(connection, email)
            if known is None:
                who = self._add(connection, name, email, {Grant(Role.ADMIN)}, by)
            else:
                who = _number(known.person)
                people.change(connection, who, disabled_at=None)
                self._grant(connection, known, known.person.grants | {Grant(Role.ADMIN)}, by)
            return self._link(connection, who, ADMIN_LINK)

    def invite(self, name: str, email: str, grants: Iterable[Grant], by: Actor) -> str:
        """Make an account; returns the token of a link for its owner. Raises WrongStateError."""
        with writing(self.house.engine) as connection:
            who = self._add(connection, name, email, set(grants), by)
            return self._link(connection, who, INVITATION)

    def set_roles(self, person_id: int, grants: Iterable[Grant], by: Actor) -> None:
        """Give somebody these roles in place of theirs. Raises WrongStateError."""
        with writing(self.house.engine) as connection:
            people.keep(connection)
            account = people.get(connection, person_id)
            self._grant(connection, account, frozenset(grants), by)
            _still_an_admin(connection)

    def disable(self, person_id: int, by: Actor) -> None:
        """Let somebody in no more, from now on. Raises WrongStateError."""
        with writing(self.house.engine) as connection:
            people.keep(connection)
            people.get(connection, person_id)
            people.change(connection, person_id, disabled_at=self.house.clock.now())
            sessions.end_all(connection, person_id)
            sessions.drop_links(connection, person_id)
            _still_an_admin(connection)
            self.house.record(connection, by, "disable", _about(person_id))

    def enable(self, person_id: int, by: Actor) -> None:
        """Let somebody in again."""
        with writing(self.house.engine) as connection:
            people.get(connection, person_id)
            people.change(connection, person_id, disabled_at=None)
            self.house.record(connection, by, "enable", _about(person_id))

    def reset(self, person_id: int, by: Actor) -> str:
        """Forget how somebody logs in, and log them out; returns the token of a fresh link."""
        with writing(self.house.engine) as connection:
            people.get(connection, person_id)
            people.change(connection, person_id, password=None, openid=None)
            people.drop_factor(connection, person_id)
            sessions.end_all(connection, person_id)
            self.house.record(connection, by, "reset", _about(person_id))
            return self._link(connection, person_id, INVITATION)

    def log_out(self, person_id: int, by: Actor) -> int:
        """Log somebody out everywhere; returns how many sessions they had."""
        with writing(self.house.engine) as connection:
            people.get(connection, person_id)
            ended = sessions.end_all(connection, person_id)
            about = _about(person_id)
            self.house.record(connection, by, "log out everywhere", about, after=str(ended))
            return ended

    def _add(
        self, connection: Connection, name: str, email: str, grants: set[Grant], by: Actor
    ) -> int:
        plain = " ".join(name.split())
        if not plain or not plain.isprintable() or len(plain) > 100:
            raise WrongStateError("an account needs a name of at most 100 characters")
        if not _EMAIL.fullmatch(email.strip()) or len(email.strip()) > 254:
            raise WrongStateError(
                "an account needs a work address", hint="such as anna@paper.example"
            )
        try:
            who = people.add(connection, plain, email, self.house.clock.now())
        except IntegrityError as error:
            raise WrongStateError(
                "somebody has an account with this name or address",
                hint="add what tells them apart, such as the desk they work at",
            ) from error
        people.grant(connection, who, grants)
        self.house.record(connection, by, "invite", _about(who), after=words(grants))
        return who

    def _grant(
        self, connection: Connection, account: Account, grants: frozenset[Grant], by: Actor
    ) -> None:
        who = _number(account.person)
        people.grant(connection, who, grants)
        before, after = words(account.person.grants), words(grants)
        self.house.record(connection, by, "roles", _about(who), before=before, after=after)

    def _link(self, connection: Connection, who: int, lasts: timedelta) -> str:
        token = tokens.fresh()
        expires = self.house.clock.now() + lasts
        sessions.add_link(connection, who, tokens.hashed(token), expires)
        return token


def words(grants: Iterable[Grant]) -> str:
    """Grants as people write them, in order."""
    return " ".join(map(str, sorted(grants)))


def _about(person_id: int) -> str:
    return f"person {person_id}"


def _number(person: Person) -> int:
    assert person.id is not None, "who has an account has a number"
    return person.id


def _still_an_admin(connection: Connection) -> None:
    if not any(
        Grant(Role.ADMIN) in one.person.grants and one.disabled_at is None
        for one in people.every(connection)
    ):
        raise WrongStateError("this would leave no admin", hint="make somebody else one first")
