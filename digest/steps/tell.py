"""tell: what somebody should hear that is of no one issue: once in the log, once by letter."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from html import escape

import structlog

from digest.errors import WrongStateError
from digest.model import DeliveryState, Fragment, Message, Outcome, RenderedVariant
from digest.steps.letters import Somebody, hand_over
from digest.steps.messages import address_to
from digest.steps.parts import Parts
from digest.store import letters
from digest.store.engine import reading, writing

log = structlog.get_logger()

LETTER = "alert"
#: how long after a letter that the provider did not take it is tried again
AGAIN = timedelta(minutes=5)
#: what becomes of a letter to nobody; its row says that it was told
NOBODY = Outcome(subscriber=0, state=DeliveryState.EXCLUDED, code="alerts.to names nobody")


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What is to be heard."""

    #: the event in the log
    kind: str
    #: tells it from the next of its kind; the same is told once
    key: str
    subject: str
    paragraphs: Sequence[str]

    @property
    def purpose(self) -> str:
        """The letter's name for ever."""
        return f"{LETTER}-{self.kind}-{sha256(self.key.encode()).hexdigest()[:24]}"


def tell(parts: Parts, word: Word) -> None:
    """Tell it to those that ``alerts.to`` names, once each. Raises nothing."""
    now = parts.clock.now()
    with reading(parts.engine) as connection:
        served = letters.served(connection, LETTER, now - AGAIN)
    for number, address in enumerate(parts.alert_to or ("",), 1):
        ref = f"{word.purpose}-{number}"
        if ref not in served:
            _tell(parts, word, ref, address, first=number == 1)


def _tell(parts: Parts, word: Word, ref: str, address: str, *, first: bool) -> None:
    now = parts.clock.now()
    try:
        with writing(parts.engine) as connection:
            new = letters.claim(connection, ref, LETTER, now, again_before=now - AGAIN)
        if new and first:
            log.warning("word_told", kind=word.kind, why=" ".join(word.paragraphs))
        outcome = NOBODY
        if address and parts.editions:
            message = _message(parts, word, ref, address)
            outcome = hand_over(parts, ref, message, unusable=DeliveryState.DEFERRED)
        with writing(parts.engine) as connection:
            letters.settle(connection, ref, outcome, parts.clock.now())
    except WrongStateError:
        log.info("alert_raised_elsewhere", letter=ref)
    except Exception:  # nothing that is wrong with a letter may stop the line
        log.exception("alert_failed", letter=ref)


def _message(parts: Parts, word: Word, ref: str, address: str) -> Message:
    text = "\n\n".join(word.paragraphs) + "\n"
    body = "".join(f"<p>{escape(one)}</p>" for one in word.paragraphs)
    html = f'<!doctype html><html lang="en"><body>{body}</body></html>'
    variant = RenderedVariant(
        key=sha256(f"{word.subject}\n{text}".encode()).hexdigest(),
        subject=f"Alert: {word.subject}",
        preheader="",
        language="en",
        fragments=(Fragment((html,), (text,)),),
    )
    # Of no edition in particular; what an edition lends a message is taken away again.
    edition = next(iter(parts.editions.values()))
    message = address_to(parts, edition, ref, Somebody(address=address), variant, parts.clock.now())
    # No list sends it, and nobody is to answer it automatically.
    headers = replace(message.headers, list_id="", feedback_id="", auto_submitted=True)
    return replace(message, headers=headers)
