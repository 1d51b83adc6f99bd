"""Posts: alerts, and that they came right, to a webhook; and heartbeats, to who waits for them.

Each is claimed under a name of its own in the ledger of letters, so that it goes once, whichever
process is first; what is not taken is tried again for as long as it is news.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeAlias

import structlog

from digest.errors import WrongStateError
from digest.model import Alert, DeliveryState, Issue, IssueId, IssueState, Outcome
from digest.steps.alert_words import outlook, subject
from digest.steps.parts import Parts
from digest.store import alerts, issues, letters
from digest.store.engine import reading, writing

log = structlog.get_logger()

#: posts something; what was answered in short. Raises OSError where nobody took it
Post: TypeAlias = Callable[[str, Mapping[str, Any]], str]
#: asks for an address; likewise
Ask: TypeAlias = Callable[[str], str]

ALERT, HEARTBEAT = "alert_post", "heartbeat"
#: what nobody took is tried again after so long
AGAIN = timedelta(minutes=1)
#: and no longer than for so long: by then somebody has looked
NEWS = timedelta(hours=24)
#: how a post stands until it is answered
UNDER_WAY = Outcome(subscriber=0, state=DeliveryState.DEFERRED, code="under way")
#: after each good tick, but no more often than so
BEATS = timedelta(minutes=1)


@dataclass(slots=True, kw_only=True)
class Messenger:
    """Posts what is to be posted. In a thread of its own: it waits for other people's servers."""

    parts: Callable[[], Parts]
    #: where alerts go; None: nowhere
    post: Post | None
    ask: Ask
    #: asked for after good ticks; empty: nobody waits
    heartbeat: str = ""
    #: the same of an edition's issue that has gone
    of_editions: Mapping[str, str] = field(default_factory=dict)
    #: a good tick since the last beat
    _well: bool = False
    _beat_at: datetime | None = None

    def well(self) -> None:
        """The line was walked to its end: tell, when next there is time."""
        self._well = True

    def tell(self) -> None:
        """Post what is owed now. Raises nothing."""
        try:
            self._beat()
            if self.post is not None:
                self._alerts(self.post)
            if self.of_editions:
                self._editions()
        except Exception:
            # The next call comes soon, and the line goes on.
            log.exception("posts_wait")

    def _beat(self) -> None:
        now = self.parts().clock.now()
        if not self.heartbeat or not self._well:
            return
        if self._beat_at is not None and self._beat_at <= now < self._beat_at + BEATS:
            return
        self._well, self._beat_at = False, now
        try:
            self.ask(self.heartbeat)
        except OSError as error:
            # Where it is not heard, who waits for it will say so.
            log.warning("heartbeat_not_heard", why=_why(error))

    def _alerts(self, post: Post) -> None:
        parts, now = self.parts(), self.parts().clock.now()
        with reading(parts.engine) as connection:
            recent = alerts.recent(connection, now - NEWS)
            served = letters.served(connection, ALERT, now - AGAIN)
        for one in recent:
            told = [(one.ref, replace(one, resolution="", resolved_at=None))]
            if one.resolution:
                told.append((f"{one.ref}-resolved", one))
            for ref, alert in told:
                if f"post-{ref}" not in served:
                    self._once(f"post-{ref}", ALERT, partial(post, ref, self._body(alert)))

    def _editions(self) -> None:
        parts, now = self.parts(), self.parts().clock.now()
        with reading(parts.engine) as connection:
            found = issues.since(connection, now - NEWS)
            served = letters.served(connection, HEARTBEAT, now - AGAIN)
        for issue in found:
            url = self.of_editions.get(issue.edition, "")
            ref = f"heartbeat-{issue.edition}-{issue.local_date}-{issue.sequence}"
            gone = issue.state in {IssueState.SENT, IssueState.CORRECTED}
            if url and gone and ref not in served:
                self._once(ref, HEARTBEAT, partial(self.ask, url))

    def _once(self, ref: str, kind: str, do: Callable[[], str]) -> None:
        parts = self.parts()
        now = parts.clock.now()
        try:
            with writing(parts.engine) as connection:
                letters.claim(connection, ref, kind, now, again_before=now - AGAIN)
                # Who dies meanwhile has not posted it: rather twice than never.
                letters.settle(connection, ref, UNDER_WAY, now)
        except WrongStateError:
            return  # another process is at it
        try:
            outcome = Outcome(subscriber=0, state=DeliveryState.ACCEPTED, code=do())
        except OSError as error:
            outcome = Outcome(subscriber=0, state=DeliveryState.DEFERRED, code=_why(error))
            log.warning("post_not_taken", post=ref, why=outcome.code)
        with writing(parts.engine) as connection:
            letters.settle(connection, ref, outcome, parts.clock.now())

    def _body(self, one: Alert) -> dict[str, Any]:
        """What is posted. Numbers and names of ours; nobody's address."""
        parts = self.parts()
        issue = _issue(parts, one.issue)
        return {
            "id": one.ref,
            "status": "resolved" if one.resolution else "raised",
            "kind": one.kind.value,
            "edition": one.edition,
            "issue": one.issue,
            "source": one.source,
            "subject": subject(parts, one, issue),
            "why": one.why,
            "resolution": one.resolution,
            "next": "" if one.resolution else outlook(parts, one, issue),
            "raised_at": one.raised_at and one.raised_at.isoformat(),
            "resolved_at": one.resolved_at and one.resolved_at.isoformat(),
        }


def _issue(parts: Parts, number: IssueId | None) -> Issue | None:
    if number is None:
        return None
    with reading(parts.engine) as connection:
        return issues.get(connection, number)


def _why(error: OSError) -> str:
    # Its words may hold the address, which is a secret.
    return error.strerror or type(error).__name__
