"""replay: make a sent issue again of what is stored, and compare it with what went.

Three links of the chain, each by itself: the documents that sources answered with give the stories
that were kept; the draft that was locked gives the sheets; sheets and selections give, byte for
byte, the variants that readers got. What differs is told, and why, as far as that is known.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

from digest import __version__
from digest.curate import vary
from digest.errors import DigestError, WrongStateError
from digest.model import Candidate, Draft, Issue, ParsedStory, Selected, Sheet, StoryId
from digest.protocols import Rereads
from digest.steps import errata
from digest.steps.choose import choosing
from digest.steps.messages import MessageMaker
from digest.steps.parts import Parts
from digest.steps.rules import rules_hash
from digest.store import bodies, codec, drafts, rendered, variants
from digest.store.engine import reading
from digest.store.fsck import ADDRESSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link of the chain."""

    #: stories, sheets or variants
    name: str
    same: int
    #: what differs, for a person
    differ: tuple[str, ...] = ()
    #: what there is nothing to compare with
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """An issue made again."""

    issue: int
    links: tuple[Link, ...]
    #: what may explain what differs
    why: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether anything does."""
        return any(link.differ for link in self.links)


def replay(parts: Parts, issue: Issue) -> Replay:
    """Make an issue again that went, and compare. Changes nothing. Raises WrongStateError."""
    if issue.state not in ADDRESSED:
        raise WrongStateError(
            f"an issue that is {issue.state} was not made yet", hint="`digest preview` shows it"
        )
    with reading(parts.engine) as connection:
        draft = drafts.of(connection, issue.id)
        sheets = variants.sheets(connection, issue.id)
        went = rendered.went(connection, issue.id)
        chosen = variants.selected(connection, issue.id, variants.keys(connection, issue.id))
    erratum = errata.of(parts, issue.id) is not None
    links = [] if erratum else [_stories(parts, issue, draft, sheets)]
    if not erratum:
        links.append(_sheets(parts, issue, draft, sheets))
    links.append(_variants(parts, issue, went, chosen))
    made = Replay(issue=issue.id, links=tuple(links))
    return replace(made, why=tuple(_why(parts, issue, went)) if made.differs else ())


def _variants(
    parts: Parts, issue: Issue, went: list[rendered.Went], chosen: dict[str, Selected]
) -> Link:
    make, same, differ = MessageMaker(parts, issue), 0, list[str]()
    for one in went:
        try:
            now = make.rendered(chosen[one.variant], personal=one.personal).key
        except DigestError as error:
            differ.append(f"variant {one.variant[:12]} cannot be made: {error}")
            continue
        same += now == one.hash
        if now != one.hash:
            differ.append(f"variant {one.variant[:12]} is {now[:12]}, it went as {one.hash[:12]}")
    silent = sorted(chosen.keys() - {one.variant for one in went})
    unknown = tuple(
        f"variant {key[:12]} went to nobody, or before hashes were kept" for key in silent
    )
    return Link(name="variants", same=same, differ=tuple(differ), unknown=unknown)


def _sheets(parts: Parts, issue: Issue, draft: Draft, sheets: dict[str, Sheet]) -> Link:
    choose = choosing(parts, issue, draft)
    same, differ = 0, list[str]()
    for language, was in sorted(sheets.items()):
        filler, hand = choose.selector.filler, choose.hand
        told = _held(was)
        names = parts.names(language)
        now = vary.sheet(issue, choose.edition, filler, hand, told.items(), names, language)
        unlike = _unlike(replace(was, clicks=None), now)
        same += not unlike
        if unlike:
            differ.append(f"the sheet in {language} differs in {', '.join(unlike)}")
    return Link(name="sheets", same=same, differ=tuple(differ))


def _held(sheet: Sheet) -> dict[str, set[StoryId]]:
    """Section → the stories that anybody gets there."""
    return {one.slug: {card.story for card in one.cards} for one in sheet.sections}


def _unlike(was: Sheet, now: Sheet) -> list[str]:
    one, two = codec.SHEET.dump(was), codec.SHEET.dump(now)
    return [key for key in one if one[key] != two[key]]


def _stories(parts: Parts, issue: Issue, draft: Draft, sheets: dict[str, Sheet]) -> Link:
    shown = {key for sheet in sheets.values() for held in _held(sheet).values() for key in held}
    by_source: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in draft.pool:
        if candidate.stored.id in shown:
            by_source[candidate.stored.source].append(candidate)
    same, differ, unknown = 0, list[str](), list[str]()
    for name, candidates in sorted(by_source.items()):
        read = _read_again(parts, issue, name)
        for one in candidates:
            story = one.stored.story
            found = [told for told in read if told.url == story.url]
            if not found:
                unknown.append(f"story {one.stored.id} of {name}: its document is not kept")
            elif any(_alike(told, story) for told in found):
                same += 1
            else:
                differ.append(f"story {one.stored.id} reads otherwise in the documents of {name}")
    return Link(name="stories", same=same, differ=tuple(differ), unknown=tuple(unknown))


def _read_again(parts: Parts, issue: Issue, name: str) -> list[ParsedStory]:
    """All stories in the documents that are kept of a source, up to the end of the window."""
    source = parts.sources.get(name)
    if not isinstance(source, Rereads):
        return []
    with reading(parts.engine) as connection:
        kept = bodies.kept(connection, name, limit=None)
    until = issue.window_to
    return [
        story
        for one in kept
        if until is None or one.at <= until
        for story in source.read_again(one.body)
    ]


def _alike(told: ParsedStory, kept: ParsedStory) -> bool:
    """Whether a story reads the same; where it stood, and its full text, are no content of mail."""
    apart = {"aliases", "pick", "position", "state", "text"}
    one, two = asdict(told), asdict(kept)
    return all(one[key] == two[key] for key in one.keys() - apart)


def _why(parts: Parts, issue: Issue, went: list[rendered.Went]) -> Iterator[str]:
    programs = sorted({one.program for one in went} - {__version__})
    if programs:
        yield f"it went from version {', '.join(programs)}, this is {__version__}"
    try:
        if issue.rules_hash and rules_hash(parts, issue) != issue.rules_hash:
            yield "its templates, brand, names or edition changed after it was locked"
    except DigestError as error:
        yield f"its templates do not compile now: {error}"
