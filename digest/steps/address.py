"""address: freeze who gets which variant, before the first message is made."""

from array import array
from collections import Counter
from dataclasses import dataclass

import structlog

from digest.curate import vary
from digest.model import (
    Edition,
    Interest,
    Issue,
    IssueState,
    VariantContent,
    VariantId,
)
from digest.protocols import Reader
from digest.schedule.days import answered_days
from digest.steps.parts import Parts
from digest.store import issues, ledger, variants
from digest.store.engine import reading, writing

log = structlog.get_logger()

#: the reason of readers whose choices leave nothing of this issue: never an empty mail
TOO_FEW = "too_few"


@dataclass(slots=True)
class _Selections:
    """Interests seen so far and the variant each gets; equal content is one variant."""

    parts: Parts
    issue: Issue
    edition: Edition
    draft: issues.Draft
    contents: dict[str, VariantContent]
    keys: dict[Interest, str | None]

    def key(self, reader: Reader) -> str | None:
        """The key of this reader's variant; None if it would hold no story.

        On a quiet day that is what the mail says, so nobody is left out.
        """
        interest = vary.narrowed(
            Interest(regions=reader.regions, topics=reader.topics, segments=reader.segments),
            self.edition,
        )
        if interest not in self.keys:
            self.keys[interest] = self._vary(interest)
        return self.keys[interest]

    def _vary(self, interest: Interest) -> str | None:
        manual = vary.manual_slots(self.draft.slots)
        names = self.parts.names(self.edition.language)
        one = vary.vary(self.issue, self.edition, self.draft.pool, manual, interest, names)
        if not one.cards and not vary.quiet(self.issue):
            return None
        key = vary.key(one)
        self.contents[key] = one
        return key


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Who would get what of an issue. Two machine words a reader: a million are 16 MB."""

    readers: "array[int]"
    #: for each reader the place of their variant in ``contents``
    places: "array[int]"
    #: variant key → content
    contents: dict[str, VariantContent]
    left_out: Counter[str]


def days(parts: Parts, issue: Issue) -> frozenset[int]:
    """The ISO weekdays that an issue answers for: those since its edition's last that went."""
    with reading(parts.engine) as connection:
        previous = issues.went_last(connection, issue)
    return answered_days(previous, issue.local_date, parts.edition(issue.edition).weekdays)


def select(parts: Parts, issue: Issue, draft: issues.Draft) -> Selection:
    """Give each reader of the issue's audience their variant. Stores nothing."""
    edition, now = parts.edition(issue.edition), parts.clock.now()
    chosen = _Selections(parts, issue, edition, draft, {}, {})
    asked = sorted({name for section in edition.sections for name in section.segments})
    wanted, answered = sorted(edition.segments), days(parts, issue)
    left_out = Counter(parts.audience.excluded(edition.slug, wanted, answered, now))
    readers, places = array("q"), array("q")
    order: dict[str, int] = {}
    for reader in parts.audience.readers(edition.slug, wanted, asked, answered, now):
        key = chosen.key(reader)
        if key is None:
            left_out[TOO_FEW] += 1
            continue
        readers.append(reader.subscriber)
        places.append(order.setdefault(key, len(order)))
    contents = {key: chosen.contents[key] for key in order}
    return Selection(readers=readers, places=places, contents=contents, left_out=left_out)


def address(parts: Parts, issue: Issue) -> Issue:
    """Freeze the audience of a locked issue into batches and move it to sending.

    audience = deliveries + exclusions by reason; both are written in one transaction with the
    new state, so a crash leaves either nothing or all of it. Raises BadTemplateError before that.
    """
    if issue.state is not IssueState.LOCKED:
        return issue
    # A template that fails must fail here, while nobody's delivery depends on it.
    parts.renderer.check(vary.template(issue, parts.edition(issue.edition)))
    with reading(parts.engine) as connection:
        draft = issues.draft_of(connection, issue.id)
    selection = select(parts, issue, draft)
    with writing(parts.engine) as connection:
        ids = variants.save(connection, issue.id, selection.contents)
        by_place: list[VariantId] = [ids[key] for key in selection.contents]
        frozen = ledger.freeze(
            connection,
            issue.id,
            (
                (reader, by_place[place])
                for reader, place in zip(selection.readers, selection.places, strict=True)
            ),
            selection.left_out,
            parts.transport.batch_size,
        )
        issue = issues.move(
            connection,
            issue,
            IssueState.SENDING,
            "scheduler",
            parts.clock.now(),
            reason=issue.reason,
        )
    log.info(
        "audience_frozen",
        issue=issue.id,
        audience=frozen.audience,
        deliveries=frozen.deliveries,
        batches=frozen.batches,
        variants=len(selection.contents),
        excluded=dict(selection.left_out),
    )
    return issue
