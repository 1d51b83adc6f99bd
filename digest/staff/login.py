"""Logging in: a password and a code, or an account elsewhere; and who a cookie stands for.

What speaks against a try is told in the same words, after the same work, whether or not there is
such an account. Each step that succeeds gets a new cookie, so a planted one is worth nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.engine import Connection

from digest.errors import RefusedError
from digest.people import codes, passwords, tokens
from digest.people.roles import Person
from digest.staff.house import Actor, House
from digest.store import people, sessions, tries
from digest.store.engine import reading, writing
from digest.store.people import Account
from digest.store.sessions import Session, Stage

#: what was proved so long ago is asked for again before mail goes, data leaves or roles change
PROOF_LASTS = timedelta(minutes=10)
WRONG = "That is not right. Check what you typed, and that capitals are not locked."
TOO_OFTEN = "Too many tries. Wait a quarter of an hour, then try again."

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a request comes from: an IP address, and what the browser calls itself."""

    place: str
    name: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step that succeeded: the new cookie, and what comes next."""

    token: str
    stage: Stage


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody with a cookie of ours."""

    person: Person
    session: Session
    #: proved by: ``code``, ``password`` or ``elsewhere``
    proof: str

    def actor(self, place: str) -> Actor:
        """As the record tells it."""
        return Actor(
            name=self.person.name,
            person=self.person.id,
            place=place,
            session=self.session.short,
        )


@dataclass(frozen=True, slots=True)
class Login:
    """The way in."""

    house: House

    def anybody(self) -> bool:
        """Whether there is any account: from then on the desk asks who comes."""
        with reading(self.house.engine) as connection:
            return people.anybody(connection)

    def visit(self, token: str) -> Visit | None:
        """Whom a cookie stands for, and how far they are. None: nobody, or no more."""
        now = self.house.clock.now()
        with reading(self.house.engine) as connection:
            session = sessions.find(connection, tokens.hashed(token), now)
            account = people.get(connection, session.person_id) if session else None
        if session is None or account is None or account.disabled_at is not None:
            return None
        if now - session.seen_at >= sessions.SEEN_EVERY:
            with writing(self.house.engine) as connection:
                sessions.seen(connection, session.token_hash, now)
        return Visit(account.person, session, _proof(account))

    def with_password(self, email: str, password: str, browser: Browser) -> Step:
        """The first step. Raises RefusedError."""
        one = self._try("account", people.folded(email), browser)
        with reading(self.house.engine) as connection:
            account = people.by_email(connection, email)
        usable = account is not None and account.disabled_at is None
        kept = account.password if account and usable else None
        if not self.house.passwords.fits(kept, password):
            log.info("desk_login_refused", account=one.account[:8], place=one.place[:8])
            raise RefusedError(WRONG)
        assert account is not None, "nobody's password fits"
        with writing(self.house.engine) as connection:
            tries.forget(connection, one)
            if kept and self.house.passwords.ages(kept):
                fresh = self.house.passwords.hashed(password)
                people.change(connection, _id(account), password=fresh)
            return self._in(connection, account, self._next(account), browser)

    def with_code(self, visit: Visit, given: str, browser: Browser) -> Step:
        """The second step: a code of their app, or one for a lost phone. Raises RefusedError."""
        if visit.session.stage is not Stage.CODE:
            raise RefusedError(WRONG)
        how = self._prove(visit, given, browser)
        with writing(self.house.engine) as connection:
            account = people.get(connection, visit.session.person_id)
            sessions.end(connection, visit.session.token_hash)
            return self._in(connection, account, Stage.IN, browser, how)

    def enrolled(self, visit: Visit, browser: Browser) -> Step:
        """The other second step: they have set up an app now. Raises RefusedError."""
        with writing(self.house.engine) as connection:
            account = people.get(connection, visit.session.person_id)
            if visit.session.stage is not Stage.ENROL or account.factor_since is None:
                raise RefusedError(WRONG)
            sessions.end(connection, visit.session.token_hash)
            return self._in(connection, account, Stage.IN, browser, "code")

    def from_elsewhere(self, openid: str, email: str, browser: Browser) -> Step:
        """Who proved at the OpenID provider that this address is theirs. Raises RefusedError."""
        with writing(self.house.engine) as connection:
            account = people.by_openid(connection, openid) or people.by_email(connection, email)
            if account is None or account.disabled_at is not None:
                raise RefusedError("You have no account at this desk. Ask an admin to invite you.")
            if account.openid is None:
                people.change(connection, _id(account), openid=openid)
                sessions.drop_links(connection, _id(account))
            elif account.openid != openid:
                raise RefusedError("This desk knows you by another account. Ask an admin.")
            return self._in(connection, account, Stage.IN, browser, "elsewhere")

    def by_link(self, token: str) -> Account | None:
        """Whose link it is; None: it was used, or is too old. Uses nothing up."""
        with reading(self.house.engine) as connection:
            who = sessions.whose_link(connection, tokens.hashed(token), self.house.clock.now())
            account = people.get(connection, who) if who is not None else None
        return account if account is not None and account.disabled_at is None else None

    def choose_password(self, token: str, password: str, browser: Browser) -> Step:
        """Use a link up: set a password, and be logged in. Raises RefusedError."""
        account = self.by_link(token)
        if account is None:
            raise RefusedError("This link was used, or is too old. Ask for another.")
        said = passwords.objection(password, account.person.name, account.person.email)
        if said:
            raise RefusedError(said)
        kept = self.house.passwords.hashed(password)
        with writing(self.house.engine) as connection:
            if sessions.take_link(connection, tokens.hashed(token), self.house.clock.now()) is None:
                raise RefusedError("This link was used, or is too old. Ask for another.")
            people.change(connection, _id(account), password=kept)
            sessions.end_all(connection, _id(account))
            return self._in(connection, account, self._next(account), browser)

    def prove(self, visit: Visit, given: Mapping[str, str], browser: Browser) -> None:
        """Prove again who sits there: their code, else their password. Raises RefusedError."""
        if visit.proof == "password":
            self._prove_password(visit, given.get("password", ""), browser)
        else:
            self._prove(visit, given.get("code", ""), browser)
        with writing(self.house.engine) as connection:
            sessions.proved(connection, visit.session.token_hash, self.house.clock.now())

    def fresh(self, visit: Visit) -> bool:
        """Whether they proved a moment ago who they are."""
        return self.house.clock.now() - visit.session.proved_at < PROOF_LASTS

    def leave(self, visit: Visit, place: str) -> None:
        """Log out here."""
        with writing(self.house.engine) as connection:
            sessions.end(connection, visit.session.token_hash)
            if visit.session.stage is Stage.IN:
                self.house.record(connection, visit.actor(place), "log out")

    def _next(self, account: Account) -> Stage:
        if account.factor_since is not None:
            return Stage.CODE
        return Stage.ENROL if self.house.second_step else Stage.IN

    def _in(
        self,
        connection: Connection,
        account: Account,
        stage: Stage,
        browser: Browser,
        how: str = "password",
    ) -> Step:
        now, token = self.house.clock.now(), tokens.fresh()
        session = Session(
            token_hash=tokens.hashed(token),
            person_id=_id(account),
            stage=stage,
            made_at=now,
            seen_at=now,
            proved_at=now,
            place=browser.place[:45],
            browser=browser.name[:200],
        )
        sessions.forget(connection, now)
        sessions.add(connection, session)
        if stage is Stage.ENROL and people.factor(connection, _id(account)) is None:
            people.set_factor(connection, _id(account), self.house.seal(codes.new_secret()))
        if stage is Stage.IN:
            by = Visit(account.person, session, "").actor(browser.place)
            self.house.record(connection, by, "log in", after=how)
        return Step(token, stage)

    def _prove(self, visit: Visit, given: str, browser: Browser) -> str:
        one = self._try("code", str(visit.session.person_id), browser)
        who, now = visit.session.person_id, self.house.clock.now()
        with writing(self.house.engine) as connection:
            kept = people.factor(connection, who)
            if kept is None:
                raise RefusedError(WRONG)
            step = codes.step_of(self.house.open(kept.secret), given, now)
            if step is not None and people.take_step(connection, who, step, now):
                tries.forget(connection, one)
                return "code"
            hashed = codes.recovery_hash(self.house.code_key, given)
            if people.take_recovery(connection, who, hashed):
                tries.forget(connection, one)
                self.house.record(connection, visit.actor(browser.place), "recovery code used")
                return "recovery code"
        raise RefusedError(WRONG)

    def _prove_password(self, visit: Visit, given: str, browser: Browser) -> None:
        one = self._try("account", visit.person.email, browser)
        with reading(self.house.engine) as connection:
            kept = people.get(connection, visit.session.person_id).password
        if not self.house.passwords.fits(kept, given):
            raise RefusedError(WRONG)
        with writing(self.house.engine) as connection:
            tries.forget(connection, one)

    def _try(self, kind: str, account: str, browser: Browser) -> tries.Try:
        house = self.house
        one = tries.Try(house.try_hash(kind, account), house.try_hash("place", browser.place))
        with writing(house.engine) as connection:
            if not tries.allowed(connection, one, house.clock.now()):
                log.warning("desk_login_limited", account=one.account[:8], place=one.place[:8])
                raise RefusedError(TOO_OFTEN)
        return one


def _proof(account: Account) -> str:
    if account.factor_since is not None:
        return "code"
    return "password" if account.password else "elsewhere"


def _id(account: Account) -> int:
    assert account.person.id is not None, "who has an account has a number"
    return account.person.id
