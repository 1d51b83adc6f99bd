"""Complete messages, each reader with stories of their own, against the usual ways of making them.

All ways start with the template read and compiled as far as they can, and make multipart messages
with the reader's own leave link in headers and both parts. Ours makes its kit within the time.
"""

from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from jinja2 import Environment, StrictUndefined, Template
from mjml import mjml2html

from digest import bundled
from digest.model import FilledSection, StoryId
from digest.render.compile import Compiler
from digest.render.kit import Kit
from digest.render.message import build
from digest.render.render import Renderer
from digest.render.source import read
from digest.render.tokens import fill
from digest.render.view import CardView, card_view, frame, section_view
from tests.bench import pool
from tests.bench.measure import Figure, compare
from tests.render.issue import BRAND

Sections = tuple[FilledSection, ...]

READERS = 10_000
USUAL = 40
TEMPLATES = bundled.templates("email")
COMPILER = Compiler()


def messages() -> Iterator[Figure]:
    """Messages a CPU second."""
    sections = pool.pool()
    readers = pool.readers(READERS, sections)
    size = _size(sections, readers[0])
    naive = partial(_naive, sections, readers[:USUAL])
    yield compare(
        f"messages of {size}, one token set",
        partial(_joined, sections, readers),
        naive,
        unit="messages/s",
        beside="Jinja2, MJML and EmailMessage for each reader",
        bar=150,
    )
    yield compare(
        "the same, beside compile-once",
        partial(_joined, sections, readers),
        partial(_compiled_once, sections, readers[:USUAL]),
        unit="messages/s",
        beside="compiled once, Jinja2 and EmailMessage for each reader",
        bar=None,
    )
    with TemporaryDirectory() as folder:
        yield compare(
            "messages, a token in every link",
            partial(_joined, sections, readers, folders=_click_links(Path(folder))),
            naive,
            unit="messages/s",
            beside="Jinja2, MJML and EmailMessage for each reader",
            bar=100,
        )
    hindi = pool.pool("hi")
    readers = pool.readers(READERS // 2, hindi)
    yield compare(
        "messages in Hindi, base64",
        partial(_joined, hindi, readers, language="hi"),
        partial(_naive, hindi, readers[:USUAL], language="hi"),
        unit="messages/s",
        beside="Jinja2, MJML and EmailMessage for each reader",
        bar=None,
    )


def _joined(
    sections: Sections,
    readers: list[pool.Reader],
    *,
    language: str = "en",
    folders: tuple[Path, ...] = (TEMPLATES,),
) -> int:
    """Ours: a kit, and for each reader a selection's references, headers and a join."""
    kit = _kit(sections, readers[0], language, folders).issue(sections)
    for reader in readers:
        variant = kit.variant(reader.selection, subject=reader.subject, preheader=reader.preheader)
        build(pool.message(reader, variant))
    return len(readers)


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
    kit = _kit(sections, readers[0], "en")
    for reader in readers:
        whole = kit.whole(pool.content(reader, sections))
        tokens = reader.tokens()
        _usual(reader, fill(whole.html, tokens, html=True), fill(whole.text, tokens, html=False))
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
        **frame(BRAND, "World Morning", pool.DATE.date(), language),
        **{token.value: value for token, value in reader.tokens().items()},
        "_": str,
        "subject": reader.subject,
        "preheader": reader.preheader,
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


def _size(sections: Sections, reader: pool.Reader) -> str:
    variant = _kit(sections, reader, "en").render(pool.content(reader, sections))
    return f"{len(build(pool.message(reader, variant))) / 1000:.0f} KB"
