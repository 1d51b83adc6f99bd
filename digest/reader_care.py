"""Wires what the newsroom does for one reader at the desk. For app.py and pages.py alone.

Each look and each act is written into the record first, by the reader's number.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

import subscribers
from digest.desk.reader import Agreed, Got, ReaderCard, Tie, how_often, outcome, why_none
from digest.errors import InvalidError, NotFoundError
from digest.model import DeliveryState, EventKind, Issue, IssueId, SubscriberId
from digest.newsroom import Newsroom
from digest.rights import Rights
from digest.staff.house import Actor, House
from digest.store import issues, person
from digest.store.engine import reading, writing

#: issues that the page shows
SHOWN = 30
#: how long the forms of a page about a reader are good
GOOD_FOR = timedelta(hours=1)
WENT = frozenset({"sending", "sent", "corrected"})


@dataclass(frozen=True)
class ReaderCare:
    """One reader at a time, found by their exact address. There is no list of them."""

    house: House
    people: subscribers.Subscribers
    rights: Rights
    newsroom: Newsroom

    def find(self, address: str, by: Actor) -> int:
        """The reader with this address. Raises NotFoundError and InvalidError."""
        try:
            who = self.people.find(address)
        except subscribers.BadAddressError as error:
            raise InvalidError("this is no e-mail address") from error
        self._record(by, "look up reader", who)
        if who is None:
            raise NotFoundError("no reader has this address")
        return who

    def handle(self, who: int, by: Actor) -> str:
        """What the forms of a page name the reader by: good for who looked, for an hour."""
        until = self.house.clock.now() + GOOD_FOR
        return self.house.seal(f"reader {who} {by.person or 0} {int(until.timestamp())}")

    def opened(self, handle: str, by: Actor) -> int:
        """Whom a handle means. Raises RefusedError and NotFoundError."""
        word, who, person_, until = (*self.house.open(handle).split(" "), "", "", "")[:4]
        now = int(self.house.clock.now().timestamp())
        if word != "reader" or person_ != str(by.person or 0) or int(until) < now:
            raise NotFoundError("this page is too old: look the reader up again")
        if self.rights.people.address_of(int(who)) is None:
            raise NotFoundError("there is no such reader (any more)")
        return int(who)

    def card(self, who: int) -> ReaderCard:
        """All that is shown of them. Raises NotFoundError."""
        try:
            told = self.people.why(who)
        except subscribers.UnknownError as error:
            raise NotFoundError("there is no such reader (any more)") from error
        ties = [self._tie(told, one) for one in told.subscriptions]
        return ReaderCard(
            number=who,
            masked=told.masked_address,
            language=told.facts.language,
            ties=ties,
            choices=tuple(_choices(told)),
            agreed=[_agreed(one) for one in self.rights.consents(who)],
            never=[
                f"{one.reason}, since {one.at:%Y-%m-%d}{f', {one.scope} only' if one.scope else ''}"
                for one in told.suppressions
            ],
            segments=[name for name, one in told.segments.items() if one.holds],
            issues=self._issues(who, told, ties),
        )

    def write_again(self, who: int, by: Actor) -> str:
        """Have fresh links, or their confirmation, written to them; tells which."""
        self._record(by, "write to reader", who)
        return str(self._care.write_again(who, self.house.clock.now()))

    def leave(self, who: int, edition: str, how: str, by: Actor) -> None:
        """Have them leave an edition; empty: all of them."""
        self._record(by, "reader leaves", who, edition or "everything")
        now = self.house.clock.now()
        self._care.leave(who, edition, how=_how(how), actor=_actor(by), now=now)

    def never(self, who: int, how: str, by: Actor) -> None:
        """Have them leave everything, and promise never to mail them again."""
        self._record(by, "reader leaves", who, "everything, for ever")
        now = self.house.clock.now()
        self._care.never(who, how=_how(how), actor=_actor(by), now=now)

    def export(self, who: int, by: Actor) -> bytes:
        """All that is held of them, as a zip."""
        self._record(by, "export", who)
        return self.rights.zipped(who)

    def erase(self, who: int, by: Actor) -> None:
        """Erase them everywhere. Raises OSError where a file cannot be removed."""
        self._record(by, "erase reader", who)
        self.rights.erase(who)

    @cached_property
    def _care(self) -> subscribers.Care:
        return subscribers.Care(self.house.engine)

    def _record(self, by: Actor, what: str, who: int | None, after: str = "") -> None:
        about = "nobody" if who is None else f"reader {who}"
        with writing(self.house.engine) as connection:
            self.house.record(connection, by, what, about, after=after)

    def _tie(self, told: subscribers.Why, one: subscribers.Subscription) -> Tie:
        edition = self.newsroom.parts.editions.get(one.edition)
        return Tie(
            edition=one.edition,
            name=edition.name if edition else one.edition,
            state=one.state.value,
            joined_at=one.joined_at,
            left_at=one.left_at,
            next=self._next(told, one) if edition else "",
        )

    def _next(self, told: subscribers.Why, one: subscribers.Subscription) -> str:
        if one.state == "left":
            return ""
        if one.state == "pending":
            return "gets nothing before they confirm"
        if any(not each.scope or each.scope == one.edition for each in told.suppressions):
            return "gets nothing: never to be mailed"
        issue, days = self.newsroom.next_days(one.edition)
        if told.paused_until is not None and told.paused_until > issue.scheduled_at:
            return f"paused until {told.paused_until:%Y-%m-%d}"
        if not told.due(days):
            return f"not the next issue, {issue.local_date}"
        return f"the next issue, {issue.local_date}"

    def _issues(self, who: int, told: subscribers.Why, ties: Sequence[Tie]) -> list[Got]:
        with reading(self.house.engine) as connection:
            sent = {one["issue"]: one for one in person.deliveries(connection, SubscriberId(who))}
            heard = person.events(connection, SubscriberId(who))
            recent = [*issues.of_editions(connection, [one.edition for one in ties], SHOWN)]
            known = {one.id for one in recent}
            older = sorted(set(sent) - known, reverse=True)[:SHOWN]
            recent += [issues.get(connection, IssueId(one)) for one in older]
        by_edition = {one.edition: one for one in ties}
        return [
            self._got(one, told, by_edition.get(one.edition), sent.get(one.id), heard)
            for one in sorted(recent, key=lambda one: one.scheduled_at, reverse=True)
            if one.id in sent or one.state.value in WENT
        ][:SHOWN]

    def _got(
        self,
        issue: Issue,
        told: subscribers.Why,
        tie: Tie | None,
        delivery: dict[str, Any] | None,
        heard: Sequence[dict[str, Any]],
    ) -> Got:
        if delivery is not None:
            state = DeliveryState(delivery["state"])
            words = outcome(state, delivery["code"])
        else:
            assert tie is not None, "an issue of no edition of theirs is shown for its delivery"
            wanted = told.due(frozenset({issue.local_date.isoweekday()}))
            state, words = None, why_none(tie, issue.scheduled_at, wanted=wanted)
        return Got(
            issue=issue.id,
            name=self.newsroom.desk.name(issue),
            day=issue.local_date,
            state=state,
            told=words,
            heard=[EventKind(one["kind"]) for one in heard if one["issue"] == issue.id],
        )


def _choices(told: subscribers.Why) -> Iterator[tuple[str, str]]:
    yield "How often", how_often(told.frequency, told.weekly_on)
    yield "When", "when the edition goes" if told.hour is None else f"at {told.hour}:00"
    if told.zone:
        yield "Time zone", told.zone
    yield "Stories", str(told.limit) if told.limit else "all"
    yield "Look", told.style.value
    yield "Issues outside the schedule", "yes" if told.breaking else "no"
    yield "Regions", ", ".join(sorted(told.facts.regions)) or "all"
    yield "Topics", ", ".join(sorted(told.facts.topics)) or "all"
    if told.paused_until is not None:
        yield "Paused until", f"{told.paused_until:%Y-%m-%d %H:%M} UTC"


def _agreed(one: dict[str, Any]) -> Agreed:
    return Agreed(**{name: one[name] for name in Agreed.__dataclass_fields__})


def _how(told: str) -> str:
    """How they asked. Raises InvalidError."""
    if not told.strip():
        raise InvalidError("say how they asked: it is kept as the proof")
    return f"asked the newsroom: {' '.join(told.split())}"[:200]


def _actor(by: Actor) -> str:
    return f"desk: {by.name}"[:100]
