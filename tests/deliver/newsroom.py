"""A small newsroom to send from: readers, one or more variants, and an issue in the ledger."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from digest.clock import SetClock
from digest.deliver.sender import Sender
from digest.model import (
    Batch,
    Fragment,
    IssueId,
    IssueState,
    MailHeaders,
    Message,
    RenderedVariant,
    SubscriberId,
    Token,
    VariantId,
)
from digest.protocols import Reader, Recipient, Transport
from digest.store import ledger
from digest.store.engine import writing
from digest.store.tables import issue, variant

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
ISSUE = IssueId(1)
LEAVE = "https://news.example.org/u/{:022d}"


def rendered(key: str) -> RenderedVariant:
    """A variant with lines that transports like to break: dots, umlauts, long lines."""
    return RenderedVariant(
        key=key,
        subject=f"Größere Fähren für {key}",
        preheader="",
        language="en",
        fragments=(
            Fragment(
                html=(f"<p>.Story for {key} é</p>" + "<b>long</b> " * 40,),
                text=(f".\n..\nStory for {key}\n\n",),
            ),
            Fragment(
                html=(
                    '<a href="',
                    Token.LEAVE_URL,
                    '">leave</a> <a href="',
                    Token.PREFERENCES_URL,
                    '">choose</a>\n',
                ),
                text=("Leave: ", Token.LEAVE_URL, "\n"),
            ),
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class To:
    """Where a reader's mail goes."""

    subscriber: SubscriberId
    address: str
    name: str = ""

    @property
    def leave_path(self) -> str:
        return f"/u/{self.subscriber:022d}"

    @property
    def preferences_path(self) -> str:
        return f"/p/token-{self.subscriber}"


def message(
    subscriber: int,
    variant_: RenderedVariant | None = None,
    *,
    address: str | None = None,
    ref: str | None = None,
    leave_url: str | None = None,
) -> Message:
    """One message of issue 1."""
    variant_ = variant_ or rendered("v1")
    return Message(
        ref=ref or f"{ISSUE}-{subscriber}",
        subscriber=subscriber,
        variant=variant_,
        tokens={
            Token.LEAVE_URL: LEAVE.format(subscriber),
            Token.PREFERENCES_URL: f"https://news.example.org/p/a?x=1&y={subscriber}",
        },
        headers=MailHeaders(
            from_="The Meridian <news@example.org>",
            to_address=address or f"reader{subscriber}@example.com",
            to_name=f"Reader {subscriber}",
            subject=variant_.subject,
            date=NOW,
            message_id=f"1-{subscriber}.abc@example.org",
            reply_to="Desk <desk@example.org>",
            list_id="daily.example.org",
            leave_url=LEAVE.format(subscriber) if leave_url is None else leave_url,
            feedback_id="1:daily:v1:digest",
        ),
    )


@dataclass(slots=True)
class Readers:
    """An audience whose members a test may change."""

    who: dict[SubscriberId, To | str] = field(default_factory=dict)
    segments: Sequence[str] = ()

    def readers(
        self,
        edition: str,
        segments: Sequence[str],
        asked: Sequence[str],
        days: frozenset[int],
        now: datetime,
    ) -> Iterator[Reader]:
        raise NotImplementedError("sending asks nobody who reads what")

    def excluded(
        self, edition: str, segments: Sequence[str], days: frozenset[int], now: datetime
    ) -> Mapping[str, int]:
        raise NotImplementedError("sending asks nobody who is left out")

    def recipients(
        self, edition: str, subscribers: Sequence[SubscriberId], now: datetime
    ) -> Mapping[SubscriberId, Recipient | str]:
        return {one: self.who[one] for one in subscribers if one in self.who}


def audience(count: int) -> Readers:
    """Readers 1 to ``count``."""
    return Readers(
        {
            number: To(subscriber=number, address=f"reader{number}@example.com")
            for number in range(1, count + 1)
        }
    )


def compose(batch: Batch, recipients: Mapping[SubscriberId, Recipient]) -> Sequence[Message]:
    """Messages as the line makes them."""
    return [
        message(one.subscriber, rendered(batch.deliveries[one.subscriber]), address=one.address)
        for one in recipients.values()
    ]


def freeze(
    engine: Engine,
    count: int,
    batch_size: int,
    *,
    exclusions: Mapping[str, int] | None = None,
    variants: int = 2,
) -> ledger.FrozenAudience:
    """Issue 1, being sent to readers 1 to ``count`` in turn of its variants."""
    with writing(engine) as connection:
        connection.execute(
            sa.insert(issue).values(
                id=ISSUE,
                edition="daily",
                local_date=date(2026, 11, 24),
                sequence=1,
                scheduled_at=NOW,
                state=IssueState.SENDING.value,
            )
        )
        connection.execute(
            sa.insert(variant),
            [
                {"id": number, "issue_id": ISSUE, "key": f"v{number}", "selection": {}}
                for number in range(1, variants + 1)
            ],
        )
        return ledger.freeze(
            connection,
            ISSUE,
            ((number, VariantId(number % variants + 1)) for number in range(1, count + 1)),
            exclusions or {},
            batch_size,
        )


def sender(
    engine: Engine, transport: Transport, readers: Readers, folder: Path, clock: SetClock
) -> Sender:
    """A sender that keeps its journals in ``folder``."""
    return Sender(
        engine=engine,
        transport=transport,
        audience=readers,
        compose=compose,
        journals=folder / "journals",
        clock=clock,
        owner="here:1:1",
    )
