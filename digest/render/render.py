"""The one render call: an issue's content becomes a variant for desk, preview, test and send."""

import hashlib
import json
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from digest.model import RenderedVariant, Token, VariantContent
from digest.render.blocks import PartTemplate
from digest.render.brand import Brand
from digest.render.compile import Compiler
from digest.render.frame import Told
from digest.render.kit import Kit
from digest.render.letters import Letter, LetterKind, cleaned
from digest.render.mistakes import BadTemplateError, Mistake
from digest.render.source import Source, read
from digest.render.style import Style
from digest.render.tokens import fill, reader_name
from digest.render.view import frame, house

#: kits kept: an edition's issue of today, its neighbours, other languages
KITS = 32
_TEMPLATE = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


class Renderer:
    """Renders variants from the templates in ``folders``, the newsroom's own folder first.

    Templates are read anew for each call, so an edited one is used at once; what was compiled and
    what was rendered of it is remembered by content. Safe to share between threads.
    """

    def __init__(
        self, folders: Sequence[Path], brand: Brand, *, compiler: Compiler | None = None
    ) -> None:
        self._folders = tuple(folders)
        self._brand = brand
        self._compiler = compiler or Compiler()
        hosts = {urlsplit(url).hostname for url in (brand.site_url, brand.logo_url) if url}
        self._own_hosts = frozenset(host for host in hosts if host)
        # nothing that a template gets can be changed, so the plain sandbox is enough
        self._html = SandboxedEnvironment(
            autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
        )
        self._text = SandboxedEnvironment(
            autoescape=False,  # for text/plain, where &amp; would be read as such
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._part = lru_cache(KITS)(self._make_part)
        self._kit = lru_cache(KITS)(self._make_kit)

    def render(self, content: VariantContent) -> RenderedVariant:
        """Render ``content`` with the template it names. Same content, same bytes, same key.

        Raises BadTemplateError, with file and line, where the template is at fault; no story's text
        can make it fail.
        """
        return self.kit(content).render(content)

    def kit(self, content: VariantContent) -> Kit:
        """What all variants share that differ from ``content`` in their stories, to make many of.

        Its template is read now; later edits are for the next kit. Raises BadTemplateError.
        """
        html, text = self._sources(content.template)
        return self._kit(html, text, content.shared)

    def page(self, content: VariantContent) -> str:
        """``content`` as a page for anybody: the mail's HTML with nothing of a reader in it.

        Its links to leave, to choose and to itself are empty, and it calls nobody by name. Raises
        BadTemplateError.
        """
        html, text = self._sources(content.template)
        kit = self._kit(html, text, content.shared, nobodys=True)
        return fill(kit.render(content).html, {}, html=True)

    def letter(
        self, kind: LetterKind, values: Letter, language: str, style: Style = Style.FULL
    ) -> RenderedVariant:
        """Render a letter of ``kind`` that tells ``values``. Raises BadTemplateError."""
        html, text = self._sources(kind.value)
        told = cleaned(values)
        known = {**house(self._brand, language, style), "edition": told.edition, "letter": told}
        known |= {"web_url": "", "subscribe_url": ""}
        kit = Kit(self._part(html), self._part(text), known, language, style)
        return kit.join([], Told(told.subject, told.preheader, (), lambda: ()))

    def check(self, template: str) -> None:
        """Compile a template without rendering it. Raises BadTemplateError."""
        for source in self._sources(template):
            self._part(source)

    def fingerprint(self, template: str) -> str:
        """SHA-256 of all that a template brings to a variant: its files and the brand."""
        seed = [source.digest for source in self._sources(template)]
        return hashlib.sha256(json.dumps([*seed, repr(self._brand)]).encode()).hexdigest()

    def _sources(self, template: str) -> tuple[Source, Source]:
        if not _TEMPLATE.fullmatch(template):
            problem = "a template's name is lower-case letters, digits and hyphens, like 'daily'"
            raise BadTemplateError(template, [Mistake(template, 0, problem)])
        return read(self._folders, f"{template}.mjml"), read(self._folders, f"{template}.txt")

    def _make_kit(
        self, html: Source, text: Source, shared: VariantContent, *, nobodys: bool = False
    ) -> Kit:
        values = frame(self._brand, shared)
        if nobodys:
            values |= {
                **{token.value: "" for token in Token},
                Token.NAME.value: reader_name("", shared.language),
            }
        parts, style = (self._part(html), self._part(text)), Style(shared.style)
        return Kit(
            *parts, values, shared.language, style, shared.template, shared.utm, shared.clicks
        )

    def _make_part(self, source: Source) -> PartTemplate:
        if source.name.endswith(".mjml"):
            compiled = self._compiler.html(source, self._own_hosts)
            return PartTemplate(source.name, compiled, self._html)
        return PartTemplate(source.name, self._compiler.text(source), self._text)
