"""The config.toml that a survey proposes. Pure: a survey and what its categories mean → text.

What is sure is a setting; what is not is a comment with the reason, one keystroke from being one.
"""

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap

from digest.config.editions import TOPIC_NAMES
from digest.sources import identity
from digest.survey.filing import Filed, Meaning
from digest.survey.picks import looks_like_picks
from digest.survey.site import Kind, Survey
from digest.survey.terms import Term
from digest.survey.toml import listed, pair, quoted, remark

#: the source's name in config.toml
SOURCE = "site"
#: a tag on more of the stories than this is no choice
_MOST_PICKED = 0.34
#: suggestions that are written out; the rest is counted
_MOST_UNSURE = 40


def propose(survey: Survey, filed: Sequence[Filed], networks: Iterable[str] = ()) -> str:
    """The text of config.toml; ``networks`` are those of the operator's own to be read from."""
    parts = (
        _opening(survey),
        _newsroom(survey),
        _machine(networks),
        _sources(survey),
        _edition(survey, filed),
        _regions(survey, filed),
        _topics(filed),
    )
    return "\n".join(line for part in parts for line in (*part, ""))


def _opening(survey: Survey) -> Iterator[str]:
    yield remark(f"newsletter-digest: proposed for {survey.url}")
    yield "#"
    yield "# Lines that begin with # are guesses or examples: take the # away where they are right."
    yield "# Every key is told in docs/config.md. Nothing is mailed while transport is outbox."
    for note in survey.notes[:12]:
        yield remark(note)


def _newsroom(survey: Survey) -> Iterator[str]:
    yield "[newsroom]"
    yield pair("name", quoted(survey.name or "Our newsroom"))
    yield pair("site_url", quoted(survey.url))
    if survey.tagline:
        yield pair("tagline", quoted(survey.tagline))
    if survey.logo:
        yield pair("logo_url", quoted(survey.logo))
    elif survey.icon:
        told = "its icon; shown in place of the name"
        yield pair("logo_url", quoted(survey.icon), told, sure=False)
    if survey.accent:
        yield pair("accent", quoted(survey.accent.light), "the site’s own; readable on light")
        yield pair("accent_dark", quoted(survey.accent.dark), "the same, readable on dark")
    yield pair("postal_address", '""', "the law wants it in every mail", sure=False)


def _machine(networks: Iterable[str]) -> Iterator[str]:
    yield "[database]"
    yield pair("url", quoted("sqlite:///var/digest.sqlite3"), "or postgresql://…")
    yield ""
    yield "[web]"
    yield pair("public_url", quoted("http://127.0.0.1:8000"), "for real mail: https")
    yield ""
    yield "[sending]"
    yield pair("transport", quoted("outbox"), "a folder; smtp and sendgrid mail people")
    yield ""
    yield "[gather]"
    yield pair("every_minutes", "10")
    allowed = list(networks)
    if allowed:
        yield pair("allow_private", listed(allowed))


def _sources(survey: Survey) -> Iterator[str]:
    wordpress = survey.kind is Kind.WORDPRESS
    yield "[[sources]]"
    yield pair("name", quoted(SOURCE))
    yield pair("kind", quoted(survey.kind.value), "through its REST API" if wordpress else "")
    yield pair("url", quoted(survey.source_url))
    if survey.place.zone_sure or survey.place.zone != "UTC":
        yield pair("zone", quoted(survey.place.zone), "for dates without a zone")
    if survey.language:
        yield pair("language", quoted(survey.language), "for stories that do not say")
    yield from _picks(survey)
    for number, feed in enumerate(survey.feeds, start=2):
        yield ""
        told = f"{feed.title or 'another feed'}: {feed.entries} entries"
        yield remark(told)
        yield from _commented_source(f"feed-{number}", "feed", feed.url)
    for number, box in enumerate(survey.boxes, start=1):
        yield ""
        yield remark(f"The front page has a box of {box.links} stories with this heading.")
        yield from _commented_source(f"picks-{number}", "page_box", survey.url)
        yield pair("heading", quoted(box.heading), sure=False)
    for tag, url in list(survey.other_languages.items())[:8]:
        yield ""
        yield remark(f"The site also speaks {tag}.")
        yield from _commented_source(
            identity.slug(f"site-{tag}") if tag.isascii() else "site-2", survey.kind.value, url
        )


def _commented_source(name: str, kind: str, url: str) -> Iterator[str]:
    yield "# [[sources]]"
    yield pair("name", quoted(name), sure=False)
    yield pair("kind", quoted(kind), sure=False)
    yield pair("url", quoted(url), sure=False)


def _picks(survey: Survey) -> Iterator[str]:
    """What makes a story an editors' pick."""
    wordpress = survey.kind is Kind.WORDPRESS
    if wordpress and survey.stickies:
        yield pair("pick_sticky", "true", f"sticky now: {survey.stickies}")
    for key, terms in (("pick_tags", survey.tags), ("pick_categories", survey.categories)):
        found = [term for term in terms if looks_like_picks(term.name)]
        few = [term for term in found if term.count <= _MOST_PICKED * max(survey.stories, 1)]
        many = [term for term in found if term not in few]
        if few:
            yield pair(key, listed(map(_slug, few)), _counts(few))
        if many:
            told = f"{_counts(many)} of {survey.stories}: too many to be picks?"
            yield pair(key, listed(map(_slug, [*few, *many])), told, sure=False)


def _slug(term: Term) -> str:
    return term.slug or identity.slug(term.name) or term.name


def _counts(terms: Sequence[Term]) -> str:
    return ", ".join(_stories(term.count) for term in terms)


def _edition(survey: Survey, filed: Sequence[Filed]) -> Iterator[str]:
    place = survey.place
    yield "[[editions]]"
    yield pair("slug", quoted("daily"))
    yield pair("name", quoted(f"{survey.name or 'Our newsroom'} daily"))
    yield pair("time", quoted("06:00"))
    yield pair("zone", quoted(place.zone), "" if place.zone_sure else "a guess: please check")
    if survey.language:
        yield pair("language", quoted(survey.language))
    yield pair("approval", quoted("required"), "an editor approves each issue", sure=False)
    by_topic = _stories_filed(filed, topics=True) > _stories_filed(filed, topics=False)
    yield from _section("picks", title="Editors’ picks", maximum=3, layout="lead")
    yield from _section("topic" if by_topic else "region", maximum=4)
    yield from _section("region" if by_topic else "topic", maximum=3, sure=False)
    yield from _section("latest", title="Also new", maximum=6, layout="headlines")


def _stories_filed(filed: Sequence[Filed], *, topics: bool) -> int:
    meanings = ((one.topic if topics else one.region, one.term.count) for one in filed)
    return sum(count for meaning, count in meanings if meaning and meaning.sure and meaning.value)


def _section(
    take: str, *, maximum: int, title: str = "", layout: str = "", sure: bool = True
) -> Iterator[str]:
    yield ""
    mark = "  " if sure else "  # "
    yield f"{mark}[[editions.sections]]"
    if title:
        yield f"{mark}title = {quoted(title)}"
    yield f'{mark}take = "{take}"'
    if take in {"region", "topic"}:
        yield f'{mark}{take} = "each"'
    yield f"{mark}maximum = {maximum}"
    if layout:
        yield f'{mark}layout = "{layout}"'


def _regions(survey: Survey, filed: Sequence[Filed]) -> Iterator[str]:
    place = survey.place
    yield "[regions]"
    if place.country:
        told = "" if place.country_sure else "a guess: your own country"
        yield pair("home", quoted(place.country), told, sure=place.country_sure)
    else:
        yield pair("home", quoted("GB"), "your own country, two letters", sure=False)
    yield 'preset = "newsroom"'
    yield ""
    yield "[regions.rules]"
    yield from _rules((one.term, one.region) for one in filed if one.region)


def _topics(filed: Sequence[Filed]) -> Iterator[str]:
    yield "[topics.rules]"
    yield from _rules((one.term, one.topic) for one in filed if one.topic)
    unknown = [one.term for one in filed if not one.topic and not one.region]
    if unknown:
        yield remark("Nothing is known of these. The topics are:")
        yield from wrap(", ".join(TOPIC_NAMES), 96, initial_indent="# ", subsequent_indent="# ")
    for term in unknown[:_MOST_UNSURE]:
        yield pair(quoted(term.name), '""', _said(term, ""), sure=False)
    if len(unknown) > _MOST_UNSURE:
        yield remark(f"and {len(unknown) - _MOST_UNSURE} rarer ones")


def _rules(rows: Iterable[tuple[Term, Meaning]]) -> Iterator[str]:
    """The sure ones, then the others as comments. A name that reads as a path is no key for one."""
    found = list(rows)
    sure = [row for row in found if row[1].sure and _is_key(row[0].name)]
    unsure = [row for row in found if row not in sure]
    for term, meaning in sure:
        yield pair(quoted(term.name), quoted(meaning.value), _said(term, ""))
    for term, meaning in unsure[:_MOST_UNSURE]:
        yield pair(quoted(term.name), quoted(meaning.value), _said(term, meaning.why), sure=False)
    if len(unsure) > _MOST_UNSURE:
        yield remark(f"and {len(unsure) - _MOST_UNSURE} rarer ones")


def _is_key(name: str) -> bool:
    """A rule's key with a slash first is a URL section; with an arrow, a path of categories."""
    return not name.startswith("/") and not any(mark in name for mark in ">›»")


def _said(term: Term, why: str) -> str:
    told = _stories(term.count)
    if term.path != term.name:
        told = f"{told}, {term.path}"
    return f"{told}; {why}" if why else told


def _stories(count: int) -> str:
    return f"{count} stor{'y' if count == 1 else 'ies'}"
