"""address: freeze who gets which variant, before the first message is made."""

import structlog

from digest.curate import vary
from digest.curate.last_look import reserves
from digest.errors import UnsoundError
from digest.model import Draft, Issue, IssueState, Selected, Sheet
from digest.steps import archive, errata, links
from digest.steps.approve import drop
from digest.steps.choose import Choosing, choosing
from digest.steps.frozen import Audience, Frozen
from digest.steps.parts import Parts
from digest.steps.rules import rules_hash
from digest.steps.share import enqueue
from digest.steps.ways import share_out
from digest.store import drafts, issues, ledger, minutes, outside, variants
from digest.store.engine import reading, writing
from digest.store.fsck import AUDIENCE

log = structlog.get_logger()


def address(parts: Parts, issue: Issue) -> Issue:
    """Freeze the audience of a locked issue into batches and move it to sending.

    audience = deliveries + exclusions by reason; both are written in one transaction with the
    new state, so a crash leaves either nothing or all of it: variants that are there already are
    found again. Where approval is required and other rules hold than when it was locked, it goes
    back to review. Raises BadTemplateError before that, and UnsoundError where what was locked has
    changed.
    """
    if issue.state is not IssueState.LOCKED:
        return issue
    parts.guard()
    erratum = errata.of(parts, issue.id)
    if dropped := _by_other_rules(parts, issue, letter=erratum is not None):
        return dropped
    made = errata.audience(parts, issue, erratum) if erratum else _audience(parts, issue)
    frozen = made.frozen
    with writing(parts.engine) as connection:
        seen = issues.get(connection, issue.id, to_change=True)
        if seen.state is not IssueState.LOCKED:
            return seen  # another scheduler was first
        variants.keep_sheets(connection, links.count(connection, parts, issue, made.sheets))
        if made.everybodys is not None:
            archive.keep(connection, issue, made.sheets, made.everybodys)
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
            made.left_out,
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
            reason="; ".join(filter(None, [issue.reason, made.coarsened])),
        )
        count, size = variants.count(connection, issue.id), str(told.audience)
        minutes.write(connection, issue.id, parts.clock.now(), "scheduler", AUDIENCE, size)
        outside.addressed(connection, issue)
        if parts.installation is not None:
            parts.installation.mark(connection)
    # The note beside the database now knows of it too, before anything goes.
    parts.guard()
    log.info(
        "audience_frozen",
        issue=issue.id,
        audience=told.audience,
        deliveries=told.deliveries,
        batches=told.batches,
        variants=count,
        excluded=dict(made.left_out),
        routes=shared.counts(),
        later=len(frozen.dues.numbers) - frozen.dues.numbers.count(0),
    )
    return issue


def _by_other_rules(parts: Parts, issue: Issue, *, letter: bool) -> Issue | None:
    """The issue given to review again, where it would not be made as it was approved."""
    edition = parts.edition(issue.edition)
    if not letter:
        # A template that fails must fail here, while nobody's delivery depends on it.
        parts.renderer.check(vary.template(issue, edition))
    if not edition.approval.required or rules_hash(parts, issue) == issue.rules_hash:
        return None
    why = "its templates, brand or edition changed after it was locked"
    with writing(parts.engine) as connection:
        ask_again = errata.ask_again if letter else drop
        return ask_again(connection, parts, issue, why, "scheduler")


def _audience(parts: Parts, issue: Issue) -> Audience:
    """Select for everybody."""
    with reading(parts.engine) as connection:
        draft = drafts.of(connection, issue.id)
    if drafts.content_hash(draft) != issue.content_hash:
        raise UnsoundError(
            "its stories are not those that were locked",
            hint="`digest fsck` tells all that is wrong",
            issue=issue.id,
        )
    chosen = choosing(parts, issue, draft)
    frozen = Frozen()
    for chunk in chosen.chunks():
        frozen.add(parts, issue, chunk)
    everybodys = archive.everybodys(parts, issue, chosen)
    if everybodys is not None:
        frozen.note([everybodys])
    coarsened = chosen.told(len(set(frozen.variants)))
    if coarsened:
        log.warning("selections_coarsened", issue=issue.id, what=coarsened)
    return Audience(
        frozen=frozen,
        sheets=_sheets(parts, issue, draft, chosen, frozen),
        left_out=+chosen.left_out,
        coarsened=coarsened,
        everybodys=everybodys,
    )


def _sheets(
    parts: Parts, issue: Issue, draft: Draft, chosen: Choosing, frozen: Frozen
) -> list[Sheet]:
    """What the variants are made of.

    Their subjects, and how the template sets blocks, are tried while nothing depends on them.
    """
    edition, filler = chosen.edition, chosen.selector.filler
    if len(frozen.dues.times) > 1:
        # Whoever gets it later may need them: what is taken back meanwhile goes to nobody more.
        for slug, stories in reserves(edition, draft).items():
            for used in frozen.used.values():
                used.setdefault(slug, set()).update(stories)
    made = [
        vary.sheet(
            issue, edition, filler, chosen.hand, used.items(), parts.names(language), language
        )
        for language, used in frozen.used.items()
    ]
    for one in made:
        blocks = tuple((section.slug, ()) for section in one.sections if section.block)
        told = vary.content(one, Selected(sections=blocks, language=one.language))
        if blocks:
            parts.renderer.render(told)
    return made
