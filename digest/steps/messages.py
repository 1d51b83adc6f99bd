"""Makes the messages of a batch: a variant, rendered once, and what differs between readers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import TypeAlias

from digest import __version__
from digest.curate import vary
from digest.model import (
    Batch,
    Edition,
    Erratum,
    Issue,
    MailHeaders,
    Message,
    RenderedVariant,
    Selected,
    Sheet,
    SubscriberId,
    Token,
)
from digest.protocols import Recipient
from digest.render.render import Renderer
from digest.render.tokens import reader_name
from digest.steps import errata
from digest.steps.parts import Parts
from digest.store import errata as corrections
from digest.store import rendered, variants
from digest.store.engine import reading, writing

#: rendered variants kept in memory while an issue is being sent; they share their fragments
KEPT = 1024
#: mistakes that were put right of stories in a variant
Notes: TypeAlias = tuple[Erratum, ...]


class MessageMaker:
    """Messages of one issue. The template is read once: an edit does not split a send."""

    def __init__(self, parts: Parts, issue: Issue) -> None:
        self._parts = parts
        self._issue = issue
        self._edition = parts.edition(issue.edition)
        self._kits: dict[tuple[str, str, bool, Notes], SheetKit] = {}
        self._erratum = errata.of(parts, issue.id)
        #: whether mail without a story may go
        self._empty = self._erratum is not None or vary.quiet(issue)
        with reading(parts.engine) as connection:
            self._sheets = variants.sheets(connection, issue.id)
        self._rendered = lru_cache(KEPT)(self._render)
        self._noted: set[tuple[str, bool]] = set()

    def __call__(
        self, batch: Batch, recipients: Mapping[SubscriberId, Recipient]
    ) -> Sequence[Message]:
        """The messages to ``recipients``, each with the variant the batch froze for them."""
        now = self._parts.clock.now()
        keys = {batch.deliveries[subscriber] for subscriber in recipients}
        with reading(self._parts.engine) as connection:
            chosen = variants.selected(connection, self._issue.id, keys)
            ids = variants.ids(connection, self._issue.id, keys)
            # Anew for each batch: between its waves a mistake may have been put right.
            mistakes = corrections.of_issue(connection, self._issue.id)
        notes = {
            key: tuple(one for one in mistakes if one.story in chosen[key].stories) for key in keys
        }
        copies = {key: self._parts.copies.path(ids[key]) for key in keys}
        wanted = [
            (recipient, key, recipient.measure_clicks)
            for subscriber, recipient in recipients.items()
            for key in [batch.deliveries[subscriber]]
            # Taken back to the last story meanwhile: no empty mail.
            if chosen[key].sections or self._empty
        ]
        made = {
            (key, personal): self._rendered(chosen[key], personal, notes[key])
            for _, key, personal in wanted
        }
        # With a mistake put right above it, it is not what was locked, and not made again by that.
        self._note({which: one.key for which, one in made.items() if not notes[which[0]]})
        return [
            self._message(recipient, made[key, personal], now, copies[key])
            for recipient, key, personal in wanted
        ]

    def rendered(self, selected: Selected, *, personal: bool) -> RenderedVariant:
        """A variant as its readers get it."""
        return self._rendered(selected, personal, ())

    def _note(self, made: Mapping[tuple[str, bool], str]) -> None:
        """Keep the hash of what goes, for ``replay``: once for each variant."""
        new = {which: made[which] for which in made.keys() - self._noted}
        if new:
            with writing(self._parts.engine) as connection:
                rendered.note(connection, self._issue.id, new, __version__)
            self._noted.update(new)

    def _render(self, selected: Selected, personal: bool, notes: Notes) -> RenderedVariant:
        """``personal``: for readers who agreed to be told apart, where clicks are counted."""
        if self._erratum is not None:
            return errata.rendered(
                self._parts.renderer,
                self._edition,
                self._erratum,
                selected.language,
                selected.style,
            )
        sheet = self._sheets[selected.language]
        personal = personal and sheet.clicks is not None
        sheet = _with_notes(sheet, notes)
        speaks = selected.language, selected.style, personal, notes
        if speaks not in self._kits:
            self._kits[speaks] = SheetKit(
                self._parts.renderer, _told_apart(sheet) if personal else sheet, selected.style
            )
        return self._kits[speaks].variant(selected)

    def _message(
        self, recipient: Recipient, variant: RenderedVariant, now: datetime, web_path: str
    ) -> Message:
        ref = f"{self._issue.id}-{recipient.subscriber}"
        made = address_to(self._parts, self._edition, ref, recipient, variant, now, web_path)
        if not recipient.measure_clicks:
            return made
        ending = self._parts.links.ending(self._issue.id, recipient.subscriber)
        return replace(made, tokens={**made.tokens, Token.CLICK: ending})


def _with_notes(sheet: Sheet, notes: Notes) -> Sheet:
    told = [errata.note(one, sheet.language) for one in notes]
    return replace(sheet, note="\n\n".join([*told, sheet.note]).strip()) if told else sheet


def _told_apart(sheet: Sheet) -> Sheet:
    """The sheet with links that tell who follows them."""
    return replace(sheet, clicks=sheet.clicks and replace(sheet.clicks, personal=True))


class SheetKit:
    """A sheet's variants by reference."""

    def __init__(self, renderer: Renderer, sheet: Sheet, style: str) -> None:
        nothing = vary.content(sheet, Selected(sections=(), language=sheet.language, style=style))
        self._kit = renderer.kit(nothing).issue(sheet.sections)
        self._sheet = sheet
        self._headlines = {
            (section.slug, card.story): card.headline
            for section in sheet.sections
            for card in section.cards
        }

    def variant(self, selected: Selected) -> RenderedVariant:
        """The variant with these stories."""
        headlines = [
            self._headlines[slug, story] for slug, held in selected.sections for story in held
        ]
        line, preheader = vary.lines(self._sheet, headlines)
        return self._kit.variant(selected.sections, subject=line, preheader=preheader)


def address_to(
    parts: Parts,
    edition: Edition,
    ref: str,
    recipient: Recipient,
    variant: RenderedVariant,
    now: datetime,
    web_path: str = "",
) -> Message:
    """One variant addressed to one recipient. ``ref`` names the send for ever.

    ``web_path`` is where the variant stands on the web, if it does.
    """
    identity = parts.identity
    leave_url = identity.public_url + recipient.leave_path if recipient.leave_path else ""
    preferences = identity.public_url + recipient.preferences_path
    return Message(
        ref=ref,
        subscriber=recipient.subscriber,
        variant=variant,
        tokens={
            Token.LEAVE_URL: leave_url or preferences,
            Token.PREFERENCES_URL: preferences,
            Token.NAME: reader_name(recipient.name, variant.language),
            Token.CLICK: "",
            Token.WEB_URL: identity.public_url + web_path if web_path else "",
        },
        headers=MailHeaders(
            from_=identity.from_,
            to_address=recipient.address,
            to_name=recipient.name,
            subject=variant.subject,
            date=now,
            message_id=parts.marks.message_id(ref, identity.domain),
            reply_to=identity.reply_to,
            list_id=f"{edition.slug}.{identity.domain}",
            leave_url=leave_url,
            leave_mailto=_mailto(identity.unsubscribe_mailto, recipient.leave_path),
            precedence=identity.precedence,
            feedback_id=f"{ref.partition('-')[0]}:{edition.slug}:{variant.key[:8]}:digest",
        ),
    )


def _mailto(address: str, leave_path: str) -> str:
    """Leaving by mail: the subject is the leave key, so that it tells which subscription."""
    if not address or not leave_path:
        return ""
    return f"mailto:{address}?subject={leave_path.rpartition('/')[2]}"
