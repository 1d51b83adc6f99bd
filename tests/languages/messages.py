"""The words that readers see, taken from code and templates; ``make messages`` runs this file.

It brings every catalogue of ``digest/locale`` up to date: new texts come in without a translation,
texts that nobody uses any more go. test_catalogues.py fails until all is translated.
"""

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from digest.languages import CATALOGUES, SPOKEN
from tests.parts import REPO

#: where words stand, and how they are read there
METHODS = [
    ("digest/**.py", "python"),
    ("subscribers/**.py", "python"),
    ("templates/**.mjml", "jinja2"),
    ("templates/**.txt", "jinja2"),
    ("templates/**.html", "jinja2"),
]
HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "marked": None}


@cache
def extracted() -> Catalog:
    """Every marked text, with the files it stands in; no line numbers, which would churn."""
    found = Catalog()
    for folder in ("digest", "subscribers", "templates"):
        methods = [
            (pattern.removeprefix(f"{folder}/"), how)
            for pattern, how in METHODS
            if pattern.startswith(f"{folder}/")
        ]
        for name, _line, text, _comments, context in extract_from_dir(
            REPO / folder, method_map=methods, keywords=KEYWORDS, strip_comment_tags=True
        ):
            found.add(text, locations=[(f"{folder}/{name}", 0)], context=context)
    return found


def catalogue(language: str) -> Catalog:
    """The catalogue of a language as it stands in its file."""
    with path(language).open("rb") as file:
        return read_po(file, locale=language)


def path(language: str) -> Path:
    """The file of a language."""
    return CATALOGUES / f"{language}.po"


def messages(catalog: Catalog) -> list[Message]:
    """The texts of a catalogue, without its header."""
    return [one for one in catalog if one.id]


def main() -> None:
    """Refresh every catalogue, and say what is left to translate."""
    template = extracted()
    for language in SPOKEN[1:]:
        kept = catalogue(language) if path(language).exists() else Catalog(locale=language)
        kept.update(template, no_fuzzy_matching=True, update_creation_date=False)
        kept.obsolete.clear()
        save(kept, language)
        left = sum(not all(translations(one)) for one in messages(kept))
        print(f"{language}: {left} to translate of {len(kept)}")


def save(catalog: Catalog, language: str) -> None:
    """Write a catalogue in the one form that all of them have: no dates, names or line numbers."""
    fresh = Catalog(locale=language)
    for one in messages(catalog):
        places = [(file, 0) for file in sorted({file for file, _ in one.locations})]
        fresh.add(one.id, one.string, locations=places, flags=one.flags)
    body = BytesIO()
    write_po(body, fresh, width=100, include_lineno=False, omit_header=True)
    header = HEADER.format(language=language, plurals=fresh.plural_forms)
    path(language).write_text(header + body.getvalue().decode(), "utf-8")


def translations(message: Message) -> tuple[str, ...]:
    """What a message says: one text, or one for each plural form; empty where there is none."""
    given = message.string or ""
    return (given,) if isinstance(given, str) else tuple(given)


if __name__ == "__main__":
    main()
