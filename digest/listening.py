"""Wires what hears of mail that was sent: hooks, the mailbox for bounces, what follows.

For app.py alone, which hands in the people's front door.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.engine import Engine
from starlette.routing import BaseRoute

from digest.config.hearing import Bounces
from digest.config.settings import Settings
from digest.deliver.consequence import ComplaintLimit, SoftLimit
from digest.deliver.hooks import own, sendgrid, signature
from digest.deliver.marks import Marks
from digest.deliver.returns.boxes import Mailbox, MailboxError, Maildir
from digest.keys import public_key
from digest.protocols import Clock, Feedback
from digest.steps.hear import Hearing
from digest.steps.returns import Returns
from digest.watch.meter import Meter
from digest.web.hooks import Hook

if TYPE_CHECKING:
    from digest.deliver.returns.imap import Imap

log = structlog.get_logger()


class Listening:
    """Everything that tells of deliveries, as the settings have it."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        clock: Clock,
        feedback: Feedback,
        marks: Marks,
        meter: Meter | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._marks = marks
        self._meter = meter or Meter()
        self._looked_at: datetime | None = None
        bounces, complaints = settings.bounces, settings.complaints
        self.hearing = Hearing(
            engine=engine,
            clock=clock,
            feedback=feedback,
            soft=SoftLimit(times=bounces.soft_times, within=timedelta(days=bounces.soft_days)),
            complaints=ComplaintLimit(share=complaints.percent / 100, minimum=complaints.minimum),
        )

    @cached_property
    def returns(self) -> Returns | None:
        """The mailbox for bounces; None where none is set."""
        box = self._box()
        if box is None:
            return None
        return Returns(hearing=self.hearing, box=box, marks=self._marks)

    def heed(self) -> None:
        """Do what follows from what was heard, where that waits. Raises nothing."""
        try:
            self.hearing.heed()
        except Exception:
            # Sending goes on all the same, and checks suppressions itself.
            log.exception("consequences_wait")

    def look(self) -> None:
        """Read the mailbox for bounces, if that is due. Raises nothing."""
        now, every = self._clock.now(), timedelta(minutes=self._settings.bounces.every_minutes)
        if self.returns is None or (self._looked_at and now < self._looked_at + every):
            return
        self._looked_at = now
        try:
            self.returns.collect()
        except MailboxError as error:
            log.warning("mailbox_unusable", why=str(error))
        except Exception:
            log.exception("mailbox_failed")

    def routes(self) -> Sequence[BaseRoute]:
        """``/hooks/…``, those of which a key is set."""
        return [hook.route() for hook in (*self._sendgrid(), *self._own())]

    def _sendgrid(self) -> list[Hook]:
        sending = self._settings.sending
        # Each account has keys of its own, and all of them post to one address.
        accounts = [sending.sendgrid, *(route.sendgrid for route in sending.routes.values())]
        signing = [one for one in accounts if one.webhook_keys]
        if not signing:
            return []
        keys = [public_key(key) for one in signing for key in one.webhook_keys]
        windows = {one.webhook_window_hours for one in signing}
        # 0: without end
        window = timedelta(hours=0 if 0 in windows else max(windows))
        return [
            Hook(
                path="/hooks/sendgrid",
                timestamp="x-twilio-email-event-webhook-timestamp",
                signature="x-twilio-email-event-webhook-signature",
                genuine=lambda told, now: signature.by_ecdsa(told, keys, now, window),
                read=partial(sendgrid.event, whose=self.hearing.whose),
                hear=self.hearing.hear,
                now=self._clock.now,
                meter=self._meter,
            )
        ]

    def _own(self) -> list[Hook]:
        given = self._settings.hooks
        keys = [one.encode() for one in given.keys.get_secret_value().split()]
        if not keys:
            return []
        window = timedelta(hours=given.window_hours)
        return [
            Hook(
                path="/hooks/events",
                timestamp="digest-timestamp",
                signature="digest-signature",
                genuine=lambda told, now: signature.by_hmac(told, keys, now, window),
                read=partial(own.event, ref_in=self._marks.ref, whose=self.hearing.whose),
                hear=self.hearing.hear,
                now=self._clock.now,
                meter=self._meter,
            )
        ]

    def _box(self) -> Mailbox | None:
        given = self._settings.bounces
        if given.kind == "imap":
            return imap(given)
        if given.path is None or given.kind == "none":
            return None
        if given.kind == "maildir":
            return Maildir(given.path)
        from digest.deliver.returns.mbox import Mbox

        return Mbox(given.path)


def imap(given: Bounces) -> "Imap":
    """The folder that [bounces] names."""
    from digest.deliver.returns.imap import Imap

    return Imap(
        host=given.host,
        port=given.port,
        security=given.security,
        username=given.username,
        password=given.password.get_secret_value(),
        folder=given.folder,
    )
