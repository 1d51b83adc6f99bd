"""From an issue's slots to what one group of readers gets. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from digest.curate import subject
from digest.curate.dress import Dress
from digest.curate.fill import Filler, Pool
from digest.curate.inset import running
from digest.curate.select import Selector
from digest.model import (
    Edition,
    FilledSection,
    Hand,
    Interest,
    Issue,
    Layout,
    OnHoliday,
    Section,
    Selected,
    Sheet,
    StoryId,
    VariantContent,
    WhenShort,
)


def vary(
    issue: Issue,
    edition: Edition,
    pool: Pool,
    hand: Hand,
    interest: Interest | None,
    names: Mapping[str, str],
    language: str = "",
    style: str = "full",
) -> VariantContent:
    """What readers with ``interest`` get of ``issue``; None is the issue itself, as editors see it.

    ``edition`` is as the issue shows it (curate/arrange.py), ``hand`` what editors decided.
    ``names`` are what readers call regions and topics, ``take/<kind>`` a section of that kind, and
    ``source/<name>`` a source. ``language`` empty is the edition's. The content may hold no story
    at all: whoever sends decides what then.
    """
    speaks = language or edition.language
    blocks = running(hand.blocks, issue.local_date)
    selector = Selector(edition, pool, hand.placed, issue.window_to, blocks)
    selected = Selected(sections=selector.select(interest) or (), language=speaks, style=style)
    told = sheet(issue, edition, selector.filler, hand, selected.sections, names, speaks)
    return content(told, selected)


def sheet(
    issue: Issue,
    edition: Edition,
    filler: Filler,
    hand: Hand,
    used: Iterable[tuple[str, Iterable[StoryId]]],
    names: Mapping[str, str],
    language: str = "",
) -> Sheet:
    """What variants with the stories ``used``, by section, are made of.

    ``language`` is the readers'; empty: the edition's.
    """
    wanted = {slug: tuple(stories) for slug, stories in used}
    dress = Dress(filler, hand.overrides, names)
    return Sheet(
        issue=issue.id,
        edition=edition.slug,
        edition_name=edition.name,
        template=template(issue, edition),
        local_date=issue.local_date,
        language=language or edition.language,
        subject=edition.subject,
        empty_subject=edition.quiet_subject if quiet(issue) else edition.subject,
        preheader=edition.preheader,
        sections=(
            *(
                FilledSection(
                    slug=section.slug,
                    title=_title(section, names),
                    layout=section.layout,
                    cards=tuple(dress.card(section, story) for story in wanted[section.slug]),
                )
                for section in edition.sections
                if wanted.get(section.slug)
            ),
            *(
                FilledSection(slug=block.slug, title="", layout=Layout.CARDS, block=block)
                for block in hand.blocks
                if block.slug in wanted
            ),
        ),
        note=edition.note,
        house_ad=edition.house_ad,
        utm=edition.utm.of(edition.slug, issue.local_date) if edition.utm else None,
    )


def _title(section: Section, names: Mapping[str, str]) -> str:
    """A section's title in the language of ``names``, as far as that has one."""
    if section.titled:
        return section.title
    taken = [part for part in (section.region, section.topic) if part] or [f"take/{section.take}"]
    found = [names.get(part, "") for part in taken]
    return ", ".join(found) if all(found) else section.title


def content(told: Sheet, selected: Selected) -> VariantContent:
    """The content of one variant, in full. Raises DigestError for a pattern that is none."""
    sections = {section.slug: section for section in told.sections}
    found: list[FilledSection] = []
    for slug, stories in selected.sections:
        cards = {card.story: card for card in sections[slug].cards}
        found.append(replace(sections[slug], cards=tuple(cards[story] for story in stories)))
    headlines = [card.headline for section in found for card in section.cards]
    line, preheader = lines(told, headlines)
    return VariantContent(
        issue=told.issue,
        edition=told.edition,
        edition_name=told.edition_name,
        template=told.template,
        local_date=told.local_date,
        language=told.language,
        subject=line,
        preheader=preheader,
        sections=tuple(found),
        style=selected.style,
        note=told.note,
        house_ad=told.house_ad,
        utm=told.utm,
        clicks=told.clicks,
        web_copy=True,
    )


def lines(told: Sheet, headlines: Sequence[str]) -> tuple[str, str]:
    """Subject and preheader of the variant with these headlines, in order.

    Raises DigestError for a pattern that is none.
    """
    pattern = told.subject if headlines else told.empty_subject
    return (
        subject.write(pattern, told.edition_name, headlines),
        subject.write(told.preheader, told.edition_name, headlines),
    )


def template(issue: Issue, edition: Edition) -> str:
    """The template that ``issue`` goes out with."""
    if quiet(issue):
        return edition.quiet_template
    rule = edition.holidays
    if rule is None or rule.then is not OnHoliday.TEMPLATE or issue.extra:
        return edition.template
    return rule.template if rule.calendar.holiday(issue.local_date) else edition.template


def quiet(issue: Issue) -> bool:
    """Whether the issue goes out as a quiet day: with what there is, possibly nothing."""
    return issue.short is WhenShort.QUIET


def key(selected: Selected) -> str:
    """The name of a variant within its issue: equal selections are one variant."""
    told = (selected.sections, selected.language, selected.style)
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
