"""invite: mail somebody the link to their account, by the way that readers’ mail goes."""

from dataclasses import replace

import structlog

from digest.errors import DigestError
from digest.model import DeliveryState, Outcome
from digest.render.letters import Button, LetterKind, Notice
from digest.steps.letters import Somebody, hand_over
from digest.steps.messages import address_to
from digest.steps.parts import Parts
from digest.store import letters
from digest.store.engine import writing

log = structlog.get_logger()

LETTER = "invite"


def invite(parts: Parts, number: int, who: Somebody, url: str, newsroom: str) -> Outcome:
    """Hand a letter with ``url`` over to the account's owner; what became of it. Raises nothing.

    Each is wanted: whoever asks for another link gets another letter. Its address is kept nowhere.
    """
    now = parts.clock.now()
    purpose = f"{LETTER}-{number}-{now:%Y%m%dT%H%M%S%f}"
    edition = next(iter(parts.editions.values()), None)
    if edition is None:
        return _failed("no edition is set up, whose sender it could have")
    letter = Notice(
        subject=f"Your account at {newsroom}",
        edition=newsroom,
        heading=f"{who.name}, you are invited to the desk",
        paragraphs=("By this link you choose how you log in. It is good once, for seven days.",),
        buttons=(Button(label="Begin", url=url),),
        small="If you did not expect this, do nothing: nobody can come in without it.",
    )
    try:
        variant = parts.renderer.letter(LetterKind.NOTICE, letter, "en")
        message = address_to(parts, edition, purpose, who, variant, now)
        # No list sends it, and nobody is to answer it automatically.
        headers = replace(message.headers, list_id="", feedback_id="", auto_submitted=True)
        with writing(parts.engine) as connection:
            letters.claim(connection, purpose, LETTER, now)
        outcome = hand_over(parts, purpose, replace(message, headers=headers))
        with writing(parts.engine) as connection:
            letters.settle(connection, purpose, outcome, parts.clock.now())
    except DigestError as error:
        outcome = _failed(str(error))
    log.info("invited", letter=purpose, state=outcome.state.value)
    return outcome


def _failed(why: str) -> Outcome:
    return Outcome(subscriber=0, state=DeliveryState.REJECTED, code=why)
