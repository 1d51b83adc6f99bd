"""post: letters that people are to get, by claim, commit, hand over, commit, each once.

``subscribers`` writes down what is due and to whom; here it is put into words and sent. Letters
hold nothing that counts, and no list sends them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from digest.curate import vary
from digest.errors import WrongStateError
from digest.languages import Language, language
from digest.model import DeliveryState, Edition, Message, RenderedVariant
from digest.protocols import Correspondence, DueLetter
from digest.render.letters import Button, Confirmation, Letter, LetterKind, Notice, Welcome
from digest.steps.letters import Somebody, hand_over
from digest.steps.messages import address_to
from digest.steps.parts import Parts
from digest.store import letters
from digest.store.engine import reading, writing
from digest.store.latest import latest

log = structlog.get_logger()

LETTER = "people"
KINDS = {
    *("confirmation", "known", "link", "welcome", "new_address", "old_address", "stay", "resumed")
}
#: letters about an address change go to its address, not to the one on file
ELSEWHERE = {"new_address", "old_address"}
#: how long after a letter that the provider did not take it is tried again
AGAIN = timedelta(minutes=5)
#: how long one that was claimed may be without an outcome; then whoever claimed it is dead
CLAIMED = timedelta(minutes=15)
#: letters read at a time
PAGE = 100
#: letters to many that go before it is looked again for one that somebody waits for
FEW = 20
#: of the latest issue, in a welcome
STORIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Postman:
    """Takes letters from ``correspondence`` and hands them over."""

    parts: Parts
    correspondence: Correspondence
    #: its name
    newsroom: str
    #: an edition and a language → when it comes, in words
    rhythm: Callable[[Edition, str], str]
    #: letter → when it could not be put into words: what is at fault is mended, but not at once
    failed: dict[int, datetime] = field(default_factory=dict)

    def post(self) -> int:
        """Send what waits; returns how many were handed over. Raises nothing for one letter.

        Letters to many let those that somebody waits for go first.
        """
        sent = sum(self._pages(PAGE, bulk=False))
        for some in self._pages(FEW, bulk=True):
            sent += some + sum(self._pages(PAGE, bulk=False))
        return sent

    def _pages(self, size: int, *, bulk: bool) -> Iterator[int]:
        """Send page by page; how many of each were handed over."""
        after = 0
        while not self.parts.stopping():
            due = self.correspondence.due(self.parts.clock.now(), after, size, bulk=bulk)
            sent = 0
            for letter in self._open(due):
                if self.parts.stopping():
                    break
                sent += self._send(letter)
            yield sent
            if len(due) < size:
                return
            after = due[-1].id

    def _open(self, due: Sequence[DueLetter]) -> Iterator[DueLetter]:
        """Those that want an attempt now; what was settled before a crash is told here."""
        now = self.parts.clock.now()
        with reading(self.parts.engine) as connection:
            known = letters.standing(connection, [_purpose(one) for one in due])
        for letter in due:
            if letter.id in self.failed and now < self.failed[letter.id] + AGAIN:
                continue
            state, at = known.get(_purpose(letter), (None, now))
            if state is None or (state is DeliveryState.DEFERRED and at <= now - AGAIN):
                yield letter
            elif state is DeliveryState.CLAIMED:
                if at <= now - CLAIMED:
                    self._done(letter, DeliveryState.IN_DOUBT.value)
            elif state is not DeliveryState.DEFERRED:
                self._done(letter, state.value)

    def _send(self, letter: DueLetter) -> bool:
        if letter.barred:
            self._done(letter, letter.barred)
            return False
        if letter.kind not in KINDS:
            # A newer program may have left it, and may yet write it.
            log.warning("letter_of_unknown_kind", letter=_purpose(letter), kind=letter.kind)
            self.failed[letter.id] = self.parts.clock.now()
            return False
        purpose, clock = _purpose(letter), self.parts.clock
        try:
            message = self._message(letter)
            with writing(self.parts.engine) as connection:
                letters.claim(
                    connection,
                    purpose,
                    LETTER,
                    clock.now(),
                    again_before=clock.now() - AGAIN,
                    reader=None if letter.kind in ELSEWHERE else letter.subscriber,
                )
            outcome = hand_over(self.parts, purpose, message, unusable=DeliveryState.DEFERRED)
            with writing(self.parts.engine) as connection:
                letters.settle(connection, purpose, outcome, clock.now())
        except WrongStateError:
            log.info("letter_taken_elsewhere", letter=purpose)
            return False
        except Exception:  # nothing that is wrong with one letter may keep the others
            log.exception("letter_failed", letter=purpose)
            self.failed[letter.id] = clock.now()
            return False
        self.failed.pop(letter.id, None)
        if outcome.state is not DeliveryState.DEFERRED:
            self._done(letter, outcome.state.value)
        log.info("letter_sent", letter=purpose, kind=letter.kind, state=outcome.state.value)
        return outcome.state is DeliveryState.ACCEPTED

    def _done(self, letter: DueLetter, outcome: str) -> None:
        self.correspondence.done(letter.id, outcome, self.parts.clock.now())

    def _message(self, letter: DueLetter) -> Message:
        edition = self._edition(letter)
        kind, words = self._words(letter, edition)
        variant = self.parts.renderer.letter(kind, words, _tag(letter, edition))
        to = Somebody(
            address=letter.address,
            name=letter.name,
            leave_path=letter.leave_path,
            preferences_path=letter.preferences_path,
        )
        return _alone(self.parts, edition, _purpose(letter), to, variant)

    def _edition(self, letter: DueLetter) -> Edition:
        """The first that the letter is about; any, where it is about none."""
        known = self.parts.editions
        named = (known[one] for one in letter.editions if one in known)
        return next(named, None) or next(iter(known.values()))

    def _words(self, letter: DueLetter, edition: Edition) -> tuple[LetterKind, Letter]:
        words = language(_tag(letter, edition))
        names = [self.parts.editions[one].name for one in letter.editions if self._knows(one)]
        listed = words.listed(names) if names else self.newsroom
        if letter.kind == "confirmation":
            subject = words.gettext("Please confirm: %(editions)s") % {"editions": listed}
            url = self._url(letter.path)
            return LetterKind.CONFIRMATION, Confirmation(subject=subject, edition=listed, url=url)
        if letter.kind == "welcome":
            return LetterKind.WELCOME, self._welcome(letter, edition, words)
        return LetterKind.NOTICE, self._notice(letter, listed, words)

    def _knows(self, slug: str) -> bool:
        return slug in self.parts.editions

    def _welcome(self, letter: DueLetter, edition: Edition, words: Language) -> Welcome:
        with reading(self.parts.engine) as connection:
            found = latest(connection, edition.slug, _tag(letter, edition), edition.for_some)
        stories: tuple[Button, ...] = ()
        url = ""
        if found:
            number, sheet, chosen = found
            cards = vary.content(sheet, chosen).cards
            stories = tuple(Button(label=one.headline, url=one.url) for one in cards[:STORIES])
            url = self._url(self.parts.copies.path(number))
        return Welcome(
            subject=words.gettext("Welcome to %(edition)s") % {"edition": edition.name},
            edition=edition.name,
            when=self.rhythm(edition, words.tag),
            contents=tuple(dict.fromkeys(one.title for one in edition.sections)),
            stories=stories,
            url=url,
        )

    def _notice(self, letter: DueLetter, editions: str, words: Language) -> Notice:
        _ = words.gettext
        named = {"editions": editions, "newsletters": editions}
        own, asked = self._url(letter.preferences_path), self._url(letter.path)
        choose = Button(label=_("Choose your regions and topics"), url=own)
        not_you = _("If it was not you, do nothing: no mail will come.")
        told: dict[str, tuple[str, tuple[str, ...], tuple[Button, ...], str]] = {
            "known": (
                _("You get %(editions)s already") % named,
                (_("Somebody, hopefully you, asked for it again. Nothing has changed."),),
                (choose,),
                "",
            ),
            "link": (
                _("Your links"),
                (_("You asked for a way to your choices and to your data."),),
                (choose, Button(label=_("Your data"), url=asked)),
                _("The link to your data works for an hour. If it was not you, do nothing."),
            ),
            "new_address": (
                _("Is this your new address?"),
                (_("Somebody, hopefully you, wants their newsletters sent here."),),
                (Button(label=_("Use this address"), url=asked),),
                not_you,
            ),
            "old_address": (
                _("Your address was changed"),
                (
                    _("Your newsletters go to another address from now on."),
                    _("If you did not ask for it, answer this letter."),
                ),
                (),
                "",
            ),
            "stay": (
                _("Do you still want our newsletters?"),
                (
                    _("You signed up long ago, so we ask again."),
                    _("You get %(newsletters)s.") % named,
                ),
                (Button(label=_("Yes, go on"), url=asked),),
                _("If you do nothing for 60 days, they stop."),
            ),
            "resumed": (
                _("Your newsletters come again"),
                (_("Your pause is over, as you asked."),),
                (choose,),
                "",
            ),
        }
        heading, paragraphs, buttons, small = told[letter.kind]
        return Notice(
            subject=heading,
            edition=editions,
            heading=heading,
            paragraphs=paragraphs,
            buttons=buttons,
            small=small,
        )

    def _url(self, path: str) -> str:
        return self.parts.identity.public_url + path if path else ""


def _alone(
    parts: Parts, edition: Edition, purpose: str, to: Somebody, variant: RenderedVariant
) -> Message:
    """The message: from no list, answered by no machine, and nothing in it counts."""
    message = address_to(parts, edition, purpose, to, variant, parts.clock.now())
    headers = replace(
        message.headers,
        list_id="",
        feedback_id="",
        leave_url="",
        leave_mailto="",
        auto_submitted=True,
    )
    return replace(message, headers=headers)


def _tag(letter: DueLetter, edition: Edition) -> str:
    return letter.language or edition.language


def _purpose(letter: DueLetter) -> str:
    return called(letter.id)


def called(number: int) -> str:
    """What the ledger and the transports know a person's letter by."""
    return f"{LETTER}-{number}"
