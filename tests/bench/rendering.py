"""Complete messages, each reader with stories of their own, against the usual ways of making them.

All ways make multipart messages with the reader's own leave link in headers and both parts, and
start with what they prepare once for all readers: templates compiled, cards looked at, and ours
with its fragments rendered and encoded, which is measured on its own.
"""

import gc
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache, partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

from jinja2 import Environment, StrictUndefined, Template
from mjml import mjml2html

from digest import bundled
from digest.model import FilledSection, RenderedVariant, StoryId
from digest.render.compile import Compiler
from digest.render.kit import IssueKit, Kit
from digest.render.message import build
from digest.render.render import Renderer
from digest.render.source import read
from digest.render.view import CardView, card_view, frame, index, section_view
from tests.bench import pool
from tests.bench.measure import ROUNDS, Figure, compare
from tests.render import issue
from tests.render.issue import BRAND

Sections = tuple[FilledSection, ...]

READERS = 10_000
USUAL = 40
#: how many messages a kit makes before it is measured
FIRST = 1000
TEMPLATES = bundled.templates("email")
COMPILER = Compiler()


def messages() -> Iterator[Figure]:
    """Messages a CPU second, and what the fragments cost before."""
    sections, hindi = pool.pool(), pool.pool("hi")
    readers = pool.readers(READERS, sections)
    gc.freeze()  # the readers of a whole send are the bench's; the line holds a batch of them
    naive = partial(_naive, sections, readers[:USUAL])
    ours = warm(sections, readers)
    size = len(build(pool.message(readers[0], variant(ours, readers[0])))) / 1000
    beside = "Jinja2, MJML and EmailMessage for each reader"
    yield compare(
        f"messages of {size:.0f} KB, own stories",
        partial(joined, ours, readers),
        naive,
        unit="messages/s",
        beside=beside,
        bar=150,
    )
    yield compare(
        "the same beside compile-once",
        partial(joined, ours, readers),
        partial(_compiled_once, sections, readers[:USUAL]),
        unit="messages/s",
        beside="compiled once, Jinja2 and EmailMessage for each reader",
        bar=None,
    )
    with TemporaryDirectory() as folder:
        tracked = [pool.with_click_token(reader) for reader in readers]
        clicks = warm(sections, tracked, folders=_click_links(Path(folder)))
        yield compare(
            "the same, a token in every link",
            partial(joined, clicks, tracked),
            naive,
            unit="messages/s",
            beside=beside,
            bar=100,
        )
    yield compare(
        "the same in Hindi, text in base64",
        partial(joined, warm(hindi, readers, language="hi"), readers),
        partial(_naive, hindi, readers[:USUAL], language="hi"),
        unit="messages/s",
        beside=beside,
        bar=None,
    )
    yield _preparing(sections, readers)


def _preparing(sections: Sections, readers: list[pool.Reader]) -> Figure:
    """What 200 stories cost once, however many readers follow; their first mails included."""

    def seconds() -> float:
        start = process_time()
        warm(sections, readers)
        return process_time() - start

    return Figure(
        name=f"200 stories and {FIRST:,} messages",
        figure=median(seconds() for _ in range(ROUNDS)) * 1000,
        unit="ms",
        beside="",
        ratio=None,
        bar=None,
        ok=None,
    )


def warm(
    sections: Sections,
    readers: list[pool.Reader],
    *,
    language: str = "en",
    folders: tuple[Path, ...] = (TEMPLATES,),
) -> IssueKit:
    """A kit that has made so many messages that nearly all its fragments are there."""
    kit = _kit(sections, readers[0], language, folders).issue(sections)
    joined(kit, readers[:FIRST])
    return kit


def joined(kit: IssueKit, readers: list[pool.Reader]) -> int:
    """Ours: for each reader references to a selection's fragments, headers and a join."""
    for reader in readers:
        build(pool.message(reader, variant(kit, reader)))
    return len(readers)


def variant(kit: IssueKit, reader: pool.Reader) -> RenderedVariant:
    return kit.variant(reader.selection, subject=reader.subject, preheader=reader.preheader)


def _kit(
    sections: Sections,
    reader: pool.Reader,
    language: str,
    folders: tuple[Path, ...] = (TEMPLATES,),
) -> Kit:
    renderer = Renderer(folders, BRAND, compiler=COMPILER)
    return renderer.kit(pool.content(reader, sections, language))


def _click_links(folder: Path) -> tuple[Path, ...]:
    """The templates with the reader's own token at the end of every story's link."""
    for file in ("pair", "lead", "wide", "card_text", "list"):
        text = (TEMPLATES / "partials" / f"{file}.mjml").read_text("utf-8")
        (folder / "partials").mkdir(exist_ok=True)
        changed = text.replace("{{ card.url }}", "{{ card.url }}{{ click }}")
        (folder / "partials" / f"{file}.mjml").write_text(changed, "utf-8")
    text = (TEMPLATES / "daily.txt").read_text("utf-8")
    (folder / "daily.txt").write_text(
        text.replace("{{ card.url }}", "{{ card.url }}{{ click }}"), "utf-8"
    )
    return folder, TEMPLATES


def _naive(sections: Sections, readers: list[pool.Reader], *, language: str = "en") -> int:
    """What most do: the template filled, compiled and packed for each reader."""
    html, text = _templates()
    for reader in readers:
        values = _values(sections, reader, language)
        page = mjml2html(html.render(values), fonts={})
        _usual(reader, page, text.render(values))
    return len(readers)


def _compiled_once(sections: Sections, readers: list[pool.Reader]) -> int:
    """The better way: MJML compiled once, the rest for each reader."""
    html, text = _compiled(), _templates()[1]
    for reader in readers:
        values = _values(sections, reader, "en")
        _usual(reader, html.render(values), text.render(values))
    return len(readers)


def _usual(reader: pool.Reader, html: str, text: str) -> bytes:
    mail = EmailMessage(policy=SMTP.clone(max_line_length=998))
    mail["From"] = "The Meridian <news@meridian.example>"
    mail["To"] = f"A Reader <{reader.address}>"
    mail["Reply-To"] = "Letters <letters@meridian.example>"
    mail["Subject"] = reader.subject
    mail["Date"] = format_datetime(pool.DATE)
    mail["Message-ID"] = f"<7-{reader.number}.0123456789ab@meridian.example>"
    mail["List-Id"] = "<world-morning.meridian.example>"
    mail["List-Unsubscribe"] = f"<{reader.leave_url}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(text)
    mail.add_alternative(html, subtype="html")
    return mail.as_bytes()


@cache
def _compiled() -> Template:
    source = read([TEMPLATES], "daily.mjml")
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    return environment.from_string(COMPILER.html(source).text)


@cache
def _templates() -> tuple[Template, Template]:
    """The bundled templates for plain Jinja2: MJML still in the one, the text part."""
    html = Environment(autoescape=True, undefined=StrictUndefined)
    text = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return (
        html.from_string(read([TEMPLATES], "daily.mjml").text),
        text.from_string(read([TEMPLATES], "daily.txt").text),
    )


def _values(sections: Sections, reader: pool.Reader, language: str) -> dict[str, object]:
    """What a template sees; each card is looked at once, for all readers."""
    views = _views(sections, language)
    return {
        **frame(BRAND, issue.content(language=language)),
        **{token.value: value for token, value in reader.tokens.items()},
        "_": str,
        "subject": reader.subject,
        "preheader": reader.preheader,
        "index": index(
            [
                (section, len(ids))
                for section, (_, ids) in zip(sections, reader.selection, strict=True)
                if ids
            ]
        ),
        "sections": [
            section_view(section, first=place == 0, cards=[views[section.slug, one] for one in ids])
            for place, (section, (_, ids)) in enumerate(
                zip(sections, reader.selection, strict=True)
            )
        ],
    }


@cache
def _views(sections: Sections, language: str) -> dict[tuple[str, StoryId], CardView]:
    return {
        (section.slug, card.story): card_view(card, language)
        for section in sections
        for card in section.cards
    }
