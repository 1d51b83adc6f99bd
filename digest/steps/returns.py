"""returns: read the mailbox for bounces, and hear what its mails say.

What a batch of mails says is committed before any of them is marked as done.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import structlog

from digest.deliver.marks import Marks
from digest.deliver.returns.boxes import Mail, Mailbox, OpenBox
from digest.deliver.returns.returned import Returned, What, read
from digest.model import DeliveryEvent, EventKind, IssueId, SubscriberId
from digest.steps.hear import Hearing
from digest.store import heard
from digest.store.engine import reading

log = structlog.get_logger()

SOURCE = "mailbox"
#: mails whose events are committed together
RUN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What one look into the mailbox brought."""

    #: mails by what they were: an event's kind, ``left``, ``automatic`` or ``unknown``
    mails: Counter[str] = field(default_factory=Counter)
    #: names of the mails that a person should look at, of this look and earlier ones
    kept: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Returns:
    """The mailbox that bounces, complaints and mails to leave come to."""

    hearing: Hearing
    box: Mailbox
    marks: Marks

    def collect(self) -> Collected:
        """Read what is new. Raises MailboxError; what was read until then counts."""
        mails: Counter[str] = Counter()
        with self.box.opened() as opened:
            stream = opened.unread()
            while run := list(islice(stream, RUN)):
                mails += self._take(opened, run)
            kept = opened.kept()
        if mails:
            log.info("mailbox_read", **mails, kept=len(kept))
        return Collected(mails=mails, kept=kept)

    def _take(self, opened: OpenBox, run: Sequence[Mail]) -> Counter[str]:
        found = {mail.key: self._read(mail) for mail in run}
        self.hearing.hear([one for one in found.values() if isinstance(one, DeliveryEvent)])
        for key, one in found.items():
            if one == What.UNKNOWN:
                opened.keep(key)
            else:
                opened.done(key)
        return Counter(
            one.kind.value if isinstance(one, DeliveryEvent) else one for one in found.values()
        )

    def _read(self, mail: Mail) -> DeliveryEvent | str:
        """The event that a mail tells of, or in a word what else became of it."""
        told = read(mail.raw, self.marks)
        if told.what is What.LEAVE:
            now = self.hearing.clock.now()
            keys = [self.hearing.feedback.leave_by_key(key, now, actor="mail") for key in told.keys]
            if any(keys):
                return "left"
            # A long word in a subject looks like a key too.
            told = read(mail.raw, self.marks, leave=False)
        if told.what is What.REPORT:
            return self._event(mail, told) or What.UNKNOWN.value
        return told.what.value

    def _event(self, mail: Mail, told: Returned) -> DeliveryEvent | None:
        kind = told.kind
        assert kind is not None, "every report has one"
        whose = next(filter(None, map(self.hearing.whose, told.refs)), None)
        if whose is None:
            whose = next(self._named(told.about), None)
            # Anybody can write an address into such a mail; our marks nobody can.
            kind = EventKind.SOFT_BOUNCE if kind is EventKind.HARD_BOUNCE else kind
        if whose is None:
            return None
        issue, subscriber = whose
        return DeliveryEvent(
            # Of what it says, so that a mail that is read twice is one event.
            id=f"{SOURCE}:{hashlib.sha256(mail.raw).hexdigest()}",
            kind=kind,
            issue=issue,
            subscriber=subscriber,
            at=self.hearing.clock.now(),
            source=SOURCE,
            code=told.code[:100],
        )

    def _named(self, about: Sequence[str]) -> Iterator[tuple[IssueId, SubscriberId]]:
        """The newest delivery to a reader whose address the mail names."""
        for address in about:
            who = self.hearing.feedback.by_address(address)
            if who is None:
                continue
            with reading(self.hearing.engine) as connection:
                issue = heard.latest_issue(connection, who)
            if issue is not None:
                yield issue, who
