"""A folder of Markdown files with YAML front matter, one story a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml
from markdown_it import MarkdownIt

from digest.errors import SourceError
from digest.model import (
    GatheredSource,
    GatherStatus,
    ParsedStory,
    PickOrigin,
    Reject,
    RejectReason,
    SourceMemory,
)
from digest.sources import clean, dates, identity, images, outcome
from digest.sources.feed_stories import UnusableError, byline, language_tag

MAX_FILES = 2000
MAX_FILE_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSettings:
    """A folder as configured."""

    name: str
    path: Path
    #: IANA zone of dates that carry none
    zone: str | None = None
    #: BCP 47, for files that do not say
    language: str = ""
    pick_categories: tuple[str, ...] = ()
    pick_tags: tuple[str, ...] = ()
    parameters: identity.Parameters = identity.USUAL


class FolderSource:
    """One folder; implements ``protocols.Source``.

    Front matter: ``title`` and ``url`` (both needed), ``standfirst``, ``byline``, ``date``,
    ``updated``, ``categories``, ``tags``, ``language``, ``image``, ``alt``, ``pick``.
    """

    def __init__(self, settings: FolderSettings) -> None:
        self._settings = settings
        self._zone = ZoneInfo(settings.zone) if settings.zone else None
        self._pick_categories = identity.slugs(settings.pick_categories)
        self._pick_tags = identity.slugs(settings.pick_tags)

    @property
    def name(self) -> str:
        """The name in config.toml."""
        return self._settings.name

    def gather(self, memory: SourceMemory, now: datetime) -> GatheredSource:
        """Read every ``*.md`` file below the folder, in the order of their names."""
        try:
            return self._gather(memory)
        except SourceError as error:
            return outcome.failed(self.name, memory, error, now)

    def _gather(self, memory: SourceMemory) -> GatheredSource:
        files = _files(self._settings.path)
        bodies = {str(file.relative_to(self._settings.path)): _read(file) for file in files}
        read = (part for pair in bodies.items() for part in pair)
        body_hash = outcome.fingerprint(
            self._settings, *(part.encode() if isinstance(part, str) else part for part in read)
        )
        if body_hash == memory.body_hash:
            return outcome.not_modified(self.name, memory)
        found: list[ParsedStory] = []
        rejects: list[Reject] = []
        for position, (name, body) in enumerate(bodies.items()):
            try:
                found.append(self._story(body, position))
            except UnusableError as error:
                rejects.append(Reject(entry=name, reason=error.reason, detail=error.detail))
            except Exception as error:  # noqa: BLE001 - one file's fault stops no other file
                detail = type(error).__name__
                rejects.append(Reject(entry=name, reason=RejectReason.UNREADABLE, detail=detail))
        kept, twice = identity.settle(self.name, found)
        return GatheredSource(
            source=self.name,
            status=GatherStatus.OK,
            stories=kept,
            rejects=(*rejects, *twice),
            memory=SourceMemory(body_hash=body_hash),
            note="" if files else "the folder has no .md files",
        )

    def _story(self, body: bytes | str, position: int) -> ParsedStory:
        if position >= MAX_FILES:
            raise UnusableError(RejectReason.OVER_LIMIT)
        if isinstance(body, str):
            raise UnusableError(RejectReason.UNREADABLE, body)
        matter, markdown = _split(body)
        headline = clean.headline(_text(matter, "title"))
        if not headline:
            raise UnusableError(RejectReason.NO_HEADLINE, "give it a title")
        link = _text(matter, "url")
        url = clean.safe_url(link)
        if not url:
            reason = RejectReason.BAD_LINK if link else RejectReason.NO_LINK
            raise UnusableError(reason, "url must be a full http or https address")
        text = clean.text(MarkdownIt("commonmark").render(markdown))
        dated = dates.read(_text(matter, "date"), self._zone)
        categories, tags = _names(matter, "categories"), _names(matter, "tags")
        return ParsedStory(
            aliases=identity.named(identity.url_alias(url, self._settings.parameters)),
            url=url,
            headline=headline,
            standfirst=clean.standfirst(_text(matter, "standfirst"), text, headline),
            text=text,
            byline=byline(_text(matter, "byline")),
            published_at=dated.at,
            date_grade=dated.grade,
            modified_at=dates.read(_text(matter, "updated"), self._zone).at,
            language=language_tag(_text(matter, "language") or self._settings.language),
            categories=categories,
            tags=tags,
            image=images.image(_text(matter, "image"), base=url, alt=_text(matter, "alt")),
            pick=self._pick(matter, categories, tags),
            position=position,
        )

    def _pick(
        self, matter: Mapping[str, object], categories: tuple[str, ...], tags: tuple[str, ...]
    ) -> PickOrigin | None:
        if _text(matter, "pick").lower() in {"true", "yes", "on"}:
            return PickOrigin.FRONT_MATTER
        last = [path.rpartition(">")[2] for path in categories]
        if identity.slugs(last) & self._pick_categories:
            return PickOrigin.CATEGORY
        return PickOrigin.TAG if identity.slugs(tags) & self._pick_tags else None


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise SourceError(f"there is no folder {folder.name}", hint="Check path in its settings")
    try:
        found = [file for file in folder.rglob("*.md") if file.is_file()]
    except OSError as error:
        raise SourceError(
            f"{folder.name} cannot be read ({error.strerror})", hint="Check its permissions"
        ) from error
    return sorted(
        file
        for file in found
        if not any(part.startswith(".") for part in file.relative_to(folder).parts)
    )


def _read(file: Path) -> bytes | str:
    """A file's bytes, or what is wrong with it."""
    try:
        with file.open("rb") as opened:
            body = opened.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return body if len(body) <= MAX_FILE_BYTES else "is larger than 1 MB"


def _split(body: bytes) -> tuple[Mapping[str, object], str]:
    """Front matter and Markdown. Every scalar stays a string: our own code reads the dates."""
    try:
        text = body.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise UnusableError(RejectReason.UNREADABLE, "save it as UTF-8") from error
    if not text.startswith("---\n"):
        raise UnusableError(RejectReason.UNREADABLE, "it must begin with front matter: ---")
    front, mark, markdown = text[4:].partition("\n---\n")
    if not mark and not front.endswith("\n---"):
        raise UnusableError(RejectReason.UNREADABLE, "its front matter is not closed by ---")
    try:
        matter = yaml.load(front.removesuffix("\n---"), Loader=yaml.BaseLoader)  # noqa: S506 - BaseLoader makes nothing but strings, lists and mappings
    except (yaml.YAMLError, RecursionError) as error:
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 2}" if where is not None else ""
        raise UnusableError(
            RejectReason.UNREADABLE, f"its front matter is not YAML{line}"
        ) from error
    if not isinstance(matter, dict):
        raise UnusableError(RejectReason.UNREADABLE, "its front matter is no list of names")
    return matter, markdown


def _text(matter: Mapping[str, object], key: str) -> str:
    value = matter.get(key)
    return value if isinstance(value, str) else ""


def _names(matter: Mapping[str, object], key: str) -> tuple[str, ...]:
    """A list, or one line with commas."""
    value = matter.get(key)
    rows = value if isinstance(value, list) else _text(matter, key).split(",")
    names = (clean.headline(row) for row in rows if isinstance(row, str))
    return tuple(dict.fromkeys(name for name in names if name))
