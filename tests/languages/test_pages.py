"""Readers' pages speak the reader's language, and leave no word of it out."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import jinja2
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from digest.languages import SPOKEN, language
from digest.render.words import direction
from subscribers import Catalogue, Voice, routes
from subscribers.web import DONE
from tests.languages.readers import CONSENT, NOBODYS, NOW, Readers, readers
from tests.parts import REPO


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Readers]:
    made = readers(tmp_path_factory.mktemp("house"))
    yield made
    made.app.engine.dispose()


def spoken(html: str) -> tuple[str, str]:
    found = re.search(r'<html lang="([^"]*)" dir="(\w+)">', html)
    assert found, html[:200]
    return found[1], found[2]


@pytest.mark.parametrize(
    ("chosen", "asked", "tag"),
    [
        ("fr", "ar", "fr"),
        ("pt-br", "", "pt-br"),
        ("", "ar-EG,en;q=0.5", "ar-EG"),
        ("", "de,hi;q=0.5", "hi"),
        ("de", "sw", "sw"),
        ("", "", "en"),
        ("de", "", "en"),
        ("", "\"><script>,'", "en"),
    ],
)
def test_whose_language_a_page_speaks(house: Readers, chosen: str, asked: str, tag: str) -> None:
    house.speak(chosen)
    assert spoken(house.get(house.preferences, asked)) == (tag, direction(tag))


def test_leaving_tells_nothing_of_the_person(house: Readers) -> None:
    house.speak("ar")
    (key,) = house.app.people.recipients("morning", [house.reader], NOW).values()
    assert not isinstance(key, str)
    assert house.get(key.leave_path, "fr") == house.get(NOBODYS, "fr")
    assert spoken(house.get(key.leave_path, "fr")) == ("fr", "ltr")


@pytest.mark.parametrize("tag", SPOKEN)
def test_every_page_in_every_language(house: Readers, tag: str) -> None:
    house.speak(tag)
    for name, html in house.pages(tag).items():
        assert spoken(html) == (tag, direction(tag)), name
        assert language(tag).gettext("Skip to the content") in html, name
    page = house.get(house.preferences, "")
    for ours in ("Middle East", "Crime and justice", "Regions", "Once a week, on"):
        assert language(tag).gettext(ours) in page
    assert f"selected>{language(tag).weekdays()[6]}</option>" in page
    assert "r•••@example.org" in page


class Words(HTMLParser):
    """The words of a page that a reader can see or hear."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {"title", "alt", "aria-label", "placeholder"}
        self.found += [value or "" for name, value in attrs if name in told]

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def mute(offer: Catalogue) -> Voice:
    """Says nothing of our own, only the values that stand in a text."""
    slugs = (*offer.editions, *offer.regions, *offer.topics)
    named = dict.fromkeys(slugs, "0")

    def blank(text: str) -> str:
        return " ".join(re.findall(r"%\(\w+\)s", text))

    return Voice(
        language="x",
        direction="ltr",
        gettext=blank,
        ngettext=lambda one, _more, _count: blank(one),
        date=lambda _day: "0",
        listed=" ".join,
        catalogue=Catalogue(
            editions=named,
            regions=named,
            topics=named,
            languages={"a": "0", "b": "0"},
            time_zones={"Europe/Berlin": "0"},
            clocks=dict.fromkeys(offer.editions, "Europe/Berlin"),
            weekdays=dict.fromkeys(range(1, 8), "0"),
        ),
    )


@pytest.mark.parametrize("gone", [False, True])
def test_no_word_of_a_page_is_left_out_of_the_catalogues(tmp_path: Path, gone: bool) -> None:
    house = readers(tmp_path)
    people, path = house.app.people, house.preferences
    if gone:
        people.suppress(house.reader, reason="bounce", now=NOW)
        people.leave_all(path.removeprefix("/p/"), NOW)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(REPO / "templates" / "web"), autoescape=True
    )
    environment.globals["brand"] = "0"
    voice = mute(people.catalogue)
    undo = people.undo.path(house.reader, people.catalogue.editions, NOW)
    token = {"token": undo.removeprefix("/undo/")}
    pages = Starlette(routes=routes(people, environment, lambda: NOW, lambda _wanted: voice))
    with TestClient(pages) as client:
        done = [f"{path}?done={one}" for one in sorted(DONE)]
        seen = [path, *done, NOBODYS, "/p/forged", "/undo/forged", undo]
        shown = [client.get(one).text for one in seen]
        changed = [{"pause": "week"}, {"style": "x"}, {"pause": "until"}, {"go_on": "yes"}]
        changed += [{"send_hour": "7", "frequency": "weekly"}, {"frequency": "weekdays"}]
        for one in changed:
            shown += [client.post(path, data=one).text, client.get(path).text]
        shown += [client.post("/left", data=token).text, client.post(undo).text]
        shown += [
            client.post(NOBODYS, data={"from": "page", "scope": scope}).text
            for scope in ("this", "all")
        ]
    for html in shown:
        words = " ".join(Words(html.removeprefix("<!doctype html>")).found)
        words = words.replace(CONSENT, "").replace("r•••@example.org", "")
        assert not re.search(r"[^\W\d_]{2,}", words), words
