"""Every word that readers see is translated, in every language, with its values in place."""

import re
import tomllib

import pytest
from babel import Locale
from babel.messages.catalog import Message

from digest.languages import SPOKEN, language
from tests.languages.messages import catalogue, extracted, messages, path, save, translations
from tests.parts import REPO

TRANSLATED = SPOKEN[1:]
PLACE = re.compile(r"%\(\w+\)[a-z]|%.")


def texts(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


@pytest.mark.parametrize("tag", TRANSLATED)
def test_nothing_is_missing_stale_or_fuzzy(tag: str) -> None:
    marked = {one.id for one in messages(extracted())}
    assert len(marked) > 60, "the extraction itself works"
    kept = catalogue(tag)
    assert {one.id for one in messages(kept)} == marked, "make messages"
    assert not kept.obsolete
    for one in messages(kept):
        assert not one.fuzzy, one.id
        forms = len(translations(one)) if isinstance(one.id, tuple) else 1
        assert forms == (kept.num_plurals if isinstance(one.id, tuple) else 1)
        assert all(text.strip() for text in translations(one)), one.id


@pytest.mark.parametrize("tag", TRANSLATED)
def test_every_translation_takes_the_same_values(tag: str) -> None:
    for one in messages(catalogue(tag)):
        (expected,) = {frozenset(PLACE.findall(text)) for text in texts(one)}
        for text in translations(one):
            assert frozenset(PLACE.findall(text)) == expected, text
            assert all(re.fullmatch(r"%\(\w+\)s", place) for place in expected)
            assert text == text.strip(), "space belongs to the template"
            assert not re.search(r"[<>&\u202a-\u202e\u2066-\u2069]", text), text


@pytest.mark.parametrize("tag", TRANSLATED)
def test_the_file_is_as_the_refresh_would_write_it(tag: str) -> None:
    before = path(tag).read_bytes()
    save(catalogue(tag), tag)
    assert path(tag).read_bytes() == before, "make messages"


@pytest.mark.parametrize("tag", TRANSLATED)
def test_the_plural_forms_are_those_of_cldr(tag: str) -> None:
    one, more = "%(days)s day", "%(days)s days"
    plural = [it for it in messages(catalogue(tag)) if isinstance(it.id, tuple)]
    assert plural
    rule = Locale(tag).plural_form
    for message in plural:
        one, more = message.id
        form: dict[str, str] = {}
        for count in [*range(1, 130), 1000, 1001, 1002]:  # on 0, Portugal and Brazil differ
            said = language(tag).ngettext(one, more, count)
            assert form.setdefault(rule(count), said) == said, (count, rule(count))


@pytest.mark.parametrize("tag", TRANSLATED)
@pytest.mark.parametrize(("code", "name"), [("002", "Africa"), ("150", "Europe")])
def test_regions_are_called_as_in_cldr(tag: str, code: str, name: str) -> None:
    assert language(tag).gettext(name) == Locale(tag).territories[code]


def test_catalogues_come_with_the_wheel() -> None:
    built = tomllib.loads((REPO / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]
    assert "digest" in built["targets"]["wheel"]["packages"], "they lie inside the package"
    assert {file.stem for file in (REPO / "digest" / "locale").glob("*.po")} == set(TRANSLATED)
