"""One's own account: password, app, codes for losing it, and where one is logged in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from digest.errors import RefusedError
from digest.people import codes, passwords
from digest.people.keys import Keys
from digest.staff.house import House
from digest.staff.login import WRONG, Browser, Login, Visit
from digest.store import people, sessions
from digest.store.engine import reading, writing
from digest.store.sessions import Session


@dataclass(frozen=True, slots=True)
class NewFactor:
    """A secret to be put into an app."""

    secret: str
    #: the same as the ``otpauth://`` address that a picture tells
    address: str


@dataclass(frozen=True, slots=True)
class Own:
    """What a person does with their own account. Everything is recorded."""

    house: House
    login: Login

    def sessions(self, visit: Visit) -> Sequence[Session]:
        """Where they are logged in, the last used first."""
        with reading(self.house.engine) as connection:
            return sessions.of(connection, visit.session.person_id, self.house.clock.now())

    def recovery_left(self, visit: Visit) -> int:
        """How many codes for a lost phone they have left."""
        with reading(self.house.engine) as connection:
            return people.recovery_left(connection, visit.session.person_id)

    def log_out(self, visit: Visit, short: str, place: str) -> None:
        """Log out one of their other browsers, named by the start of its hash."""
        with writing(self.house.engine) as connection:
            now, who = self.house.clock.now(), visit.session.person_id
            for one in sessions.of(connection, who, now):
                if one.short == short:
                    sessions.end(connection, one.token_hash)
                    self.house.record(connection, visit.actor(place), "log out", f"session {short}")

    def log_out_elsewhere(self, visit: Visit, place: str) -> None:
        """Log out all of their browsers but this one."""
        with writing(self.house.engine) as connection:
            mine = visit.session
            ended = sessions.end_all(connection, mine.person_id, but=mine.token_hash)
            by = visit.actor(place)
            self.house.record(connection, by, "log out elsewhere", after=str(ended))

    def choose_keys(self, visit: Visit, keys: Keys | None, place: str) -> None:
        """Act by these keys from now on; None: by the usual ones."""
        who = visit.session.person_id
        told = None if keys is None else dict(keys)
        with writing(self.house.engine) as connection:
            people.change(connection, who, shortcuts=told)
            self.house.record(connection, visit.actor(place), "keys", f"person {who}")

    def change_password(self, visit: Visit, old: str, new: str, browser: Browser) -> None:
        """Raises RefusedError. Other browsers are logged out."""
        who = visit.session.person_id
        by_password = replace(visit, proof="password")
        self.login.prove(by_password, {"password": old}, browser)
        said = passwords.objection(new, visit.person.name, visit.person.email)
        if said:
            raise RefusedError(said)
        kept = self.house.passwords.hashed(new)
        with writing(self.house.engine) as connection:
            people.change(connection, who, password=kept)
            sessions.end_all(connection, who, but=visit.session.token_hash)
            self.house.record(connection, visit.actor(browser.place), "password")

    def begin_factor(self, visit: Visit) -> None:
        """Make a secret for their app, unless they have one."""
        with writing(self.house.engine) as connection:
            if people.factor(connection, visit.session.person_id) is None:
                sealed = self.house.seal(codes.new_secret())
                people.set_factor(connection, visit.session.person_id, sealed)

    def pending_factor(self, visit: Visit) -> NewFactor | None:
        """The secret that waits for its first code, if one does."""
        with reading(self.house.engine) as connection:
            kept = people.factor(connection, visit.session.person_id)
        if kept is None or kept.confirmed_at is not None:
            return None
        secret = self.house.open(kept.secret)
        return NewFactor(secret, codes.address(secret, visit.person.email, self.house.newsroom))

    def confirm_factor(self, visit: Visit, given: str, browser: Browser) -> list[str]:
        """A first code of the app; returns the codes for losing it. Raises RefusedError."""
        who, now = visit.session.person_id, self.house.clock.now()
        with writing(self.house.engine) as connection:
            kept = people.factor(connection, who)
            if kept is None or kept.confirmed_at is not None:
                raise RefusedError(WRONG)
            step = codes.step_of(self.house.open(kept.secret), given, now)
            if step is None or not people.take_step(connection, who, step, now):
                raise RefusedError(WRONG)
            fresh = codes.recovery_codes()
            hashes = [codes.recovery_hash(self.house.code_key, one) for one in fresh]
            people.set_recovery(connection, who, hashes)
            self.house.record(connection, visit.actor(browser.place), "second step set up")
            return fresh

    def drop_factor(self, visit: Visit, given: str, browser: Browser) -> None:
        """Forget the app, for another phone: proved by a code of it. Raises RefusedError."""
        self.login.prove(visit, {"code": given, "password": given}, browser)
        with writing(self.house.engine) as connection:
            people.drop_factor(connection, visit.session.person_id)
            self.house.record(connection, visit.actor(browser.place), "second step dropped")
