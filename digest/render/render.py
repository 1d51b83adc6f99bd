"""The one render call: an issue's content becomes a variant for desk, preview, test and send."""

import hashlib
import json
import re
import traceback
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from digest.model import RenderedVariant, TokenText, VariantContent
from digest.render.brand import Brand
from digest.render.clean import clean_line
from digest.render.compile import Compiled, Compiler
from digest.render.mistakes import BadTemplateError, Mistake
from digest.render.slim import tidy
from digest.render.source import Source, read
from digest.render.tokens import Placeholders
from digest.render.view import page
from digest.render.words import translate

_TEMPLATE = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


class Renderer:
    """Renders variants from the templates in ``folders``, the newsroom's own folder first.

    Templates are read anew for each call, so an edited one is used at once; what was compiled is
    remembered by content (see ``Compiler``). Safe to share between threads.
    """

    def __init__(
        self, folders: Sequence[Path], brand: Brand, *, compiler: Compiler | None = None
    ) -> None:
        self._folders = tuple(folders)
        self._brand = brand
        self._compiler = compiler or Compiler()
        hosts = {urlsplit(url).hostname for url in (brand.site_url, brand.logo_url) if url}
        self._own_hosts = frozenset(host for host in hosts if host)
        self._html = ImmutableSandboxedEnvironment(
            autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
        )
        self._text = ImmutableSandboxedEnvironment(
            autoescape=False,  # for text/plain, where &amp; would be read as such
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._ready: dict[int, tuple[Compiled, Template]] = {}

    def render(self, content: VariantContent) -> RenderedVariant:
        """Render ``content`` with the template it names. Same content, same bytes, same key.

        Raises BadTemplateError, with file and line, where the template is at fault; no story's text
        can make it fail.
        """
        html_source, text_source = self._sources(content.template)
        places = Placeholders()
        values = page(content, self._brand) | {
            **{token.value: mark for token, mark in places.values.items()},
            "_": partial(translate, language=content.language),
        }
        html = self._fill(html_source, self._compiler.html(html_source, self._own_hosts), values)
        text = self._fill(text_source, self._compiler.text(text_source), values)
        return _variant(content, places.cut(tidy(html)), places.cut(_tidy_text(text)))

    def check(self, template: str) -> None:
        """Compile a template without rendering it. Raises BadTemplateError."""
        html_source, text_source = self._sources(template)
        self._compiler.html(html_source, self._own_hosts)
        self._compiler.text(text_source)

    def fingerprint(self, template: str) -> str:
        """SHA-256 of all that a template brings to a variant: its files and the brand."""
        seed = [source.digest for source in self._sources(template)]
        return hashlib.sha256(json.dumps([*seed, repr(self._brand)]).encode()).hexdigest()

    def _sources(self, template: str) -> tuple[Source, Source]:
        if not _TEMPLATE.fullmatch(template):
            problem = "a template's name is lower-case letters, digits and hyphens, like 'daily'"
            raise BadTemplateError(template, [Mistake(template, 0, problem)])
        return read(self._folders, f"{template}.mjml"), read(self._folders, f"{template}.txt")

    def _fill(self, source: Source, compiled: Compiled, values: Mapping[str, object]) -> str:
        kept = self._ready.get(id(compiled))
        if kept is None:
            environment = self._html if source.name.endswith(".mjml") else self._text
            kept = self._ready[id(compiled)] = compiled, environment.from_string(compiled.text)
        try:
            return kept[1].render(values)
        except Exception as error:  # the border to a template's own code
            frames = traceback.extract_tb(error.__traceback__)
            line = next((one.lineno for one in reversed(frames) if one.filename == "<template>"), 1)
            problem = f"{type(error).__name__}: {error}"
            raise BadTemplateError(
                source.name, [Mistake(*compiled.at(line or 1), problem)]
            ) from error


def _variant(content: VariantContent, html: TokenText, text: TokenText) -> RenderedVariant:
    subject = clean_line(content.subject, 250)
    seed = [subject, _told(html), _told(text)]
    return RenderedVariant(
        key=hashlib.sha256(json.dumps(seed).encode()).hexdigest(),
        subject=subject,
        preheader=clean_line(content.preheader, 250),
        language=content.language,
        html=html,
        text=text,
    )


def _told(pieces: TokenText) -> list[list[str]]:
    """Pieces with their kind, so that no text can pass for a token."""
    return [[type(piece).__name__, piece] for piece in pieces]


def _tidy_text(text: str) -> str:
    text = re.sub(r"[ \t]+\n", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
