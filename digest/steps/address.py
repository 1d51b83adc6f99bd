"""address: freeze who gets which variant, before the first message is made."""

from array import array
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

import structlog

from digest.curate import vary
from digest.errors import UnsoundError
from digest.model import Issue, IssueState, Selected, Sheet, StoryId
from digest.steps import links
from digest.steps.choose import Choosing, choosing
from digest.steps.parts import Parts
from digest.steps.share import enqueue
from digest.steps.ways import Dues, share_out
from digest.store import issues, ledger, minutes, variants
from digest.store.engine import reading, writing
from digest.store.fsck import AUDIENCE

log = structlog.get_logger()


@dataclass(slots=True)
class _Frozen:
    """Who gets which variant, and when. A million readers are 18 MB."""

    readers: "array[int]" = field(default_factory=lambda: array("q"))
    variants: "array[int]" = field(default_factory=lambda: array("q"))
    dues: Dues = field(default_factory=Dues)
    #: what any reader gets, language by language and section by section
    used: dict[str, dict[str, set[StoryId]]] = field(default_factory=dict)

    def note(self, selected: Collection[Selected]) -> None:
        for one in selected:
            held = self.used.setdefault(one.language, defaultdict(set))
            for slug, stories in one.sections:
                held[slug].update(stories)


def address(parts: Parts, issue: Issue) -> Issue:
    """Freeze the audience of a locked issue into batches and move it to sending.

    audience = deliveries + exclusions by reason; both are written in one transaction with the
    new state, so a crash leaves either nothing or all of it: variants that are there already are
    found again. Raises BadTemplateError before that, and UnsoundError where what was locked has
    changed.
    """
    if issue.state is not IssueState.LOCKED:
        return issue
    # A template that fails must fail here, while nobody's delivery depends on it.
    parts.renderer.check(vary.template(issue, parts.edition(issue.edition)))
    with reading(parts.engine) as connection:
        draft = issues.draft_of(connection, issue.id)
    if draft.content_hash != issue.content_hash:
        raise UnsoundError(
            "its stories are not those that were locked",
            hint="`digest fsck` tells all that is wrong",
            issue=issue.id,
        )
    chosen = choosing(parts, issue, draft)
    frozen = _freeze(parts, issue, chosen)
    sheets = _sheets(parts, issue, chosen, frozen)
    coarsened = chosen.told(len(set(frozen.variants)))
    if coarsened:
        log.warning("selections_coarsened", issue=issue.id, what=coarsened)
    with writing(parts.engine) as connection:
        seen = issues.get(connection, issue.id, to_change=True)
        if seen.state is not IssueState.LOCKED:
            return seen  # another scheduler was first
        variants.keep_sheets(connection, links.count(connection, parts, issue, sheets))
        shared = share_out(
            connection,
            parts.ways,
            parts.domains,
            issue.scheduled_at.date(),
            frozen.readers,
            frozen.variants,
            frozen.dues,
        )
        told = ledger.freeze(
            connection,
            issue.id,
            shared.assignments(),
            +chosen.left_out,
            parts.ways[0].transport.batch_size,
            shared.shares,
        )
        enqueue(parts, connection, issue)
        issue = issues.move(
            connection,
            issue,
            IssueState.SENDING,
            "scheduler",
            parts.clock.now(),
            reason="; ".join(filter(None, [issue.reason, coarsened])),
        )
        made, size = variants.count(connection, issue.id), str(told.audience)
        minutes.write(connection, issue.id, parts.clock.now(), "scheduler", AUDIENCE, size)
    log.info(
        "audience_frozen",
        issue=issue.id,
        audience=told.audience,
        deliveries=told.deliveries,
        batches=told.batches,
        variants=made,
        excluded=dict(+chosen.left_out),
        routes=shared.counts(),
        later=len(frozen.dues.numbers) - frozen.dues.numbers.count(0),
    )
    return issue


def _freeze(parts: Parts, issue: Issue, chosen: Choosing) -> _Frozen:
    """Write down the variants, chunk by chunk, so that no one waits long for the database."""
    frozen = _Frozen()
    for chunk in chosen.chunks():
        new = {vary.key(selected): selected for _, selected, _ in chunk}
        frozen.note(new.values())
        with writing(parts.engine) as connection:
            ids = variants.save(connection, issue.id, new)
        by_selected = {selected: ids[key] for key, selected in new.items()}
        frozen.readers.extend(who for who, _, _ in chunk)
        frozen.variants.extend(by_selected[selected] for _, selected, _ in chunk)
        frozen.dues.extend(at for _, _, at in chunk)
    return frozen


def _sheets(parts: Parts, issue: Issue, chosen: Choosing, frozen: _Frozen) -> list[Sheet]:
    """What the variants are made of; their subjects are tried while nothing depends on them."""
    edition, filler = chosen.edition, chosen.selector.filler
    made = [
        vary.sheet(issue, edition, filler, used.items(), parts.names(language), language)
        for language, used in frozen.used.items()
    ]
    for one in made:
        vary.content(one, Selected(sections=(), language=one.language))
    return made
