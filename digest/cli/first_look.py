"""What ``digest init URL`` tells: what a site shows, and the issue its proposal would make."""

from collections import Counter
from collections.abc import Iterator

from digest.survey.build import Proposal
from digest.survey.site import Kind
from digest.trial import Trial

#: headlines of a section that are shown
_MOST = 6
_ROADS = {
    Kind.WORDPRESS: "WordPress, through its REST API",
    Kind.FEED: "a feed",
    Kind.SITEMAP: "a news sitemap",
}


def seen(proposal: Proposal) -> Iterator[str]:
    """What was found, a line each."""
    survey = proposal.survey
    road = _ROADS[survey.kind]
    yield f"{survey.name or survey.url}: {road}, {survey.stories} stories"
    yield f"  reads     {survey.source_url}"
    sure = "" if survey.place.zone_sure else " (a guess)"
    home = survey.place.country or "unknown"
    yield f"  language  {survey.language or 'unknown'}, zone {survey.place.zone}{sure}, home {home}"
    told = Counter(
        "mapped" if any(one and one.sure for one in (row.region, row.topic)) else "left to you"
        for row in proposal.filed
    )
    counts = ", ".join(f"{count} {what}" for what, count in sorted(told.items(), reverse=True))
    yield f"  categories: {counts or 'none'}"
    for box in survey.boxes:
        yield f"  a box of {box.links} stories: {box.heading}"
    if survey.stickies:
        yield f"  sticky posts: {survey.stickies}"
    for note in survey.notes:
        yield f"  {note}"


def issue(trial: Trial) -> Iterator[str]:
    """The next issue: its sections and headlines, or why it is empty."""
    for report in trial.gathered:
        note = f" ({report.note})" if report.note else ""
        yield f"{report.source}: {report.stories} stories gathered{note}"
        for slug, count in report.already_sent.items():
            yield f"  {count} are older than {slug}’s rhythm and count as already sent"
    for one, content in trial.issues:
        yield f"{content.edition_name}, {one.local_date}, as of now"
        if not content.cards:
            yield "  nothing new yet: such an issue would be skipped"
            continue
        yield f"  {content.subject}"
        for section in content.sections:
            yield f"  {section.title}"
            for card in section.cards[:_MOST]:
                yield f"    · {card.headline}"
            if len(section.cards) > _MOST:
                yield f"    and {len(section.cards) - _MOST} more"
