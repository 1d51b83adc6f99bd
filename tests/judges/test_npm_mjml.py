"""npm's mjml as a second judge: what it makes of our templates says and links the same as ours.

It gets them the plain way, filled by Jinja2 first and compiled afterwards; our templates are
compiled once and filled later, by another engine. Both must come to the same mail.
"""

import json
import subprocess
from functools import partial
from html.parser import HTMLParser

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from digest.render.letters import LetterKind, cleaned
from digest.render.view import frame, house, varying
from digest.render.words import translate
from tests.judges import mails
from tests.parts import NODE_MODULES
from tests.render.issue import BRAND, TEMPLATES, TOKENS

COMPILE = """
const mjml = require(process.argv[1]);
const told = require("fs").readFileSync(0, "utf-8");
const once = async source => {
  const { html, errors } = await (mjml.default ?? mjml)(source, { validationLevel: "soft" });
  return { html, errors: errors.map(one => one.formattedMessage) };
};
Promise.all(JSON.parse(told).map(once)).then(all => console.log(JSON.stringify(all)));
"""


class Shown(HTMLParser):
    """What a page shows, in order: its words, links and pictures. Comments are not looked into."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str | None] = []
        self.pictures: list[tuple[str | None, str | None]] = []
        self._words: list[str] = []
        self._silent = 0
        self.feed(html)
        self.close()

    @property
    def words(self) -> list[str]:
        """Every word, and each word's neighbours as they stand."""
        return "".join(self._words).split()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "a":
            self.links.append(told.get("href"))
        elif tag == "img":
            self.pictures.append((told.get("src"), told.get("alt")))
        elif tag in {"style", "script"}:
            self._silent += 1
        if tag not in {"a", "b", "span"}:
            self._words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"style", "script"}:
            self._silent -= 1
        if tag not in {"a", "b", "span"}:
            self._words.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._words.append(data)


def filled(template: str, language: str) -> str:
    """A template filled with the sample issue or letter, still MJML."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    known = _letter(template, language) if template in mails.LETTERS else _issue(template, language)
    values = {
        **{token.value: value for token, value in TOKENS.items()},
        **known,
        "_": partial(translate, language=language),
    }
    return environment.get_template(f"{template}.mjml").render(values)


def _issue(template: str, language: str) -> dict[str, object]:
    issue = mails.issue(template, language)
    return {**frame(BRAND, issue), **varying(issue)}


def _letter(kind: str, language: str) -> dict[str, object]:
    told = cleaned(mails.told(LetterKind(kind), language))
    words = {"subject": told.subject, "preheader": told.preheader, "edition": told.edition}
    around = {"web_url": "", "subscribe_url": ""}
    return {**house(BRAND, language), **words, **around, "letter": told}


@pytest.mark.part("mjml")
def test_another_engine_comes_to_the_same_mail() -> None:
    judged = [*mails.MAILS, *mails.POST]
    sources = [filled(*mail) for mail in judged]
    done = subprocess.run(
        ["node", "-e", COMPILE, str(NODE_MODULES / "mjml")],
        input=json.dumps(sources),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    answers = json.loads(done.stdout)
    assert len(answers) == len(judged)
    for mail, told in zip(judged, answers, strict=True):
        assert told["errors"] == [], mail
        theirs, ours = Shown(told["html"]), Shown(mails.page(*mail))
        assert ours.words == theirs.words, mail
        assert len(ours.words) > (20 if mail in mails.POST else 150), mail
        assert ours.links == theirs.links, mail
        assert ours.pictures == theirs.pictures, mail
