"""errata: a letter about a mistake, to exactly those who have the story, by the ledger.

It is an issue of its own, so each reader gets it once, whatever is killed on the way, and whoever
left or was suppressed meanwhile does not.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy.engine import Connection

from digest.curate.lifecycle import UNFINISHED, WENT
from digest.errors import NotFoundError, WrongStateError
from digest.marked import marked
from digest.model import (
    Card,
    Edition,
    Erratum,
    Hold,
    Issue,
    IssueId,
    IssueState,
    RenderedVariant,
    Selected,
    Sheet,
    StoryId,
    VariantContent,
)
from digest.render.letters import Correction, LetterKind
from digest.render.render import Renderer
from digest.render.style import Style
from digest.render.words import translate
from digest.steps.along import Along, nothing
from digest.steps.choose import Forecast
from digest.steps.frozen import Audience, Frozen
from digest.steps.parts import Parts
from digest.steps.rules import rules_hash
from digest.store import approvals, errata, issues, variants, waiting
from digest.store.engine import reading, writing

#: of the letter, and over the web copies of what it puts right
SUBJECT = marked("Correction: %(headline)s")


def erratum(
    parts: Parts,
    issue: Issue,
    story: StoryId,
    wrong: str,
    right: str,
    who: str,
    *,
    along: Along = nothing,
) -> Issue:
    """Make ready a letter to those who have a story of an issue; it goes with the next tick.

    Where its edition requires approval it waits for that, however long; else the issue is corrected
    from then on. Raises NotFoundError where it holds no such story, and WrongStateError where it
    has not gone, or its readers were told just that already.
    """
    one = drawn_up(parts, issue, story, wrong, right)
    required = parts.edition(issue.edition).approval.required
    # The letter has no editors' hand, whatever they did to the issue that it puts right.
    rules = "" if required else rules_hash(parts, replace(issue, id=IssueId(0), short=None))
    with writing(parts.engine) as connection:
        seen = issues.get(connection, issue.id, to_change=True)
        _check(connection, seen, parts.clock.now())
        made = errata.open_erratum(connection, seen, one, rules, parts.clock.now(), who)
        along(connection)
        return made


def drawn_up(parts: Parts, issue: Issue, story: StoryId, wrong: str, right: str) -> Erratum:
    """What the letter would say. Stores nothing. Raises as ``erratum`` does."""
    with reading(parts.engine) as connection:
        _check(connection, issue, parts.clock.now())
    if not wrong.strip() or not right.strip():
        raise WrongStateError("say both what was wrong and what is right", issue=issue.id)
    with reading(parts.engine) as connection:
        sheets = variants.sheets(connection, issue.id)
    card = _card(sheets.values(), story)
    if card is None:
        raise NotFoundError("no mail of the issue held such a story", issue=issue.id, story=story)
    return Erratum(
        of_issue=issue.id,
        story=story,
        headline=card.headline,
        url=card.url,
        wrong=wrong.strip(),
        right=right.strip(),
    )


def count(parts: Parts, one: Erratum) -> int:
    """How many readers have the story."""
    with reading(parts.engine) as connection:
        return sum(len(page) for page in errata.readers(connection, one))


def of(parts: Parts, issue: IssueId) -> Erratum | None:
    """What an issue is a letter about; None: it is none."""
    with reading(parts.engine) as connection:
        return errata.get(connection, issue)


def audience(parts: Parts, issue: Issue, one: Erratum) -> Audience:
    """Who gets the letter, each in the language and style of the mail it puts right."""
    edition, frozen = parts.edition(issue.edition), Frozen()
    with reading(parts.engine) as connection:
        for page in errata.readers(connection, one):
            found = [
                (who, Selected(sections=(), language=language, style=style), None)
                for who, language, style in page
            ]
            frozen.add(parts, issue, found)
    for language in frozen.used:
        # A template that fails must fail here, while nobody's delivery depends on it.
        rendered(parts.renderer, edition, one, language)
    sheets = [_sheet(issue, edition, language) for language in frozen.used]
    return Audience(frozen=frozen, sheets=sheets)


def forecast(parts: Parts, issue: Issue) -> Forecast | None:
    """What a letter would come to; None where the issue is none."""
    one = of(parts, issue.id)
    if one is None:
        return None
    kinds = Counter[tuple[str, str]]()
    with reading(parts.engine) as connection:
        for page in errata.readers(connection, one):
            kinds.update((language, style) for _, language, style in page)
    batches = -(-kinds.total() // parts.transport.batch_size)
    return Forecast(
        readers=kinds.total(),
        variants=len(kinds),
        batches=batches,
        requests=len(kinds) + batches - 1 if batches else 0,
        by_due=Counter({None: kinds.total()}),
        left_out=Counter(),
    )


def rendered(
    renderer: Renderer, edition: Edition, one: Erratum, language: str, style: str = "full"
) -> RenderedVariant:
    """The letter. Raises BadTemplateError."""
    told = Correction(
        subject=_subject(one, language),
        edition=edition.name,
        preheader=one.right,
        headline=one.headline,
        url=one.url,
        wrong=one.wrong,
        right=one.right,
    )
    return renderer.letter(LetterKind.CORRECTION, told, language, Style(style))


def ask_again(connection: Connection, parts: Parts, issue: Issue, why: str, who: str) -> Issue:
    """Take a letter's approval back: it waits for people again, as it did. Nothing is filled."""
    now = parts.clock.now()
    approvals.withdraw(connection, issue.id, now)
    return issues.move(
        connection,
        issue,
        IssueState.HELD,
        who,
        now,
        reason=why,
        hold=Hold.APPROVAL,
        approved_revision=None,
    )


def waits(parts: Parts, issue: Issue) -> bool:
    """Whether it is a letter that waits for approval: it is owed, so it is never too late."""
    return issue.hold is Hold.APPROVAL and issue.extra and of(parts, issue.id) is not None


def about(parts: Parts, issue: Issue) -> list[tuple[Issue, Erratum]]:
    """The letters about an issue, oldest first, whatever became of them."""
    with reading(parts.engine) as connection:
        return errata.about(connection, issue.id)


def stories(parts: Parts, issue: Issue) -> dict[StoryId, str]:
    """The stories that mails of an issue held, as readers saw them: what may be put right."""
    if issue.state not in WENT:
        return {}
    with reading(parts.engine) as connection:
        sheets = variants.sheets(connection, issue.id)
    return {
        card.story: card.headline
        for sheet in sheets.values()
        for section in sheet.sections
        for card in section.cards
    }


def under_way(parts: Parts) -> list[tuple[Issue, Erratum]]:
    """The letters that wait, or are going, oldest first."""
    with reading(parts.engine) as connection:
        return errata.in_states(connection, UNFINISHED)


def noted(content: VariantContent, told: Iterable[Erratum]) -> VariantContent:
    """A web copy with what was put right of its stories above them."""
    held = {card.story for card in content.cards}
    notes = [note(one, content.language) for one in told if one.story in held]
    return replace(content, note="\n\n".join([*notes, content.note]).strip())


def note(one: Erratum, language: str) -> str:
    """What stands above a mail or a page that holds the story."""
    return f"{_subject(one, language)}\n\n{one.right}"


def _subject(one: Erratum, language: str) -> str:
    return translate(SUBJECT, language) % {"headline": one.headline}


def _check(connection: Connection, issue: Issue, now: datetime) -> None:
    """Between its waves too: those who get it later find what is right above it."""
    rests = issue.state is IssueState.SENDING and waiting.rests_until(connection, issue.id, now)
    if issue.state not in WENT and not rests:
        raise WrongStateError(
            f"an issue that is {issue.state} has not gone to all its readers",
            hint=f"`digest pause {issue.id}` lets nothing more of it go"
            if issue.state is IssueState.SENDING
            else "",
            issue=issue.id,
        )


def _card(sheets: Iterable[Sheet], story: StoryId) -> Card | None:
    cards = (card for one in sheets for section in one.sections for card in section.cards)
    return next((card for card in cards if card.story == story), None)


def _sheet(issue: Issue, edition: Edition, language: str) -> Sheet:
    """Of no section: a letter's variants differ in language and style alone."""
    return Sheet(
        issue=issue.id,
        edition=edition.slug,
        edition_name=edition.name,
        template=LetterKind.CORRECTION.value,
        local_date=issue.local_date,
        language=language,
        subject="",
        empty_subject="",
        preheader="",
        sections=(),
    )
