"""The pages of strangers and of links in letters: every state of each, as a browser gets it."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from digest.languages import SPOKEN, language
from digest.render.words import direction
from subscribers import Correspondence
from subscribers.letters import LetterKind, write_to
from tests.browser import Browser
from tests.judges.test_axe import judged
from tests.languages.readers import NOW, Readers, readers
from tests.languages.test_pages import Words, mute, spoken

ANN = "ann@example.org"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Readers]:
    made = readers(tmp_path_factory.mktemp("house"))
    yield made
    made.app.engine.dispose()


def paths(house: Readers) -> dict[str, str]:
    """Link → path, of letters that wait: each kind once."""
    app = house.app
    mail = Correspondence(app.engine, app.joined.keys)
    with app.engine.begin() as connection:
        for kind in (LetterKind.LINK, LetterKind.STAY):
            write_to(connection, house.reader, kind, purpose=kind.value, now=NOW)
    house.client.post("/join", data={"email": ANN, "edition": "morning"})

    def due() -> dict[str, str]:
        waiting = [one for bulk in (False, True) for one in mail.due(NOW, 0, 100, bulk=bulk)]
        return {one.kind: one.path for one in waiting if one.path}

    found = due()
    house.client.post(found["link"], data={"email": "new@example.org"})
    return found | due()


def pages(house: Readers, asked: str, links: Mapping[str, str]) -> dict[str, str]:
    """Every state of every page; those that change something last."""
    client, said = house.client, {"accept-language": asked}

    def got(path: str) -> str:
        return client.get(path, headers=said).text

    def posted(path: str, **data: str) -> str:
        return client.post(path, data=data, headers=said).text

    return {
        "join": got("/join"),
        "sent": got("/join?done=sent"),
        "no address": posted("/join", email="x", edition="morning"),
        "nothing ticked": posted("/join", email=ANN),
        "quick": posted("/join", email=ANN, edition="morning", stamp="1.x"),
        "link to no address": posted("/links", email="x"),
        "confirm": got(links["confirmation"]),
        "expired": got("/confirm/forged"),
        "data": got(links["link"]),
        "data, no address": posted(links["link"], email="x"),
        "stay": got(links["stay"]),
        "stayed": posted(links["stay"]),
        "address": got(links["new_address"]),
    }


def done(house: Readers, asked: str, links: Mapping[str, str]) -> dict[str, str]:
    """The states after what can be done once."""
    said = {"accept-language": asked}
    client = house.client
    return {
        "confirmed": client.post(links["confirmation"], headers=said).text,
        "moving": client.post(links["link"], data={"email": "c@example.org"}, headers=said).text,
    }


@pytest.fixture(scope="module")
def links(house: Readers) -> dict[str, str]:
    return paths(house)


@pytest.mark.parametrize("tag", SPOKEN)
def test_every_page_in_every_language(house: Readers, links: Mapping[str, str], tag: str) -> None:
    for name, html in pages(house, tag, links).items():
        assert spoken(html) == (tag, direction(tag)), name
        assert language(tag).gettext("Skip to the content") in html, name


def test_no_word_is_left_out_of_the_catalogues(tmp_path: Path) -> None:
    house = readers(tmp_path)
    app = house.app
    links = paths(house)
    voice = mute(app.people.catalogue)
    app.joined.voices = lambda _wanted: voice
    templates = app.pages._templates
    templates.globals["brand"] = "0"
    site = Starlette(routes=app.joined.routes(templates, app.rights))
    client = TestClient(site, base_url="http://127.0.0.1:8000", follow_redirects=False)
    mutely = Readers(app, client, house.reader)
    shown = pages(mutely, "", links) | done(mutely, "", links)
    for name, html in shown.items():
        words = " ".join(Words(html.removeprefix("<!doctype html>")).found)
        for theirs in ("r•••@example.org", "n•••@example.org"):
            words = words.replace(theirs, "")
        assert not re.search(r"[^\W\d_]{2,}", words), (name, words)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as one:
        yield one


@pytest.mark.part("chromium")
@pytest.mark.part("axe")
@pytest.mark.parametrize("tag", ["en", "ar"])
def test_axe_finds_nothing(
    house: Readers, links: Mapping[str, str], browser: Browser, tag: str
) -> None:
    style = house.get("/style.css")
    for name, html in pages(house, tag, links).items():
        inline = html.replace(
            '<link rel="stylesheet" href="/style.css">', f"<style>{style}</style>"
        )
        for dark in (False, True):
            told = judged(browser, inline, dark=dark)
            assert told["passes"] > 5
            assert told["violations"] == [], (name, dark)


def test_consent_words_are_kept_apart(house: Readers) -> None:
    """Each language's words are a version of their own."""
    found = set()
    for tag in SPOKEN:
        html = house.get("/join", tag)
        found.add(html.partition('name="wording" value="')[2].partition('"')[0])
    assert len(found) == len(SPOKEN)
