"""report: what became of an issue, in numbers: of crowds, never of a reader."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from textwrap import shorten
from typing import Protocol

from sqlalchemy.engine import Connection

from digest.curate.crowds import overlapping, parted
from digest.model import (
    LEAST,
    Clicked,
    ClickKind,
    Compared,
    Figures,
    Issue,
    IssueId,
    LinkClicks,
    LinkPlace,
    Report,
    SectionClicks,
    StoryId,
    SubscriberId,
)
from digest.steps.parts import Parts
from digest.store import archive, clicks, issues, ledger, links, variants
from digest.store import report as stored
from digest.store.engine import reading

#: issues that one is compared with
BEFORE = 10
#: who leaves later left for another reason
WITHIN = timedelta(days=7)
#: receiving domains told of, largest first
DOMAINS = 20


class Crowd(Protocol):
    """The front door of ``subscribers``, as far as reports use it."""

    @property
    def segments(self) -> Collection[str]:
        """The names of the segments there are."""

    def within(self, segment: str, who: Sequence[SubscriberId]) -> Collection[SubscriberId]:
        """Those of them who are in a segment now."""

    def domains(self, who: Sequence[SubscriberId]) -> Mapping[SubscriberId, str]:
        """The receiving domain of each."""

    def left(self, edition: str, since: datetime, until: datetime) -> Collection[SubscriberId]:
        """Who left an edition then, and has not come back."""


def report(parts: Parts, crowd: Crowd, issue_id: IssueId) -> Report:
    """All that may be told of an issue. Raises NotFoundError.

    Groups are as of now; who left is whoever got it and left within a week, before the next one.
    """
    return _Reporting(parts, crowd).report(issue_id)


@dataclass(frozen=True, slots=True)
class _Reporting:
    parts: Parts
    crowd: Crowd

    def report(self, issue_id: IssueId) -> Report:
        with reading(self.parts.engine) as connection:
            issue = issues.get(connection, issue_id)
            left = self._left(connection, issue)
            whole = stored.figures(connection, issue_id, left)
            segments, domains = self._groups(connection, issue_id, left)
            told, hidden = overlapping(segments, whole)
            shown, others, few = parted(domains, DOMAINS)
            followed = clicked(connection, issue_id) if whole.accepted >= LEAST else None
            earlier = stored.before(connection, issue, BEFORE)
            return Report(
                issue=issue.id,
                edition=issue.edition,
                local_date=issue.local_date,
                sequence=issue.sequence,
                state=issue.state,
                subject=archive.subject(connection, issue_id),
                sent_at=issue.sent_at,
                deliveries={
                    state.value: count
                    for state, count in ledger.counts(connection, issue_id).items()
                },
                left_out=stored.left_out(connection, issue_id),
                figures=whole,
                compared=self._compared(
                    connection, _shares(whole, followed.human if followed else None), earlier
                ),
                before=len(earlier),
                segments=told,
                domains=shown,
                others=others,
                hidden=hidden + few,
                clicked=followed,
            )

    def _left(self, connection: Connection, issue: Issue) -> Collection[SubscriberId]:
        until = issue.scheduled_at + WITHIN
        following = stored.next_at(connection, issue)
        return self.crowd.left(
            issue.edition, issue.scheduled_at, min(until, following) if following else until
        )

    def _groups(
        self, connection: Connection, issue_id: IssueId, left: Collection[SubscriberId]
    ) -> tuple[Mapping[str, Figures], Mapping[str, Figures]]:
        """Figures by segment and by receiving domain."""
        segments: dict[str, Figures] = defaultdict(Figures)
        domains: dict[str, Figures] = defaultdict(Figures)
        names = list(self.crowd.segments)
        for page in stored.fates(connection, issue_id):
            who = [one.reader for one in page]
            hosts = self.crowd.domains(who)
            members = {name: set(self.crowd.within(name, who)) for name in names}
            for one in page:
                figures = one.figures(left=one.accepted and one.reader in left)
                # Whoever was erased since has no domain any more.
                domains[hosts.get(one.reader, "")] += figures
                for name in names:
                    if one.reader in members[name]:
                        segments[name] += figures
        return segments, domains

    def _compared(
        self, connection: Connection, this: Mapping[str, float], earlier: Sequence[Issue]
    ) -> list[Compared]:
        before: dict[str, list[float]] = defaultdict(list)
        for one in earlier:
            told = stored.figures(connection, one.id, self._left(connection, one))
            for name, share in _shares(told, clicks.total(connection, one.id)).items():
                before[name].append(share)
        return [
            Compared(
                name=name,
                this=share,
                median=round(median(before[name]), 2) if before[name] else None,
                lowest=min(before[name], default=None),
                highest=max(before[name], default=None),
            )
            for name, share in this.items()
        ]


#: what stands between sections
BLOCKS = frozenset({LinkPlace.TEXT, LinkPlace.SPONSOR})


def clicked(connection: Connection, issue_id: IssueId) -> Clicked | None:
    """What was followed in an issue; None where clicks are not counted."""
    found = links.of_issue(connection, issue_id)
    if not found:
        return None
    counts, holders = clicks.by_link(connection, issue_id), stored.holders(connection, issue_id)
    headlines = _headlines(connection, issue_id)
    everybody = max(holders.values(), default=0)
    told = []
    for link in found:
        count, story = counts.get(link.id, {}), link.target.story
        section = link.target.section
        readers = holders[section, story] if section else everybody
        told.append(
            LinkClicks(
                link=link.id,
                section=section,
                place=link.target.place,
                headline=headlines.get((section, story), ""),
                url=link.target.url,
                readers=readers,
                human=count.get(ClickKind.HUMAN, 0),
                machine=count.get(ClickKind.MACHINE, 0),
            )
        )
    shown = [one for one in told if one.readers >= LEAST]
    return Clicked(
        human=sum(one.human for one in shown),
        machine=sum(one.machine for one in shown),
        links=sorted(shown, key=lambda one: (-one.human, one.link)),
        sections=_sections(shown),
        hours=clicks.by_hour(connection, issue_id, [one.link for one in shown]),
    )


def _sections(shown: Sequence[LinkClicks]) -> list[SectionClicks]:
    by_section: dict[str, list[LinkClicks]] = defaultdict(list)
    for one in shown:
        if one.section:
            by_section[one.section].append(one)
    return [
        SectionClicks(
            section=section,
            readers=max(one.readers for one in those),
            human=sum(one.human for one in those),
            machine=sum(one.machine for one in those),
            name=those[0].headline if those[0].place in BLOCKS else "",
        )
        for section, those in by_section.items()
    ]


def _headlines(
    connection: Connection, issue_id: IssueId
) -> Mapping[tuple[str, StoryId | None], str]:
    """What stories and blocks are called, by section and story."""
    found: dict[tuple[str, StoryId | None], str] = {}
    for sheet in variants.sheets(connection, issue_id).values():
        for section in sheet.sections:
            found |= {(section.slug, card.story): card.headline for card in section.cards}
            if section.block is not None:
                one = section.block
                found[section.slug, None] = one.title or one.label or shorten(one.text, 80)
    return found


def _shares(figures: Figures, clicks: int | None) -> dict[str, float]:
    """Parts of the accepted mails, in per cent."""
    whole = figures.accepted
    told = {
        "delivered": figures.delivered,
        "deferred": figures.deferred,
        "bounced": figures.bounced,
        "complained": figures.complained,
        "left": figures.left,
        **({} if clicks is None or whole < LEAST else {"clicks": clicks}),
    }
    return {name: round(100 * count / whole, 2) if whole else 0.0 for name, count in told.items()}
